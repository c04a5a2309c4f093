//! Trees to compact JSON text, strings as in RFC 8785.

use super::escape::{is_plain, plain_len};
use super::tree::Node;
use super::value::Value;

impl Value {
    /// Prints compact JSON; members in their order, numbers as they came, strings as in RFC 8785.
    pub fn to_json(&self) -> String {
        let text = compact(self, usize::MAX).expect("nothing is nested so deep");
        String::from_utf8(text).expect("JSON is made of strings and ASCII marks")
    }
}

/// Compact JSON of a value in which objects and lists nest at most `depth_max` deep; `None` for
/// other values.
pub(crate) fn compact(value: &Value, depth_max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    append_value(&mut out, value, depth_max)?;
    Some(out)
}

fn append_value(out: &mut Vec<u8>, value: &Value, depth_max: usize) -> Option<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(truth) => append_bool(out, *truth),
        Value::Number(number) => out.extend_from_slice(number.as_str().as_bytes()),
        Value::String(text) => append_string(out, text),
        Value::List(elements) => {
            let inner = depth_max.checked_sub(1)?;
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                append_comma(out, index);
                append_value(out, element, inner)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let inner = depth_max.checked_sub(1)?;
            out.push(b'{');
            for (index, (key, member)) in members.iter().enumerate() {
                append_comma(out, index);
                append_key(out, key);
                append_value(out, member, inner)?;
            }
            out.push(b'}');
        }
    }
    Some(())
}

/// Appends a scalar; lists and objects are walked by the caller.
pub(crate) fn append_scalar(out: &mut Vec<u8>, node: &Node<'_>) {
    match node {
        Node::Null => out.extend_from_slice(b"null"),
        Node::Bool(truth) => append_bool(out, *truth),
        Node::Number(text) => out.extend_from_slice(text.as_bytes()),
        Node::String(text) => append_string(out, text),
        Node::List(_) | Node::Object(_) => {}
    }
}

/// Appends a key and its colon.
pub(crate) fn append_key(out: &mut Vec<u8>, key: &str) {
    append_string(out, key);
    out.push(b':');
}

/// Appends the comma before every element but the first.
pub(crate) fn append_comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

/// Appends a string in quotes: `\b \t \n \f \r \" \\`, other controls as `\u00xx` in lower case,
/// all else as it is.
pub(super) fn append_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    append_escaped(out, text.as_bytes());
    out.push(b'"');
}

/// Appends the escaped form of a string without its quotes. Bytes that are no UTF-8 stay as they
/// are: they are not checked here.
#[inline]
pub(crate) fn append_escaped(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        append_with_escapes(out, text);
    }
}

#[cold]
fn append_with_escapes(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    loop {
        let (plain, from_special) = rest.split_at(plain_len(rest));
        out.extend_from_slice(plain);
        let Some((byte, after)) = from_special.split_first() else {
            break;
        };
        append_escape(out, *byte);
        rest = after;
    }
}

fn append_escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        b'"' | b'\\' => byte,
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

fn append_bool(out: &mut Vec<u8>, truth: bool) {
    out.extend_from_slice(if truth { b"true" } else { b"false" });
}
