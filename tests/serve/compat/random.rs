//! Random questions, answered by the server and by a plain look at the records.

use super::world::{Random, imported_records, query};
use crate::client::Server;
use serde_json::{Value, json};
use std::fmt::Write;

const ORGANIZATION: &str = "https://api.calendly.com/organizations/ORG001";
const WORKSPACE: &str = "ws-1";
const RECORDS: u64 = 120;
const QUESTIONS: u64 = 150;

/// A time of some minutes, so that several records have the same one.
fn time(random: &mut Random) -> String {
    format!("2026-03-01T10:{:02}:00Z", random.below(40))
}

/// The records as the server stores them, from the oldest on, and their answer order.
fn newest_first(mut records: Vec<Value>, time: impl Fn(&Value) -> String) -> [Vec<Value>; 2] {
    let stored = records.clone();
    // What comes later at one instant was stored later.
    records.reverse();
    records.sort_by_key(|record| std::cmp::Reverse(time(record)));
    [stored, records]
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

mod google {
    use super::*;

    const NAMES: [&str; 3] = ["edit", "view", "share"];
    const WORDS: [&str; 4] = ["red", "green", "5", "12"];

    fn parameter(random: &mut Random) -> Value {
        match random.below(4) {
            0 => json!({"name": "colour", "value": random.one(&WORDS)}),
            1 => json!({"name": "count", "intValue": random.below(15).to_string()}),
            2 => json!({"name": "open", "boolValue": random.below(2) == 0}),
            _ => json!({"name": "tags", "multiValue": [random.one(&WORDS), random.one(&WORDS)]}),
        }
    }

    fn activity(number: u64, random: &mut Random) -> Value {
        let inner = (0..=random.below(3)).map(|_| {
            let mut parameters: Vec<Value> = (0..3).map(|_| parameter(random)).collect();
            parameters.sort_by_key(|one| text(&one["name"]));
            parameters.dedup_by_key(|one| text(&one["name"]));
            json!({"type": "access", "name": random.one(&NAMES), "parameters": parameters})
        });
        let inner: Vec<Value> = inner.collect();
        // Some share their id, as real ones do.
        let qualifier = (number % 70).to_string();
        let id = json!({"time": time(random), "uniqueQualifier": qualifier,
            "applicationName": "drive", "customerId": "C1"});
        let user = random.below(3);
        json!({"kind": "admin#reports#activity", "id": id, "etag": format!("\"{number}\""),
            "actor": {"email": format!("u{user}@x.example"), "profileId": user.to_string()},
            "ipAddress": format!("192.0.2.{user}"), "events": inner})
    }

    /// Whether an inner event meets a condition.
    type Meets = Box<dyn Fn(&Value) -> bool>;

    /// A condition on a parameter, and what meets it.
    fn condition(random: &mut Random) -> (String, Meets) {
        let name = random.one(&["colour", "count", "open", "tags"]).to_owned();
        let relation = random.one(&["==", "<>", "<", "<=", ">", ">="]).to_owned();
        let is_order = !["==", "<>"].contains(&relation.as_str());
        let value = match (is_order, name.as_str()) {
            (true, _) | (_, "count") => random.below(15).to_string(),
            (_, "open") => random.one(&["true", "false"]).to_owned(),
            _ => random.one(&WORDS).to_owned(),
        };
        let filter = format!("{name}{relation}{value}");
        let meets = move |inner: &Value| {
            let parameters = inner["parameters"].as_array().unwrap();
            let Some(found) = parameters.iter().find(|one| one["name"] == name.as_str()) else {
                return false;
            };
            let number = found["intValue"].as_str().map(|text| text.parse::<i64>().unwrap());
            let texts: Vec<String> = match found.get("multiValue") {
                Some(list) => list.as_array().unwrap().iter().map(text).collect(),
                None => vec![match found.get("boolValue") {
                    Some(flag) => flag.to_string(),
                    None => text(&found["value"]) + &text(&found["intValue"]),
                }],
            };
            let wanted = value.parse::<i64>().unwrap_or(0);
            match relation.as_str() {
                "==" => texts.contains(&value),
                "<>" => !texts.contains(&value),
                "<" => number.is_some_and(|number| number < wanted),
                "<=" => number.is_some_and(|number| number <= wanted),
                ">" => number.is_some_and(|number| number > wanted),
                _ => number.is_some_and(|number| number >= wanted),
            }
        };
        (filter, Box::new(meets))
    }

    fn ask(server: &Server, token: &str, user: &str, pairs: &[(&str, String)]) -> Vec<Value> {
        let place = format!("/admin/reports/v1/activity/users/{user}/applications/drive");
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let mut pairs: Vec<(&str, &str)> =
                pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            pairs.extend(next.as_deref().map(|token| ("pageToken", token)));
            let page = server.get(&format!("{place}?{}", query(&pairs)), token).ok();
            found.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["nextPageToken"].as_str() {
                Some(token) => next = Some(token.to_owned()),
                None => return found,
            }
        }
    }

    #[test]
    fn activities_are_those_that_a_plain_look_finds() {
        let mut random = Random::new(11);
        let records = (0..RECORDS).map(|number| activity(number, &mut random)).collect();
        let [stored, records] = newest_first(records, |record| text(&record["id"]["time"]));
        let server = imported_records("google", &stored);
        let reader = server.token("r", &["--role", "reader"]);
        let mut hits = 0;
        for seed in 0..QUESTIONS {
            let mut random = Random::new(1000 + seed);
            let mut pairs = vec![("maxResults", random.one(&["1", "7", "1000"]).to_owned())];
            let user = random.one(&["all", "all", "u1@x.example", "U2@X.example", "1"]).to_owned();
            let name = random.maybe(2).then(|| random.one(&NAMES).to_owned());
            pairs.extend(name.clone().map(|name| ("eventName", name)));
            let conditions: Vec<_> = (0..random.below(3)).map(|_| condition(&mut random)).collect();
            if !conditions.is_empty() {
                let filters: Vec<&str> = conditions.iter().map(|(text, _)| &**text).collect();
                pairs.push(("filters", filters.join(",")));
            }
            let address = random.maybe(3).then(|| "::ffff:192.0.2.1".to_owned());
            pairs.extend(address.clone().map(|address| ("actorIpAddress", address)));
            let (from, to) = (time(&mut random), time(&mut random));
            let times = Some((from, to)).filter(|(from, to)| from < to && random.maybe(2));
            if let Some((from, to)) = &times {
                pairs.extend([("startTime", from.clone()), ("endTime", to.clone())]);
            }
            let is_hit = |record: &Value| {
                let (when, email) = (text(&record["id"]["time"]), text(&record["actor"]["email"]));
                let meets = |inner: &Value| {
                    name.as_ref().is_none_or(|name| inner["name"] == name.as_str())
                        && conditions.iter().all(|(_, meets)| meets(inner))
                };
                (user == "all"
                    || email == user.to_lowercase()
                    || record["actor"]["profileId"] == user.as_str())
                    && (address.is_none() || record["ipAddress"] == "192.0.2.1")
                    && times.as_ref().is_none_or(|(from, to)| *from <= when && when < *to)
                    && record["events"].as_array().unwrap().iter().any(meets)
            };
            let expected: Vec<Value> = records.iter().filter(|one| is_hit(one)).cloned().collect();
            hits += expected.len();
            let found = ask(&server, &reader, &user, &pairs);
            assert_eq!(found, expected, "seed {seed}: {user} {pairs:?}");
        }
        assert!(hits > 1000, "{hits} hits say little");
    }
}

