//! Character classes of query text: white space, quotes, bare values.

/// The property White_Space, which Unicode promises not to change.
pub(crate) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
            | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// The quotes that may close what `opening` opens; none if it is no opening quote.
pub(super) fn closing_quotes(opening: char) -> &'static [char] {
    match opening {
        '"' => &['"'],
        '„' => &['“', '”'],
        '“' => &['”'],
        '«' => &['»'],
        '‹' => &['›'],
        _ => &[],
    }
}

/// Whether `text` can stand without quotes as the value of a field: it ends nowhere within, and
/// does not begin as something else.
pub(super) fn is_bare_value(text: &str) -> bool {
    let begins_otherwise =
        |first: char| first == '(' || is_operator_sign(first) || !closing_quotes(first).is_empty();
    !text.is_empty()
        && !text.starts_with(begins_otherwise)
        && !text.contains(|c| is_space(c) || c == ')' || c == ']')
}

/// Whether `text` can stand without quotes in a list.
pub(super) fn is_bare_item(text: &str) -> bool {
    is_bare_value(text) && !text.contains(',')
}

/// Whether `c` right behind an operator is another operator: `f=>5` of other languages.
pub(crate) fn is_operator_sign(c: char) -> bool {
    matches!(c, '=' | '<' | '>')
}

/// Splits `word~2` into `word` and `2`; the digits may be missing or many.
pub(crate) fn split_distance(token: &str) -> Option<(&str, &str)> {
    let word = token.trim_end_matches(|c: char| c.is_ascii_digit());
    Some((word.strip_suffix('~')?, &token[word.len()..]))
}

/// Whether `c` may begin a segment without quotes.
pub(super) fn begins_segment(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

pub(super) fn continues_segment(c: char) -> bool {
    begins_segment(c) || c.is_ascii_digit() || c == '-'
}

/// Whether `key` can be written as a segment without quotes.
pub(super) fn is_bare_segment(key: &str) -> bool {
    key.starts_with(begins_segment) && key.chars().all(continues_segment)
}
