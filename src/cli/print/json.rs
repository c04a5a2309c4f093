//! JSON for stdout: small objects put together, and values laid out for reading.

use annals::json::Value;

/// An object that is being written; members in the order of the calls.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    /// An object without members.
    pub(crate) fn new() -> Object {
        Object(String::from("{"))
    }

    /// Adds a member whose value is JSON already, or a number or boolean.
    pub(crate) fn raw(mut self, key: &str, json: impl std::fmt::Display) -> Object {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&format!("{}:{json}", quoted(key)));
        self
    }

    /// Adds a text.
    pub(crate) fn text(self, key: &str, text: &str) -> Object {
        self.raw(key, quoted(text))
    }

    /// Adds a number, or null.
    pub(crate) fn number_or_null(self, key: &str, number: Option<u64>) -> Object {
        match number {
            Some(number) => self.raw(key, number),
            None => self.raw(key, "null"),
        }
    }

    /// Adds a text, or null.
    pub(crate) fn text_or_null(self, key: &str, text: Option<String>) -> Object {
        match text {
            Some(text) => self.text(key, &text),
            None => self.raw(key, "null"),
        }
    }

    /// The object as one line.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    of_value(&Value::String(text.to_owned()))
}

/// A JSON list of values that are JSON already.
pub(crate) fn list(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}

/// A value as one line of JSON.
pub(super) fn of_value(value: &Value) -> String {
    value.to_json()
}

/// A value over several lines, members indented by two spaces.
pub(crate) fn laid_out(value: &Value) -> String {
    let mut out = String::new();
    lay_out(value, 0, &mut out);
    out
}

fn lay_out(value: &Value, depth: usize, out: &mut String) {
    let mut lines = |open: char, close: char, lines: Vec<(String, &Value)>| {
        out.push(open);
        for (place, (key, inner)) in lines.iter().enumerate() {
            out.push_str(if place == 0 { "\n" } else { ",\n" });
            out.push_str(&"  ".repeat(depth + 1));
            out.push_str(key);
            lay_out(inner, depth + 1, out);
        }
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
        out.push(close);
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter();
            let named = members.map(|(key, inner)| (format!("{}: ", quoted(key)), inner));
            lines('{', '}', named.collect());
        }
        Value::List(elements) if !elements.is_empty() => {
            lines('[', ']', elements.iter().map(|inner| (String::new(), inner)).collect());
        }
        scalar => out.push_str(&of_value(scalar)),
    }
}
