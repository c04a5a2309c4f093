//! The parts of a query that are joined by AND: what chips and filters put in, change and take out.
//!
//! They are those of the parsed tree, so that nothing of a query is lost or meant otherwise.

use crate::interface::Speech;
use crate::json::Value;
use crate::query::{Expr, FieldTest, Literal, Path, Query, Term};
use crate::{Error, Result};

/// The parts of a query, each a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::serve::page) struct Parts(Vec<Query>);

impl Parts {
    /// The parts of a query; none of the one for every event.
    ///
    /// # Errors
    /// [`Error::Query`] for a query that was built, and has no text that reads as it.
    pub(in crate::serve::page) fn of(query: &Query) -> Result<Parts> {
        let parts = match query.root() {
            Expr::All => return Ok(Parts(Vec::new())),
            Expr::And(operands) => operands.iter().map(query_of).collect::<Result<_>>()?,
            _ => vec![query.clone()],
        };
        Ok(Parts(parts))
    }

    /// Each of them, in their order.
    pub(in crate::serve::page) fn iter(&self) -> impl Iterator<Item = &Query> {
        self.0.iter()
    }

    /// All of them as one query.
    pub(in crate::serve::page) fn joined(&self) -> Query {
        let mut parts = self.0.iter().cloned();
        let first = parts.next();
        first.map_or_else(Query::all, |first| parts.fold(first, Query::and))
    }

    /// The query without one of them.
    pub(in crate::serve::page) fn without(&self, index: usize) -> Query {
        let mut parts = self.clone();
        if index < parts.0.len() {
            parts.0.remove(index);
        }
        parts.joined()
    }

    /// The query with another part in the place of one.
    pub(in crate::serve::page) fn replaced(&self, index: usize, part: Query) -> Query {
        let mut parts = self.clone();
        match parts.0.get_mut(index) {
            Some(old) => *old = part,
            None => parts.0.push(part),
        }
        parts.joined()
    }

    /// The query with one more part.
    pub(in crate::serve::page) fn and(&self, part: Query) -> Query {
        self.replaced(self.0.len(), part)
    }

    /// The query with the opposite of a part.
    pub(in crate::serve::page) fn negated(&self, index: usize) -> Query {
        match self.0.get(index) {
            Some(part) => self.replaced(index, !part.clone()),
            None => self.joined(),
        }
    }

    /// The part that lists values of a path, `f=(a,b)`: where it stands, and the values.
    pub(in crate::serve::page) fn listing(&self, path: &Path) -> Option<(usize, &[Literal])> {
        self.0.iter().enumerate().find_map(|(index, part)| match part.root() {
            Expr::Term(Term::Field { path: found, test: FieldTest::Equals(values) })
                if found == path =>
            {
                Some((index, &values[..]))
            }
            _ => None,
        })
    }

    /// The query with a value put into the list of a path, or taken out if it is there.
    pub(in crate::serve::page) fn toggled(&self, field: &FilterField, value: Literal) -> Query {
        let Some((index, values)) = self.listing(&field.path) else {
            return self.and(field.one_of(vec![value]));
        };
        let is_same = |known: &Literal| known.text() == value.text();
        let mut changed: Vec<Literal> =
            values.iter().filter(|known| !is_same(known)).cloned().collect();
        if changed.len() == values.len() {
            changed.push(value);
        }
        match changed.is_empty() {
            true => self.without(index),
            false => self.replaced(index, field.one_of(changed)),
        }
    }
}

/// A field whose values are listed to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::serve::page) struct FilterField {
    /// As facets take it.
    pub(in crate::serve::page) name: String,
    pub(in crate::serve::page) path: Path,
}

impl FilterField {
    /// Reads the name of a field or attribute.
    ///
    /// # Errors
    /// [`Error::Query`] for what is none; [`Error::Invalid`] for one of the objects that meet a
    /// condition.
    pub(in crate::serve::page) fn read(name: &str, speech: &Speech) -> Result<FilterField> {
        let query = Query::parse_named(&format!("has:{name}"), &speech.names)?;
        match query.root() {
            Expr::Term(Term::Field { path, .. }) => {
                Ok(FilterField { name: path.to_string(), path: path.clone() })
            }
            _ => Err(Error::invalid(name, "is a field of single objects")),
        }
    }

