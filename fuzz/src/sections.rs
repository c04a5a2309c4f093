//! One section of a segment is replaced or changed, with every checksum right.

use crate::fixture::{Fixture, many, older, survive};
use crate::forge::{Codec, Contents, Ints, Packed, Parts, Presence, Span, Texts, add};
use crate::input::{Input, edit};
use std::sync::OnceLock;

/// What a section holds; `docs/format.md` describes each under *Sections*, *Words* and *Id words*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers of one width.
    Packed,
    /// Blocks of numbers with exceptions.
    Ints,
    /// Which rows have how many values.
    Presence,
    /// Blocks of texts, packed or not.
    Texts,
    /// The bytes of the distinct values of a column.
    Dictionary,
    /// 16 bytes a value.
    Uuids,
    /// The texts that numbers are put into, which of them each value has, and the numbers.
    Patterns,
    /// Lists of rows.
    Postings,
    /// The word index: the fst and what its values point at.
    Words,
    /// The filter of id-like words.
    LongWords,
}

/// A section as the table of contents describes it.
struct Section<'c> {
    span: &'c mut Span,
    numbers: Vec<Number<'c>>,
}

/// A number in that description.
enum Number<'c> {
    U8(&'c mut u8),
    U32(&'c mut u32),
    U64(&'c mut u64),
}

impl Number<'_> {
    fn set(&mut self, value: u64) {
        match self {
            Number::U8(number) => **number = value as u8,
            Number::U32(number) => **number = value as u32,
            Number::U64(number) => **number = value,
        }
    }
}

fn packed(packed: &mut Packed) -> Section<'_> {
    let Packed { span, count, width } = packed;
    Section { span, numbers: vec![Number::U64(count), Number::U8(width)] }
}

fn ints(ints: &mut Ints) -> Section<'_> {
    Section { span: &mut ints.span, numbers: vec![Number::U64(&mut ints.count)] }
}

fn presence(presence: &mut Presence) -> Section<'_> {
    let Presence { span, rows, values } = presence;
    Section { span, numbers: vec![Number::U32(rows), Number::U32(values)] }
}

fn texts(texts: &mut Texts) -> Section<'_> {
    let Texts { span, count, blocks, packing } = texts;
    Section { span, numbers: vec![Number::U32(count), Number::U32(blocks), Number::U32(packing)] }
}

fn plain(span: &mut Span) -> Section<'_> {
    Section { span, numbers: Vec::new() }
}

/// The sections of a kind.
fn sections(contents: &mut Contents, kind: Kind) -> Vec<Section<'_>> {
    let mut found = Vec::new();
    for column in &mut contents.columns {
        match (&mut column.codec, kind) {
            (Codec::Dictionary { ids, dictionary, lists }, Kind::Packed) => {
                found.extend([ids, &mut dictionary.ends, lists].map(packed));
            }
            (Codec::Dictionary { dictionary, .. }, Kind::Dictionary) => {
                found.push(plain(&mut dictionary.bytes));
            }
            (Codec::Ints(column), Kind::Ints) => found.push(ints(column)),
            (Codec::Texts(column), Kind::Texts) => found.push(texts(column)),
            (Codec::Uuids { ids, .. }, Kind::Uuids) => found.push(plain(ids)),
            (Codec::Uuids { sorted, .. }, Kind::Packed) => found.push(packed(sorted)),
            (Codec::Patterns { ids, dictionary, numbers }, Kind::Patterns) => {
                found.push(plain(&mut dictionary.bytes));
                found.extend([ids, &mut dictionary.ends].map(packed));
                found.extend(
                    numbers.iter_mut().flat_map(|(rows, column)| [presence(rows), ints(column)]),
                );
            }
            _ => {}
        }
        if kind == Kind::Presence {
            found.push(presence(&mut column.presence));
        }
    }
    let words = &mut contents.long_words;
    match kind {
        Kind::Packed => {
            found.push(packed(&mut contents.row_shapes));
            let parts =
                [&mut words.starts, &mut words.remainders, &mut words.columns, &mut words.places];
            found.extend(parts.map(packed));
        }
        Kind::Ints => {
            let rows = [&mut contents.times, &mut contents.offsets, &mut contents.seqs];
            found.extend(rows.map(ints));
            found.extend([&mut contents.recorded_from, &mut contents.recorded_ats].map(ints));
        }
        Kind::Presence => found.push(presence(&mut contents.rest_rows)),
        Kind::Texts => found.push(texts(&mut contents.rest)),
        Kind::Postings => found.push(Section {
            span: &mut contents.postings,
            numbers: vec![Number::U64(&mut contents.future_rows)],
        }),
        Kind::Words => found.extend([&mut contents.fst, &mut contents.entries].map(plain)),
        Kind::LongWords => found.push(plain(&mut words.filter)),
        Kind::Dictionary | Kind::Uuids | Kind::Patterns => {}
    }
    found
}

/// The store whose segment has sections of a kind.
fn fixture(kind: Kind) -> &'static Fixture {
    match kind {
        Kind::Patterns => older(),
        _ => many(),
    }
}

fn sound() -> &'static Parts {
    static PARTS: OnceLock<Parts> = OnceLock::new();
    PARTS.get_or_init(|| Parts::of(&many().sound()))
}

