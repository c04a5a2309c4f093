//! Page tokens: a place between two entries of a question, which clients pass on as it is.

use crate::event::{StoredEvent, Timestamp, format_instant};
use crate::query::Query;
use crate::serve::http::problem::{Answer, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of the digest that tells a token that was cut or changed.
const CHECK_BYTES: usize = 6;

/// A place in the entries that a question finds.
///
/// It holds nothing that the entry before it does not show, and widens nothing: what a client sees
/// is looked at on every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// What the entry is sorted by, beside its time.
    #[serde(rename = "k")]
    keys: Vec<Option<String>>,
    /// Microseconds since 1970.
    #[serde(rename = "t")]
    time: i64,
    #[serde(rename = "s")]
    pub(super) seq: u64,
    /// The page lies before the place, not behind it.
    #[serde(rename = "b")]
    is_back: bool,
}

/// A fingerprint of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct QuestionMark(u64);

impl QuestionMark {
    /// That of a question that is told by these parts.
    pub(super) fn of(parts: &[&str]) -> QuestionMark {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        let digest = digest.finalize();
        let head = digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        QuestionMark(head)
    }
}

impl Place {
    /// The place of an event.
    pub(super) fn of(event: &StoredEvent) -> Place {
        Place::at(event.event.occurred_at(), event.seq)
    }

    /// The place of an event by its time and its sequence.
    pub(super) fn at(time: Timestamp, seq: u64) -> Place {
        Place { keys: Vec::new(), time: time.micros(), seq, is_back: false }
    }

    /// The same with what the entry is sorted by.
    pub(super) fn with_keys(self, keys: Vec<Option<String>>) -> Place {
        Place { keys, ..self }
    }

    /// The same for the page before it, or for the one behind.
    pub(super) fn facing(self, is_back: bool) -> Place {
        Place { is_back, ..self }
    }

    /// What the entry is sorted by, beside its time.
    pub(super) fn keys(&self) -> &[Option<String>] {
        &self.keys
    }

    /// Whether the page lies before it.
    pub(super) fn is_back(&self) -> bool {
        self.is_back
    }

    /// When the entry occurred.
    pub(super) fn time(&self) -> Timestamp {
        Timestamp(self.time)
    }

    /// The token of the place.
    pub(super) fn token(&self, question: QuestionMark) -> String {
        let json = serde_json::to_vec(&(question, self)).expect("texts and numbers have a form");
        URL_SAFE_NO_PAD.encode([check(&json).as_slice(), &json].concat())
    }

    /// Reads the token that came as a parameter.
    ///
    /// # Errors
    /// 400 for what is no token, and for one of another question.
    pub(super) fn read(name: &str, token: &str, question: QuestionMark) -> Answer<Place> {
        let wrong = |problem| Problem::parameter(name, problem);
        let bytes = URL_SAFE_NO_PAD.decode(token).ok();
        let read = bytes.as_deref().and_then(|bytes| {
            let (checked, json) = bytes.split_at_checked(CHECK_BYTES)?;
            if checked != check(json) {
                return None;
            }
            serde_json::from_slice::<(QuestionMark, Place)>(json).ok()
        });
        match read {
            None => Err(wrong("is no token; pass on the one of the page before as it is")),
            Some((of, _)) if of != question => {
                Err(wrong("belongs to another question; repeat the one it came from"))
            }
            Some((_, place)) => Ok(place),
        }
    }

    /// The events behind the place among those that are no newer, newest first.
    pub(super) fn behind(&self) -> Query {
        let time = format_instant(self.time(), 0);
        !Query::on(time).and(Query::field("seq").at_least(self.seq.to_string()))
    }
}

fn check(json: &[u8]) -> Vec<u8> {
    Sha256::digest(json)[..CHECK_BYTES].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { keys: vec![Some("API".into()), None], time: -5, seq: 7, is_back: true }
    }

    #[test]
    fn a_token_leads_to_its_place_for_its_question_only() {
        let mark = QuestionMark::of(&["a", "b"]);
        let token = place().token(mark);
        assert_eq!(Place::read("t", &token, mark).unwrap(), place());
        for other in [QuestionMark::of(&["ab"]), QuestionMark::of(&["a", "c"])] {
            let refused = Place::read("t", &token, other).unwrap_err();
            assert!(refused.detail.contains("another question"), "{}", refused.detail);
        }
    }

    #[test]
    fn a_token_that_was_changed_is_none() {
        let mark = QuestionMark::of(&[]);
        let token = place().token(mark);
        for at in 0..token.len() {
            let changed = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut text = token.clone();
            text.replace_range(at..=at, changed);
            assert!(Place::read("t", &text, mark).is_err(), "{at}");
            assert!(Place::read("t", &token[..at], mark).is_err(), "{at}");
        }
        assert!(Place::read("t", "é", mark).is_err());
    }
}
