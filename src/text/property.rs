//! Character properties of one Unicode version, looked up in pages of 256 characters.
//!
//! A page is computed from the tables when its first character is met (tens of microseconds) and
//! kept for the life of the process; looking up is an index then. Texts use few pages.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::tables::{ALPHABETIC, FOLD_RUNS, FOLD_SEVERAL, VERSION};

/// The Unicode version of every property used here: of normalization, case folding, general
/// category, script and Alphabetic. Segments carry it, since it decides what a word is.
pub const UNICODE_VERSION: (u8, u8, u8) = VERSION;

const _: () = {
    let (major, minor, patch) = VERSION;
    let wide = (major as u64, minor as u64, patch as u64);
    let other = unicode_normalization::UNICODE_VERSION;
    assert!(other.0 == major && other.1 == minor && other.2 == patch);
    let other = unicode_properties::UNICODE_VERSION;
    assert!(other.0 == wide.0 && other.1 == wide.1 && other.2 == wide.2);
    let other = unicode_script::UNICODE_VERSION;
    assert!(other.0 == wide.0 && other.1 == wide.1 && other.2 == wide.2);
};

/// Bits of a character's class.
const WORD: u8 = 1;
const SINGLE: u8 = 2;
const NUMERIC: u8 = 4;
const REORDERS: u8 = 8;

const PAGE_LEN: u32 = 256;
const PAGE_COUNT: usize = 0x11_0000 / 256;

/// The properties of one character, as bits.
#[derive(Clone, Copy)]
pub(super) struct CharClass(u8);

impl CharClass {
    /// Alphabetic, or a number of any kind (Nd, Nl, No).
    pub(super) fn is_word(self) -> bool {
        self.0 & WORD != 0
    }
    /// A word character of a script that does not put white space between words: a word by itself.
    pub(super) fn is_single(self) -> bool {
        self.0 & SINGLE != 0
    }
    /// Of general category Nd, Nl or No.
    pub(super) fn is_numeric(self) -> bool {
        self.0 & NUMERIC != 0
    }
    /// Whether folding a text with it needs the order of combining marks, so that folding the
    /// characters one by one is not enough.
    pub(super) fn reorders(self) -> bool {
        self.0 & REORDERS != 0
    }
}

/// The class of `c` and what it folds to by itself.
pub(super) fn look_up(c: char) -> (CharClass, &'static str) {
    let (page, index) = page_of(c);
    let end = usize::from(page.fold_ends[index]);
    let start = match index {
        0 => 0,
        _ => usize::from(page.fold_ends[index - 1]),
    };
    (CharClass(page.classes[index]), &page.folds[start..end])
}

/// The class of `c`.
pub(super) fn class(c: char) -> CharClass {
    let (page, index) = page_of(c);
    CharClass(page.classes[index])
}

/// The plain definition of folding, over whole texts of any kind.
pub(super) fn fold_plainly(text: impl Iterator<Item = char>) -> String {
    let mut folded = String::new();
    for c in text.nfkd().flat_map(case_fold).nfkd() {
        match c {
            _ if c.general_category() == GeneralCategory::NonspacingMark => {}
            'ø' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            '\u{2018}' | '\u{2019}' | '\u{2BC}' => folded.push('\''),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            _ => folded.push(c),
        }
    }
    folded
}

struct ClassPage {
    classes: [u8; PAGE_LEN as usize],
    fold_ends: [u16; PAGE_LEN as usize],
    folds: String,
}

static PAGES: [OnceLock<Box<ClassPage>>; PAGE_COUNT] = [const { OnceLock::new() }; PAGE_COUNT];

fn page_of(c: char) -> (&'static ClassPage, usize) {
    let number = u32::from(c) / PAGE_LEN;
    let index = u32::from(c) % PAGE_LEN;
    let page = PAGES[number as usize].get_or_init(|| Box::new(ClassPage::compute(number)));
    (page, index as usize)
}

impl ClassPage {
    fn compute(number: u32) -> ClassPage {
        let mut page = ClassPage {
            classes: [0; PAGE_LEN as usize],
            fold_ends: [0; PAGE_LEN as usize],
            folds: String::new(),
        };
        for (index, code) in (number * PAGE_LEN..).take(page.classes.len()).enumerate() {
            // Surrogates are no characters and are not looked up.
            if let Some(c) = char::from_u32(code) {
                page.classes[index] = classify(c);
                page.folds.push_str(&fold_plainly(std::iter::once(c)));
            }
            page.fold_ends[index] =
                u16::try_from(page.folds.len()).expect("256 folds are far below 64 KiB");
        }
        page
    }
}

fn classify(c: char) -> u8 {
    use GeneralCategory::{DecimalNumber, LetterNumber, OtherNumber};
    let mut class = 0;
    if matches!(c.general_category(), DecimalNumber | LetterNumber | OtherNumber) {
        class |= NUMERIC | WORD;
    }
    if is_alphabetic(c) {
        class |= WORD;
    }
    if class & WORD != 0 && stands_alone(c) {
        class |= SINGLE;
    }
    if depends_on_order(c) {
        class |= REORDERS;
    }
    class
}

fn is_alphabetic(c: char) -> bool {
    let code = u32::from(c);
    let after = ALPHABETIC.partition_point(|&(first, _)| first <= code);
    after > 0 && ALPHABETIC[after - 1].1 >= code
}

fn stands_alone(c: char) -> bool {
    use Script::{Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    c == '\u{30FC}'
        || matches!(c.script(), Han | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar)
}

/// Canonical ordering moves characters with a combining class. Folding drops nearly all of them, so
/// that their order has no effect; it keeps these few.
fn depends_on_order(c: char) -> bool {
    std::iter::once(c).nfkd().any(|part| {
        canonical_combining_class(part) != 0
            && (part.general_category() != GeneralCategory::NonspacingMark
                || !case_fold(part).eq([part]))
    })
}

/// Full default case folding of one character (CaseFolding.txt, C and F).
fn case_fold(c: char) -> impl Iterator<Item = char> {
    let code = u32::from(c);
    let several = FOLD_SEVERAL
        .binary_search_by_key(&code, |&(from, _)| from)
        .map_or("", |found| FOLD_SEVERAL[found].1);
    let single = several.is_empty().then(|| fold_to_one(code).unwrap_or(c));
    several.chars().chain(single)
}

fn fold_to_one(code: u32) -> Option<char> {
    let after = FOLD_RUNS.partition_point(|&(first, ..)| first <= code);
    let (first, last, step, target) = *FOLD_RUNS.get(after.checked_sub(1)?)?;
    let inside = code <= last && (code - first).is_multiple_of(step);
    inside.then(|| char::from_u32(target + (code - first)))?
}