mod calendly {
    use super::*;

    const WORDS: [&str; 6] = ["alpha", "beta", "gamma", "delta", "login", "failed"];

    /// A term, and what it asks for.
    enum Term {
        Word(String),
        Phrase(String, String),
        Prefix(String),
        Host(String),
        Not(Box<Term>),
        And(Vec<Term>),
        Or(Vec<Term>),
    }

    impl Term {
        fn random(random: &mut Random, depth: u64) -> Term {
            let word = |random: &mut Random| random.one(&WORDS).to_owned();
            match random.below(if depth == 0 { 6 } else { 10 }) {
                0..3 => Term::Word(word(random)),
                3 => Term::Phrase(word(random), word(random)),
                4 => Term::Prefix(word(random)[..2].to_owned()),
                5 => Term::Host(random.one(&["x.example", "y.example"]).to_owned()),
                6 => Term::Not(Box::new(Term::random(random, depth - 1))),
                7 | 8 => Term::And((0..2).map(|_| Term::random(random, depth - 1)).collect()),
                _ => Term::Or((0..3).map(|_| Term::random(random, depth - 1)).collect()),
            }
        }

        fn print(&self, random: &mut Random, out: &mut String) {
            let mut join = |out: &mut String, terms: &[Term], signs: &[&str]| {
                let sign = random.one(signs);
                out.push('(');
                for (place, term) in terms.iter().enumerate() {
                    if place > 0 {
                        out.push_str(sign);
                    }
                    term.print(random, out);
                }
                out.push(')');
            };
            match self {
                Term::Word(word) => out.push_str(word),
                Term::Phrase(one, other) => write!(out, "\"{one} {other}\"").unwrap(),
                Term::Prefix(word) => write!(out, "{word}*").unwrap(),
                Term::Host(host) => write!(out, "*@{host}").unwrap(),
                Term::Not(term) => {
                    out.push('-');
                    term.print(random, out);
                }
                Term::And(terms) => join(out, terms, &[" ", " + ", "+", " AND "]),
                Term::Or(terms) => join(out, terms, &["|", " | ", " OR "]),
            }
        }

