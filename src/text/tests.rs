//! Folding and words against their plain definition.

use proptest::prelude::*;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use super::*;

/// Words by the sentences of the definition, one character after the other.
fn words_plainly(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for c in property::fold_plainly(text.chars()).chars() {
        use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
        let alphabetic =
            tables::ALPHABETIC.iter().any(|&(first, last)| (first..=last).contains(&u32::from(c)));
        let numeric = has_numeric(&c.to_string());
        let mark = [NonspacingMark, SpacingMark, EnclosingMark].contains(&c.general_category());
        if !alphabetic && !numeric && !mark {
            open = false;
            continue;
        }
        let single = c == 'ー'
            || [
                Script::Han,
                Script::Hiragana,
                Script::Katakana,
                Script::Thai,
                Script::Lao,
                Script::Khmer,
                Script::Myanmar,
            ]
            .contains(&c.script());
        let fits = words.last().is_some_and(|word| word.len() + c.len_utf8() <= 256);
        if single || !open || !fits {
            words.push(String::new());
        }
        words.last_mut().expect("one was pushed").push(c);
        open = !single;
    }
    words
}

fn words_of_bytes(text: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    let each = |word: &[u8]| words.push(String::from_utf8(word.to_vec()).unwrap());
    for_each_word_of_bytes(text, each);
    words
}

fn all_characters() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// FNV-1a, spelled out so that the pinned values depend on nothing else.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

#[test]
fn bytes_that_are_no_text_have_no_words() {
    assert!(words_of_bytes(b"ab \xff cd").is_empty());
}

#[test]
fn folds_of_all_characters_are_pinned() {
    let folds = all_characters().map(|c| fold(&c.to_string()).into_owned() + "\n");
    let found = hash(folds.flat_map(String::into_bytes));
    assert_eq!(found, 0xd3cf_c48b_8de5_3dd3, "{found:#x}: stored words depend on this value");
}

#[test]
fn word_properties_of_all_characters_are_pinned() {
    let classes = all_characters().map(|c| {
        let class = property::class(c);
        u8::from(class.is_word())
            | u8::from(class.is_single()) << 1
            | u8::from(class.is_numeric()) << 2
    });
    let found = hash(classes);
    assert_eq!(found, 0x59bb_3a56_95f1_30de, "{found:#x}: stored words depend on this value");
}

#[test]
fn every_letter_and_number_is_a_word_character() {
    use GeneralCategory::*;
    for c in all_characters() {
        let expected = matches!(
            c.general_category(),
            UppercaseLetter
                | LowercaseLetter
                | TitlecaseLetter
                | ModifierLetter
                | OtherLetter
                | DecimalNumber
                | LetterNumber
                | OtherNumber
        );
        assert!(!expected || property::class(c).is_word(), "{c:?}");
    }
}

#[test]
fn ascii_table_agrees_with_the_properties() {
    for byte in 0..128u8 {
        let class = property::class(char::from(byte));
        assert_eq!(ascii::is_word(byte), class.is_word(), "{byte}");
        assert_eq!(has_numeric(&char::from(byte).to_string()), class.is_numeric());
    }
}

