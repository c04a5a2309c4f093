//! Text for the peers: the words of this engine, so that all agree on what a word is.

use annals::event::Value;
use annals::text::for_each_word;

/// Stands between the words of one value and those of the next, so that no phrase reaches across.
/// No value has it as a word.
pub(crate) const BORDER: &str = "¶";

/// The words of all values of `event` but its time, one space between two of them.
pub(crate) fn text_of(event: &Value) -> String {
    let mut text = String::new();
    for (key, value) in event.as_object().unwrap_or_default() {
        if key != "occurred_at" {
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
