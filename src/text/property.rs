//! Two-stage table of the character properties of one Unicode version, 256 characters a page.
//!
//! A page is computed at its first use (tens of microseconds) and kept for the life of the process;
//! later look-ups are an index. Texts use few pages.

use std::sync::OnceLock;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::tables::{ALPHABETIC, DEFAULT_IGNORABLE, FOLD_RUNS, FOLD_SEVERAL, VERSION};

/// The Unicode version of every property used here: of normalization, case folding, general
/// category, script, Alphabetic and Default_Ignorable_Code_Point. Segments hold it, since words
/// depend on it.
pub const UNICODE_VERSION: (u8, u8, u8) = VERSION;

/// The version of the rules of folding and words, from 1 to 16. Segments hold it, too.
///
/// * 1: every nonspacing mark is dropped; invisible characters separate words; no NFC.
/// * 2: only accents and invisible characters are dropped; NFC; marks are word characters.
pub const TEXT_RULES: u8 = 2;

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
const STABLE: u8 = 8;

const PAGE_LEN: u32 = 256;
const PAGE_COUNT: usize = 0x11_0000 / 256;

/// The properties of one character, as bits.
#[derive(Clone, Copy)]
pub(super) struct CharClass(u8);

impl CharClass {
    /// Alphabetic, a number of any kind (Nd, Nl, No), or a mark (Mn, Mc, Me).
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
    /// Whether a text can be cut before this character and both parts be folded alone.
    pub(super) fn is_stable(self) -> bool {
        self.0 & STABLE != 0
    }
}

/// What `c` folds to by itself.
pub(super) fn fold_of(c: char) -> &'static str {
    let (page, index) = page_of(c);
    let end = usize::from(page.fold_ends[index]);
    let start = match index {
        0 => 0,
        _ => usize::from(page.fold_ends[index - 1]),
    };
    &page.folds[start..end]
}

/// The class of `c`.
pub(super) fn class(c: char) -> CharClass {
    let (page, index) = page_of(c);
    CharClass(page.classes[index])
}

/// The definition of folding, for any text; does not use the table.
pub(super) fn fold_plainly(text: impl Iterator<Item = char>) -> String {
    let decomposed = text.nfkd().flat_map(case_fold).nfkd();
    let mut before = None;
    let visible = decomposed.filter(|c| !is_invisible(*c));
    let kept = visible.filter(|c| {
        let is_breve_of_letter = *c == BREVE && matches!(before, Some('и' | 'у'));
        before = Some(*c);
        is_breve_of_letter || !is_accent(*c)
    });
    kept.flat_map(plain_letter).nfc().collect()
}

/// Breve, kept in `й` and `ў`, which are letters of their own.
const BREVE: char = '\u{306}';

/// Default_Ignorable_Code_Point, or the tatweel, which only stretches a line.
fn is_invisible(c: char) -> bool {
    c == '\u{640}' || is_default_ignorable(c)
}

/// Whether a character has the property Default_Ignorable_Code_Point (Unicode Standard Annex #44):
/// it is not drawn, but may change what is. Cost: a binary search in 17 ranges.
pub fn is_default_ignorable(c: char) -> bool {
    is_in(DEFAULT_IGNORABLE, c)
}

/// A nonspacing mark that does not make another letter, in a script whose readers omit it.
fn is_accent(c: char) -> bool {
    use Script::{Arabic, Cyrillic, Greek, Hebrew, Inherited, Latin, Syriac};
    // The voiced sound marks of Japanese make other letters.
    !matches!(c, '\u{3099}' | '\u{309A}')
        && c.general_category() == GeneralCategory::NonspacingMark
        && matches!(c.script(), Inherited | Latin | Greek | Cyrillic | Arabic | Hebrew | Syriac)
}

/// The plain spelling of a letter or sign that has none by decomposition; else `c`.
fn plain_letter(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        'ø' => "o",
        'œ' => "oe",
        'æ' => "ae",
        'ł' => "l",
        'đ' => "d",
        'ı' => "i",
        '\u{2018}' | '\u{2019}' | '\u{2BC}' => "'",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        _ => "",
    };
    plain.chars().chain(plain.is_empty().then_some(c))
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
                let folded = fold_plainly(std::iter::once(c));
                page.classes[index] = classify(c, &folded);
                page.folds.push_str(&folded);
            }
            page.fold_ends[index] =
                u16::try_from(page.folds.len()).expect("256 folds are far below 64 KiB");
        }
        page
    }
}

fn classify(c: char, folded: &str) -> u8 {
    use GeneralCategory::{DecimalNumber, EnclosingMark, LetterNumber, NonspacingMark};
    use GeneralCategory::{OtherNumber, SpacingMark};
    let mut class = match c.general_category() {
        DecimalNumber | LetterNumber | OtherNumber => NUMERIC | WORD,
        NonspacingMark | SpacingMark | EnclosingMark => WORD,
        _ => 0,
    };
    if is_in(ALPHABETIC, c) {
        class |= WORD;
    }
    if class & WORD != 0 && stands_alone(c) {
        class |= SINGLE;
    }
    if is_stable(c, folded) {
        class |= STABLE;
    }
    class
}

fn is_in(ranges: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    let after = ranges.partition_point(|&(first, _)| first <= code);
    after > 0 && ranges[after - 1].1 >= code
}

/// Whether a word character is a word by itself.
fn stands_alone(c: char) -> bool {
    use Script::{Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    c == '\u{30FC}'
        || matches!(c.script(), Han | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar)
}

/// A normalization boundary (Unicode Standard Annex #15, "Stable Code Points"): its decomposition
/// and its fold begin with a starter, and the fold does not compose with a character before it.
fn is_stable(c: char, folded: &str) -> bool {
    let is_starter = |c: Option<char>| c.is_some_and(|c| canonical_combining_class(c) == 0);
    let first = folded.chars().next();
    is_starter(std::iter::once(c).nfkd().next())
        && is_starter(first)
        && is_nfc_quick(first.into_iter()) == IsNormalized::Yes
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
