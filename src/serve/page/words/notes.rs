//! Why an answer is empty, in the language of the page.

use super::phrases::Words;
use super::sentences::filled;
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::query::{NearPath, NoteHint, NoteReason, TimeEnds};
use chrono_tz::Tz;

impl Words {
    /// A note in a sentence without a full stop, times in a zone.
    pub(in crate::serve::page) fn note(&self, reason: &NoteReason, zone: Tz) -> String {
        let told = &self.notes;
        let events = |count: &u64| self.events(*count);
        match reason {
            NoteReason::TimesReversed { from, to } => {
                filled(told.times_reversed, &[&at(*from, zone), &at(*to, zone)])
            }
            NoteReason::NoEvents { tenant: Some(tenant) } => filled(told.no_events_of, &[tenant]),
            NoteReason::NoEvents { tenant: None } => told.no_events.to_owned(),
            NoteReason::NoneOfTheseTimes { ends } => {
                let times = self.hint(&NoteHint::Times(*ends), zone);
                format!("{}; {times}", told.none_of_these_times)
            }
            NoteReason::RestFinds { rest, count } => {
                filled(told.rest_finds, &[rest, &events(count)])
            }
            NoteReason::WithoutPart { part, count } => {
                filled(told.without_part, &[part, &events(count)])
            }
            NoteReason::AtOtherTimes { part, count } => {
                filled(told.at_other_times, &[part, &events(count)])
            }
            NoteReason::EveryEventHas { excluded } => filled(told.every_event_has, &[excluded]),
            NoteReason::NoEventHas { part, hints } => {
                let first = filled(told.no_event_has, &[part]);
                let hints = hints.iter().map(|hint| self.hint(hint, zone));
                std::iter::once(first).chain(hints).collect::<Vec<_>>().join("; ")
            }
        }
    }

    fn hint(&self, hint: &NoteHint, zone: Tz) -> String {
        let told = &self.notes;
        let events = |count: &u64| self.events(*count);
        match hint {
            NoteHint::Times(Some(TimeEnds { oldest, newest })) => {
                filled(told.times, &[&at(*oldest, zone), &at(*newest, zone)])
            }
            NoteHint::Times(None) => told.no_times.to_owned(),
            NoteHint::DifferentObjects { apart, count } => {
                filled(told.different_objects, &[apart, &events(count)])
            }
            NoteHint::NoValueAt { path, near } => {
                let near = near.as_ref().map(|near| self.near(near)).unwrap_or_default();
                filled(told.no_value_at, &[path]) + &near
            }
            NoteHint::NoWord { word, near, has_star } => {
                let near = near.as_ref().map(|near| filled(told.nearest_is, &[near]));
                let star = if *has_star { told.star_at_end } else { "" };
                filled(told.no_word, &[word]) + &near.unwrap_or_default() + star
            }
            NoteHint::WordsInNoEvent => told.words_in_no_event.to_owned(),
            NoteHint::WordsApart { words, count } => {
                filled(told.words_apart, &[words, &events(count)])
            }
            NoteHint::OtherSpelling { other, count, has_star } => {
                let has = filled(told.has, &[other, &events(count)]);
                match has_star {
                    true => format!("{}, {has}", told.star_is_ordinary),
                    false => has,
                }
            }
            NoteHint::StarIsOrdinary => {
                format!("{}; {}", told.star_is_ordinary, told.write_contains)
            }
            NoteHint::NearestValue { term, count } => {
                filled(told.nearest_value, &[term, &events(count)])
            }
            NoteHint::FrequentValues { path, values } => {
                let values: Vec<String> = values.iter().map(|one| format!("`{one}`")).collect();
                filled(told.frequent_values, &[path, &values.join(", ")])
            }
        }
    }

    fn near(&self, near: &NearPath) -> String {
        let is = filled(self.notes.nearest_is, &[&near.path]);
        match &near.found {
            Some((moved, count)) => {
                format!("{is}: {}", filled(self.notes.has, &[moved, &self.events(*count)]))
            }
            None => is,
        }
    }
}

fn at(instant: Timestamp, zone: Tz) -> String {
    instant_in(instant, zone)
}

#[cfg(test)]
mod tests {
    use super::super::PageLanguage;
    use super::*;

    fn reasons() -> Vec<NoteReason> {
        let (oldest, newest) = (Timestamp(0), Timestamp(86_400_000_000));
        let ends = Some(TimeEnds { oldest, newest });
        let text = |text: &str| text.to_owned();
        let found = Some((text("details.a=x"), 3));
        let hints = vec![
            NoteHint::Times(ends),
            NoteHint::Times(None),
            NoteHint::DifferentObjects { apart: text("a b"), count: 1 },
            NoteHint::NoValueAt { path: text("p"), near: None },
            NoteHint::NoValueAt {
                path: text("p"),
                near: Some(NearPath { path: text("q"), found: None }),
            },
            NoteHint::NoValueAt {
                path: text("p"),
                near: Some(NearPath { path: text("q"), found }),
            },
            NoteHint::NoWord { word: text("w{1}"), near: Some(text("{0}v")), has_star: true },
            NoteHint::NoWord { word: text("w"), near: None, has_star: false },
            NoteHint::WordsInNoEvent,
            NoteHint::WordsApart { words: text("a b"), count: 2 },
            NoteHint::OtherSpelling { other: text("a*=b"), count: 2, has_star: true },
            NoteHint::OtherSpelling { other: text("a=5"), count: 1, has_star: false },
            NoteHint::StarIsOrdinary,
            NoteHint::NearestValue { term: text("a=b"), count: 7 },
            NoteHint::FrequentValues { path: text("a"), values: vec![text("x"), text("y")] },
        ];
        vec![
            NoteReason::TimesReversed { from: newest, to: oldest },
            NoteReason::NoEvents { tenant: None },
            NoteReason::NoEvents { tenant: Some(text("acme")) },
            NoteReason::NoneOfTheseTimes { ends },
            NoteReason::RestFinds { rest: text("a"), count: 1 },
            NoteReason::WithoutPart { part: text("a"), count: 2 },
            NoteReason::AtOtherTimes { part: text("a"), count: 2 },
            NoteReason::EveryEventHas { excluded: text("a") },
            NoteReason::NoEventHas { part: text("a"), hints: Vec::new() },
            NoteReason::NoEventHas { part: text("a"), hints },
        ]
    }

    #[test]
    fn english_notes_are_those_of_the_library_and_others_are_said_otherwise() {
        let [english, german, french] = PageLanguage::ALL.map(PageLanguage::words);
        for reason in reasons() {
            let own = reason.to_string();
            assert_eq!(english.note(&reason, Tz::UTC), own);
            for other in [german, french] {
                let told = other.note(&reason, Tz::UTC);
                assert!(!told.is_empty() && told != own, "{told}");
                for english in ["event ", "events", "nearest", " has ", "word "] {
                    assert!(!told.contains(english), "{told}");
                }
            }
        }
    }
}
