//! Refusals with their places, and the round trip of printing and parsing.

use proptest::prelude::*;

use super::*;
use crate::query::syntax::arbitrary::any_query;

fn refusal(text: &str) -> (usize, String) {
    match Query::parse(text) {
        Err(Error::Query { query, position, problem }) => {
            assert_eq!(query, text);
            assert!(text.is_char_boundary(position), "{text}");
            (position, problem)
        }
        other => panic!("{text} is refused, not {other:?}"),
    }
}

/// The place is the `^` under the text of each case.
fn check_refusals(cases: &[(&str, &str, &str)]) {
    for (text, caret, problem) in cases {
        let (position, found) = refusal(text);
        assert_eq!(text[..position].chars().count(), caret.chars().count() - 1, "{text}: {found}");
        assert!(found.contains(problem), "{text}: {found}");
    }
}

#[test]
fn what_is_missing_is_told_with_its_place() {
    check_refusals(&[
        ("a OR", "    ^", "expected a text, a field or `(` after `OR`"),
        ("OR a", "^", "at the beginning"),
        ("AND", "^", "at the beginning"),
        ("a AND", "     ^", "after `AND`"),
        ("a AND OR b", "      ^", "after `AND`"),
        ("a NOT", "     ^", "after `NOT`"),
        ("()", " ^", "after `(`"),
        ("( )", "  ^", "after `(`"),
        ("(a", "^", "never closed"),
        ("a (b OR (c)", "  ^", "never closed"),
        ("a)", " ^", "no `(` is open"),
        (")", "^", "at the beginning"),
        ("ä \"b", "  ^", "expected `\"`"),
        ("„b\"", "^", "expected `”`"),
        ("“b“", "^", "expected `”`"),
        ("«b", "^", "expected `»`"),
        ("\"a\\\"", "^", "never closed"),
        ("- a", "^", "directly before"),
        ("-", "^", "directly before"),
        ("(a -)", "   ^", "directly before"),
        ("a -AND b", "   ^", "after `-`"),
        ("tenant=", "       ^", "expected a value"),
        ("tenant= a", "       ^", "expected a value"),
        ("tenant^=", "        ^", "expected a value"),
        ("tenant=(a,)", "          ^", "expected a value of the list"),
        ("tenant=(,a)", "        ^", "expected a value of the list"),
        ("tenant=()", "        ^", "expected a value of the list"),
        ("tenant=(a b)", "          ^", "expected `,` or `)`"),
        ("tenant=(a,b", "       ^", "never closed"),
        ("tenant=(a,", "       ^", "never closed"),
        ("tenant~=a", "        ^", "between slashes"),
        ("tenant~=/a\\/", "        ^", "never closed"),
        ("tenant:(a", "       ^", "never closed"),
        ("has:", "    ^", "after `has:`"),
        ("has:tenant=5", "          ^", "white space"),
        ("\"foo\"*", "     ^", "inside the quotes"),
        ("\"foo\"~1", "     ^", "white space"),
    ]);
}

#[test]
fn texts_without_a_word_are_refused() {
    check_refusals(&[
        ("🎉", "^", "no word"),
        ("a !!!", "  ^", "no word"),
        ("\"\"", "^", "no word"),
        ("\"*\"", "^", "no word"),
        ("tenant:", "       ^", "no word"),
        ("tenant: a", "       ^", "no word"),
        ("tenant:\"-\"", "       ^", "no word"),
        ("!*", "^", "no word"),
        ("tenant^=\"\"", "        ^", "nothing to compare"),
        ("tenant/=\"\"", "        ^", "nothing to compare"),
        ("tenant*=\u{301}", "        ^", "nothing to compare"),
    ]);
}