        /// Whether one of the texts of an entry has it.
        fn holds(&self, texts: &[String]) -> bool {
            let any_word = |test: &dyn Fn(&str) -> bool| {
                let mut words = texts.iter().flat_map(|text| words(text));
                words.any(|word| test(&word))
            };
            match self {
                Term::Word(wanted) => any_word(&|word| word == wanted),
                Term::Prefix(wanted) => any_word(&|word| word.starts_with(wanted.as_str())),
                Term::Phrase(one, other) => texts.iter().any(|text| {
                    words(text).windows(2).any(|pair| pair[0] == *one && pair[1] == *other)
                }),
                Term::Host(host) => texts.iter().any(|text| text.ends_with(&format!("@{host}"))),
                Term::Not(term) => !term.holds(texts),
                Term::And(terms) => terms.iter().all(|term| term.holds(texts)),
                Term::Or(terms) => terms.iter().any(|term| term.holds(texts)),
            }
        }
    }

    fn words(text: &str) -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    }

    fn entry(number: u64, random: &mut Random) -> Value {
        let (namespace, action) =
            random.one(&[("Login", "Failed"), ("Login", "Succeeded"), ("Alpha", "Beta_Gamma")]);
        let note: Vec<&str> = (0..random.below(4)).map(|_| random.one(&WORDS)).collect();
        let host = random.one(&["x.example", "y.example", "xx.example"]);
        let user = random.below(4);
        json!({
            "occurred_at": time(random),
            "actor": {"type": "User", "uri": format!("https://api.calendly.com/users/U{user}"),
                "organization": {"uri": ORGANIZATION, "role": "owner"},
                "display_name": format!("Name {}", random.one(&WORDS)),
                "alternative_identifier": format!("name{user}@{host}")},
            "details": {"note": note.join(" "), "list": [note.join("-")]},
            "organization": ORGANIZATION, "namespace": namespace, "action": action,
            "fully_qualified_name": format!("{namespace}.{action}"),
            "uri": format!("https://api.calendly.com/activity_log_entries/E{number}"),
        })
    }

    /// What is searched: the columns and the details.
    fn texts(entry: &Value) -> Vec<String> {
        let actor = &entry["actor"];
        vec![
            text(&entry["fully_qualified_name"]),
            text(&actor["display_name"]),
            text(&actor["alternative_identifier"]),
            text(&entry["details"]["note"]),
            text(&entry["details"]["list"][0]),
        ]
    }

    #[test]
    fn entries_are_those_that_a_plain_look_finds() {
        let mut random = Random::new(12);
        let records = (0..RECORDS).map(|number| entry(number, &mut random)).collect();
        let [stored, records] = newest_first(records, |record| text(&record["occurred_at"]));
        let server = imported_records("calendly", &stored);
        let reader = server.token("r", &["--role", "reader"]);
        let mut hits = 0;
        for seed in 0..QUESTIONS {
            let mut random = Random::new(2000 + seed);
            let term = Term::random(&mut random, 3);
            let mut printed = String::new();
            term.print(&mut random, &mut printed);
            if printed.len() > 300 {
                continue;
            }
            let user = random.maybe(3).then(|| format!("https://a.example/users/U{}", seed % 4));
            let mut pairs = vec![("organization", ORGANIZATION), ("search_term", &printed)];
            pairs.extend(user.as_deref().map(|user| ("actor", user)));
            pairs.push(("count", "100"));
            let is_hit = |record: &&Value| {
                let uri = text(&record["actor"]["uri"]);
                let own = |user: &String| user.rsplit('/').next() == uri.rsplit('/').next();
                term.holds(&texts(record)) && user.as_ref().is_none_or(own)
            };
            let expected: Vec<Value> = records.iter().filter(is_hit).cloned().collect();
            hits += expected.len();
            let page = server.get(&format!("/activity_log_entries?{}", query(&pairs)), &reader);
            let page = page.ok();
            let shown = page["collection"].as_array().unwrap();
            assert_eq!(shown[..], expected[..expected.len().min(100)], "seed {seed}: {printed}");
            assert_eq!(page["total_count"], expected.len(), "seed {seed}: {printed}");
        }
        assert!(hits > 1000, "{hits} hits say little");
    }
}

