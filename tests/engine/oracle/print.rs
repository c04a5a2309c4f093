//! From the tree of a query to one of its texts.

use super::ask::{Ask, Path, Test, Written};
use super::literal::Literal;
use super::phrase::{Last, Phrase};
use crate::chance::Chance;
use annals::text::words;
use std::cell::Cell;

/// Long and short names of first segments.
const SHORT_NAMES: [(&str, &str); 6] = [
    ("occurred_at", "time"),
    ("actor", "who"),
    ("targets", "target"),
    ("changes", "change"),
    ("operation", "type"),
    ("data_source", "source"),
];

/// The text of a query; chance chooses among the spellings.
pub(crate) fn print(ask: &Ask, chance: &Chance) -> String {
    if matches!(ask, Ask::All) && chance.one_in(2) {
        return chance.text(&["", " ", "*"]);
    }
    expression(ask, chance)
}

fn expression(ask: &Ask, chance: &Chance) -> String {
    match ask {
        Ask::All => "*".into(),
        Ask::And(operands) => {
            let texts = operands.iter().map(|operand| match operand {
                Ask::Or(_) => parenthesis(operand, chance),
                operand => operand_text(operand, chance),
            });
            let texts: Vec<String> = texts.collect();
            texts.join(*chance.pick(&[" ", " ", "  ", " AND ", "\u{3000}"]))
        }
        Ask::Or(operands) => {
            let texts = operands.iter().map(|operand| operand_text(operand, chance));
            texts.collect::<Vec<_>>().join(" OR ")
        }
        Ask::Not(operand) => {
            let text = match **operand {
                Ask::And(_) | Ask::Or(_) => parenthesis(operand, chance),
                _ => operand_text(operand, chance),
            };
            match text.starts_with('(') && chance.one_in(2) {
                true => format!("NOT{text}"),
                false => format!("{}{text}", *chance.pick(&["-", "NOT "])),
            }
        }
        Ask::Text(phrase) => phrase_text(phrase),
        Ask::Field(path, test) => field(path, test, chance),
        Ask::Element(path, inside) => {
            let space = *chance.pick(&["", "", " "]);
            let path = path_text(path, chance);
            format!("{path}[{space}{}{space}]", without_short_names(inside, chance))
        }
        Ask::Time(relation, when, _) => format!("{relation}:{when}"),
    }
}

fn operand_text(ask: &Ask, chance: &Chance) -> String {
    match chance.one_in(8) {
        true => parenthesis(ask, chance),
        false => expression(ask, chance),
    }
}

fn parenthesis(ask: &Ask, chance: &Chance) -> String {
    let space = *chance.pick(&["", "", " "]);
    format!("({space}{}{space})", expression(ask, chance))
}

fn field(path: &Path, test: &Test, chance: &Chance) -> String {
    let path = path_text(path, chance);
    let list = |literals: &[Literal]| match literals {
        [only] if !chance.one_in(5) => written(&only.written, ""),
        literals => {
            let items = literals.iter().map(|literal| written(&literal.written, ""));
            let items: Vec<String> = items.collect();
            format!("({})", items.join(*chance.pick(&[",", ", ", " , "])))
        }
    };
    match test {
        Test::Has => format!("has:{path}"),
        Test::Star => format!("{path}:*"),
        Test::Text(phrase) => format!("{path}:{}", phrase_text(phrase)),
        Test::Group(inside) => format!("{path}:({})", expression(inside, chance)),
        Test::Equals(literals) => format!("{path}={}", list(literals)),
        Test::Differs(literals) => format!("{path}!={}", list(literals)),
        Test::Begins(text) => format!("{path}^={}", written(text, "")),
        Test::Contains(text) => format!("{path}*={}", written(text, "")),
        Test::Ends(text) => format!("{path}$={}", written(text, "")),
        Test::Under(text) => format!("{path}/={}", written(text, "")),
        Test::Matches(regex) => format!("{path}~=/{regex}/"),
        Test::Compare(operator, text, _) => format!("{path}{operator}{text}"),
    }
}

