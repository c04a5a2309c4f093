//! Text for the peers: the words of this engine, so that all agree on what a word is.

use annals::json::Value;
use annals::text::for_each_word;

/// Stands between the words of one value and those of the next, so that no phrase reaches across.
/// No value has it as a word.
pub(crate) const BORDER: &str = "¶";

/// The words of all values of `event` but its time and `raw`, one space between two of them.
pub(crate) fn text_of(event: &Value) -> String {
    let mut text = String::new();
    for (key, value) in event.as_object().unwrap_or_default() {
        if key != "occurred_at" && key != "raw" {
            add_value(value, &mut text);
        }
    }
    text
}

fn add_value(value: &Value, text: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => add_words(if *truth { "true" } else { "false" }, text),
        Value::Number(number) => add_words(number.as_str(), text),
        Value::String(value) => add_words(value, text),
        Value::List(elements) => elements.iter().for_each(|element| add_value(element, text)),
        Value::Object(members) => members.iter().for_each(|(_, value)| add_value(value, text)),
    }
}

fn add_words(value: &str, text: &mut String) {
    if !text.is_empty() {
        text.push(' ');
        text.push_str(BORDER);
    }
    for_each_word(value, |word| {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    });
}

/// The words of a text that is asked for, and whether the last one is a prefix.
pub(crate) fn words_asked(text: &str) -> (Vec<String>, bool) {
    (annals::text::words(text), text.ends_with('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_words_with_borders_between_them_and_without_the_time() {
        let text =
            r#"{"occurred_at":"2026-05-04T00:00:00Z","a":"Grüße, Ada!","b":[1.50,true,null]}"#;
        let event = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(text_of(&event), "grusse ada ¶ 1 50 ¶ true");
        assert_eq!(annals::text::words(BORDER), [""; 0]);
    }

    #[test]
    fn a_star_makes_the_last_word_a_prefix() {
        assert_eq!(words_asked("like Gecko"), (vec!["like".into(), "gecko".into()], false));
        assert_eq!(words_asked("rech*"), (vec!["rech".into()], true));
    }
}
