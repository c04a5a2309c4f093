//! The name under which a file is kept: it is given, so it must lead nowhere.

use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};

/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 100;
/// What systems of files or heads of answers take for something else.
const REFUSED: &str = "/\\:*?\"<>|";

/// Takes `name`.
///
/// # Errors
/// 400 for what is no name of a file on every system: one that is too long, begins with a dot, has
/// a control character, or one of `/\:*?"<>|`, or one that turns the direction of text.
pub(super) fn take_name(params: &mut Params) -> Answer<Option<String>> {
    let Some(name) = params.text("name") else {
        return Ok(None);
    };
    let name = name.trim();
    match is_name(name) {
        true => Ok(Some(name.to_owned())),
        false => {
            let problem = format!(
                "is 1 to {NAME_CHARS_MAX} characters without {REFUSED} and what is not printed, \
                 and begins with no dot"
            );
            Err(Problem::parameter("name", problem))
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |character: char| {
        // Marks that turn the direction of text make one ending look like another.
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}');
        !character.is_control() && !REFUSED.contains(character) && !turns
    };
    (1..=NAME_CHARS_MAX).contains(&name.chars().count())
        && !name.starts_with('.')
        && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_breaks_no_line() {
        for name in ["incident-7", "Vorfall März 2026 (2)", "a.b", "日本", "-"] {
            assert!(is_name(name), "{name}");
        }
        let long = "x".repeat(NAME_CHARS_MAX + 1);
        for name in [
            "",
            ".",
            "..",
            ".bashrc",
            "a/b",
            "..\\a",
            "a\r\nSet-Cookie: x",
            "a\0b",
            "a\"; filename=\"b",
            "c:d",
            "a\u{202e}vsc.exe",
            &long,
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