#[test]
fn folding_makes_spellings_equal() {
    for (text, folded) in [
        ("", ""),
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("İstanbul ıI", "istanbul ii"),
        ("Œuvre Ærø Łódź Đorđe", "oeuvre aero lodz dorde"),
        ("ﬁn ① ½ Ｆｕｌｌ", "fin 1 1\u{2044}2 full"),
        ("can\u{2019}t \u{2018}a \u{2bc}b \u{149}", "can't 'a 'b 'n"),
        ("a\u{2010}b\u{2015}c\u{2212}d\u{2011}e", "a-b-c-d-e"),
        ("Ångström Å \u{212b}", "angstrom a a"),
        ("ΣΊΣΥΦΟΣ Ὀδυσσεύς", "σισυφοσ οδυσσευσ"),
        ("\u{1f80}", "αι"),
        ("각 \u{1100}\u{1161}\u{11a8}", "각 각"),
        // Letters that only look like others with an accent.
        ("パリ ﾊﾟﾘ ハ\u{309a}リ", "パリ パリ パリ"),
        ("Андре\u{301}й И\u{306} Ўў Ёё Її", "андрей й ўў ее іі"),
        ("и\u{301}\u{306} и\u{ad}\u{306} Е\u{306}", "и й е"),
        ("हिन्दी", "हिन्दी"),
        ("क़ क\u{93c}", "क\u{93c} क\u{93c}"),
        ("ไม้ น้ำ", "ไม้ น้\u{e4d}า"),
        // Accents of other scripts, and what stretches a line.
        ("مُحَمَّد محـــمد", "محمد محمد"),
        ("שָׁלוֹם", "שלום"),
        ("Ἀθῆναι", "αθηναι"),
        // What is invisible.
        ("Don\u{ad}au\u{200b}dampf\u{2060}schiff\u{fe0f}\u{feff}", "donaudampfschiff"),
        ("a\u{202e}b\u{2066}c\u{200d}d\u{34f}e\u{e0041}f", "abcdef"),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn folded_ascii_is_borrowed() {
    assert!(matches!(fold("actor.email"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn words_split_as_the_rules_say() {
    for (text, expected) in [
        ("", vec![]),
        ("🎉 !! \0", vec![]),
        ("anna.mueller@example.com", vec!["anna", "mueller", "example", "com"]),
        ("change_event_title", vec!["change", "event", "title"]),
        ("30-minütiges", vec!["30", "minutiges"]),
        ("can't", vec!["can", "t"]),
        ("can\u{2019}t", vec!["can", "t"]),
        ("-0.10", vec!["0", "10"]),
        ("a\0b\u{200d}c", vec!["a", "bc"]),
        ("Don\u{ad}au", vec!["donau"]),
        ("漢字かなカーabc漢", vec!["漢", "字", "か", "な", "カ", "ー", "abc", "漢"]),
        ("สวัสดี", vec!["ส", "ว", "ั", "ส", "ด", "ี"]),
        ("हिन्दी भाषा", vec!["हिन्दी", "भाषा"]),
        ("パリ", vec!["パ", "リ"]),
        ("தமிழ்", vec!["தமிழ்"]),
        ("ABC٣Ⅷ²", vec!["abc٣viii2"]),
        ("各국", vec!["各", "국"]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn words_of_256_bytes_are_whole_and_longer_ones_cut() {
    let lens = |text: &str| words(text).iter().map(String::len).collect::<Vec<_>>();
    assert_eq!(lens(&"A".repeat(256)), [256]);
    assert_eq!(lens(&"A".repeat(257)), [256, 1]);
    assert_eq!(lens(&"a".repeat(600)), [256, 256, 88]);
    // Greek letters take two bytes: an odd start leaves one byte free.
    assert_eq!(lens(&"α".repeat(128)), [256]);
    assert_eq!(lens(&format!("a{}", "α".repeat(128))), [255, 2]);
    assert_eq!(lens(&format!("ü{}", "a".repeat(256))), [256, 1]);
}

#[test]
fn marks_whose_order_shows_are_folded_by_the_plain_definition() {
    for text in ["α\u{345}\u{302e}", "a\u{302e}\u{301}\u{345}", "\u{1d15e}\u{345}\u{1d165}"] {
        assert_eq!(fold(text), property::fold_plainly(text.chars()));
    }
}

/// The derivation of Default_Ignorable_Code_Point, as far as other properties tell it.
#[test]
fn format_characters_without_a_shape_are_invisible() {
    // Prepended_Concatenation_Mark and the controls of interlinear notes and of hieroglyphs have
    // one.
    let has_shape = |c: char| {
        matches!(u32::from(c),
            0x600..=0x605 | 0x6DD | 0x70F | 0x890..=0x891 | 0x8E2 | 0x110BD | 0x110CD
            | 0xFFF9..=0xFFFB | 0x13430..=0x1343F)
    };
    for c in all_characters().filter(|c| c.general_category() == GeneralCategory::Format) {
        assert_eq!(fold(&c.to_string()).is_empty(), !has_shape(c), "{c:?}");
    }
}

#[test]
fn folding_twice_changes_nothing_more() {
    for c in all_characters() {
        let folded = fold(&c.to_string()).into_owned();
        assert_eq!(fold(&folded), folded, "{c:?}");
    }
}

/// Texts of characters that folding treats specially, more often than arbitrary texts have them.
fn delicate_text() -> impl Strategy<Value = String> {
    let odd = "\u{345}\u{302e}\u{1d165}\u{16ff0}각\u{1100}\u{1161}\u{11a8}ﬃİйЙўиуИ\u{306}\u{323}\
               かハ\u{3099}\u{309a}\u{ad}\u{200d}\u{34f}\u{640}ि्क़न\u{93c}\u{9be}\u{9c7}ำ";
    let odd: Vec<char> = odd.chars().collect();
    let characters = prop_oneof![
        4 => any::<char>(),
        4 => proptest::char::range('\0', '\u{17f}'),
        2 => proptest::char::range('\u{300}', '\u{400}'),
        1 => proptest::char::range('\u{3000}', '\u{31ff}'),
        4 => prop::sample::select(odd),
    ];
    prop::collection::vec(characters, 0..40).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn folding_equals_the_plain_definition(text in delicate_text()) {
        prop_assert_eq!(fold(&text).into_owned(), property::fold_plainly(text.chars()));
    }

    #[test]
    fn words_equal_the_plain_definition(text in delicate_text()) {
        prop_assert_eq!(words(&text), words_plainly(&text));
        prop_assert_eq!(words_of_bytes(text.as_bytes()), words_plainly(&text));
    }

    #[test]
    fn words_of_ascii_equal_the_plain_definition(text in "[ -~]{0,80}|[a-zA-Z0-9]{200,600}") {
        prop_assert_eq!(words(&text), words_plainly(&text));
        prop_assert_eq!(words_of_bytes(text.as_bytes()), words_plainly(&text));
    }

    #[test]
    fn words_of_folded_text_are_the_words(text in delicate_text()) {
        let mut found = Vec::new();
        for_each_folded_word(&fold(&text), |word| found.push(word.to_string()));
        prop_assert_eq!(found, words(&text));
    }
}
