//! Questions made up at random, mostly from the values of the events that are asked.

pub(crate) mod elements;
mod fields;
mod texts;

use crate::chance::Chance;
use crate::events::{NOW, TENANTS, one_of};
use crate::oracle::answers::Question;
use crate::oracle::ask::{Ask, Path};
use crate::oracle::fact::{Fact, Leaf};
use crate::oracle::hold::is_at;
use crate::oracle::literal::{Meaning, Sides, compared};
use crate::oracle::print::print;
use crate::oracle::time::{DAY, before_now};
use chrono::DateTime;
use chrono_tz::Tz;

/// Zones, some with borders of days in odd places.
const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::UTC,
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Asia__Kolkata,
    Tz::Pacific__Apia,
    Tz::Australia__Lord_Howe,
];

/// Paths that a facet cannot be of: objects of the schema, and times.
const OBJECTS: &str = "occurred_at|recorded_at|actor|actor.app|actor.on_behalf_of|targets|\
    targets.labels|targets.labels.fields|changes|context|context.asn|attributes|details|caused_by";

/// Makes up questions.
pub(crate) struct Asker<'a> {
    facts: &'a [Fact],
    chance: &'a Chance,
    zone: Tz,
    now: i64,
}

/// A random question to a store that holds `facts`; `clock` is the time there. Before `swept`
/// nothing is asked: what was dropped then was seen before.
pub(crate) fn question(facts: &[Fact], clock: i64, swept: i64, chance: &Chance) -> Question {
    let now = match chance.below(4) {
        0 => clock,
        1 => NOW + chance.within(-40, 40) * DAY / 3,
        _ => NOW,
    };
    let now = now.max(swept);
    let zone = *chance.pick(&ZONES);
    let asker = Asker { facts, chance, zone, now };
    let ask = match chance.one_in(16) {
        true => Ask::All,
        false => asker.ask(chance.below(4)),
    };
    let instant = || (!chance.one_in(4)).then(|| asker.instant());
    let (from, to) = match chance.one_in(6) {
        true => (instant(), instant()),
        false => (None, None),
    };
    Question {
        text: print(&ask, chance),
        ask,
        zone,
        now,
        from,
        to,
        tenant: chance.one_in(6).then(|| one_of(TENANTS, chance).into()),
        include_hidden: chance.one_in(4),
    }
}

/// A path of which facets can be asked.
pub(crate) fn facet_path(facts: &[Fact], chance: &Chance) -> Path {
    let asker = Asker { facts, chance, zone: Tz::UTC, now: NOW };
    loop {
        let path = match chance.below(6) {
            0 => ["data_source", "category", "activity", "action", "tenant", "outcome"]
                .map(|key| vec![key.to_string()])[chance.below(6)]
            .clone(),
            1 => vec!["targets".into(), "name".into()],
            2 => vec!["actor".into(), "id".into()],
            _ => asker.path_of(asker.leaf()),
        };
        let is_object = |object: &str| object == path.join(".");
        if !OBJECTS.split('|').any(is_object) {
            return path;
        }
    }
}

/// What values at a path may begin with: the beginning of one, in any spelling, or of another.
pub(crate) fn value_prefix(path: &Path, facts: &[Fact], chance: &Chance) -> String {
    let some = (0..40.min(facts.len())).flat_map(|_| &chance.pick(facts).leaves);
    let at_path = some.filter(|leaf| is_at(path, &leaf.keys));
    let texts: Vec<String> = at_path.filter_map(|leaf| leaf.shown()).collect();
    let text = match texts.is_empty() || chance.one_in(8) {
        true => chance.text(&["", "a", "É", "5", "tr", "\u{301}", "🎉", "-", "zzz"]),
        false => chance.pick(&texts).clone(),
    };
    let count = chance.below(5).min(text.chars().count());
    let beginning = match chance.below(5) {
        0 => text.clone(),
        _ => text.chars().take(count).collect(),
    };
    match chance.below(4) {
        0 => beginning.to_uppercase(),
        1 => beginning.to_lowercase(),
        _ => beginning,
    }
}

impl Asker<'_> {
    fn ask(&self, depth: usize) -> Ask {
        let operands = || {
            let count = 2 + self.chance.below(2);
            (0..count).map(|_| self.ask(depth.saturating_sub(1)))
        };
        match self.chance.weighted(&[8, 3 * depth, 3 * depth, 1 + depth]) {
            0 => self.term(),
            1 => Ask::And(operands().collect()),
            2 => Ask::Or(operands().collect()),
            _ => Ask::Not(Box::new(self.ask(depth.saturating_sub(1)))),
        }
    }

    fn term(&self) -> Ask {
        match self.chance.weighted(&[10, 18, 4, 1, 4]) {
            0 => Ask::Text(self.phrase(None, true)),
            1 => self.field(),
            2 => self.time(),
            3 => Ask::All,
            _ => self.element_of_event(),
        }
    }

    /// A random event.
    fn fact(&self) -> Option<&Fact> {
        match self.facts.is_empty() {
            true => None,
            false => Some(self.chance.pick(self.facts)),
        }
    }

    /// A random value of a random event.
    fn leaf(&self) -> Option<&Leaf> {
        self.fact().map(|fact| self.chance.pick(&fact.leaves))
    }

    /// An instant at which something happened, or next to it.
    fn instant(&self) -> i64 {
        let at = self.fact().map_or(NOW, |fact| fact.occurred_at);
        match self.chance.below(4) {
            0 => at + self.chance.within(-1, 1),
            1 => at + self.chance.within(-30, 30) * DAY,
            _ => at,
        }
    }

    /// An instant or date as text, and what it means behind an operator.
    fn when(&self, operator: &str) -> (String, Meaning) {
        let at = DateTime::from_timestamp_micros(self.instant()).expect("an instant of our time");
        let text = match self.chance.below(5) {
            0 => at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            2 => {
                let finer = self.chance.pick(&["0", "001", "5", "000000", "0000001", "999"]);
                at.format(&format!("%Y-%m-%dT%H:%M:%S%.6f{finer}Z")).to_string()
            }
            1 => {
                let zone = chrono::FixedOffset::west_opt(5400).expect("an hour and a half");
                let local = at.with_timezone(&zone);
                local.format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string()
            }
            _ => at.with_timezone(&self.zone).format("%Y-%m-%d").to_string(),
        };
        let meaning = compared(operator, &text, self.zone).expect("a time");
        (text, meaning)
    }

    fn time(&self) -> Ask {
        if self.chance.one_in(3) {
            let unit = self.chance.pick(&["s", "m", "h", "d", "w", "mo", "y"]);
            let length = format!("{}{unit}", self.chance.pick(&[0, 1, 2, 7, 30, 48, 100]));
            if let Some(from) = before_now(&length, self.now, self.zone) {
                return Ask::Time(
                    "since",
                    length,
                    Sides::half_open(Some(i128::from(from) * 1_000), None),
                );
            }
        }
        let names = [("after", ">"), ("before", "<"), ("on", "=")];
        let (relation, operator) = *self.chance.pick(&names);
        let (text, meaning) = self.when(operator);
        match meaning {
            Meaning::Instants(sides) => Ask::Time(relation, text, sides),
            _ => unreachable!("a time means instants"),
        }
    }
}
