//! Syntax of other query languages, which would silently be searched for as text: it is refused
//! with the right spelling.

use super::{QueryParser, hint};
use crate::Result;
use crate::query::ast::chars::is_operator_sign;
use crate::query::ast::lexer::{OPERATORS, PathKey, Scanner};
use crate::query::ast::{Path, display::quoted_key};
use crate::query::predicate::compile::is_path;
use crate::text::words;

/// Operators of other languages, each with the one that means the same here.
const OTHER_OPERATORS: [(&str, &str); 16] = [
    ("===", "="),
    ("==", "="),
    ("!==", "!="),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    (":>=", ">="),
    (":<=", "<="),
    (":=", "="),
    (":>", ">"),
    (":<", "<"),
    ("^==", "^="),
    ("*==", "*="),
    ("$==", "$="),
    (">==", ">="),
    ("<==", "<="),
];

impl QueryParser<'_> {
    /// Refuses `!` and `+` before a term, which do nothing here.
    pub(super) fn check_beginning(&self) -> Result<()> {
        let at = self.scanner.at();
        let mut rest = self.scanner.rest().chars();
        match (rest.next(), rest.next()) {
            (Some('!'), _) if words(self.scanner.clone().take_bare()).is_empty() => Ok(()),
            (Some('!'), next) => {
                let problem = match next {
                    Some('=') if self.name_before.is_some() => self.spaced(),
                    _ => "`!` does not exclude; write `-` directly before what is excluded".into(),
                };
                self.error(at, problem)
            }
            (Some('+'), Some(next)) if next.is_alphabetic() || matches!(next, '(' | '"') => {
                let problem = "`+` does nothing; leave it out, as all that stands side by side is \
                               required";
                self.error(at, problem)
            }
            _ => Ok(()),
        }
    }

    /// Refuses a token that is meant as a field or an operator; sets `name_before` if it is a path.
    pub(super) fn check_token(&mut self) -> Result<()> {
        let at = self.scanner.at();
        let mut ahead = self.scanner.clone();
        let token = ahead.take_bare();
        self.check_list(token, ahead.clone())?;
        let begins_with_operator = OPERATORS.iter().any(|(text, _)| token.starts_with(text));
        let is_sign = |c: char| OPERATORS.iter().any(|(text, _)| text.contains(c));
        let is_operator = begins_with_operator && token.chars().all(is_sign);
        if (begins_with_operator && self.name_before.is_some()) || is_operator {
            return self.error(at, self.spaced());
        }
        if let Some(problem) = joining(token) {
            return self.error(at, problem);
        }
        if let Some(spelling) = self.with_quoted_key(token) {
            let problem = format!(
                "a key with other characters than letters, digits, `_` and `-` stands in quotes: \
                 `{spelling}`; {}",
                hint(self, at)
            );
            return self.error(at, problem);
        }
        self.name_before = self.is_name(token).then_some(token);
        Ok(())
    }

    /// Refuses a sign of an operator directly behind an operator.
    pub(super) fn check_operator(&self, operator_at: usize) -> Result<()> {
        if !self.scanner.peek().is_some_and(is_operator_sign) {
            return Ok(());
        }
        let written = &self.text[operator_at..];
        let other = OTHER_OPERATORS.iter().find(|(other, _)| written.starts_with(other));
        let problem = match other {
            Some((other, right)) => format!(
                "`{other}` is no operator; write `{right}`, or quote a value that begins so"
            ),
            None => {
                "expected a value after the operator; quote one that begins with an operator".into()
            }
        };
        self.error(operator_at, problem)
    }

    /// Refuses `IN (` of SQL behind a name.
    fn check_list(&self, token: &str, mut behind: Scanner<'_>) -> Result<()> {
        // In capitals it is meant as an operator behind anything.
        let is_list =
            token == "IN" || token.eq_ignore_ascii_case("in") && self.name_before.is_some();
        behind.skip_space();
        if !is_list || !behind.rest().starts_with('(') {
            return Ok(());
        }
        let name = self.name_before.unwrap_or("field");
        let problem = format!(
            "a list stands directly behind `=` or `!=`: write `{name}=(a,b)`; to look for the \
             word, quote it: `\"{token}\"`"
        );
        self.error(self.scanner.at(), problem)
    }

    /// The problem of spaces around an operator.
    fn spaced(&self) -> String {
        let name = self.name_before.unwrap_or("field");
        let token = self.scanner.clone().take_bare();
        let operator = OPERATORS.iter().find(|(text, _)| token.starts_with(text));
        let operator = operator.map_or("=", |(text, _)| *text);
        format!(
            "no space stands around an operator: write `{name}{operator}value`; to look for a \
             text, quote it"
        )
    }

    /// Whether a token is a path that queries can reach.
    fn is_name(&self, token: &str) -> bool {
        let mut scanner = Scanner::new(token);
        let segments = scanner.take_path().filter(|_| scanner.rest().is_empty());
        segments.is_some_and(|segments| is_path(&self.path(segments), self.object()))
    }

    /// A token with its keys quoted, if it begins with a known path, a dot, keys that need quotes,
    /// and an operator.
    fn with_quoted_key(&self, token: &str) -> Option<String> {
        let mut scanner = Scanner::new(token);
        let mut segments = scanner.take_path()?;
        let mut key_at = scanner.at() + 1;
        if !scanner.rest().starts_with('.') {
            // The last segment is the beginning of the key that needs quotes.
            let PathKey { key, is_quoted: false } = segments.pop()? else { return None };
            key_at = scanner.at() - key.len();
        }
        let is_operator = |at: &usize| {
            let rest = &token[*at..];
            OPERATORS.iter().any(|(text, _)| rest.starts_with(text))
        };
        let places = token.char_indices().map(|(at, _)| at);
        let operator_at = places.filter(|at| *at > key_at).find(is_operator)?;
        let known = token.get(..key_at)?.strip_suffix('.')?;
        let first: Path = self.path(segments);
        let first = Path::new(first.segments().first().cloned().into_iter().collect());
        is_path(&first, self.object()).then_some(())?;
        let keys: Vec<String> = token[key_at..operator_at].split('.').map(quoted_key).collect();
        Some(format!("{known}.{}{}", keys.join("."), &token[operator_at..]))
    }
}

/// The problem of a token that joins terms in other languages.
fn joining(token: &str) -> Option<&'static str> {
    match token {
        "&&" | "&" => Some("terms side by side are joined by AND; write `AND` or nothing"),
        "||" | "|" => Some("write `OR` between alternatives"),
        _ => None,
    }
}