    /// The field that a name is within the brackets of these lists, from the event.
    pub(in crate::serve::page) fn read_within(
        lists: &[String],
        name: &str,
        speech: &Speech,
    ) -> Option<FilterField> {
        if lists.is_empty() {
            return FilterField::read(name, speech).ok();
        }
        let path = element(lists, &format!("has:{name}"), speech)?;
        FilterField::read(&path, speech).ok()
    }

    fn one_of(&self, values: Vec<Literal>) -> Query {
        Query::field(&self.name).one_of(values)
    }
}

/// The path of the innermost of these lists, from the event.
pub(super) fn list_of(lists: &[String], speech: &Speech) -> Option<String> {
    element(lists, "*", speech)
}

/// The path that a condition is about within the brackets of these lists.
fn element(lists: &[String], condition: &str, speech: &Speech) -> Option<String> {
    let text = format!("{}[{condition}{}", lists.join("["), "]".repeat(lists.len()));
    let query = Query::parse_named(&text, &speech.names).ok()?;
    let mut names: Vec<String> = Vec::new();
    let mut inner = query.root();
    loop {
        match inner {
            Expr::Term(Term::Element { path, condition }) => {
                names.push(path.to_string());
                inner = condition;
            }
            Expr::Term(Term::Field { path, .. }) => {
                names.push(path.to_string());
                return Some(names.join("."));
            }
            Expr::All => return Some(names.join(".")),
            _ => return None,
        }
    }
}

/// A value as a list of a query has it: in quotes where it could be read as something else.
pub(in crate::serve::page) fn literal_of(value: &Value) -> Literal {
    let Some(text) = value.as_str() else {
        return Literal::bare(value.to_json());
    };
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-@.+".contains(&byte));
    match is_word && !["true", "false", "null"].contains(&text) {
        true => Literal::bare(text),
        false => Literal::quoted(text),
    }
}

/// An operand as a query of its own.
fn query_of(expr: &Expr) -> Result<Query> {
    Query::parse(&expr.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn parts(text: &str) -> Parts {
        Parts::of(&Query::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn a_query_is_its_parts_and_loses_one_at_a_time() {
        for text in [
            "category=teams -actor.email=\"a b@x\" (budget OR \"2027 plan\") since:7d",
            "targets[type=user -id=u-1] details.\"aws:SourceIp\"~=/^10\\./ *",
            "a OR b",
            "-(a b) c",
            "",
        ] {
            let whole = Query::parse(text).unwrap();
            let parts = Parts::of(&whole).unwrap();
            assert_eq!(parts.joined(), whole, "{text}");
            for index in 0..parts.0.len() {
                let rest: Vec<String> = parts.0.iter().map(|one| format!("({one})")).collect();
                let rest = [&rest[..index], &rest[index + 1..]].concat().join(" ");
                assert_eq!(parts.without(index), Query::parse(&rest).unwrap(), "{text} {index}");
                assert_eq!(parts.replaced(index, parts.0[index].clone()), whole);
            }
        }
    }

    #[test]
    fn a_part_is_turned_round_and_back() {
        let once = parts("a category=teams").negated(1);
        assert_eq!(once, Query::parse("a -category=teams").unwrap());
        assert_eq!(Parts::of(&once).unwrap().negated(1), parts("a category=teams").joined());
    }

    #[test]
    fn a_value_is_put_in_and_taken_out_again() {
        let field = FilterField::read("category", &Speech::plain(Tz::UTC)).unwrap();
        let toggle =
            |text: &str, value: &str| parts(text).toggled(&field, Literal::bare(value)).to_string();
        assert_eq!(toggle("a", "teams"), "a category=teams");
        assert_eq!(toggle("a category=teams", "groups"), "a category=(teams,groups)");
        assert_eq!(toggle("category=(teams,groups) b", "teams"), "category=groups b");
        assert_eq!(toggle("category=teams", "teams"), "*");
        assert_eq!(toggle("a OR b", "teams"), "(a OR b) category=teams");
        assert_eq!(toggle("category=\"teams\"", "teams"), "*");
    }
}
