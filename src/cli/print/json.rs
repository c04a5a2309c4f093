//! Values as JSON for stdout, whose numbers keep their digits.

use annals::json::Value;

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_json()
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
        scalar => out.push_str(&scalar.to_json()),
    }
}
