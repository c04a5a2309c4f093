//! The values of a JSON text with the paths that lead to them. The text was parsed before, which
//! bounds how deep it nests.

use super::layouts::{Token, TokenKind};
use super::number_syntax::number_len;
use super::spans::string_end;

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step<'t> {
    /// The bytes of a key between its quotes, not unescaped.
    Key(&'t [u8]),
    /// The index of an element, from 0.
    Index(u32),
}

/// Calls `each` with the scalars of a text in their order, and the paths that lead to them. `None`
/// where the text is no JSON.
pub(crate) fn for_each_token<'t>(
    json: &'t [u8],
    each: impl FnMut(&[Step<'t>], Token),
) -> Option<()> {
    let mut walk = TokenWalk { json, at: 0, path: Vec::new(), each };
    walk.value()?;
    walk.skip_space();
    (walk.at == json.len()).then_some(())
}

struct TokenWalk<'t, E> {
    json: &'t [u8],
    at: usize,
    path: Vec<Step<'t>>,
    each: E,
}

impl<'t, E: FnMut(&[Step<'t>], Token)> TokenWalk<'t, E> {
    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes behind a mark and the space before it.
    fn take(&mut self, mark: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(mark);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Option<()> {
        self.skip_space();
        let rest = self.json.get(self.at..)?;
        match rest.first()? {
            b'{' => return self.object(),
            b'[' => return self.list(),
            b'"' => {
                let end = string_end(self.json, self.at)?;
                self.token(TokenKind::String, 1, end - self.at - 2)?;
                self.at = end;
            }
            b't' => self.token(TokenKind::Bool, 0, 4)?,
            b'f' => self.token(TokenKind::Bool, 0, 5)?,
            b'n' => self.token(TokenKind::Null, 0, 4)?,
            _ => self.token(TokenKind::Number, 0, number_len(rest)?)?,
        }
        Some(())
    }

    /// Adds a value that begins `skipped` bytes behind the position, and goes behind it.
    fn token(&mut self, kind: TokenKind, skipped: usize, len: usize) -> Option<()> {
        let start = self.at + skipped;
        let bytes = self.json.get(start..start + len)?;
        let is_escaped = kind == TokenKind::String && bytes.contains(&b'\\');
        self.at = start + len;
        let (start, len) = (u32::try_from(start).ok()?, u32::try_from(len).ok()?);
        let token = Token { start, len, is_escaped, kind };
        (self.each)(&self.path, token);
        Some(())
    }

    fn object(&mut self) -> Option<()> {
        self.at += 1;
        if self.take(b'}') {
            return Some(());
        }
        loop {
            self.skip_space();
            let key_end = string_end(self.json, self.at)?;
            let key = self.json.get(self.at + 1..key_end - 1)?;
            self.at = key_end;
            self.take(b':').then_some(())?;
            self.path.push(Step::Key(key));
            self.value()?;
            self.path.pop();
            if !self.take(b',') {
                return self.take(b'}').then_some(());
            }
        }
    }

    fn list(&mut self) -> Option<()> {
        self.at += 1;
        if self.take(b']') {
            return Some(());
        }
        for index in 0.. {
            self.path.push(Step::Index(index));
            self.value()?;
            self.path.pop();
            if !self.take(b',') {
                break;
            }
        }
        self.take(b']').then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_their_order_with_their_paths() {
        let json = br#" {"a": [1, {"b": "x\"y"}], "c": {"d": null, "e": true}, "f": {}, "g": []} "#;
        let mut told = Vec::new();
        for_each_token(json, |path, token| {
            let step = |step: &Step<'_>| match step {
                Step::Key(key) => String::from_utf8_lossy(key).into_owned(),
                Step::Index(index) => index.to_string(),
            };
            let path: Vec<String> = path.iter().map(step).collect();
            let text = std::str::from_utf8(token.of(json)).unwrap();
            told.push((path.join("."), text, token.kind, token.is_escaped));
        })
        .unwrap();
        assert_eq!(
            told,
            [
                ("a.0".to_owned(), "1", TokenKind::Number, false),
                ("a.1.b".to_owned(), r#"x\"y"#, TokenKind::String, true),
                ("c.d".to_owned(), "null", TokenKind::Null, false),
                ("c.e".to_owned(), "true", TokenKind::Bool, false),
            ]
        );
        for broken in ["", "{", "[1", "{\"a\"}", "[1] 2", "{\"a\":1,}"] {
            assert_eq!(for_each_token(broken.as_bytes(), |_, _| {}), None, "{broken}");
        }
    }
}