fn phrase_text(phrase: &Phrase) -> String {
    match phrase.last {
        Last::Whole => written(&phrase.written, ""),
        Last::Prefix => written(&phrase.written, "*"),
        Last::Near(distance) => format!("{}~{distance}", phrase.written.text),
    }
}

/// A text with its quotes; `star` stands behind it, within them.
fn written(text: &Written, star: &str) -> String {
    let Some((opening, closing)) = text.quotes else {
        return format!("{}{star}", text.text);
    };
    let mut inside = String::new();
    for letter in text.text.chars() {
        let ends = letter == closing || (opening == '„' && "“”".contains(letter));
        if ends || letter == '\\' || letter == '*' {
            inside.push('\\');
        }
        inside.push(letter);
    }
    let space = if opening == '«' { "\u{a0}" } else { "" };
    format!("{opening}{space}{inside}{star}{space}{closing}")
}

/// The path to the values of the objects that meet an element condition.
pub(crate) fn print_member(element: &Ask, member: &Path, chance: &Chance) -> String {
    let keys: Vec<String> = member.iter().map(|key| segment(key)).collect();
    format!("{}.{}", expression(element, chance), keys.join("."))
}

/// What stands in brackets, where no name is short.
fn without_short_names(ask: &Ask, chance: &Chance) -> String {
    IN_BRACKETS.with(|depth| depth.set(depth.get() + 1));
    let text = expression(ask, chance);
    IN_BRACKETS.with(|depth| depth.set(depth.get() - 1));
    text
}

thread_local! {
    /// Brackets that are open.
    static IN_BRACKETS: Cell<usize> = const { Cell::new(0) };
}

/// A path as query text, with short names here and there.
pub(crate) fn path_text(path: &Path, chance: &Chance) -> String {
    let is_short = chance.one_in(2) && IN_BRACKETS.get() == 0;
    if is_short && path.starts_with(&["context".into(), "ip".into()]) {
        let below = path[2..].iter().map(|key| format!(".{}", segment(key)));
        return format!("ip{}", below.collect::<String>());
    }
    let mut segments: Vec<String> = path.iter().map(|key| segment(key)).collect();
    let short = SHORT_NAMES.iter().find(|(long, _)| *long == segments[0]);
    if let Some((_, short)) = short.filter(|_| is_short) {
        segments[0] = short.to_string();
    }
    segments.join(".")
}

fn segment(key: &str) -> String {
    let begins = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let goes_on = |letter: char| begins(letter) || letter.is_ascii_digit() || letter == '-';
    match key.starts_with(begins) && key.chars().all(goes_on) {
        true => key.to_string(),
        false => format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// Whether a text may stand bare behind an operator.
pub(crate) fn is_bare_value(text: &str) -> bool {
    let opens = |letter: char| "(\"„“«‹=<>".contains(letter);
    let ends = |letter: char| letter.is_whitespace() || ")],".contains(letter);
    !text.is_empty() && !text.starts_with(opens) && !text.contains(ends)
}

/// Whether a text may stand bare behind the colon of a field.
pub(crate) fn is_bare_text(text: &str) -> bool {
    let stem = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    is_bare_value(text) && !text.contains('*') && !stem.ends_with('~') && !words(text).is_empty()
}

/// Whether a text may stand bare without a field.
pub(crate) fn is_bare_token(text: &str) -> bool {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit());
    let operators = ["AND", "OR", "NOT"];
    let is_operator = |operator: &str| {
        let rest = text.strip_prefix(operator);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
    };
    let has_operator = |letter: char| ":=!^*$~<>[".contains(letter);
    is_bare_text(text)
        && !text.starts_with(['-', '+', '!'])
        && !operators.into_iter().any(is_operator)
        && (is_number || !text.contains(has_operator))
}
