//! Required literals: texts that an event must contain to meet a predicate, as a filter ahead of a
//! look at its values, as searchers of text put literals ahead of a regular expression. A scan of
//! events without index spends most of its time on taking apart what meets nothing.

use crate::query::ast::LastWord;
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::text::fold;
use memchr::memmem::{self, Finder};
use memchr::{memchr, memchr2, memrchr2};

/// What an event must contain.
#[derive(Debug)]
pub(crate) struct RequiredLiterals {
    required: Required,
    forms: Forms,
}

/// A necessary condition on the canonical bytes of an event.
#[derive(Debug)]
enum Required {
    /// Nothing: every event may meet the predicate.
    Nothing,
    /// These bytes within a value.
    Exact(Box<Finder<'static>>),
    /// This text within a folded value.
    Folded(Box<Finder<'static>>),
    Each(Vec<Required>),
    OneOf(Vec<Required>),
}

/// The bytes of one event as literals are looked for in them; what is not needed is not made.
#[derive(Debug, Default)]
struct Forms {
    has_escapes: bool,
    is_ascii: bool,
    /// All bytes with ASCII letters in lower case.
    lowered: Vec<u8>,
    /// The words beyond ASCII, folded.
    folded: String,
}

impl RequiredLiterals {
    /// Those of a predicate. Cost: that of a walk over it.
    pub(crate) fn of(predicate: &Predicate) -> RequiredLiterals {
        RequiredLiterals { required: Required::of(predicate), forms: Forms::default() }
    }

    /// Whether an event of these canonical bytes may meet the predicate; if not, it does not.
    pub(crate) fn may_be_met_by(&mut self, canonical: &[u8]) -> bool {
        // Behind `\u` any character may stand. All other escapes are of characters that are not in
        // a literal, so that each literal stands there as it is.
        matches!(self.required, Required::Nothing)
            || self.forms.begin(canonical) && memmem::find(canonical, br"\u").is_some()
            || self.required.is_in(canonical, &mut self.forms)
    }
}

impl Forms {
    /// Begins with another event; whether it has escapes.
    fn begin(&mut self, canonical: &[u8]) -> bool {
        self.has_escapes = memchr(b'\\', canonical).is_some();
        self.is_ascii = canonical.is_ascii();
        self.lowered.clear();
        self.folded.clear();
        self.has_escapes
    }

    fn have_folded(&mut self, canonical: &[u8], literal: &Finder<'static>) -> bool {
        if self.lowered.is_empty() {
            self.lowered.extend_from_slice(canonical);
            self.lowered.make_ascii_lowercase();
        }
        if literal.find(&self.lowered).is_some() {
            return true;
        }
        if self.is_ascii || self.has_escapes {
            // Folding ASCII is lower-casing. Values with escapes are not unescaped for this.
            return !self.is_ascii;
        }
        if self.folded.is_empty() {
            self.fold_words(canonical);
        }
        literal.find(self.folded.as_bytes()).is_some()
    }

    /// Folds what stands between quotes and spaces and is not ASCII; a space belongs to what is
    /// behind it, as a mark may stand there. No literal has a space or a quote.
    fn fold_words(&mut self, canonical: &[u8]) {
        let mut rest = canonical;
        while let Some(place) = rest.iter().position(|byte| !byte.is_ascii()) {
            let start = memrchr2(b'"', b' ', &rest[..place]).unwrap_or(0);
            let end = memchr2(b'"', b' ', &rest[place..]).map_or(rest.len(), |end| place + end);
            self.folded.push_str(&fold(&String::from_utf8_lossy(&rest[start..end])));
            rest = &rest[end..];
        }
    }
}

impl Required {
    fn of(predicate: &Predicate) -> Required {
        match predicate {
            Predicate::All | Predicate::Not(_) => Required::Nothing,
            Predicate::And(parts) => Required::each(parts.iter().map(Required::of).collect()),
            Predicate::Or(parts) => Required::one_of(parts.iter().map(Required::of).collect()),
            Predicate::Element(element) => Required::of(&element.bound),
            Predicate::Field(leaf) => Required::of_leaf(leaf),
        }
    }

    fn of_leaf(leaf: &FieldPredicate) -> Required {
        match &leaf.scope {
            Scope::AnyText | Scope::TextExcept(_) | Scope::Path(_) => Required::of_test(&leaf.test),
            // Not in the canonical bytes, or not in one piece.
            Scope::OccurredAt | Scope::RecordedAt | Scope::Seq | Scope::Action => Required::Nothing,
        }
    }

    fn of_test(test: &ValuePredicate) -> Required {
        match test {
            ValuePredicate::Phrase(phrase) => {
                let is_fuzzy = matches!(phrase.last, LastWord::Fuzzy(_));
                let words = &phrase.words[..phrase.words.len() - usize::from(is_fuzzy)];
                let longest = words.iter().max_by_key(|word| word.len());
                longest.map_or(Required::Nothing, |word| Required::folded(word))
            }
            ValuePredicate::Equals(equals) => {
                let texts =
                    equals.texts().map(|texts| texts.iter().map(|text| Required::exact(text)));
                texts.map_or(Required::Nothing, |texts| Required::one_of(texts.collect()))
            }
            ValuePredicate::Under(text) => Required::within(text),
            ValuePredicate::Begins(text)
            | ValuePredicate::Contains(text)
            | ValuePredicate::Ends(text) => Required::folded(text),
            ValuePredicate::Has
            | ValuePredicate::Pattern(_)
            | ValuePredicate::Range(_)
            | ValuePredicate::TimeRange(_) => Required::Nothing,
        }
    }

    /// A value is `text`.
    fn exact(text: &str) -> Required {
        match matches!(text, "true" | "false" | "null") || text.contains(is_escaped) {
            true => Required::within(text),
            false => Required::Exact(finder(&format!("\"{text}\""))),
        }
    }

    /// A value has `text`.
    fn within(text: &str) -> Required {
        let literal = longest(text, is_escaped);
        literal.map_or(Required::Nothing, |literal| Required::Exact(finder(literal)))
    }

    /// A folded value has `text`.
    fn folded(text: &str) -> Required {
        let literal = longest(text, |c| c == ' ' || is_escaped(c));
        literal.map_or(Required::Nothing, |literal| Required::Folded(finder(literal)))
    }

    fn each(mut parts: Vec<Required>) -> Required {
        parts.retain(|part| !matches!(part, Required::Nothing));
        match parts.is_empty() {
            true => Required::Nothing,
            false => Required::Each(parts),
        }
    }

    fn one_of(parts: Vec<Required>) -> Required {
        match parts.iter().any(|part| matches!(part, Required::Nothing)) {
            true => Required::Nothing,
            false => Required::OneOf(parts),
        }
    }

    fn is_in(&self, canonical: &[u8], forms: &mut Forms) -> bool {
        match self {
            Required::Nothing => true,
            Required::Exact(literal) => literal.find(canonical).is_some(),
            Required::Folded(literal) => forms.have_folded(canonical, literal),
            Required::Each(parts) => parts.iter().all(|part| part.is_in(canonical, forms)),
            Required::OneOf(parts) => parts.iter().any(|part| part.is_in(canonical, forms)),
        }
    }
}

/// Whether a character may stand in JSON behind a backslash.
fn is_escaped(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '"' | '\\' | '/')
}

/// The longest piece of a text between characters that it may not have.
fn longest(text: &str, is_border: impl Fn(char) -> bool) -> Option<&str> {
    let pieces = text.split(is_border);
    pieces.max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty())
}