#[test]
fn stars_and_distances_stand_only_where_they_mean_something() {
    check_refusals(&[
        ("a*b", " ^", "field*=text"),
        ("a **", "  ^", "field*=text"),
        ("*a", "^", "field*=text"),
        ("tenant:a*b", "        ^", "field*=text"),
        ("a~3", "^", "`~1` or `~2`"),
        ("a~0", "^", "`~1` or `~2`"),
        ("a~", "^", "`~1` or `~2`"),
        ("a~300", "^", "`~1` or `~2`"),
        ("a.b~1", "^", "one word of letters"),
        ("a1~1", "^", "one word of letters"),
        ("a*~1", "^", "one word of letters"),
        ("tenant:a-b~2", "       ^", "one word of letters"),
        (&format!("{}~1", "a".repeat(33)), "^", "at most 32"),
    ]);
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_and_a_hint() {
    check_refusals(&[
        ("a https://x", "  ^", "quote it: `\"https://x\"`"),
        ("a OR tenent=x", "     ^", "`tenant`"),
        ("act:x", "^", "no field `act`"),
        ("emial=x", "^", "`actor.email`"),
        ("tenant.x=5", "^", "no field `tenant.x`"),
        ("raw:x", "^", "`raw` is neither"),
        ("raw.a.b=x", "^", "`raw` is neither"),
        ("has:raw", "    ^", "`raw` is neither"),
        ("has:nothing", "    ^", "no field `nothing`"),
        ("\"who\"=x", "^", "no field `who`"),
        ("after=x", "^", "no field `after`"),
        ("action.x=1", "^", "no field `action.x`"),
        ("a:\"b\\\"c\"", "^", "quote it: `\"a:\\\"b\\\\\\\"c\\\"\"`"),
        ("x:(a b)", "^", "no field `x`"),
    ]);
    // Only what a first segment that is no field might have meant is hinted at.
    assert!(!refusal("tenant.x=5").1.contains("quote"));
}

#[test]
fn operators_that_do_not_fit_are_refused() {
    check_refusals(&[
        ("time:2026", "    ^", "`=`, `>`"),
        ("occurred_at:*", "           ^", "range"),
        ("time:(a b)", "    ^", "range"),
        ("recorded_at^=2026", "           ^", "range"),
        ("time*=2026", "    ^", "range"),
        ("time$=Z", "    ^", "range"),
        ("time~=/2026/", "    ^", "range"),
        ("time=x", "     ^", "neither a date"),
        ("time=\"2026-05-04\"", "     ^", "without quotes"),
        ("time=(2026-05-04,x)", "                 ^", "neither a date"),
        ("time>5", "     ^", "neither a date"),
        ("time=1..2", "     ^", "neither a date"),
        ("after:x", "      ^", "neither a date"),
        ("after:\"2026-05-04\"", "      ^", "neither a date"),
        ("on:", "   ^", "neither a date"),
        ("since:2026-05-04", "      ^", "time>=2026-05-04"),
        ("since:7", "      ^", "a length such as"),
        ("tenant>x", "       ^", "a number, a date"),
        ("tenant>\"5\"", "       ^", "without quotes"),
        ("tenant>", "       ^", "expected a value"),
        ("tenant^=(a,b)", "        ^", "list"),
        ("tenant>(a,b)", "       ^", "list"),
        ("tenant~=/(/", "        ^", "regular expression is wrong"),
        ("tenant~=/\\w{500}{50}/", "        ^", "too large"),
        ("actor:(a tenant:b)", "         ^", "cannot stand inside `actor:( )`"),
        ("actor:(has:tenant)", "       ^", "cannot stand inside"),
        ("actor:(a://b)", "       ^", "quote it"),
    ]);
}

#[test]
fn a_token_that_begins_with_a_digit_is_text() {
    for text in ["12:30", "2026-05-04T10:00:00Z", "5=5", "actor:(12:30)", "-12:30", "@a:b", "a!b"] {
        assert!(Query::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn limits_hold_at_n_and_refuse_at_n_plus_one() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Query::parse(&nested(64)).is_ok());
    assert_eq!(refusal(&nested(65)).0, 64);
    assert!(Query::parse(&format!("tenant:{}", nested(64))).is_ok());
    refusal(&format!("tenant:{}", nested(65)));
    assert!(Query::parse(&"a ".repeat(1024)).is_ok());
    assert_eq!(refusal(&"a ".repeat(1025)).0, 2048);
    assert!(Query::parse(&format!("tenant:({})", "a ".repeat(1024))).is_ok());
    let long = |len: usize| "a".repeat(len);
    assert!(Query::parse(&long(65_536)).is_ok());
    assert_eq!(refusal(&long(65_537)).0, 0);
    // Negations do not nest, and a list is one term.
    assert!(Query::parse(&format!("{}a", "-".repeat(60_000))).is_ok());
    assert!(Query::parse(&format!("tenant=({}b)", "a,".repeat(5_000))).is_ok());
}

#[test]
fn queries_print_in_one_form() {
    for (text, printed) in [
        ("", "*"),
        ("a  AND b", "a b"),
        ("(a OR (b OR c)) AND (d e)", "(a OR b OR c) d e"),
        ("a OR b AND c", "a OR b c"),
        ("NOT (a b)", "-(a b)"),
        ("- - a".replace(' ', "").as_str(), "a"),
        ("NOT a", "-a"),
        ("\"a b\" “c”", "\"a b\" c"),
        ("\"AND\" \"-x\" \"a:b\" \"(\\\"x\"", "\"AND\" \"-x\" \"a:b\" \"(\\\"x\""),
        ("\"NOT(x\" \"x\\*\" \"x*\" \"x~1\"", "\"NOT(x\" \"x\\*\" x* \"x~1\""),
        (
            "who.email=x ip=(a, \"b\") time=2026-05-04",
            "actor.email=x context.ip=(a,\"b\") occurred_at=2026-05-04",
        ),
        ("tenant=\"a\" tenant=a,b", "tenant=\"a\" tenant=\"a,b\""),
        ("tenant:(a -\"b c\")", "tenant:a -tenant:\"b c\""),
        ("tenant:* tenant:\"-a\"", "has:tenant tenant:-a"),
        ("details.\"a b\".\"c\"^=\")\"", "details.\"a b\".c^=\")\""),
        ("tenant~=/a\\/ b/ since:7d", "tenant~=/a\\/ b/ since:7d"),
        ("tenant$=* tenant=\"*\"", "tenant$=* tenant=\"\\*\""),
    ] {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.to_string(), printed, "{text}");
        assert_eq!(Query::parse(printed).expect("printed"), query, "{text}");
    }
}

#[test]
fn a_regex_built_in_rust_prints_and_parses() {
    for regex in ["a/b", "a\\/b", "a\\\\", "a\\\\/b", "[\\\\/]", "a\\\\b\\.", "", "a b"] {
        let query = Query::field("tenant").matches(regex);
        assert_eq!(Query::parse(&query.to_string()).expect("printed"), query, "{regex}");
    }
}

proptest! {
    #[test]
    fn printed_queries_parse_to_the_same_tree(query in any_query()) {
        let printed = query.to_string();
        match Query::parse(&printed) {
            Ok(parsed) => prop_assert_eq!(parsed, query, "{}", printed),
            Err(error) => prop_assert!(false, "{}: {}", printed, error),
        }
    }

    #[test]
    fn arbitrary_texts_are_parsed_or_refused_at_a_place(text in any::<String>()) {
        if let Err(Error::Query { position, .. }) = Query::parse(&text) {
            prop_assert!(text.is_char_boundary(position));
        }
    }

    #[test]
    fn what_parses_prints_and_parses_again(
        text in "((actor|tenant|time|has|who\\.id|details\\.\"x)\
                 |[-a-c \"\\\\*~():=.<>!^$/,„“«»1]){0,24}",
    ) {
        if let Ok(query) = Query::parse(&text) {
            let printed = query.to_string();
            prop_assert_eq!(Query::parse(&printed).ok(), Some(query), "{}", printed);
        }
    }
}

/// Printed bare, the second quote would close a key that the first opens: `details."x "<actor"`.
#[test]
fn a_text_with_a_quote_behind_a_dot_prints_in_quotes() {
    let query = Query::parse("„details.\"x“ „<actor“").expect("two texts");
    assert_eq!(Query::parse(&query.to_string()).expect("printed"), query, "{query}");
}

/// What is an operator in another language and would be a text here.
#[test]
fn habits_of_other_languages_are_errors_with_the_right_spelling() {
    check_refusals(&[
        ("details.2fa=true", "^", "`details.\"2fa\"=true`"),
        ("-details.größe>5", " ^", "`details.\"größe\">5`"),
        ("a details.a.b/c:x", "  ^", "`details.a.\"b/c\":x`"),
        ("who.a@b=c", "^", "`who.\"a@b\"=c`"),
        ("details.$x.y^=z", "^", "`details.\"$x\".y^=z`"),
        ("!category=x", "^", "write `-`"),
        ("a !b", "  ^", "write `-`"),
        ("!(a)", "^", "write `-`"),
        ("+a", "^", "leave it out"),
        ("tenant:(+a)", "        ^", "leave it out"),
        ("category==x", "        ^", "write `=`"),
        ("category<>x", "        ^", "write `!=`"),
        ("seq=>5", "   ^", "write `>=`"),
        ("seq=<5", "   ^", "write `<=`"),
        ("seq:>5", "   ^", "write `>`"),
        ("tenant:=x", "      ^", "write `=`"),
        ("tenant!==x", "      ^", "write `!=`"),
        ("tenant^==x", "      ^", "write `^=`"),
        ("category IN (a, b)", "         ^", "`category=(a,b)`"),
        ("category in (a, b)", "         ^", "`category=(a,b)`"),
        ("category = teams", "         ^", "`category=value`"),
        ("category =teams", "         ^", "`category=value`"),
        ("category != teams", "         ^", "`category!=value`"),
        ("seq >= 5", "    ^", "`seq>=value`"),
        ("seq >=5", "    ^", "`seq>=value`"),
        ("category= teams", "         ^", "without a space"),
        ("category: teams", "         ^", "without a space"),
        ("a && b", "  ^", "`AND`"),
        ("a || b", "  ^", "`OR`"),
        ("context.ip=203.0.113.0/33", "           ^", "no network"),
        ("ip=(10.0.0.0/8,203.0.113/24)", "               ^", "no network"),
        ("ip!=2001:db8::/129", "    ^", "no network"),
    ]);
    // Texts, addresses and paths that only look like that.
    for text in [
        "12:30",
        "2fa=true",
        "+49",
        "-5",
        "!!!a\u{20}",
        "ip=::1",
        "details.a=/x",
        "details.a=~/x",
        "details.a=*x",
        "in (a OR b)",
        "x =5",
        "ip=\"203.0.113.0/33\"",
        "details.a=10/8",
        "details.\"2fa\"=true",
        "tenant=\"=x\"",
        "details.v1.2",
        "actor.name@example.com",
    ] {
        let is_wrong = text.starts_with('!');
        assert_eq!(Query::parse(text).is_err(), is_wrong, "{text}");
    }
}

#[test]
fn brackets_close_and_hold_members_of_an_object() {
    check_refusals(&[
        ("targets[type=user", "       ^", "never closed; expected `]`"),
        ("targets[(a]", "        ^", "never closed; expected `)`"),
        ("targets[]", "        ^", "expected a text"),
        ("targets[a]b", "          ^", "white space after `]`"),
        ("targets[a].type", "          ^", "white space after `]`"),
        ("category[a]", "^", "is no object"),
        ("actor.email[a]", "^", "is no object"),
        ("occurred_at[a]", "^", "is no object"),
        ("arr[0]", "^", "quote it"),
        ("raw[a]", "^", "neither searched"),
        ("has:targets[a]", "           ^", "`f[*]`"),
        ("tenant:(targets[a])", "        ^", "cannot stand inside"),
        ("targets[category:(type=a)]", "                  ^", "cannot stand inside"),
        ("changes[after[a[b[c[d=1]]]]]", "                   ^", "at most 4 deep"),
        ("targets[labels.2x=5]", "        ^", "`labels.\"2x\"=5`"),
        ("targets[name~=/(/]", "              ^", "regular expression"),
        ("targets[type= user]", "             ^", "without a space"),
    ]);
    for (text, printed) in [
        ("targets[type=user id=(a,b)]", "targets[type=user id=(a,b)]"),
        ("target[ type=user OR name:\"a ]b\" ]", "targets[type=user OR name:\"a ]b\"]"),
        ("-targets[-type=user]", "-targets[-type=user]"),
        ("(targets[*])", "targets[*]"),
        // Members, whatever these names mean outside.
        ("details.x[seq=5 after:2 action=a time=b]", "details.x[seq=5 after:2 action=a time=b]"),
        ("changes[after[a[b[c=1]]]]", "changes[after[a[b[c=1]]]]"),
        ("targets[labels[fields[value>5]] x]", "targets[labels[fields[value>5]] x]"),
        ("targets[name~=/a]b/]", "targets[name~=/a]b/]"),
        ("a]b", "\"a]b\""),
    ] {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.to_string(), printed);
        assert_eq!(Query::parse(printed).expect("it was printed"), query);
    }
}
