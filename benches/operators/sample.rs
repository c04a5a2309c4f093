//! Events of a store whose values are put into queries.

use super::Outcome;
use annals::event::Timestamp;
use annals::json::Value;
use annals::query::Query;
use annals::store::Snapshot;

/// Events from all over the time range, the oldest first.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) events: Vec<Value>,
    /// The last instant of an event: what counts as now.
    pub(crate) now: Timestamp,
}

impl Sample {
    /// The first event before each of `count` instants at equal distances.
    pub(crate) fn of(snapshot: &Snapshot, count: usize) -> Outcome<Sample> {
        let all = || snapshot.query(&Query::all()).limit(1);
        let edge = |page: annals::query::Page| -> Outcome<Timestamp> {
            let event = page.events.first().ok_or("the store is empty")?;
            Ok(event.event.occurred_at())
        };
        let (first, now) = (edge(all().oldest().page()?)?, edge(all().newest().page()?)?);
        let mut events = Vec::new();
        for place in 1..=count as i64 {
            let before = Timestamp(first.0 + (now.0 - first.0) / count as i64 * place + 1);
            let page = all().between(..before).page()?;
            events.extend(page.events.iter().map(|event| event.event.to_value()));
        }
        Ok(Sample { events, now })
    }

    /// The different texts of a template for at most `count` events: `{path}` in it stands for the
    /// value there, `{path:6}` for its first six characters, `{path:-6}` for its last. Events
    /// without that value are left out.
    pub(crate) fn fill(&self, template: &str, count: usize) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for text in self.events.iter().filter_map(|event| fill(event, template)) {
            if texts.len() < count && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }
}

fn fill(event: &Value, template: &str) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}')?;
        filled.push_str(before);
        filled.push_str(&part(event, name)?);
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The value that `path` or `path:length` names.
fn part(event: &Value, name: &str) -> Option<String> {
    let Some((path, len)) = name.split_once(':') else {
        return text(event, name);
    };
    let (text, len) = (text(event, path)?, len.parse::<isize>().ok()?);
    let all = text.chars().count();
    Some(match len < 0 {
        true => text.chars().skip(all.saturating_sub(len.unsigned_abs())).collect(),
        false => text.chars().take(len.unsigned_abs()).collect(),
    })
}

/// The string or number at a path.
fn text(event: &Value, path: &str) -> Option<String> {
    let value = path.split('.').try_fold(event, |value, key| value.get(key))?;
    let number = || value.as_number().map(ToString::to_string);
    value.as_str().map(str::to_owned).or_else(number)
}
