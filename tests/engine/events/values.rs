//! Values made up at random.

use super::{ADDRESSES, GAPS, NUMBERS, TIMES, UUIDS, WORDS, one_of};
use crate::chance::Chance;
use serde_json::{Map, Number, Value};

/// An object of some of these keys, nested up to `depth` objects deep.
pub(super) fn free(keys: &'static str, depth: usize, chance: &Chance) -> Value {
    let mut object = Map::new();
    for _ in 0..chance.below(6) {
        let key = one_of(keys, chance).to_string();
        let value = match chance.below(8) {
            0 if depth > 1 => free(keys, depth - 1, chance),
            1 if depth > 1 => list(chance, 3, |c| free(keys, depth - 1, c)),
            2 => list(chance, 3, leaf),
            _ => leaf(chance),
        };
        object.insert(key, value);
    }
    Value::Object(object)
}

/// A list of up to `count_max` elements.
pub(super) fn list(chance: &Chance, count_max: usize, element: impl Fn(&Chance) -> Value) -> Value {
    let count = chance.below(count_max + 1);
    (0..count).map(|_| element(chance)).collect()
}

/// Any scalar.
pub(super) fn leaf(chance: &Chance) -> Value {
    match chance.below(14) {
        0 => Value::Null,
        1 => chance.one_in(2).into(),
        2..5 => number(chance),
        5 => one_of(TIMES, chance).into(),
        6 => one_of(ADDRESSES, chance).into(),
        7 => id(chance),
        8 => one_of(NUMBERS, chance).into(),
        9 => one_of(WORDS, chance).into(),
        10 => long(chance).into(),
        _ => text(chance, 6).into(),
    }
}

/// A number in one of its spellings.
pub(super) fn number(chance: &Chance) -> Value {
    let text = match chance.below(3) {
        0 => one_of(NUMBERS, chance).to_string(),
        1 => chance.below(30).to_string(),
        _ => format!("{}.{:02}", chance.within(-20, 20), chance.below(100)),
    };
    Value::Number(Number::from_string_unchecked(text))
}

/// An id, repeated or new.
pub(super) fn id(chance: &Chance) -> Value {
    let bits = chance.bits();
    match chance.below(6) {
        0 => one_of(UUIDS, chance).into(),
        1 | 2 => {
            let (high, low) = (bits >> 32, bits & 0xffff_ffff);
            let (second, third) = (low >> 16, low & 0xffff);
            format!("{high:08x}-{second:04x}-4{:03x}-9c22-{bits:012.12x}", third & 0xfff)[..36]
                .into()
        }
        3 => format!("INC-{}-{:06}", 20_260_500 + bits % 31, bits % 1_000_000).into(),
        4 => format!("order{}abc", bits % 100_000).into(),
        _ => format!("p-{}", bits % 50).into(),
    }
}

/// A text of up to `count_max` words, with an id in some.
pub(super) fn text(chance: &Chance, count_max: usize) -> String {
    let mut text = one_of(WORDS, chance).to_string();
    for _ in 1..=chance.below(count_max) {
        text.push_str(GAPS[chance.below(GAPS.len())]);
        match chance.below(12) {
            0 => text.push_str(id(chance).as_str().unwrap_or_default()),
            _ => text.push_str(one_of(WORDS, chance)),
        }
    }
    text
}

/// A text of one of a few forms, each time with other numbers.
pub(super) fn remark(chance: &Chance) -> String {
    let bits = chance.bits();
    match chance.below(5) {
        0 => format!("Besprechung T{} verschoben, Größe {:03}", bits % 400, bits % 1000),
        1 => format!("budget of ticket {} (plan-{:06x})", bits % 10_000, bits % 0xff_ffff),
        2 => format!("{:016X} weekly {bits:08x}-v{}", bits, bits % 9),
        3 => format!("review 日{}本 {}", bits % 50, bits % 7),
        _ => format!("plan {}", bits % 3000),
    }
}

/// A text with a word that is too long for one, or almost.
fn long(chance: &Chance) -> String {
    if !chance.one_in(10) {
        return text(chance, 12);
    }
    let letter = chance.pick(&["a", "ü", "x1", "ж", "ß"]);
    let count = chance.pick(&[127, 128, 129, 255, 256, 257, 300]);
    format!("{} {}", letter.repeat(*count), text(chance, 2))
}
