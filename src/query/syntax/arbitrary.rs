//! Generators of random queries for property tests: every kind of term, and odd characters.

use proptest::prelude::*;

use crate::query::ast::regex::RegexLiteral;
use crate::query::ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Query, Term, Text, TimeRelation,
};

fn any_text() -> impl Strategy<Value = String> {
    let odd = "[-a-c \"\\\\*~():=.<>!^$/,„“”«»‹›é1]{0,8}";
    prop_oneof![Just("AND".to_string()), Just("OR(".to_string()), odd, any::<String>()]
}

fn text_with_word() -> impl Strategy<Value = Text> {
    let last = prop_oneof![Just(LastWord::Exact), Just(LastWord::Prefix)];
    let plain = (any_text(), any_text(), last)
        .prop_map(|(before, after, last)| Text { text: format!("{before}a{after}"), last });
    let fuzzy = ("[a-zé]{1,9}|AND", 1..3_u8)
        .prop_map(|(text, distance)| Text { text, last: LastWord::Fuzzy(distance) });
    prop_oneof![4 => plain, 1 => fuzzy]
}

/// A number or a time, as it stands behind `>` or as an end of a range.
fn any_bound() -> impl Strategy<Value = (String, String)> {
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?";
    let time = "2026-0[1-9]-[12][0-8](T10:00:00(\\.5)?(Z|\\+02:00))?";
    prop_oneof![(number, number), (time, time)]
}

fn any_literal() -> impl Strategy<Value = Literal> {
    let bare = |text: &'static str| text.prop_map(Literal::bare);
    prop_oneof![
        any_text().prop_map(Literal::quoted),
        any_text().prop_map(Literal::bare),
        bare("-?[0-9]{1,3}(\\.\\.[0-9]{0,2})?"),
        bare("true|false|null|\"5\"|5\\.0|-0|5e0|[.]{2,4}|1[.]{2,4}2"),
        bare("10\\.0\\.0\\.0/8|::1|2026-05-04|2026-05-04T10:00:00Z"),
        any_bound().prop_map(|(bound, _)| Literal::quoted(bound)),
        any_bound().prop_map(|(from, to)| Literal::bare(format!("{from}..{to}"))),
        any_bound().prop_map(|(from, _)| Literal::bare(format!("{from}.."))),
        any_bound().prop_map(|(_, to)| Literal::bare(format!("..{to}"))),
    ]
}

fn any_field_test() -> impl Strategy<Value = FieldTest> {
    let literals = || prop::collection::vec(any_literal(), 1..4);
    let folded = || any_text().prop_map(|text| format!("{text}x"));
    let comparison = prop_oneof![
        Just(Comparison::Above),
        Just(Comparison::AtLeast),
        Just(Comparison::Below),
        Just(Comparison::AtMost),
    ];
    prop_oneof![
        Just(FieldTest::Has),
        text_with_word().prop_map(FieldTest::Text),
        literals().prop_map(FieldTest::Equals),
        literals().prop_map(FieldTest::Differs),
        folded().prop_map(FieldTest::Begins),
        folded().prop_map(FieldTest::Contains),
        folded().prop_map(FieldTest::Ends),
        folded().prop_map(FieldTest::Under),
        (comparison, any_bound())
            .prop_map(|(comparison, (bound, _))| FieldTest::Compare(comparison, bound)),
        "a\\\\/ \\[\\)\\]b\\|c|x|a b|\\\\\\\\\\\\\\\\/y|(\\\\/)*"
            .prop_map(|text| FieldTest::Matches(RegexLiteral::new(text))),
    ]
}

fn any_term() -> impl Strategy<Value = Query> {
    let path = prop_oneof![
        Just("tenant".to_string()),
        Just("who.email".to_string()),
        Just("action".to_string()),
        any_text().prop_map(|key| {
            format!("details.a.\"k{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
        }),
    ];
    let field = (path, any_field_test()).prop_map(|(path, test)| {
        let Expr::Term(Term::Field { path, .. }) = Query::field(&path).exists().into_root() else {
            panic!("a field is a term");
        };
        Expr::Term(Term::Field { path, test })
    });
    let time = (
        prop_oneof![Just(TimeRelation::After), Just(TimeRelation::Before), Just(TimeRelation::On)],
        "2026-05-04(T10:00:00Z)?",
    )
        .prop_map(|(relation, when)| Expr::Term(Term::Time { relation, when }));
    let time_field = ("occurred_at|recorded_at", "2026-05-04(\\.\\.)?")
        .prop_map(|(path, text)| Query::field(&path).one_of([Literal::bare(text)]).into_root());
    let term = prop_oneof![
        1 => Just(Expr::All),
        3 => text_with_word().prop_map(|text| Expr::Term(Term::Text(text))),
        1 => Just(Expr::Term(Term::Time { relation: TimeRelation::Since, when: "1mo".into() })),
        1 => time,
        1 => time_field,
        8 => field.boxed(),
    ];
    term.prop_map(Query::new)
}

/// A condition on an object, with `depth` brackets in it at most.
fn any_element(depth: usize) -> BoxedStrategy<Query> {
    let member = (prop_oneof![Just("type"), Just("seq"), Just("after.x")], any_field_test());
    let field = member.prop_map(|(path, test)| {
        let Expr::Term(Term::Field { path, .. }) = Query::member(path).exists().into_root() else {
            panic!("a field is a term");
        };
        Query::new(Expr::Term(Term::Field { path, test }))
    });
    let text = text_with_word().prop_map(|text| Query::new(Expr::Term(Term::Text(text))));
    let leaf = prop_oneof![4 => field, 2 => text, 1 => Just(Query::all())].boxed();
    let leaf = match depth {
        0 => leaf,
        _ => prop_oneof![
            3 => leaf,
            1 => any_element(depth - 1).prop_map(|inner| Query::member("after.a").element(inner)),
        ]
        .boxed(),
    };
    joined(leaf).boxed()
}

/// Any query that can run.
pub(super) fn any_query() -> impl Strategy<Value = Query> {
    let element = any_element(3).prop_map(|inner| Query::field("change").element(inner));
    joined(prop_oneof![4 => any_term(), 1 => element].boxed())
}

fn joined(terms: BoxedStrategy<Query>) -> impl Strategy<Value = Query> {
    terms.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(|a| !a),
        ]
    })
}