mod clockify {
    use super::*;
    use crate::compat::clockify::ACTIONS;

    fn entry(number: u64, random: &mut Random) -> Value {
        let user = random.one(&["u-1", "u-2", "SYSTEM"]);
        let state = json!({"id": format!("i-{number}"), "name": "n", "userId": "u-1"}).to_string();
        json!({"action": random.one(&ACTIONS), "content": state, "previousContent": "null",
            "timestamp": time(random), "userEmail": null, "userId": user, "userName": user,
            "workspaceId": WORKSPACE})
    }

    #[test]
    fn entries_of_a_workspace_are_those_that_a_plain_look_finds() {
        let mut random = Random::new(13);
        let records = (0..RECORDS).map(|number| entry(number, &mut random)).collect();
        let [stored, records] = newest_first(records, |record| text(&record["timestamp"]));
        let server = imported_records("clockify", &stored);
        let key = server.token("r", &["--role", "reader"]);
        let target = format!("/v1/workspaces/{WORKSPACE}/audit-log");
        let mut hits = 0;
        for seed in 0..QUESTIONS {
            let mut random = Random::new(3000 + seed);
            let part = random.one(&[1, 2, 4, 40]);
            let mut actions: Vec<&str> =
                ACTIONS.into_iter().filter(|_| !random.maybe(part)).collect();
            if actions.is_empty() {
                actions = ACTIONS.to_vec();
            }
            let ids: Vec<&str> =
                ["u-1", "u-2", "SYSTEM"].into_iter().filter(|_| random.maybe(2)).collect();
            let is_in = random.maybe(2);
            let contains = if is_in { "CONTAINS" } else { "DOES_NOT_CONTAIN" };
            let (start, end) = (time(&mut random), "2026-03-01T10:50:00Z");
            let size = random.one(&[1, 7, 50]);
            let is_hit = |record: &&Value| {
                let of = |key: &str| text(&record[key]);
                actions.contains(&of("action").as_str())
                    && ids.contains(&of("userId").as_str()) == is_in
                    && of("timestamp") >= start
            };
            let expected: Vec<Value> = records.iter().filter(is_hit).cloned().collect();
            hits += expected.len();
            let mut found = Vec::new();
            for page in 1.. {
                let body = json!({"start": start, "end": end, "actions": actions, "page": page,
                    "authors": {"contains": contains, "authorIds": ids}, "page-size": size});
                let headers = [("X-Api-Key", key.as_str())];
                let body = body.to_string();
                let reply = server.send("POST", &target, "", &headers, body.as_bytes()).ok();
                let entries = reply["response"].as_array().unwrap();
                found.extend_from_slice(entries);
                if entries.len() < size {
                    break;
                }
            }
            assert_eq!(found, expected, "seed {seed}: {actions:?} {contains} {ids:?} {start}");
        }
        assert!(hits > 1000, "{hits} hits say little");
    }
}
