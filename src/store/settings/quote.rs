//! Keys and texts as TOML writes them on one line.

use std::fmt::Write as _;

/// A key: bare where its characters allow, else in quotes.
pub(super) fn key(text: &str) -> String {
    let is_bare = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-');
    match !text.is_empty() && text.chars().all(is_bare) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A basic string: double quotes, with control characters, quotes and backslashes escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for one in text.chars() {
        match one {
            '"' | '\\' => quoted.extend(['\\', one]),
            one if one.is_control() => {
                write!(quoted, "\\u{:04x}", u32::from(one)).expect("a String takes everything");
            }
            one => quoted.push(one),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_key_and_text_read_back(name in any::<String>(), text in any::<String>()) {
            let line = format!("{} = {}", key(&name), quoted(&text));
            prop_assert!(!line.contains('\n'));
            let table: toml::Table = line.parse().expect("printed");
            prop_assert_eq!(table[&name].as_str(), Some(text.as_str()));
        }
    }
}
