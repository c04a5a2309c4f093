//! Trees of JSON text that is no event, and the byte offset of a value in its text.

use super::parse::{JsonParser, parse};
use super::problem::{PathStep, Problem};
use super::tree::Node;

/// What the last step of a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The value.
    Value,
    /// The key of the value; the last one if it is given twice.
    Key,
}

/// Reads JSON text in which objects and lists nest at most `depth_max` deep.
///
/// # Errors
/// The byte offset of what is wrong, and a sentence about it.
pub(crate) fn read_tree(json: &str, depth_max: usize) -> Result<Node<'_>, (usize, String)> {
    parse(json.as_bytes(), depth_max).map_err(|problem| {
        let Problem { mut steps, what, at } = *problem;
        steps.reverse();
        let at = at.unwrap_or_else(|| offset_of(json, &steps, End::Key));
        (at, what)
    })
}

/// The byte offset of the value that `steps` lead to, or of the last one on the way that is there.
///
/// Cost: linear in the text before it.
pub(crate) fn offset_of(json: &str, steps: &[PathStep], end: End) -> usize {
    let mut parser = JsonParser::new(json, usize::MAX);
    parser.skip_space();
    for (number, step) in steps.iter().enumerate() {
        let is_last = number + 1 == steps.len();
        let place = match step {
            PathStep::Key(key) if is_last && end == End::Key => parser.key_of(key),
            PathStep::Key(key) => parser.member(key),
            PathStep::Index(index) => parser.element(*index),
        };
        match place {
            Some(place) => parser.at = place,
            None => break,
        }
    }
    parser.at
}

/// Lookahead from the start of a value; the caller sets the position of the parser.
impl JsonParser<'_> {
    /// The value of the member with this key.
    fn member(&mut self, key: &str) -> Option<usize> {
        let start = self.at;
        let found = self.find_member(|name, _, value_at| (name == key).then_some(value_at));
        self.at = start;
        found
    }

    /// The last key that is this one.
    fn key_of(&mut self, key: &str) -> Option<usize> {
        let start = self.at;
        let mut last = None;
        self.find_member(|name, key_at, _| {
            if name == key {
                last = Some(key_at);
            }
            None
        });
        self.at = start;
        last
    }

    /// Calls `choose` with key, offset of the key and offset of the value of each member, until it
    /// returns one.
    fn find_member(
        &mut self,
        mut choose: impl FnMut(&str, usize, usize) -> Option<usize>,
    ) -> Option<usize> {
        self.take(b'{').then_some(())?;
        loop {
            self.skip_space();
            let key_at = self.at;
            self.take(b'"').then_some(())?;
            self.at = key_at;
            let name = self.string().ok()?;
            self.skip_space();
            self.take(b':').then_some(())?;
            self.skip_space();
            if let Some(chosen) = choose(&name, key_at, self.at) {
                return Some(chosen);
            }
            self.skip_value()?;
        }
    }

    fn element(&mut self, index: usize) -> Option<usize> {
        let start = self.at;
        let found = self.find_element(index);
        self.at = start;
        found
    }

    fn find_element(&mut self, index: usize) -> Option<usize> {
        self.take(b'[').then_some(())?;
        for _ in 0..index {
            self.skip_space();
            self.skip_value()?;
        }
        self.skip_space();
        Some(self.at)
    }

    /// Skips a value and the comma after it.
    fn skip_value(&mut self) -> Option<()> {
        self.value(0, &mut Node::Null).ok()?;
        self.skip_space();
        self.take(b',').then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> PathStep {
        PathStep::Key(key.to_owned())
    }

    #[test]
    fn places_are_found_by_keys_and_indexes() {
        let json = r#" {"a\u0062": [1, {"c": "]}", "d": 2}], "e": null} "#;
        let place = |steps: &[PathStep], end| json.get(offset_of(json, steps, end)..).unwrap();
        assert!(place(&[], End::Value).starts_with("{"));
        assert!(place(&[key("ab")], End::Value).starts_with("[1"));
        assert!(place(&[key("ab")], End::Key).starts_with("\"a\\"));
        assert!(place(&[key("ab"), PathStep::Index(1)], End::Value).starts_with("{\"c\""));
        let inner = [key("ab"), PathStep::Index(1), key("d")];
        assert!(place(&inner, End::Value).starts_with("2}"));
        assert!(place(&inner, End::Key).starts_with("\"d\""));
        assert!(place(&[key("e")], End::Value).starts_with("null"));
        // A missing value is reported at the last one on its path that exists.
        assert!(place(&[key("ab"), key("x")], End::Key).starts_with("[1"));
        assert!(place(&[key("x")], End::Value).starts_with("{"));
    }

    #[test]
    fn an_unreadable_tree_is_refused_with_its_byte() {
        let at = |json: &str| read_tree(json, 3).map_err(|(at, _)| at).unwrap_err();
        assert_eq!(at(r#"{"a":1,"b":2,"a":3}"#), 13);
        assert_eq!(at(r#"{"a":{"b":1,"b":2},"c":3}"#), 12);
        assert_eq!(at(r#"{"a" 1}"#), 5);
        assert_eq!(at("[[[[]]]]"), 3);
        assert_eq!(at(r#"{"a":1e999}"#), 5);
        assert!(read_tree("[[[]]]", 3).is_ok());
    }
}
