//! Numbers and ages in words, and the words that scripts need.

use super::phrases::Words;
use crate::json::Value;
use crate::query::Order;

/// Seconds of the units of an age, in the order of [`Words::units`].
const UNIT_SECONDS: [i64; 6] = [1, 60, 3_600, 86_400, 30 * 86_400, 365 * 86_400];
/// What is younger is now.
const NOW_SECONDS: i64 = 5;

impl Words {
    /// A number, its digits in groups of three.
    pub(in crate::serve::page) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() * 2);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.thousands);
            }
            text.push(digit);
        }
        text
    }

    /// So many events.
    pub(in crate::serve::page) fn events(&self, count: u64) -> String {
        let [one, several] = self.event_words;
        format!("{} {}", self.number(count), if count == 1 { one } else { several })
    }

    /// The orders of events, by their names in addresses, and what they are called.
    pub(in crate::serve::page) fn orders(&self) -> [(Order, &'static str, &'static str); 3] {
        [
            (Order::Newest, "newest", self.order_newest),
            (Order::Oldest, "oldest", self.order_oldest),
            (Order::Seq, "seq", self.order_seq),
        ]
    }

    /// How long ago something was, in microseconds; negative for what is to come.
    pub(in crate::serve::page) fn ago(&self, micros: i64) -> String {
        let seconds = micros.saturating_abs() / 1_000_000;
        if seconds < NOW_SECONDS {
            return self.now.to_owned();
        }
        let unit = UNIT_SECONDS.iter().rposition(|unit| *unit <= seconds).unwrap_or(0);
        let count = seconds / UNIT_SECONDS[unit];
        let [one, several] = self.units[unit];
        let length = format!("{count} {}", if count == 1 { one } else { several });
        let form = if micros < 0 { self.ahead } else { self.past };
        form.replace("{}", &length)
    }

    /// What scripts say, as an object of JSON.
    pub(in crate::serve::page) fn of_scripts(&self) -> String {
        let words = [
            ("live", self.live),
            ("liveOn", self.live_on),
            ("liveOff", self.live_off),
            ("liveNew", self.live_new),
            ("liveNone", self.live_none),
            ("liveLost", self.live_lost),
            ("rewound", self.rewound),
            ("copied", self.copied),
            ("copyJson", self.copy_json),
            ("close", self.close),
            ("keys", self.keys),
            ("keysOn", self.keys_on),
            ("keySearch", self.key_search),
            ("keyDown", self.key_down),
            ("keyUp", self.key_up),
            ("keyOpen", self.key_open),
            ("keyExport", self.key_export),
            ("keyHelp", self.key_help),
            ("keyClose", self.key_close),
            ("all", self.all_of),
            ("any", self.any_of),
            ("none", self.none_of),
            ("addCondition", self.add_condition),
            ("addGroup", self.add_group),
            ("remove", self.remove),
            ("field", self.field),
            ("operator", self.operator),
            ("value", self.value),
            ("condition", self.other_condition),
            ("joinedBy", self.joined_by),
            ("search", self.search),
            ("asQuery", self.as_query),
            ("details", self.details),
        ];
        let words = words.into_iter().map(|(key, word)| (key, Value::from(word)));
        let pairs = |pairs: &[(&str, &str)]| {
            Value::object(pairs.iter().map(|(key, word)| (*key, Value::from(*word))))
        };
        let tables = [("operators", pairs(self.operators)), ("states", pairs(self.states))];
        Value::object(words.chain(tables)).to_json()
    }
}
