//! The retention policy: classes with their durations, and the rules that give an event its class.

use crate::event::{Event, Length, LengthUnit, Timestamp};
use crate::segment::RetentionKey;
use crate::store::folder::paths::is_class_name;
use crate::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The class of every event that no rule matches; it exists always.
pub const DEFAULT_CLASS: &str = "default";

/// How long something is kept.
///
/// As text: `forever`, `nothing`, or a number with a unit: `us`, `s`, `m` (minutes), `h`, `d`, `w`,
/// `mo` (31 days) and `y` (366 days), so that no calendar month or year is cut short; in a query
/// `mo` and `y` are those of the calendar.
///
/// # Examples
/// ```
/// use annals::store::Keep;
/// let keep: Keep = "90d".parse()?;
/// assert_eq!(keep, Keep::Micros(90 * 86_400_000_000));
/// assert_eq!(keep.to_string(), "90d");
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Without an end.
    Forever,
    /// Not at all: only for what is visible, never for what is kept.
    Nothing,
    /// This many microseconds; at least 1.
    Micros(i64),
}

/// A retention class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// `[a-z0-9_-]{1,64}`; serialised as `class`.
    #[serde(rename = "class")]
    pub name: String,
    /// After this an event is in no answer, and is dropped.
    pub kept_for: Keep,
    /// After this an event is hidden from ordinary readers; [`Keep::Nothing`]: at once.
    #[serde(default = "forever")]
    pub visible_for: Keep,
}

fn forever() -> Keep {
    Keep::Forever
}

/// One rule: the first that matches gives an event its class. What is `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The class it gives.
    pub class: String,
    /// Matches only this tenant.
    pub tenant: Option<String>,
    /// Matches only this source.
    pub data_source: Option<String>,
    /// Matches only this category.
    pub category: Option<String>,
    /// Matches only this activity.
    pub activity: Option<String>,
}

/// What rules look at in an event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RuleFields<'e> {
    pub(crate) tenant: Option<&'e str>,
    pub(crate) data_source: Option<&'e str>,
    pub(crate) category: &'e str,
    pub(crate) activity: &'e str,
}

/// The retention rules of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Classes; `default` exists always, first.
    pub classes: Vec<Class>,
    /// Ordered rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

impl Keep {
    /// The oldest instant still kept at `now`: what is older is past its time. `None`: nothing is.
    pub(crate) fn cutoff(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Keep::Forever => None,
            Keep::Nothing => Some(Timestamp(i64::MAX)),
            Keep::Micros(micros) => Some(Timestamp(now.0.saturating_sub(micros))),
        }
    }
}

/// A duration is printed in the last unit that divides it.
const PRINTED_UNITS: [LengthUnit; 5] = [
    LengthUnit::Microsecond,
    LengthUnit::Second,
    LengthUnit::Minute,
    LengthUnit::Hour,
    LengthUnit::Day,
];

impl FromStr for Keep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Keep> {
        match text {
            "forever" => return Ok(Keep::Forever),
            "nothing" => return Ok(Keep::Nothing),
            _ => {}
        }
        let wrong = || {
            let problem = "expected `forever`, `nothing`, or a whole number above 0 with a unit \
                 such as `90d` (us, s, m, h, d, w, mo, y)";
            Error::invalid("duration", format!("`{text}`: {problem}"))
        };
        let micros = Length::parse(text).and_then(|length| match length.unit {
            LengthUnit::Millisecond => None,
            LengthUnit::Month => days(length.count, 31),
            LengthUnit::Year => days(length.count, 366),
            _ => length.micros(),
        });
        micros.filter(|micros| *micros > 0).map(Keep::Micros).ok_or_else(wrong)
    }
}

/// The microseconds of `count` times so many days.
fn days(count: u64, each: u64) -> Option<i64> {
    Length { count: count.checked_mul(each)?, unit: LengthUnit::Day }.micros()
}

impl fmt::Display for Keep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = match *self {
            Keep::Forever => return formatter.write_str("forever"),
            Keep::Nothing => return formatter.write_str("nothing"),
            Keep::Micros(micros) => micros,
        };
        let in_unit = |unit: &LengthUnit| {
            let each = unit.micros().filter(|each| micros % each == 0)?;
            Some((micros / each, unit.name()))
        };
        let printed = PRINTED_UNITS.iter().rev().find_map(in_unit);
        let (count, unit) = printed.expect("a microsecond divides every duration");
        write!(formatter, "{count}{unit}")
    }
}

