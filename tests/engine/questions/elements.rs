//! Conditions on one object of an event.

use super::Asker;
use super::fields::dots_apart;
use crate::chance::Chance;
use crate::events::NOW;
use crate::oracle::ask::{Ask, Path};
use crate::oracle::fact::{Fact, Leaf};
use chrono_tz::Tz;

/// An element condition and the path to values in its objects; `None` if there are none.
pub(crate) fn member_facet(facts: &[Fact], chance: &Chance) -> Option<(Ask, Path)> {
    let asker = Asker { facts, chance, zone: Tz::UTC, now: NOW };
    let leaves: Vec<&Leaf> = asker.fact()?.leaves.iter().collect();
    let deep: Vec<&Leaf> = leaves.iter().filter(|leaf| leaf.keys.len() > 1).copied().collect();
    if deep.is_empty() {
        return None;
    }
    let leaf = *chance.pick(&deep);
    let end = 1 + chance.below(leaf.keys.len() - 1);
    let is_inside =
        |other: &&&Leaf| other.keys.len() > end && other.keys[..end] == leaf.keys[..end];
    let inside: Vec<&Leaf> = leaves.iter().filter(is_inside).copied().collect();
    let condition = asker.condition(&inside, end, 1, 1);
    let element = Ask::Element(asker.spelled(&leaf.keys[..end]), Box::new(condition));
    Some((element, asker.spelled(&leaf.keys[end..])))
}

impl Asker<'_> {
    /// A condition on an object that some event has, or on a value.
    pub(super) fn element_of_event(&self) -> Ask {
        let Some(fact) = self.fact() else {
            return self.field();
        };
        let leaves: Vec<&Leaf> = fact.leaves.iter().collect();
        self.element(&leaves, 0, 3).unwrap_or_else(|| self.field())
    }

    /// A condition on an object below those that hold `leaves`, whose paths begin at key `start`;
    /// `None` if there is no object.
    fn element(&self, leaves: &[&Leaf], start: usize, brackets: usize) -> Option<Ask> {
        let is_below = |leaf: &&&Leaf| leaf.keys.len() > start + 1;
        let deep: Vec<&Leaf> = leaves.iter().filter(is_below).copied().collect();
        if deep.is_empty() {
            return None;
        }
        let leaf = *self.chance.pick(&deep);
        let end = start + 1 + self.chance.below(leaf.keys.len() - start - 1);
        let is_inside =
            |other: &&&Leaf| other.keys.len() > end && other.keys[..end] == leaf.keys[..end];
        let inside: Vec<&Leaf> = leaves.iter().filter(is_inside).copied().collect();
        let path = self.spelled(&leaf.keys[start..end]);
        Some(Ask::Element(path, Box::new(self.condition(&inside, end, brackets, 2))))
    }

    fn condition(&self, leaves: &[&Leaf], start: usize, brackets: usize, depth: usize) -> Ask {
        let inner = || self.condition(leaves, start, brackets, depth.saturating_sub(1));
        match self.chance.weighted(&[8, 4 * depth, 2 * depth, depth, usize::from(brackets > 0)]) {
            1 => Ask::And(vec![inner(), inner()]),
            2 => Ask::Or(vec![inner(), inner()]),
            3 => Ask::Not(Box::new(inner())),
            4 => {
                let element = self.element(leaves, start, brackets - 1);
                element.unwrap_or_else(|| self.member(leaves, start))
            }
            _ => self.member(leaves, start),
        }
    }

    /// A condition on a value of the object.
    fn member(&self, leaves: &[&Leaf], start: usize) -> Ask {
        let leaf = *self.chance.pick(leaves);
        let value = match self.chance.one_in(4) {
            true => self.leaf().unwrap_or(leaf),
            false => leaf,
        };
        match self.chance.below(6) {
            0 => Ask::Text(self.phrase(Some(value), true)),
            1 if self.chance.one_in(4) => Ask::All,
            _ => {
                let path = self.spelled(&leaf.keys[start..]);
                let test = self.test(&path, Some(value));
                test.map_or(Ask::All, |test| Ask::Field(path, test))
            }
        }
    }

    /// Keys as a path, those with dots here and there as several segments.
    fn spelled(&self, keys: &[String]) -> Vec<String> {
        match self.chance.one_in(2) {
            true => dots_apart(keys),
            false => keys.to_vec(),
        }
    }
}
