//! What the events promise, measured.

use super::session::{EVENTS_MAX, EVENTS_MIN};
use super::words::word;
use crate::event::{Event, Timestamp};
use crate::json::Value;
use crate::testing::generate::{Generator, Likeness};
use std::collections::{BTreeMap, BTreeSet, HashSet};

fn lines(seed: u64, count: u64) -> Vec<String> {
    let mut generator = Generator::of(Likeness::Life, seed, Timestamp(0)).spread(count);
    (0..count).map(|_| generator.next_event().to_owned()).collect()
}

fn values(seed: u64, count: u64) -> Vec<Value> {
    lines(seed, count).iter().map(|line| Value::parse(line.as_bytes()).unwrap()).collect()
}

fn text<'a>(event: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(event, |value, key| value.get(key))?.as_str()
}

/// Of a hundred events, how many have what the event before has at `path`.
fn repeats(events: &[Value], path: &[&str]) -> usize {
    let same = |pair: &&[Value]| text(&pair[0], path) == text(&pair[1], path);
    100 * events.windows(2).filter(same).count() / (events.len() - 1)
}

#[test]
fn events_are_valid_and_keep_all_they_have_in_its_place() {
    let all = lines(3, 5_000);
    for line in &all {
        let event = Event::from_json(line.as_bytes()).unwrap();
        assert!(event.to_value().get("details").unwrap().get("_extra").is_none(), "{line}");
    }
    let mean = all.iter().map(String::len).sum::<usize>() / all.len();
    assert!((600..=900).contains(&mean), "{mean}");
    assert!(all.iter().any(|line| line.len() > 1_500), "some texts are long");
}

#[test]
fn the_seed_decides_everything() {
    assert_eq!(lines(7, 500), lines(7, 500));
    assert_ne!(lines(7, 500), lines(8, 500));
}

#[test]
fn ids_are_unique() {
    let events = values(2, 30_000);
    let ids: HashSet<_> = events.iter().map(|event| text(event, &["id"]).unwrap()).collect();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn actor_address_and_agent_repeat_as_in_real_logs() {
    let events = values(1, 20_000);
    for path in [&["actor", "id"][..], &["context", "ip"], &["context", "user_agent"]] {
        let repeats = repeats(&events, path);
        assert!((70..=95).contains(&repeats), "{path:?}: {repeats} %");
    }
}

#[test]
fn a_session_is_three_to_thirty_events_of_one_actor_from_one_place() {
    let events = values(5, 20_000);
    let mut sessions: BTreeMap<&str, (u64, BTreeSet<[&str; 3]>)> = BTreeMap::new();
    for event in &events {
        let at = |path: &[&str]| text(event, path).unwrap();
        let session = sessions.entry(text(event, &["context", "session_id"]).unwrap()).or_default();
        session.0 += 1;
        let origin: [&[&str]; 3] =
            [&["actor", "id"], &["context", "ip"], &["context", "user_agent"]];
        session.1.insert(origin.map(at));
    }
    assert!(sessions.values().all(|(_, origins)| origins.len() == 1));
    assert!(sessions.values().all(|(count, _)| *count <= EVENTS_MAX));
    // The last ones are not over yet.
    let short = sessions.values().filter(|(count, _)| *count < EVENTS_MIN).count();
    assert!(short <= super::OPEN_SESSIONS, "{short}");
    assert!(sessions.values().any(|(count, _)| *count == EVENTS_MAX));
}

#[test]
fn hashes_stand_in_ids_details_texts_and_targets() {
    let events = values(4, 20_000);
    let mut commits = HashSet::new();
    let [mut in_ids, mut in_targets, mut in_texts] = [0; 3];
    for event in &events {
        let Some(commit) = text(event, &["details", "commit"]) else {
            continue;
        };
        commits.insert(commit);
        in_ids += usize::from(text(event, &["id"]).unwrap().starts_with(&commit[..20]));
        let target = &event.get("targets").and_then(Value::as_list).unwrap()[0];
        in_targets += usize::from(text(target, &["url"]).is_some_and(|url| url.contains(commit)));
    }
    for event in &events {
        let body = text(event, &["details", "body"]).unwrap_or_default();
        let reverted = body.split_once("This reverts commit ").map(|(_, rest)| &rest[..40]);
        in_texts += usize::from(reverted.is_some_and(|hash| commits.contains(hash)));
    }
    assert!(in_ids > events.len() * 35 / 100, "{in_ids}");
    assert!(in_targets > events.len() * 5 / 100, "{in_targets}");
    assert!(in_texts > 50, "{in_texts}");
}

#[test]
fn one_event_in_a_hundred_has_a_rare_shape() {
    let events = values(6, 20_000);
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    let (mut rare, mut raw) = (0, 0);
    for event in &events {
        rare += usize::from(text(event, &["data_source"]) == Some("imports"));
        raw += usize::from(event.get("raw").is_some());
        for path in paths_of(event) {
            *paths.entry(path).or_default() += 1;
        }
    }
    assert!((140..=260).contains(&rare), "{rare}");
    assert!((rare / 5..=rare / 2).contains(&raw), "{raw} of {rare}");
    let common = paths.values().filter(|count| **count > events.len() / 100).count();
    assert!((20..=40).contains(&common), "{common}");
    assert!(paths.len() > 1_000, "{} paths", paths.len());
    let depth = paths.keys().map(|path| path.split('.').count()).max().unwrap();
    assert!((6..=8).contains(&depth), "{depth}");
}

/// The paths of all scalars.
fn paths_of(value: &Value) -> Vec<String> {
    let members = value.as_object().unwrap_or_default();
    let nested = members.iter().flat_map(|(key, value)| match value {
        Value::Object(_) => paths_of(value).iter().map(|path| format!("{key}.{path}")).collect(),
        _ => vec![key.clone()],
    });
    nested.collect()
}

#[test]
fn words_of_free_text_follow_the_law_of_zipf() {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for event in values(9, 30_000) {
        for key in ["note", "body"] {
            let words = crate::text::words(text(&event, &["details", key]).unwrap_or_default());
            words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
        }
    }
    assert!((30_000..=300_000).contains(&counts.len()), "{} words", counts.len());
    let mut sorted: Vec<u64> = counts.into_values().collect();
    sorted.sort_unstable_by(|one, two| two.cmp(one));
    // Between ranks that are a hundred apart, an exponent of 1 gives a hundredth of the count.
    let slope = (sorted[1_999] as f64 / sorted[19] as f64).log10() / 2.0;
    assert!((-1.15..=-0.85).contains(&slope), "{slope}");
}

#[test]
fn no_two_ranks_have_the_same_word() {
    let words: HashSet<String> = (0..200_000).map(word).collect();
    assert_eq!(words.len(), 200_000);
    assert!((0..100).map(word).all(|word| word.len() <= 6));
    assert!(words.iter().any(|word| !word.is_ascii()));
}

#[test]
fn some_events_arrive_late() {
    let times: Vec<i64> = lines(1, 20_000)
        .iter()
        .map(|line| Event::from_json(line.as_bytes()).unwrap().occurred_at().0)
        .collect();
    let mut latest = i64::MIN;
    let late = times.iter().filter(|time| {
        latest = latest.max(**time);
        **time < latest
    });
    let late = late.count();
    assert!((100..=400).contains(&late), "{late}");
}