fn finder(literal: &str) -> Box<Finder<'static>> {
    Box::new(Finder::new(literal).into_owned())
}

#[cfg(test)]
mod tests {
    use super::RequiredLiterals;
    use crate::event::{Event, StoredEvent, Timestamp};
    use crate::query::ast::Query;
    use crate::query::budget::Budget;
    use crate::query::predicate::compile;
    use crate::query::predicate::context::any_context;
    use crate::query::predicate::event::EventFlattener;
    use proptest::prelude::*;
    use std::ops::Not;

    /// What makes folding, words and escapes hard.
    const PIECES: [&str; 26] = [
        "a", "B", "ab", "s", "ss", "5", "\u{f6}", "o\u{308}", "\u{df}", "\u{130}", "\u{fb01}",
        "\u{301}", "\u{ad}", "\u{200d}", " ", "-", "\"", "\\", "\n", "\u{1}", "/", "\u{6f22}",
        "\u{bd}", "\u{3c3}", "\u{3c2}", "true",
    ];

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(&PIECES[..]), 1..6)
            .prop_map(|text| text.concat())
    }

    fn of_kind(kind: usize, text: String) -> Query {
        let field = || Query::field("details");
        match kind {
            0 => Query::text(text),
            1 => Query::prefix(text),
            2 => Query::fuzzy(text, 1),
            3 => field().equals(text),
            4 => field().begins(text),
            5 => field().contains(text),
            6 => field().ends(text),
            7 => field().under(text),
            8 => field().is(text),
            _ => field().is(text).not(),
        }
    }

    fn query() -> impl Strategy<Value = Query> {
        let one = || (0..10_usize, text()).prop_map(|(kind, text)| of_kind(kind, text));
        (one(), one(), 0..3_usize).prop_map(|(one, other, kind)| match kind {
            0 => one,
            1 => one.and(other),
            _ => one.or(other),
        })
    }

    fn event(first: &str, second: &str, number: &str) -> StoredEvent {
        let text = |text: &str| serde_json::to_string(text).expect("a text is JSON");
        let (first, second) = (text(first), text(second));
        let json = format!(
            r#"{{"occurred_at":"2026-05-04T12:00:00Z","category":"c","activity":"x","actor":
               {{"type":"user"}},"details":{{"v":{first},"w":[{second},{number},true,null]}}}}"#
        );
        let event = Event::from_json(json.as_bytes()).expect("an event");
        StoredEvent { seq: 1, recorded_at: Timestamp(0), event }
    }

    proptest! {
        #[test]
        fn whatever_meets_a_predicate_has_its_literals(
            query in query(), first in text(), second in text(), number in "[1-9][0-9]{0,3}",
        ) {
            // What is no query, such as a text without words, meets nothing.
            if let Ok(predicate) = compile(&query, &any_context()) {
                let event = event(&first, &second, &number);
                let mut flattener = EventFlattener::new();
                let values = flattener.read(&event);
                let meets = values.meet(&predicate, &Budget::unlimited()).expect("no limit");
                let mut literals = RequiredLiterals::of(&predicate);
                // Twice, as the buffers are used again.
                for _ in 0..2 {
                    let may = literals.may_be_met_by(event.event.canonical());
                    prop_assert!(may || !meets, "{query:?} in {first:?}, {second:?}");
                }
            }
        }
    }

    #[test]
    fn events_without_the_literals_are_left_out() {
        let plain = event("Relaunch of Zurich", "x", "17");
        let accents = event("Projekt f\u{fc}r Z\u{fc}rich", "x", "17");
        let escaped = event("say \"hi\"\n", "x", "17");
        for (query, expected) in [
            (Query::text("zurich"), [true, true, false]),
            (Query::text("launch"), [true, false, false]),
            (Query::text("fur"), [false, true, false]),
            (Query::field("details.v").equals("zurich"), [false, false, false]),
            (Query::field("details.w").equals("x"), [true, true, true]),
            (Query::field("details.w").equals("17"), [false, false, false]),
            (Query::field("details.w").is("17"), [true, true, true]),
            (Query::field("details.v").begins("say"), [false, false, true]),
            // A path below is a longer value: no quote stands behind the text.
            (Query::field("details.v").under("Relaunch of"), [true, false, false]),
            (Query::text("hi").and(Query::text("absent")), [false, false, false]),
            (Query::text("hi").or(Query::text("fur")), [false, true, true]),
            (Query::text("absent").not(), [true, true, true]),
        ] {
            let predicate = compile(&query, &any_context()).expect("a predicate");
            let mut literals = RequiredLiterals::of(&predicate);
            let may = [&plain, &accents, &escaped]
                .map(|event| literals.may_be_met_by(event.event.canonical()));
            assert_eq!(may, expected, "{query:?}");
        }
    }
}