impl Serialize for Keep {
    /// As text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Keep {
    /// From text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keep, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Default for Retention {
    /// One class, `default`, that keeps everything for ever.
    fn default() -> Self {
        Retention { classes: vec![Class::forever(DEFAULT_CLASS)], rules: Vec::new() }
    }
}

impl Class {
    /// A class that keeps and shows everything for ever.
    pub fn forever(name: impl Into<String>) -> Class {
        Class { name: name.into(), kept_for: Keep::Forever, visible_for: Keep::Forever }
    }

    /// At `now`, events whose `min(occurred_at, recorded_at)` is older than this are gone.
    pub(crate) fn kept_cutoff(&self, now: Timestamp) -> Option<Timestamp> {
        self.kept_for.cutoff(now)
    }

    /// At `now`, events whose `min(occurred_at, recorded_at)` is older than this are hidden from
    /// ordinary readers: the later of both cutoffs, as what is gone is hidden too.
    pub(crate) fn visible_cutoff(&self, now: Timestamp) -> Option<Timestamp> {
        self.visible_for.cutoff(now).max(self.kept_for.cutoff(now))
    }
}

impl<'e> RuleFields<'e> {
    /// What a footer tells of some rows: all but the activity.
    pub(crate) fn of_key(key: &'e RetentionKey) -> RuleFields<'e> {
        RuleFields {
            tenant: key.tenant.as_deref(),
            data_source: key.data_source.as_deref(),
            category: &key.category,
            activity: "",
        }
    }

    /// Calls `each` with the fields of an event.
    pub(crate) fn of_event<T>(event: &Event, each: impl FnOnce(RuleFields<'_>) -> T) -> T {
        let [tenant, data_source, category, activity] =
            ["tenant", "data_source", "category", "activity"].map(|field| event.text(field));
        each(RuleFields {
            tenant: tenant.as_deref(),
            data_source: data_source.as_deref(),
            category: category.as_deref().unwrap_or_default(),
            activity: activity.as_deref().unwrap_or_default(),
        })
    }
}

impl Rule {
    /// Whether two rules look at the same fields for the same values, whatever class they give.
    pub fn has_criteria_of(&self, other: &Rule) -> bool {
        self.criteria() == other.criteria()
    }

    /// Whether everything that `other` matches this matches too.
    pub fn covers(&self, other: &Rule) -> bool {
        let pairs = self.criteria().into_iter().zip(other.criteria());
        pairs.into_iter().all(|(mine, theirs)| mine.is_none() || mine == theirs)
    }

    fn criteria(&self) -> [Option<&str>; 4] {
        [&self.tenant, &self.data_source, &self.category, &self.activity].map(Option::as_deref)
    }

    fn matches(&self, fields: RuleFields<'_>) -> bool {
        let any_activity = self.activity.as_deref().is_none_or(|it| it == fields.activity);
        any_activity && self.matches_some_activity(fields)
    }

    /// Whether the rule matches events with these fields and an activity that is not known.
    fn matches_some_activity(&self, fields: RuleFields<'_>) -> bool {
        let agrees = |wanted: &Option<String>, got: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| got == Some(wanted))
        };
        agrees(&self.tenant, fields.tenant)
            && agrees(&self.data_source, fields.data_source)
            && agrees(&self.category, Some(fields.category))
    }
}

impl Retention {
    /// The class with a name.
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The class of an event by the rules in force: that of the first rule that matches, else
    /// `default`. Linear in the rules.
    pub(crate) fn class_of(&self, fields: RuleFields<'_>) -> &Class {
        let name = match self.rules.iter().find(|rule| rule.matches(fields)) {
            Some(rule) => rule.class.as_str(),
            None => DEFAULT_CLASS,
        };
        self.known_class(name)
    }

