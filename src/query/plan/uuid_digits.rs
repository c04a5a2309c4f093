//! The digits that a UUID must have where words of a phrase stand.

use crate::query::ast::LastWord;
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::phrase::Phrase;
use crate::segment::Column;
use crate::segment::GROUP_LENGTHS;
use crate::segment::Read;
use std::ops::Range;

/// Digits that a UUID must have in some places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UuidDigits {
    /// The places: a hexadecimal `f` each, the first digit on top.
    pub(crate) mask: u128,
    pub(crate) digits: u128,
}

/// Whether a word that is meant as it is may be a group of the digits of an id.
pub(super) fn may_have(phrase: &Phrase) -> bool {
    !digits(phrase).is_empty()
}

/// Whether one of some values of a column has one of the wanted digits.
pub(crate) fn any_has(column: Column<'_>, values: Range<u32>, wanted: &[UuidDigits]) -> Read<bool> {
    let Some(ids) = column.uuids() else { return Ok(false) };
    Ok(ids.run(column.blocks(), values)?.iter().any(|id| has(id, wanted)))
}

/// Those of a range of rows that have a UUID with one of the wanted digits: one walk over ids that
/// lie side by side.
pub(crate) fn rows_that_have(
    column: Column<'_>,
    rows: Range<u32>,
    wanted: &[UuidDigits],
    budget: &Budget,
) -> Evaluated<Vec<u32>> {
    let Some(ids) = column.uuids() else { return Ok(Vec::new()) };
    let mut of_values = Vec::new();
    let start = column.places().rows_of_values(rows, &mut of_values)?;
    budget.charge_bytes(size_of::<u128>() * of_values.len())?;
    let ids = ids.run(column.blocks(), start..start + of_values.len() as u32)?;
    let mut found = Vec::new();
    for (id, row) in ids.iter().zip(of_values) {
        if has(id, wanted) {
            found.push(row);
        }
    }
    found.dedup();
    Ok(found)
}

fn has(id: &[u8; 16], wanted: &[UuidDigits]) -> bool {
    let id = u128::from_be_bytes(*id);
    wanted.iter().any(|wanted| id & wanted.mask == wanted.digits)
}

/// The digits of the ids in which the words of a phrase that is not fuzzy are consecutive groups,
/// once for each group that may be the first.
pub(crate) fn digits(phrase: &Phrase) -> Vec<UuidDigits> {
    let count = phrase.words.len();
    if count > GROUP_LENGTHS.len() {
        return Vec::new();
    }
    let first_groups = 0..=GROUP_LENGTHS.len() - count;
    first_groups.filter_map(|group| digits_from(phrase, group)).collect()
}

/// The same with one group as the first.
fn digits_from(phrase: &Phrase, group: usize) -> Option<UuidDigits> {
    let mut digits = UuidDigits { mask: 0, digits: 0 };
    let before: usize = GROUP_LENGTHS.iter().take(group).sum();
    let mut place = before;
    for (index, (word, len)) in phrase.words.iter().zip(&GROUP_LENGTHS[group..]).enumerate() {
        let is_prefix = index + 1 == phrase.words.len() && phrase.last == LastWord::Prefix;
        if !(word.len() == *len || is_prefix && word.len() <= *len) {
            return None;
        }
        for (at, byte) in word.bytes().enumerate() {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            let shift = 4 * (31 - (place + at));
            digits.mask |= 0xf << shift;
            digits.digits |= u128::from(digit) << shift;
        }
        place += len;
    }
    Some(digits)
}
