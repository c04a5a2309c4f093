//! What a note says, as a type: so that it can be said in other words and languages.

use crate::event::Timestamp;
use std::fmt;

/// Why an answer is empty. Prints as an English sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteReason {
    /// The range of times has no instant.
    TimesReversed {
        /// The first instant.
        from: Timestamp,
        /// The instant behind the last one; not after `from`.
        to: Timestamp,
    },
    /// There is no event at all that may be seen.
    NoEvents {
        /// The tenant that was asked for.
        tenant: Option<String>,
    },
    /// No event is of the times beside the query.
    NoneOfTheseTimes {
        /// The times that events are of.
        ends: Option<TimeEnds>,
    },
    /// How many events meet the parts that events have.
    RestFinds {
        /// Those parts, as query text.
        rest: String,
        /// How many events meet them.
        count: u64,
    },
    /// How many events meet all other parts.
    WithoutPart {
        /// The part, as query text.
        part: String,
        /// How many events meet the others.
        count: u64,
    },
    /// How many events of other times meet the query.
    AtOtherTimes {
        /// The query, as text.
        part: String,
        /// How many they are.
        count: u64,
    },
    /// Every event has what was excluded.
    EveryEventHas {
        /// What was excluded, as query text.
        excluded: String,
    },
    /// No event meets a part.
    NoEventHas {
        /// The part, as query text.
        part: String,
        /// What events have instead; several for the alternatives of an `OR`.
        hints: Vec<NoteHint>,
    },
}

/// The times of the oldest and of the newest event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeEnds {
    /// `occurred_at` of the oldest.
    pub oldest: Timestamp,
    /// `occurred_at` of the newest.
    pub newest: Timestamp,
}

/// What events have instead of what was asked for. Prints as a part of an English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteHint {
    /// Events are of these times; `None` where there is none.
    Times(Option<TimeEnds>),
    /// What was asked of one object is met by several.
    DifferentObjects {
        /// The condition on several objects, as query text.
        apart: String,
        /// How many events meet it.
        count: u64,
    },
    /// No event has a value at a path.
    NoValueAt {
        /// The path.
        path: String,
        /// The nearest path that events have.
        near: Option<NearPath>,
    },
    /// No event has a word.
    NoWord {
        /// The word.
        word: String,
        /// The nearest word of an event.
        near: Option<String>,
        /// A `*` stands within the text, where it stands for nothing.
        has_star: bool,
    },
    /// Each word is in some event, but no event has all.
    WordsInNoEvent,
    /// The words stand in events, but not one behind the other.
    WordsApart {
        /// The words without quotes, as query text.
        words: String,
        /// How many events have them.
        count: u64,
    },
    /// Another spelling of the condition is met.
    OtherSpelling {
        /// The other spelling, as query text.
        other: String,
        /// How many events meet it.
        count: u64,
        /// A `*` was an ordinary character.
        has_star: bool,
    },
    /// A `*` is an ordinary character in a value.
    StarIsOrdinary,
    /// The nearest value that events have.
    NearestValue {
        /// The condition with that value, as query text.
        term: String,
        /// How many events meet it.
        count: u64,
    },
    /// Values that events often have.
    FrequentValues {
        /// The path of the values.
        path: String,
        /// The values, the most frequent first.
        values: Vec<String>,
    },
}

/// The path nearest to one at which no event has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearPath {
    /// The path.
    pub path: String,
    /// The condition moved there, as query text, and how many events meet it; `None` where none
    /// does.
    pub found: Option<(String, u64)>,
}

impl fmt::Display for NoteReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteReason::TimesReversed { from, to } => {
                write!(out, "the times begin at {from}, which is not before their end, {to}")
            }
            NoteReason::NoEvents { tenant: Some(tenant) } => {
                write!(out, "there is no event of the tenant {tenant:?}")
            }
            NoteReason::NoEvents { tenant: None } => out.write_str("there is no event"),
            NoteReason::NoneOfTheseTimes { ends } => {
                write!(out, "no event is of these times; {}", NoteHint::Times(*ends))
            }
            NoteReason::RestFinds { rest, count } => {
                write!(out, "the rest, `{rest}`, finds {}", events(*count))
            }
            NoteReason::WithoutPart { part, count } => {
                write!(out, "without `{part}` the rest finds {}", events(*count))
            }
            NoteReason::AtOtherTimes { part, count } => {
                write!(out, "`{part}` has {} at other times", events(*count))
            }
            NoteReason::EveryEventHas { excluded } => write!(out, "every event has `{excluded}`"),
            NoteReason::NoEventHas { part, hints } => {
                write!(out, "no event has `{part}`")?;
                hints.iter().try_for_each(|hint| write!(out, "; {hint}"))
            }
        }
    }
}

impl fmt::Display for NoteHint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteHint::Times(Some(TimeEnds { oldest, newest })) => {
                write!(out, "the oldest is of {oldest}, the newest of {newest}")
            }
            NoteHint::Times(None) => out.write_str("there is none"),
            NoteHint::DifferentObjects { apart, count } => {
                write!(out, "different objects meet it in {}: `{apart}`", events(*count))
            }
            NoteHint::NoValueAt { path, near: None } => {
                write!(out, "no event has a value at `{path}`")
            }
            NoteHint::NoValueAt { path, near: Some(near) } => {
                let near_path = &near.path;
                write!(out, "no event has a value at `{path}`, the nearest is `{near_path}`")?;
                match &near.found {
                    Some((moved, count)) => write!(out, ": `{moved}` has {}", events(*count)),
                    None => Ok(()),
                }
            }
            NoteHint::NoWord { word, near, has_star } => {
                write!(out, "no event has the word `{word}`")?;
                if let Some(near) = near {
                    write!(out, ", the nearest is `{near}`")?;
                }
                match has_star {
                    true => out
                        .write_str("; `*` stands for the rest of a word only at the end of a text"),
                    false => Ok(()),
                }
            }
            NoteHint::WordsInNoEvent => out.write_str("no event has all of its words"),
            NoteHint::WordsApart { words, count } => {
                write!(out, "its words stand apart in {}: `{words}`", events(*count))
            }
            NoteHint::OtherSpelling { other, count, has_star } => {
                if *has_star {
                    out.write_str("`*` is an ordinary character there, ")?;
                }
                write!(out, "`{other}` has {}", events(*count))
            }
            NoteHint::StarIsOrdinary => out.write_str(
                "`*` is an ordinary character there; write `*=` for what a value contains",
            ),
            NoteHint::NearestValue { term, count } => {
                write!(out, "the nearest is `{term}` with {}", events(*count))
            }
            NoteHint::FrequentValues { path, values } => {
                write!(out, "frequent values of `{path}` are ")?;
                for (place, value) in values.iter().enumerate() {
                    write!(out, "{}`{value}`", if place > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

/// `1 event` or `n events`.
fn events(count: u64) -> String {
    match count {
        1 => "1 event".into(),
        count => format!("{count} events"),
    }
}