    /// The classes that events with a tenant, source and category may have, whatever their
    /// activity: what a footer tells of a segment. At least one; linear in the rules.
    pub(crate) fn classes_of_key(&self, fields: RuleFields<'_>) -> Vec<&Class> {
        let mut names: Vec<&str> = Vec::new();
        let mut matching = self.rules.iter().filter(|rule| rule.matches_some_activity(fields));
        let decides = |rule: &&Rule| rule.activity.is_none();
        let last = loop {
            match matching.next() {
                Some(rule) if !decides(&rule) => names.push(&rule.class),
                Some(rule) => break rule.class.as_str(),
                None => break DEFAULT_CLASS,
            }
        };
        names.push(last);
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|name| self.known_class(name)).collect()
    }

    fn known_class(&self, name: &str) -> &Class {
        self.class(name)
            .expect("checked when the rules came in: `default` and the classes of rules exist")
    }

    /// Whether nothing is ever hidden or dropped.
    pub(crate) fn is_forever(&self) -> bool {
        let forever =
            |class: &Class| class.kept_for == Keep::Forever && class.visible_for == Keep::Forever;
        self.classes.iter().all(forever)
    }

    /// Checks names, durations and that every rule names a class; puts `default` first, adding it
    /// if it is missing, and the others in the order of their names.
    pub(crate) fn checked(mut self) -> Result<Retention> {
        for class in &self.classes {
            class.check()?;
        }
        if self.class(DEFAULT_CLASS).is_none() {
            self.classes.push(Class::forever(DEFAULT_CLASS));
        }
        self.classes.sort_by(|one, two| {
            let rank = |class: &Class| (class.name != DEFAULT_CLASS, class.name.clone());
            rank(one).cmp(&rank(two))
        });
        if let Some(twice) = self.classes.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let field = format!("class.{}", twice[0].name);
            return Err(Error::invalid(field, "is there twice"));
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if self.class(&rule.class).is_none() {
                let problem = format!("no class is called `{}`", rule.class);
                return Err(Error::invalid(format!("rule[{index}].class"), problem));
            }
        }
        Ok(self)
    }
}

