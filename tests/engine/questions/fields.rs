//! Conditions on fields.

use super::Asker;
use super::texts::source_of;
use crate::events::{ADDRESSES, NETWORKS, NUMBERS, TIMES, one_of};
use crate::oracle::ask::{Ask, Path, Test, Written};
use crate::oracle::fact::Leaf;
use crate::oracle::literal::{Literal, Meaning, compared};
use crate::oracle::print::is_bare_value;
use annals::text::fold;
use regex::Regex;

/// Paths asked of now and then, whatever the events hold.
const PATHS: &str = "tenant|actor|actor.id|actor.email|targets|targets.name|targets.id|changes|\
    changes.before|changes.after|context.ip|context|attributes|details|details.a|details.a.b|\
    details.a.b.c|details.note|details.count|details.never|operation|outcome|subjects|action|seq|\
    occurred_at|recorded_at|id|targets.labels|caused_by.captured|data_source|category";

impl Asker<'_> {
    /// A condition on a field.
    pub(super) fn field(&self) -> Ask {
        loop {
            let leaf = self.leaf();
            let path = match self.chance.one_in(5) {
                true => keys_of(one_of(PATHS, self.chance)),
                false => self.path_of(leaf),
            };
            let value = match self.chance.one_in(5) {
                true => self.leaf(),
                false => leaf,
            };
            if let Some(test) = self.test(&path, value) {
                return Ask::Field(path, test);
            }
        }
    }

    /// A path that covers a value.
    pub(super) fn path_of(&self, leaf: Option<&Leaf>) -> Path {
        let Some(leaf) = leaf else {
            return keys_of("details.a");
        };
        let mut path = leaf.keys.clone();
        if self.chance.one_in(4) {
            path.truncate(1 + self.chance.below(path.len()));
        }
        if self.chance.one_in(2) {
            path = dots_apart(&path);
        }
        path
    }

    /// A test of values like this one.
    pub(super) fn test(&self, path: &Path, leaf: Option<&Leaf>) -> Option<Test> {
        if path[0] == "occurred_at" || path[0] == "recorded_at" {
            return Some(self.time_test());
        }
        let source = leaf.map(source_of).unwrap_or_default();
        Some(match self.chance.weighted(&[2, 1, 8, 2, 12, 4, 3, 3, 3, 3, 5, 2]) {
            0 => Test::Has,
            1 => Test::Star,
            2 => Test::Text(self.phrase(leaf, false)),
            3 => Test::Group(Box::new(self.group(leaf, 2))),
            4 => Test::Equals(self.literals(leaf)),
            5 => Test::Differs(self.literals(leaf)),
            6 => Test::Begins(self.folded(self.cut(&self.cased(&source)))?),
            7 => Test::Contains(self.folded(self.middle(&self.cased(&source)))?),
            8 => Test::Ends(self.folded(self.end(&self.cased(&source)))?),
            9 => Test::Matches(self.regex(&source)?),
            10 => self.comparison(leaf)?,
            _ => self.under(&source)?,
        })
    }

    fn time_test(&self) -> Test {
        let literals = || {
            let texts = (0..1 + self.chance.below(2)).map(|_| match self.chance.one_in(3) {
                true => self.range_of_times(),
                false => self.when("=").0,
            });
            let bare = |text| Literal::new(self.written_bare(text), self.zone);
            texts.map(bare).collect()
        };
        match self.chance.below(8) {
            0 => Test::Has,
            1..4 => Test::Equals(literals()),
            4 => Test::Differs(literals()),
            _ => {
                let operator = *self.chance.pick(&[">", ">=", "<", "<="]);
                let (text, meaning) = self.when(operator);
                Test::Compare(operator, text, meaning)
            }
        }
    }

    /// What stands in `f:( )`.
    fn group(&self, leaf: Option<&Leaf>, depth: usize) -> Ask {
        let operands = || (0..2).map(|_| self.group(leaf, depth - 1)).collect();
        match self.chance.weighted(&[4, depth, depth, 1, 1]) {
            1 => Ask::And(operands()),
            2 => Ask::Or(operands()),
            3 => Ask::Not(Box::new(Ask::Text(self.phrase(leaf, true)))),
            4 if self.chance.one_in(4) => Ask::All,
            _ => Ask::Text(self.phrase(leaf, true)),
        }
    }

    fn literals(&self, leaf: Option<&Leaf>) -> Vec<Literal> {
        let count = match self.chance.one_in(4) {
            true => 2 + self.chance.below(3),
            false => 1,
        };
        let literal = |_| {
            let text = match self.chance.below(16) {
                0 => one_of(NETWORKS, self.chance).into(),
                1 => one_of(TIMES, self.chance).into(),
                2 => one_of(NUMBERS, self.chance).into(),
                3 => one_of(ADDRESSES, self.chance).into(),
                4 => self.when("=").0,
                5 => self.range_of_times(),
                6 | 7 => self.range_of_numbers(leaf),
                8 => self.leaf().map(source_of).unwrap_or_default(),
                _ => leaf.map(source_of).unwrap_or_default(),
            };
            let is_bare = is_bare_value(&text);
            Literal::new(self.written(text, is_bare), self.zone)
        };
        (0..count).map(literal).collect()
    }

    fn written_bare(&self, text: String) -> Written {
        Written { text, quotes: None }
    }

    /// A number of a value or of the vocabulary.
    fn number(&self, leaf: Option<&Leaf>) -> String {
        let text = leaf.map(source_of).unwrap_or_default();
        match compared("=", &text, self.zone) {
            Some(Meaning::Numbers(_)) => text,
            _ => one_of(NUMBERS, self.chance).into(),
        }
    }

    fn range_of_numbers(&self, leaf: Option<&Leaf>) -> String {
        let (from, to) = (self.number(leaf), self.number(None));
        match self.chance.below(6) {
            0 => format!("{from}.."),
            1 => format!("..{from}"),
            2 => format!("{to}..{from}"),
            3 => format!("{from}..{from}"),
            _ => format!("{from}..{to}"),
        }
    }

    fn range_of_times(&self) -> String {
        let (from, to) = (self.when("=").0, self.when("=").0);
        match self.chance.below(5) {
            0 => format!("{from}.."),
            1 => format!("..{to}"),
            _ => format!("{from}..{to}"),
        }
    }

    fn comparison(&self, leaf: Option<&Leaf>) -> Option<Test> {
        let operator = *self.chance.pick(&[">", ">=", "<", "<="]);
        let text = match self.chance.below(5) {
            0 => self.when(operator).0,
            1 => one_of(TIMES, self.chance).into(),
            2 => one_of(NUMBERS, self.chance).into(),
            _ => leaf.map(source_of).unwrap_or_default(),
        };
        let meaning = compared(operator, &text, self.zone)?;
        Some(Test::Compare(operator, text, meaning))
    }

    /// A text of which something is left when folded.
    fn folded(&self, text: String) -> Option<Written> {
        let is_bare = is_bare_value(&text);
        (!fold(&text).is_empty()).then(|| self.written(text, is_bare))
    }

    /// A path that a text is or lies below, or nearly.
    fn under(&self, text: &str) -> Option<Test> {
        let slashes: Vec<usize> = text.match_indices('/').map(|(at, _)| at).collect();
        let cut = match slashes.is_empty() || self.chance.one_in(4) {
            true => text.to_string(),
            false => text[..*self.chance.pick(&slashes)].to_string(),
        };
        let text = match self.chance.below(6) {
            0 => format!("{cut}/"),
            1 => "/".into(),
            2 => self.cut(&cut),
            _ => cut,
        };
        let is_bare = is_bare_value(&text);
        (!text.is_empty()).then(|| Test::Under(self.written(text, is_bare)))
    }

    fn cased(&self, text: &str) -> String {
        match self.chance.below(4) {
            0 => text.to_uppercase(),
            1 => fold(text).into_owned(),
            _ => text.to_string(),
        }
    }

    fn end(&self, text: &str) -> String {
        let count = text.chars().count();
        text.chars().skip(self.chance.below(count)).collect()
    }

    fn middle(&self, text: &str) -> String {
        self.cut(&self.end(text))
    }

    fn regex(&self, text: &str) -> Option<Regex> {
        let piece = regex::escape(&self.middle(text)).replace('/', "\\/");
        let regex = match self.chance.below(10) {
            0 => format!("^{piece}"),
            1 => format!("{piece}$"),
            2 => format!("(?i){}", piece.to_uppercase()),
            3 => format!("^{piece}.*$"),
            4 => "[0-9]{3,}".into(),
            5 => "^\\w+@\\w+\\.".into(),
            6 => format!("({piece}|budget)"),
            7 => "^.{0,4}$".into(),
            _ => piece,
        };
        // A bar that is escaped may not be followed by the slash that ends the expression.
        Regex::new(&regex).ok().filter(|_| !regex.ends_with('\\'))
    }
}

/// Keys with dots as several segments, as they may be written without quotes.
pub(super) fn dots_apart(keys: &[String]) -> Path {
    keys.iter().flat_map(|key| key.split('.')).map(String::from).collect()
}

fn keys_of(path: &str) -> Path {
    path.split('.').map(str::to_string).collect()
}
