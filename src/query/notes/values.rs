//! Values that no event has.

use super::Notes;
use super::nearest::nearest;
use super::reason::NoteHint;
use crate::Result;
use crate::json::Value;
use crate::query::ast::{Expr, FieldTest, Literal, Path, Query, Term};
use crate::query::predicate::paths::FacetPath;

/// Most frequent values that are compared.
const VALUES_MAX: usize = 1_000;
/// Most frequent values that are named where none is near.
const NAMED_MAX: usize = 3;

impl Notes<'_> {
    /// What to say of a test that no value passes, though there are values.
    pub(super) fn hint_of_test(&self, path: &Path, test: &FieldTest) -> Result<Option<NoteHint>> {
        match test {
            FieldTest::Text(text) => self.hint_of_text(Some(path), text),
            FieldTest::Equals(literals) => match self.hint_of_spelling(path, literals)? {
                Some(hint) => Ok(Some(hint)),
                None => self.hint_of_values(path, literals.first().map_or("", Literal::text)),
            },
            FieldTest::Begins(text)
            | FieldTest::Contains(text)
            | FieldTest::Ends(text)
            | FieldTest::Under(text) => self.hint_of_values(path, text),
            FieldTest::Compare(..) => self.hint_of_values(path, ""),
            _ => Ok(None),
        }
    }

    /// Another way to write the comparison that has hits.
    fn hint_of_spelling(&self, path: &Path, literals: &[Literal]) -> Result<Option<NoteHint>> {
        let [literal] = literals else { return Ok(None) };
        let text = literal.text();
        let field = |path: &[&str], test| {
            let path = Path::new(path.iter().map(|key| key.to_string()).collect());
            Expr::Term(Term::Field { path, test })
        };
        let own: Vec<&str> = path.segments().iter().map(String::as_str).collect();
        let mut others = Vec::new();
        if matches!(own[..], ["activity" | "category"]) && text.contains('.') {
            others.push(field(&["action"], FieldTest::Equals(vec![literal.clone()])));
        }
        if literal.is_quoted() {
            others.push(field(&own, FieldTest::Equals(vec![Literal::bare(text)])));
        }
        let is_starred = text.contains('*');
        if is_starred {
            let parts = text.split('*').filter(|part| !part.is_empty());
            let longest = parts.max_by_key(|part| part.len()).unwrap_or_default().to_owned();
            others.push(field(&own, FieldTest::Contains(longest)));
        }
        for other in others {
            let count = match self.count(&other) {
                Ok(count) if count > 0 => count,
                _ => continue,
            };
            let (other, has_star) = (other.to_string(), is_starred);
            return Ok(Some(NoteHint::OtherSpelling { other, count, has_star }));
        }
        Ok(is_starred.then_some(NoteHint::StarIsOrdinary))
    }

    /// The nearest value at a path, or else the most frequent ones.
    fn hint_of_values(&self, path: &Path, wanted: &str) -> Result<Option<NoteHint>> {
        let written = path.to_string();
        // An object has no values of its own.
        if FacetPath::of(path, &[]).is_err() {
            return Ok(None);
        }
        let facets = self.instead(Query::all()).facets(&[&written], VALUES_MAX)?;
        let values = facets.into_iter().flatten();
        let values: Vec<String> = values.map(|one| shown(&one.value)).collect();
        if let Some(near) = nearest(wanted, values.iter().map(String::as_str)) {
            let literal = Literal::bare(near);
            let equal = FieldTest::Equals(vec![literal]);
            let term = Expr::Term(Term::Field { path: path.clone(), test: equal });
            let count = self.count(&term)?;
            return Ok(Some(NoteHint::NearestValue { term: term.to_string(), count }));
        }
        let values: Vec<String> = values.into_iter().take(NAMED_MAX).collect();
        Ok((!values.is_empty()).then_some(NoteHint::FrequentValues { path: written, values }))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_json(),
    }
}