impl Class {
    fn check(&self) -> Result<()> {
        if !is_class_name(&self.name) {
            let problem = format!("`{}` is not 1 to 64 of a-z, 0-9, _ and -", self.name);
            return Err(Error::invalid("class", problem));
        }
        for (name, keep) in [("kept_for", self.kept_for), ("visible_for", self.visible_for)] {
            let is_kept = name == "kept_for";
            if matches!(keep, Keep::Micros(..=0)) || (is_kept && keep == Keep::Nothing) {
                let field = format!("class.{}.{name}", self.name);
                return Err(Error::invalid(field, "must be longer than nothing"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule(class: &str, parts: [Option<&str>; 4]) -> Rule {
        let [tenant, data_source, category, activity] = parts.map(|part| part.map(str::to_string));
        Rule { class: class.into(), tenant, data_source, category, activity }
    }

    fn fields<'e>(
        tenant: Option<&'e str>,
        source: Option<&'e str>,
        category: &'e str,
    ) -> RuleFields<'e> {
        RuleFields { tenant, data_source: source, category, activity: "done" }
    }

    #[test]
    fn first_rule_that_matches_wins() {
        let retention = Retention {
            classes: ["a", "b", "c"].map(Class::forever).to_vec(),
            rules: vec![
                rule("a", [Some("t1"), None, Some("login"), None]),
                rule("b", [Some("t1"), None, None, None]),
                rule("c", [None, Some("calendar"), None, None]),
            ],
        };
        let retention = retention.checked().expect("valid");
        let class = |tenant, source, category| {
            retention.class_of(fields(tenant, source, category)).name.as_str()
        };
        assert_eq!(class(Some("t1"), Some("calendar"), "login"), "a");
        assert_eq!(class(Some("t1"), Some("calendar"), "other"), "b");
        assert_eq!(class(Some("t2"), Some("calendar"), "login"), "c");
        assert_eq!(class(None, None, "login"), "default");
    }

    #[test]
    fn default_exists_and_keeps_everything() {
        let retention = Retention { classes: vec![Class::forever("z")], rules: Vec::new() };
        let retention = retention.checked().expect("valid");
        assert_eq!(retention.classes[0], Class::forever("default"));
        assert!(retention.is_forever());
        assert_eq!(retention.class_of(RuleFields::default()).kept_cutoff(Timestamp(0)), None);
    }

    #[test]
    fn wrong_rules_are_refused() {
        let with = |name: &str, kept_for| Retention {
            classes: vec![Class { kept_for, ..Class::forever(name) }],
            rules: Vec::new(),
        };
        assert!(with("../up", Keep::Forever).checked().is_err());
        assert!(with("a", Keep::Micros(0)).checked().is_err());
        assert!(with("a", Keep::Nothing).checked().is_err());
        assert!(with("a", Keep::Micros(1)).checked().is_ok());
        let twice = Retention {
            classes: vec![Class::forever("a"), Class::forever("a")],
            rules: Vec::new(),
        };
        assert!(twice.checked().is_err());
        let unknown = Retention { rules: vec![rule("nobody", [None; 4])], ..Retention::default() };
        let message = unknown.checked().expect_err("no such class").to_string();
        assert_eq!(message, "rule[0].class: no class is called `nobody`");
    }

    #[test]
    fn what_is_gone_is_hidden() {
        let class = Class { kept_for: Keep::Micros(10), ..Class::forever("a") };
        assert_eq!(class.visible_cutoff(Timestamp(15)), Some(Timestamp(5)));
        let far = class.kept_cutoff(Timestamp(i64::MIN));
        assert_eq!(far, Some(Timestamp(i64::MIN)));
    }

    #[test]
    fn rules_for_an_activity_leave_a_key_with_several_classes() {
        let retention = Retention {
            classes: ["a", "b"].map(Class::forever).to_vec(),
            rules: vec![
                rule("a", [Some("t1"), None, None, Some("failed")]),
                rule("b", [Some("t1"), None, None, None]),
            ],
        };
        let retention = retention.checked().expect("valid");
        let failed = |tenant| RuleFields { activity: "failed", ..fields(tenant, None, "login") };
        assert_eq!(retention.class_of(failed(Some("t1"))).name, "a");
        assert_eq!(retention.class_of(fields(Some("t1"), None, "login")).name, "b");
        let names = |tenant| {
            let classes = retention.classes_of_key(fields(tenant, None, "login"));
            classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(names(Some("t1")), ["a", "b"]);
        assert_eq!(names(Some("t2")), ["default"]);
    }

    #[test]
    fn what_is_visible_for_nothing_is_hidden_and_kept() {
        let class = Class { visible_for: Keep::Nothing, ..Class::forever("a") };
        assert_eq!(class.visible_cutoff(Timestamp(15)), Some(Timestamp(i64::MAX)));
        assert_eq!(class.kept_cutoff(Timestamp(15)), None);
        assert_eq!("nothing".parse::<Keep>().expect("a word").to_string(), "nothing");
    }

    #[test]
    fn a_rule_covers_what_names_the_same_and_more() {
        let wide = rule("a", [Some("t1"), None, None, None]);
        let narrow = rule("b", [Some("t1"), None, Some("login"), None]);
        assert!(wide.covers(&narrow) && !narrow.covers(&wide) && wide.covers(&wide));
        assert!(!wide.covers(&rule("b", [Some("t2"), None, Some("login"), None])));
    }

    #[test]
    fn durations_need_a_number_and_a_unit() {
        const DAY: i64 = 86_400_000_000;
        for (text, micros) in
            [("1us", 1), ("2s", 2_000_000), ("2w", 14 * DAY), ("1y", 366 * DAY), ("6mo", 186 * DAY)]
        {
            assert_eq!(text.parse::<Keep>().expect(text), Keep::Micros(micros));
        }
        for text in
            ["", "d", "90", "0d", "-1d", "1.5d", "90 d", "1ms", "0mo", "9223372036854775807d"]
        {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn durations_print_and_parse(micros in 1_i64.., unit in 0_usize..5) {
            let unit = PRINTED_UNITS[unit].micros().expect("a fixed length");
            for micros in [micros, (micros / unit).max(1) * unit] {
                let keep = Keep::Micros(micros);
                prop_assert_eq!(keep.to_string().parse::<Keep>().expect("printed"), keep);
            }
        }
    }
}
