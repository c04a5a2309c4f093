//! Patterns of times in the syntax of chrono: what could be read wrong is refused when the map is.

use crate::{Error, Result};
use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse_and_remainder};
use chrono::{DateTime, FixedOffset, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

/// Names of the zone without offset, in texts and patterns.
const UTC_NAMES: [&str; 3] = ["UTC", "GMT", "Z"];
/// Zones of the IANA that are that zone.
const UTC_ZONES: [&str; 12] = [
    "UTC",
    "Etc/UTC",
    "Etc/UCT",
    "UCT",
    "Zulu",
    "Etc/Zulu",
    "Universal",
    "Etc/Universal",
    "GMT",
    "Etc/GMT",
    "Etc/Greenwich",
    "Greenwich",
];
/// A time that a pattern has to read as it writes it: in the afternoon, with every part set.
const SAMPLE_SECONDS: i64 = 981_223_506;

/// A pattern that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimePattern {
    text: String,
    items: Vec<Item<'static>>,
    /// Its times are UTC, as it says by a name between its directives.
    names_utc: bool,
}

impl TimePattern {
    /// Checks a pattern; `zone` is the zone of the map.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `time.format`: it has no directive, one that does not mean what its
    /// readers think, no whole date, a clock that does not add up, or the name of another zone.
    pub(super) fn parse(text: &str, zone: Option<Tz>) -> Result<TimePattern> {
        let wrong = |problem: String| Error::invalid("time.format", problem);
        if !text.contains('%') {
            let known = "rfc3339, unix_s, unix_ms, unix_us, unix_ns, or a pattern such as \
                         `%d.%m.%Y %H:%M`";
            return Err(wrong(format!("`{text}` is none of {known}")));
        }
        let items = StrftimeItems::new(text).parse_to_owned();
        let items = items.map_err(|_| wrong(format!("`{text}` is no pattern of chrono")))?;
        if items.contains(&Item::Numeric(Numeric::Nanosecond, chrono::format::Pad::Zero)) {
            let problem = "`%f` counts nanoseconds; write `%.f` for a fraction with its point, or \
                           `%3f`, `%6f`, `%9f` for one of so many digits without it";
            return Err(wrong(problem.to_owned()));
        }
        let names_utc = names_utc(&items);
        if let (true, Some(zone)) = (names_utc, zone)
            && !UTC_ZONES.contains(&zone.name())
        {
            let problem = format!("`{text}` says UTC, and time.zone says {}", zone.name());
            return Err(wrong(problem));
        }
        if has_literal_offset(&items) {
            return Err(wrong("an offset in the pattern is not read; write `%z`".to_owned()));
        }
        let pattern = TimePattern { text: text.to_owned(), items, names_utc };
        pattern.check().map_err(|problem| wrong(format!("`{text}` {problem}")))?;
        Ok(pattern)
    }

    /// Lets the pattern read what it writes.
    fn check(&self) -> std::result::Result<(), &'static str> {
        let items = &self.items;
        let sample: DateTime<Utc> =
            DateTime::from_timestamp(SAMPLE_SECONDS, 0).ok_or("cannot be checked")?;
        let written = sample.format_with_items(items.iter()).to_string();
        let parsed = parsed(&written, items).map_err(|_| "cannot read what it writes itself")?;
        if parsed.timestamp().is_some() {
            return Ok(());
        }
        parsed.to_naive_date().map_err(|_| "has no whole date")?;
        clock(&parsed, items).map(|_| ()).ok_or(
            "has a clock that does not add up: 12 hours need AM or PM (`%p`), hours need minutes",
        )
    }

    /// Reads a text: the local time, and the instant where the text has its zone.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `occurred_at`, saying what was expected.
    pub(super) fn read(
        &self,
        text: &str,
    ) -> Result<(NaiveDateTime, Option<DateTime<FixedOffset>>)> {
        let wrong = |problem: &str| Error::invalid("occurred_at", problem);
        let (pattern, items) = (&self.text, &self.items);
        let mut parsed = parsed(text, items).map_err(|problem| match problem {
            Unread::Zone(name) => wrong(&format!(
                "`{name}` in `{text}` is no zone that is read: UTC, GMT and Z are; others need \
                 their offset (`%z`), or a text without them and time.zone"
            )),
            Unread::Text => wrong(&format!("`{text}` does not match `{pattern}`")),
        })?;
        if self.names_utc && parsed.offset().is_none() {
            parsed.set_offset(0).map_err(|_| wrong("has two zones"))?;
        }
        if parsed.timestamp().is_some() {
            let instant = parsed.to_datetime().map_err(|_| wrong("is no point in time"))?;
            return Ok((instant.naive_local(), Some(instant)));
        }
        let date = parsed.to_naive_date();
        let date = date.map_err(|_| wrong(&format!("`{text}` is no day of the calendar")))?;
        let clock = clock(&parsed, items);
        let clock = clock.ok_or_else(|| wrong(&format!("`{text}` has no time of the day")))?;
        let local = date.and_time(clock);
        let Some(seconds) = parsed.offset() else {
            return Ok((local, None));
        };
        let offset = FixedOffset::east_opt(seconds);
        let instant = offset.and_then(|offset| local.and_local_timezone(offset).single());
        Ok((local, Some(instant.ok_or_else(|| wrong("has an offset of a day or more"))?)))
    }
}

