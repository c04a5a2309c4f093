//! Words in UUIDs. These columns are in no index of words: a whole id is found by binary search,
//! groups of its digits by a look at the 16 bytes of each, and most phrases cannot be there.

use super::dictionary::uuid_rows;
use super::node::filter;
use super::node::{Disjunction, Filter, RowPlan};
use super::uuid_digits::digits;
use crate::limits::FUZZY_DISTANCE_MAX;
use crate::query::ast::LastWord;
use crate::query::predicate::phrase::Phrase;
use crate::query::predicate::tree::FieldPredicate;
use crate::segment::Segment;
use crate::segment::{GROUP_LENGTHS, Read, parse_uuid};
use std::sync::Arc;

/// Rows whose UUID in one of `columns` has the words of a phrase.
pub(super) fn plan(
    leaf: &Arc<FieldPredicate>,
    phrase: &Phrase,
    columns: &[u32],
    segment: &Segment,
) -> Read<RowPlan> {
    let mut any = Disjunction::default();
    let wanted = match phrase.last {
        LastWord::Fuzzy(distance) if !may_be_near(&phrase.words, distance) => {
            return Ok(RowPlan::Nothing);
        }
        LastWord::Fuzzy(_) => Vec::new(),
        _ => digits(phrase),
    };
    if wanted.is_empty() && !matches!(phrase.last, LastWord::Fuzzy(_)) {
        return Ok(RowPlan::Nothing);
    }
    let whole = match phrase.last {
        LastWord::Exact => parse_uuid(phrase.words.join("-").as_bytes()),
        _ => None,
    };
    for number in columns {
        let column = segment.column(*number);
        let Some(ids) = column.uuids() else { continue };
        any.add(match (&whole, phrase.last) {
            (Some(id), _) => uuid_rows(ids.find(column.blocks(), id)?, column)?,
            (None, LastWord::Fuzzy(_)) => {
                filter(RowPlan::NotNull(*number), Filter::Columns(vec![*number], leaf.clone()))
            }
            _ => filter(RowPlan::NotNull(*number), Filter::Uuids(*number, wanted.clone())),
        });
    }
    Ok(any.finish())
}

/// Whether a group of digits may be so near to a word. Only groups of letters are compared, which
/// are those from `a` to `f`.
fn may_be_near(words: &[String], distance: u8) -> bool {
    let distance_max = usize::from(distance.min(FUZZY_DISTANCE_MAX));
    let [word] = words else { return false };
    let len = word.chars().count();
    let strange = word.chars().filter(|letter| !matches!(letter, 'a'..='f')).count();
    strange <= distance_max && GROUP_LENGTHS.iter().any(|group| group.abs_diff(len) <= distance_max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ast::Query;
    use crate::query::predicate::compile;
    use crate::query::predicate::context::any_context;
    use crate::query::predicate::tree::Predicate;
    use crate::query::predicate::value_predicate::ValuePredicate;
    use proptest::prelude::*;

    fn phrase(text: &str) -> Phrase {
        let predicate = compile(&Query::parse(text).unwrap(), &any_context()).unwrap();
        let Predicate::Field(leaf) = predicate else { panic!("{text}") };
        let ValuePredicate::Phrase(phrase) = &leaf.test else { panic!("{text}") };
        phrase.clone()
    }

    fn text_of(id: u128) -> String {
        let hex = format!("{id:032x}");
        let cuts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        cuts.join("-")
    }

    proptest! {
        #[test]
        fn an_id_has_the_digits_if_its_text_has_the_words(
            id in any::<u128>(),
            other in any::<u128>(),
            (start, len) in (0..36_usize, 1..37_usize),
            (is_other, is_prefix) in (prop::bool::weighted(0.2), any::<bool>()),
        ) {
            let text = text_of(if is_other { other } else { id });
            let part = text.get(start..(start + len).min(36)).unwrap_or_default();
            prop_assume!(part.bytes().any(|byte| byte != b'-') && !part.ends_with('-'));
            let phrase = phrase(&format!("\"{part}{}\"", if is_prefix { "*" } else { "" }));
            let found = digits(&phrase).iter().any(|wanted| id & wanted.mask == wanted.digits);
            let expected = phrase.matches_text(&text_of(id));
            prop_assert_eq!(found, expected, "{} in {}", part, text_of(id));
        }

        #[test]
        fn a_group_of_letters_is_near_only_words_that_may_be(
            group in "[a-f]{4}|[a-f]{8}|[a-f]{12}",
            word in "[a-h]{2,14}",
            edits in prop::collection::vec((0..12_usize, "[a-z]"), 0..3),
            distance in 1..=2_u8,
        ) {
            // A word that is near, mostly, or any.
            let mut near: Vec<char> = group.chars().collect();
            for (at, letter) in &edits {
                let at = at % near.len();
                near[at] = letter.chars().next().unwrap_or('a');
            }
            let near: String = near.into_iter().collect();
            for word in [word, near] {
                let phrase = phrase(&format!("{word}~{distance}"));
                let is_near = phrase.matches_text(&group);
                prop_assert!(!is_near || may_be_near(&phrase.words, distance), "{word} {group}");
            }
        }
    }

    #[test]
    fn words_of_other_lengths_or_letters_are_in_no_id() {
        for text in ["abc", "abcdef", "abcg", "0123456789abcdef", "\"1234 56\"", "\"12 1234\""] {
            assert!(digits(&phrase(text)).is_empty(), "{text}");
        }
        for (text, count) in [("abcd", 3), ("12345678", 1), ("a*", 5), ("\"1234 5678\"", 2)] {
            assert_eq!(digits(&phrase(text)).len(), count, "{text}");
        }
    }
}
