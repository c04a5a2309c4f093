//! Rare shapes: other members, nested and with many distinct keys.

use super::super::line::Line;
use super::super::random::Xoshiro;
use super::words::{heading, word};

/// Keys that can occur, small ranks far more often.
const KEYS: usize = 6_000;
/// The most objects within each other.
const DEPTH_MAX: u64 = 5;

/// Writes the members `attributes`, `details` and, for some, `raw`.
pub(super) fn write_rare(line: &mut Line, random: &mut Xoshiro, hash: &str) {
    line.open("attributes", "{");
    for index in 0..random.below(4) {
        line.text(&key(random, index), word(random.skewed(KEYS)));
    }
    line.close("}");
    line.open("details", "{");
    line.text("import", &hash[..12]);
    let depth = 1 + random.below(DEPTH_MAX);
    write_object(line, random, "record", depth);
    if random.chance(30) {
        write_list(line, random);
    }
    line.close("}");
    if random.chance(30) {
        line.open("raw", "{");
        line.text("source", hash);
        write_object(line, random, "payload", 2);
        line.close("}");
    }
}

/// Keys of one object differ by `index`, as an object has no key twice.
fn key(random: &mut Xoshiro, index: u64) -> String {
    let mut key = word(random.skewed(KEYS));
    if index > 0 {
        key.push('_');
        key.push(char::from(b'a' + index as u8));
    }
    key
}

fn write_object(line: &mut Line, random: &mut Xoshiro, name: &str, depth: u64) {
    line.open(name, "{");
    for index in 0..1 + random.below(5) {
        let key = key(random, index);
        write_scalar(line, random, &key);
    }
    if depth > 1 {
        // No other key ends with this letter.
        let key = format!("{}_z", word(random.skewed(KEYS)));
        write_object(line, random, &key, depth - 1);
    }
    line.close("}");
}

fn write_list(line: &mut Line, random: &mut Xoshiro) {
    line.open("items", "[{");
    for index in 0..1 + random.below(4) {
        if index > 0 {
            line.close("},{");
        }
        line.json("position", index);
        write_scalar(line, random, "value");
    }
    line.close("}]");
}

fn write_scalar(line: &mut Line, random: &mut Xoshiro, key: &str) {
    match random.below(10) {
        0 => line.json(key, "null"),
        1 => line.json(key, random.chance(50)),
        2 => line.json(key, random.below(1 << 32)),
        3 => line.json(key, format_args!("-{}.{:02}", random.below(1_000), random.below(100))),
        4 => line.text(key, random.hash()),
        5 => line.text(key, ""),
        _ => line.text(key, heading(random)),
    }
}
