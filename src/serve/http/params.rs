//! The parameters of an address: each at most once, none that nobody reads.

use super::problem::{Answer, Problem};
use crate::json::Value;
use strsim::levenshtein;

/// What follows `?` in an address, or the members of a body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    /// The names that were asked for.
    known: Vec<&'static str>,
}

impl Params {
    /// Reads what follows `?`.
    ///
    /// # Errors
    /// 400 where a parameter stands twice.
    pub(crate) fn of_address(query: Option<&str>) -> Answer<Params> {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Params { pairs: pairs.collect(), known: Vec::new() }.checked()
    }

    /// Reads what follows `?`, where some names may stand several times: their values are one list,
    /// joined by commas.
    ///
    /// # Errors
    /// 400 where any other parameter stands twice.
    pub(crate) fn with_lists(query: Option<&str>, lists: &[&str]) -> Answer<Params> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let list =
                pairs.iter_mut().find(|(known, _)| lists.contains(&&*name) && *known == name);
            match list {
                Some((_, values)) => {
                    values.push(',');
                    values.push_str(&value);
                }
                None => pairs.push((name.into_owned(), value.into_owned())),
            }
        }
        Params { pairs, known: Vec::new() }.checked()
    }

    /// Adds the members of a JSON object: texts as they are, anything else as JSON, `null` as if it
    /// were not there.
    ///
    /// # Errors
    /// 400 for what is no object, and where a parameter stands twice.
    pub(crate) fn and_members(mut self, body: &Value) -> Answer<Params> {
        let Some(members) = body.as_object() else {
            return Err(Problem::bad("body", "the body is a JSON object of parameters"));
        };
        for (name, value) in members {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                value => value.to_json(),
            };
            self.pairs.push((name.clone(), text));
        }
        self.checked()
    }

    /// All of them as the query of an address.
    pub(crate) fn to_text(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// All of them but one as the query of an address.
    pub(crate) fn without(&self, left_out: &str) -> String {
        let others = self.pairs.iter().filter(|(name, _)| name != left_out);
        form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish()
    }

    fn checked(self) -> Answer<Params> {
        for (place, (name, _)) in self.pairs.iter().enumerate() {
            if self.pairs[..place].iter().any(|(other, _)| other == name) {
                return Err(Problem::parameter(name, "stands twice"));
            }
        }
        Ok(self)
    }

    /// The value of a parameter; one without a value is as if it were not there.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let place = self.pairs.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.pairs.swap_remove(place);
        Some(value).filter(|value| !value.is_empty())
    }

    /// A whole number of a range.
    ///
    /// # Errors
    /// 400 for anything else.
    pub(crate) fn number(
        &mut self,
        name: &'static str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Answer<Option<usize>> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let wrong = || {
            let (first, last) = (range.start(), range.end());
            match *last {
                usize::MAX => format!("`{text}` is no whole number from {first} on"),
                last => format!("`{text}` is no whole number from {first} to {last}"),
            }
        };
        number.map(Some).ok_or_else(|| Problem::parameter(name, wrong()))
    }

    /// `true` or `false`; without it, `false`.
    ///
    /// # Errors
    /// 400 for anything else.
    pub(crate) fn flag(&mut self, name: &'static str) -> Answer<bool> {
        match self.text(name).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(other) => {
                Err(Problem::parameter(name, format!("`{other}` is neither true nor false")))
            }
        }
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// 400 where it is not.
    pub(crate) fn required(&mut self, name: &'static str) -> Answer<String> {
        self.text(name).ok_or_else(|| Problem::parameter(name, "is required"))
    }

    /// What is left must be nothing.
    ///
    /// # Errors
    /// 400 for a parameter that nobody reads, with the nearest that somebody does.
    pub(crate) fn finish(&self) -> Answer<()> {
        let Some((strange, _)) = self.pairs.first() else {
            return Ok(());
        };
        let near = self.known.iter().min_by_key(|name| levenshtein(name, strange));
        let detail = match near {
            Some(near) => format!("there is no such parameter here; the nearest: `{near}`"),
            None => "there are no parameters here".to_owned(),
        };
        let near = near.map(|name| Value::from(*name)).into_iter().collect();
        let problem = Problem::parameter(strange, detail).with("nearest", Value::List(near));
        Err(Problem { code: "unknown_parameter", ..problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_read_once_and_nothing_else_is_there() {
        let mut params = Params::of_address(Some("q=a+b%20c&limit=7&raw=true&tz=")).unwrap();
        assert_eq!(params.text("q").as_deref(), Some("a b c"));
        assert_eq!(params.number("limit", 1..=10).unwrap(), Some(7));
        assert!(params.flag("raw").unwrap());
        assert_eq!(params.text("tz"), None);
        params.finish().unwrap();
        let detail = |problem: Problem| problem.detail;
        assert!(detail(Params::of_address(Some("q=a&q=b")).unwrap_err()).contains("twice"));
        let mut params = Params::of_address(Some("limt=7")).unwrap();
        assert_eq!(params.number("limit", 1..=10).unwrap(), None);
        assert!(detail(params.finish().unwrap_err()).contains("`limit`"));
        let mut params = Params::with_lists(Some("a=1&b=2&a=3"), &["a"]).unwrap();
        assert_eq!(params.without("b"), "a=1%2C3");
        assert_eq!(params.text("a").as_deref(), Some("1,3"));
        assert!(Params::with_lists(Some("a=1&b=2&b=3"), &["a"]).is_err());
        for wrong in ["0", "11", "x", "-1", "1.5"] {
            let mut params = Params::of_address(Some(&format!("limit={wrong}"))).unwrap();
            assert!(params.number("limit", 1..=10).is_err(), "{wrong}");
        }
    }
}
