//! Free text of a vocabulary that is made by rule: the word of each rank is put together from
//! syllables, so no list of words is held.

use super::super::random::Xoshiro;

/// Words that can occur. Their frequencies follow Zipf's law, so a million events do not see all.
const VOCABULARY: usize = 400_000;
/// Every syllable is one of each, and a word of syllables alone ends with a vowel of these.
const CONSONANTS: [&str; 20] = [
    "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st", "tr",
    "sch", "kl",
];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const SYLLABLES: usize = CONSONANTS.len() * VOWELS.len();
/// Shares no factor with [`SYLLABLES`]: multiplied by it, neighbours in rank look nothing alike.
const STRIDE: usize = 7_919;
/// Of the ranks, one in so many has a word with a letter beyond ASCII.
const ACCENTED: usize = 61;

/// Appends the word of `rank`. Frequent words are short, and no two ranks have the same word.
pub(super) fn push_word(text: &mut String, rank: usize) {
    let (mut first, mut size, mut syllables) = (0, SYLLABLES, 1);
    while rank >= first + size {
        first += size;
        size *= SYLLABLES;
        syllables += 1;
    }
    let mut code = (rank - first) * STRIDE % size;
    for _ in 0..syllables {
        let syllable = code % SYLLABLES;
        text.push_str(CONSONANTS[syllable / VOWELS.len()]);
        text.push_str(VOWELS[syllable % VOWELS.len()]);
        code /= SYLLABLES;
    }
    if rank % ACCENTED == ACCENTED - 1 {
        text.push('ü');
    }
}

/// The word of `rank`.
pub(super) fn word(rank: usize) -> String {
    let mut text = String::new();
    push_word(&mut text, rank);
    text
}

/// Appends `count` words with one space between two, the first one in upper case.
pub(super) fn push_words(text: &mut String, random: &mut Xoshiro, count: u64) {
    let start = text.len();
    for index in 0..count {
        if index > 0 {
            text.push(' ');
        }
        push_word(text, random.skewed(VOCABULARY));
    }
    // Every word begins with a letter of ASCII.
    if let Some(first) = text.get_mut(start..=start) {
        first.make_ascii_uppercase();
    }
}

/// A heading of 3 to 12 words.
pub(super) fn heading(random: &mut Xoshiro) -> String {
    let mut text = String::new();
    let count = 3 + random.below(10);
    push_words(&mut text, random, count);
    text
}

/// Appends 1 to `most` sentences of 4 to 19 words, and now and then an empty line between two, as
/// the escape that JSON has for it.
pub(super) fn push_sentences(text: &mut String, random: &mut Xoshiro, most: usize) {
    for index in 0..=random.skewed(most) {
        if index > 0 {
            text.push_str(if random.chance(20) { "\\n\\n" } else { " " });
        }
        let count = 4 + random.below(16);
        push_words(text, random, count);
        text.push('.');
    }
}