/// The segment that has sections of a kind.
fn sound_with(kind: Kind) -> &'static Parts {
    static OLDER: OnceLock<Parts> = OnceLock::new();
    match kind {
        Kind::Patterns => OLDER.get_or_init(|| Parts::of(&older().sound())),
        _ => sound(),
    }
}

const REPLACES: u8 = 1;
const RENUMBERS: u8 = 2;

/// A byte for the section and one for the mode; new numbers for the table of contents, if the mode
/// says so; the section itself, or edits of it. Nothing panics.
pub fn run(kind: Kind, data: &[u8]) {
    let sound = sound_with(kind);
    let mut parts = sound.clone();
    let mut input = Input::new(data);
    let (which, mode) = (input.byte(), input.byte());
    let mut sections = sections(&mut parts.contents, kind);
    let which = usize::from(which) % sections.len();
    let section = &mut sections[which];
    if mode & RENUMBERS != 0 {
        for number in &mut section.numbers {
            let width = input.below(9);
            if width > 0 {
                number.set((0..width).fold(0, |all, _| all << 8 | u64::from(input.byte())));
            }
        }
    }
    let bytes = match mode & REPLACES {
        0 => {
            let mut bytes = sound.section(*section.span).to_vec();
            edit(&mut bytes, input);
            bytes
        }
        _ => input.rest().to_vec(),
    };
    *section.span = add(&mut parts.body, &bytes);
    survive(&fixture(kind).with_segment(parts.assemble()));
}

/// Each section as it is, with numbers of its own and with a few edits.
pub fn seeds(kind: Kind) -> Vec<Vec<u8>> {
    let sound = sound_with(kind);
    let mut contents = sound.contents.clone();
    let mut seeds = Vec::new();
    for (which, section) in (0..).zip(sections(&mut contents, kind)) {
        let bytes = sound.section(*section.span);
        seeds.push([&[which, REPLACES], bytes].concat());
        seeds.push([&[which, REPLACES | RENUMBERS, 1, 0, 0, 2, 0, 0, 0], bytes].concat());
        for at in (0..bytes.len()).step_by(bytes.len() / 4 + 1) {
            let place = at.to_le_bytes();
            seeds.push(vec![which, 0, place[0], place[1], place[2], 1 << (at % 8)]);
        }
    }
    seeds
}

/// The table of contents itself: a byte for the mode, then edits or the whole.
pub fn contents(data: &[u8]) {
    let mut input = Input::new(data);
    let mut bytes = sound().contents_bytes();
    match input.byte() & REPLACES {
        0 => edit(&mut bytes, input),
        _ => bytes = input.rest().to_vec(),
    }
    survive(&many().with_segment(sound().clone().assemble_with(&bytes, |_| {})));
}

/// The footer: a byte for the mode, then edits or the whole.
pub fn footer(data: &[u8]) {
    let contents = sound().contents_bytes();
    let change = |bytes: &mut Vec<u8>| {
        let mut input = Input::new(data);
        match input.byte() & REPLACES {
            0 => edit(bytes, input),
            _ => *bytes = input.rest().to_vec(),
        }
    };
    survive(&many().with_segment(sound().clone().assemble_with(&contents, change)));
}

/// The table of contents as it is, and edits all over it.
pub fn seeds_of_contents() -> Vec<Vec<u8>> {
    seeds_of(&sound().contents_bytes())
}

/// The footer as it is, and edits all over it.
pub fn seeds_of_footer() -> Vec<Vec<u8>> {
    let mut footer = Vec::new();
    let contents = sound().contents_bytes();
    sound().clone().assemble_with(&contents, |bytes| footer.clone_from(bytes));
    seeds_of(&footer)
}

fn seeds_of(whole: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = vec![[&[REPLACES], whole].concat()];
    for at in (0..whole.len()).step_by(whole.len() / 100 + 1) {
        let place = at.to_le_bytes();
        seeds.push(vec![0, place[0], place[1], place[2], 1 << (at % 8)]);
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{answers, open};

    const KINDS: [Kind; 10] = [
        Kind::Packed,
        Kind::Ints,
        Kind::Presence,
        Kind::Texts,
        Kind::Dictionary,
        Kind::Uuids,
        Kind::Patterns,
        Kind::Postings,
        Kind::Words,
        Kind::LongWords,
    ];

    #[test]
    fn the_fixture_has_sections_of_every_kind_with_something_in_them() {
        for kind in KINDS {
            let mut contents = sound_with(kind).contents.clone();
            let filled = sections(&mut contents, kind).iter().filter(|it| it.span.len > 0).count();
            assert!(filled > 0, "{kind:?}");
        }
        assert!(sound().contents.rest.count > 0, "an event that is stored whole");
    }

    #[test]
    fn sections_in_other_places_say_the_same() {
        for (fixture, sound) in [(many(), sound()), (older(), sound_with(Kind::Patterns))] {
            let mut parts = sound.clone();
            for kind in KINDS {
                for section in sections(&mut parts.contents, kind) {
                    let bytes = sound.section(*section.span).to_vec();
                    *section.span = add(&mut parts.body, &bytes);
                }
            }
            let disk = fixture.with_segment(parts.assemble());
            let store = open(&disk).expect("the store opens");
            assert!(answers(&store).expect("it answers") == fixture.answers);
        }
    }
}