/// Why a text cannot be read.
enum Unread {
    /// The name of a zone that has no offset of its own.
    Zone(String),
    Text,
}

/// Reads a text by the items of a pattern; chrono passes over the name of a zone (`%Z`) whatever
/// it is, so it is read here.
fn parsed(text: &str, items: &[Item<'_>]) -> std::result::Result<Parsed, Unread> {
    let mut parsed = Parsed::new();
    let mut rest = text;
    let mut parts = items.split(|item| matches!(item, Item::Fixed(Fixed::TimezoneName)));
    let first = parts.next().unwrap_or_default();
    rest = parse_and_remainder(&mut parsed, rest, first.iter()).map_err(|_| Unread::Text)?;
    for part in parts {
        let len = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(len);
        if !UTC_NAMES.iter().any(|utc| name.eq_ignore_ascii_case(utc)) {
            return Err(Unread::Zone(name.to_owned()));
        }
        parsed.set_offset(0).map_err(|_| Unread::Text)?;
        rest = parse_and_remainder(&mut parsed, behind, part.iter()).map_err(|_| Unread::Text)?;
    }
    if rest.is_empty() { Ok(parsed) } else { Err(Unread::Text) }
}

/// The time of the day; a pattern without any clock stands for the begin of the day.
fn clock(parsed: &Parsed, items: &[Item<'_>]) -> Option<NaiveTime> {
    match parsed.to_naive_time() {
        Ok(time) => Some(time),
        Err(_) if items.iter().any(is_of_clock) => None,
        Err(_) => Some(NaiveTime::MIN),
    }
}

fn is_of_clock(item: &Item<'_>) -> bool {
    match item {
        Item::Numeric(numeric, _) => matches!(
            numeric,
            Numeric::Hour
                | Numeric::Hour12
                | Numeric::Minute
                | Numeric::Second
                | Numeric::Nanosecond
                | Numeric::Timestamp
        ),
        Item::Fixed(fixed) => !matches!(
            fixed,
            Fixed::ShortMonthName
                | Fixed::LongMonthName
                | Fixed::ShortWeekdayName
                | Fixed::LongWeekdayName
                | Fixed::TimezoneName
                | Fixed::TimezoneOffset
                | Fixed::TimezoneOffsetColon
                | Fixed::TimezoneOffsetDoubleColon
                | Fixed::TimezoneOffsetTripleColon
                | Fixed::TimezoneOffsetColonZ
                | Fixed::TimezoneOffsetZ
        ),
        _ => false,
    }
}

/// The texts between directives, joined where they are adjacent. The items own theirs.
fn literals(items: &[Item<'_>]) -> Vec<String> {
    let mut texts = vec![String::new()];
    for item in items {
        match (item, texts.last_mut()) {
            (Item::OwnedLiteral(text) | Item::OwnedSpace(text), Some(last)) => last.push_str(text),
            _ => texts.push(String::new()),
        }
    }
    texts
}

/// Whether a word between the directives is a name of UTC.
fn names_utc(items: &[Item<'_>]) -> bool {
    let is_utc = |word: &str| UTC_NAMES.iter().any(|utc| word.eq_ignore_ascii_case(utc));
    let has_name = |text: &String| text.split(|c: char| !c.is_alphanumeric()).any(is_utc);
    literals(items).iter().any(has_name)
}

/// Whether `+02:00` or the like stands between the directives.
fn has_literal_offset(items: &[Item<'_>]) -> bool {
    literals(items).iter().any(|text| {
        let digits = text.trim().strip_prefix(['+', '-']).unwrap_or_default();
        digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<TimePattern> {
        TimePattern::parse(text, None)
    }

    fn local(text: &str, time: &str) -> String {
        pattern(text).unwrap().read(time).unwrap().0.to_string()
    }

    fn instant(text: &str, time: &str) -> String {
        pattern(text).unwrap().read(time).unwrap().1.map(|at| at.to_rfc3339()).unwrap_or_default()
    }

    fn problem(text: &str, zone: Option<Tz>) -> String {
        TimePattern::parse(text, zone).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn a_bare_f_is_refused_and_a_fraction_is_read_as_one() {
        for text in ["%Y-%m-%d %H:%M:%S.%f", "%F %T,%f"] {
            assert!(problem(text, None).contains("nanoseconds"), "{text}");
        }
        assert_eq!(local("%F %H:%M:%S%.f", "2026-01-02 10:20:30.9"), "2026-01-02 10:20:30.900");
        assert_eq!(local("%F %T.%3f", "2026-01-02 10:20:30.009"), "2026-01-02 10:20:30.009");
        assert_eq!(local("%F %T,%6f", "2026-01-02 10:20:30,000009"), "2026-01-02 10:20:30.000009");
    }

    #[test]
    fn midnight_stands_only_where_the_pattern_has_no_clock() {
        assert_eq!(local("%d.%m.%Y", "02.01.2026"), "2026-01-02 00:00:00");
        assert_eq!(local("%F %I:%M %p", "2026-01-02 03:04 PM"), "2026-01-02 15:04:00");
        for text in ["%F %I:%M", "%F %H", "%F %M:%S", "%F %p", "%F %I %p", "%F %S", "%F%.f"] {
            assert!(problem(text, None).contains("clock"), "{text}: {}", problem(text, None));
        }
    }

    #[test]
    fn names_of_utc_are_read_and_other_names_refused() {
        for name in ["UTC", "GMT", "Z", "utc"] {
            let time = format!("2026-01-02 03:04:05 {name}");
            assert_eq!(instant("%F %T %Z", &time), "2026-01-02T03:04:05+00:00");
        }
        for name in ["CET", "UTC+2", "EST", "", "Europe/Berlin"] {
            let time = format!("2026-01-02 03:04:05 {name}");
            assert!(pattern("%F %T %Z").unwrap().read(&time).is_err(), "{name}");
        }
        let error = pattern("%F %T %Z").unwrap().read("2026-01-02 03:04:05 CET").unwrap_err();
        assert!(error.to_string().contains("`CET`"), "{error}");
        assert_eq!(
            instant("%a %b %d %T %Z %Y", "Fri Jan 02 03:04:05 GMT 2026"),
            "2026-01-02T03:04:05+00:00"
        );
    }

    #[test]
    fn a_name_of_utc_in_the_pattern_is_its_zone_and_no_other_may_be() {
        assert_eq!(instant("%FT%TZ", "2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00");
        let in_words = instant("%F %T (UTC)", "2026-01-02 03:04:05 (UTC)");
        assert_eq!(in_words, "2026-01-02T03:04:05+00:00");
        let berlin = Some(chrono_tz::Europe::Berlin);
        for text in ["%FT%TZ", "%FT%T%.fZ", "%F %T UTC", "%F %T GMT"] {
            assert!(problem(text, berlin).contains("Europe/Berlin"), "{text}");
            assert_eq!(problem(text, Some(chrono_tz::UTC)), "");
        }
        assert_eq!(problem("Zeit %F %T", berlin), "");
        assert!(problem("%F %T+02:00", None).contains("`%z`"));
        assert_eq!(instant("%F %T %z", "2026-01-02 03:04:05 +0200"), "2026-01-02T03:04:05+02:00");
        assert_eq!(instant("%+", "2026-01-02T03:04:05+02:00"), "2026-01-02T03:04:05+02:00");
    }

    #[test]
    fn what_is_no_pattern_or_has_no_date_is_refused() {
        for text in ["", "iso8601", "unix", "yyyy-MM-dd", "rfc 3339"] {
            assert!(problem(text, None).contains("rfc3339"), "{text}");
        }
        for text in ["%Y-%M-%d %H:%M", "%H:%M", "%%", "%Y", "%d %b %H:%M"] {
            assert!(!problem(text, None).is_empty(), "{text}");
        }
        for text in ["%Q!", "%L", "%"] {
            assert!(problem(text, None).contains("pattern"), "{text}");
        }
    }

    #[test]
    fn patterns_of_real_logs_are_taken() {
        for text in [
            "%d/%b/%Y:%H:%M:%S %z",
            "%Y%m%d%H%M%S",
            "%s",
            "%s%.f",
            "%c",
            "%D %r",
            "%a, %d %b %Y %H:%M:%S %z",
            "%Y-%m-%dT%H:%M:%S%.f%:z",
            "%e.%m.%y %k:%M",
            "%G-W%V-%u",
            "%Y-%j",
        ] {
            assert_eq!(problem(text, None), "", "{text}");
        }
    }
}
