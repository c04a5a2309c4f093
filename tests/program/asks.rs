//! `search`, `count`, `facets`, `histogram` and `show`: everything that is asked.

use crate::support::{Desk, ids};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn search_prints_whole_events_newest_first_when_piped() {
    let desk = Desk::with_events();
    let out = desk.ok("search --store s");
    assert_eq!(ids(&out), ["e-3", "e-2", "e-1"]);
    let first: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(first["seq"], json!(1));
    assert!(first["recorded_at"].is_string());
    assert!(out.lines().all(|line| line.starts_with("{\"seq\":")));
    assert_eq!(desk.ids("search --store s --order oldest"), ["e-1", "e-2", "e-3"]);
    assert_eq!(desk.ids("search --store s --order seq --limit 2"), ["e-1", "e-2"]);
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let desk = Desk::with_made_up_events(300);
    let all = desk.ids("search --store s --limit 0");
    assert_eq!(all.len(), 300);
    let mut walked = Vec::new();
    let mut after = String::new();
    loop {
        let ran = desk.run(&format!("search --store s --limit 70 {after}"));
        assert_eq!(ran.code, 0);
        walked.extend(ids(&ran.out));
        match ran.err.lines().last().and_then(|line| line.strip_prefix("next: ")) {
            Some(cursor) => after = format!("--after {cursor}"),
            None => break,
        }
    }
    assert_eq!(walked, all);
    assert_eq!(desk.run("search --store s --after nonsense").code, 2);
}

#[test]
fn pages_at_a_point_in_time_leave_out_what_arrived_later() {
    let desk = Desk::with_events();
    let line = "search --store s --limit 1 --point-in-time --format json";
    let cursor = desk.json(line)["next"].as_str().unwrap().to_owned();
    let late = r#"{"id":"e-4","occurred_at":"2026-05-05T12:00:00Z","category":"c","activity":"a"}"#;
    desk.write("late.ndjson", late);
    desk.ok("import --store s late.ndjson");
    let follow = |flag: &str| desk.run(&format!("search --store s {flag} --after {cursor}"));
    assert_eq!(ids(&follow("--point-in-time").out), ["e-2", "e-1"]);
    assert_eq!(follow("").code, 2);
    assert_eq!(desk.ids("search --store s --point-in-time").len(), 4);
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let desk = Desk::with_made_up_events(30);
    let page = desk.json("search --store s --limit 5 --format json");
    let cursor = page["next"].as_str().unwrap();
    let ran = desk.run(&format!("search --store s --after {cursor} category=login"));
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn json_holds_events_cursor_and_completeness() {
    let desk = Desk::with_events();
    let page = desk.json("search --store s --format json --limit 2");
    assert_eq!(page["events"].as_array().unwrap().len(), 2);
    assert!(page["next"].is_string());
    assert_eq!(page["complete"], json!(true));
    assert_eq!(page.get("notes"), None, "an answer with hits has none");
    for limit in ["0", "5"] {
        let page = desk.json(&format!("search --store s --format json --limit {limit} nothing"));
        let notes = ["no event has `nothing`; no event has the word `nothing`"];
        let empty =
            json!({"events": [], "next": null, "complete": true, "zone": "UTC", "notes": notes});
        assert_eq!(page, empty);
    }
}

#[test]
fn an_empty_answer_says_why_in_json_and_only_for_its_tenant() {
    let desk = Desk::with_events();
    let notes = |arguments: &str| {
        let page = desk.json(&format!("search --store s --format json {arguments}"));
        page["notes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        notes("category=Team outcome=failure"),
        [
            "no event has `category=Team`; the nearest is `category=teams` with 2 events",
            "the rest, `outcome=failure`, finds 1 event",
        ]
    );
    assert_eq!(
        notes("--from 2026-06-01 --to 2026-05-01"),
        ["the times begin at 2026-06-01T00:00:00Z, which is not before their end, \
             2026-05-01T00:00:00Z"]
    );
    let told = notes("--tenant acme category=Login").join(" ");
    assert_eq!(told, "no event has `category=Login`; frequent values of `category` are `teams`");
}

#[test]
fn one_object_is_asked_for_shown_and_counted() {
    let desk = Desk::with_events();
    let search = |query: &str| desk.ids(&format!("search --store s {query}"));
    assert_eq!(search("targets[type=team id=t-2]"), ["e-2"]);
    assert!(search("targets[name=Vertrieb id=t-2]").is_empty());
    let csv = desk.ok("search --store s --format csv --columns id,targets[id=t-2].name targets[*]");
    assert_eq!(csv, "id,targets[id=t-2].name\ne-2,Support\n");
    let facets =
        desk.json("facets --store s --by targets[name:vertrieb].id,category --format json");
    assert_eq!(facets["targets[name:vertrieb].id"], json!([{"value": "t-1", "count": 1}]));
    let ran = desk.run("search --store s category[type=x]");
    assert!(ran.code == 2 && ran.err.contains("is no object"), "{ran:?}");
}

#[test]
fn a_histogram_that_one_event_stretches_names_it() {
    let desk = Desk::with_events();
    desk.write(
        "old.ndjson",
        r#"{"occurred_at":"1970-01-01T00:00:00Z","category":"c","activity":"a"}"#,
    );
    desk.ok("import --store s old.ndjson");
    let ran = desk.run("histogram --store s --every 1m");
    assert_eq!(ran.code, 7, "{ran:?}");
    for part in ["1970-01-01T00:00:00Z", "event 4", "--from", "--to", "--every", "100000"] {
        assert!(ran.err.contains(part), "{} names {part}", ran.err);
    }
}

#[test]
fn tables_and_csv_show_the_columns_asked_for() {
    let desk = Desk::with_events();
    let table = desk.ok("search --store s --format table");
    assert!(table.contains("Ada Müller") && table.contains("teams.deleted"), "{table}");
    assert!(table.contains("Vertrieb +1"), "{table}");
    let table = desk.ok("search --store s --format table --columns id,action");
    assert!(table.contains("e-2") && !table.contains("Ada"), "{table}");
    let csv = desk.ok("search --store s --columns id,action");
    assert_eq!(csv, "id,action\ne-3,login.failed\ne-2,teams.deleted\ne-1,teams.created\n");
    assert_eq!(desk.run("search --store s --format json --columns id").code, 2);
    assert_eq!(desk.run("search --store s --columns a..b").code, 2);
}

#[test]
fn words_of_a_query_may_begin_with_a_dash_and_stand_anywhere() {
    let desk = Desk::with_events();
    assert_eq!(desk.ids("search -created --store s -failed"), ["e-2"]);
    assert_eq!(desk.ids("search --store s -created --limit 1"), ["e-3"]);
    assert_eq!(desk.ids("search --store s --limit 1 -- -created -login"), ["e-2"]);
    assert_eq!(desk.ids("--store s search category=teams -actor.id=u-1"), ["e-2"]);
    assert_eq!(desk.run("search --store s --unknown").code, 2);
}

#[test]
fn several_words_are_one_query() {
    let desk = Desk::with_events();
    assert_eq!(desk.ids("search --store s muller first"), ["e-1"]);
    let phrase = desk.run_with(&["search", "--store", "s", "\"ada müller\" OR failed"], b"");
    assert_eq!(ids(&phrase.out), ["e-3", "e-1"]);
}

#[test]
fn a_query_error_shows_the_place_by_characters() {
    let desk = Desk::with_events();
    let ran = desk.run_with(&["search", "--store", "s", "müller (abc"], b"");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].starts_with("error: "), "{}", ran.err);
    assert_eq!(lines[1], "  müller (abc");
    assert_eq!(lines[2], "         ^");
    let ran = desk.run("count --store s --since 7d nofield=5");
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err.lines().nth(1), Some("  nofield=5"));
}

#[test]
fn from_and_to_are_half_open_and_days_are_days_of_the_zone() {
    let desk = Desk::with_events();
    let from_to = "--from 2026-05-05T08:00:00Z --to 2026-05-06T00:00:00Z";
    assert_eq!(desk.ids(&format!("search --store s {from_to}")), ["e-2"]);
    assert_eq!(desk.ids("search --store s --from 2026-05-05"), ["e-3", "e-2"]);
    assert_eq!(desk.ids("search --store s --to 2026-05-05"), ["e-1"]);
    assert_eq!(desk.ids("search --store s --to 2026-05-05 --tz Europe/Berlin"), [""; 0]);
    let day = "--from 2026-05-05 --to 2026-05-06 --tz Europe/Berlin";
    assert_eq!(desk.ids(&format!("search --store s {day}")), ["e-2", "e-1"]);
    assert_eq!(desk.ids("search --store s --from 2026-05-05 login OR created"), ["e-3"]);
    for wrong in ["--from yesterday", "--to 2026-13-01", "--since 7", "--since x", "--tz Mars"] {
        let ran = desk.run(&format!("count --store s {wrong}"));
        assert_eq!(ran.code, 2, "{wrong}: {ran:?}");
    }
}

#[test]
fn since_counts_back_from_now() {
    let desk = Desk::new();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let time = |ago: u64| {
        let micros = i64::try_from(now.as_micros()).unwrap() - ago as i64 * 1_000_000;
        annals::event::Timestamp(micros).to_string()
    };
    let event = |id: &str, ago| {
        let time = time(ago);
        format!(r#"{{"id":"{id}","occurred_at":"{time}","category":"a","activity":"b"}}"#)
    };
    let day = 86_400;
    let events = [event("old", 8 * day), event("new", 6 * day)].join("\n");
    desk.run_with(&["import", "--store", "s", "-"], events.as_bytes());
    assert_eq!(desk.ids("search --store s --since 7d"), ["new"]);
    assert_eq!(desk.ids("search --store s --since 2w"), ["new", "old"]);
}

#[test]
fn a_tenant_sees_only_its_own() {
    let desk = Desk::with_events();
    assert_eq!(desk.ids("search --store s --tenant nord"), ["e-3"]);
    assert_eq!(desk.ok("count --store s --tenant acme").trim(), "2");
    let facets = desk.json("facets --store s --by category --tenant acme");
    assert_eq!(facets, json!({"category": [{"value": "teams", "count": 2}]}));
}

#[test]
fn count_prints_one_number() {
    let desk = Desk::with_events();
    assert_eq!(desk.ok("count --store s"), "3\n");
    assert_eq!(desk.ok("count --store s -teams"), "1\n");
    assert_eq!(desk.ok("count --store s nothing"), "0\n");
}

#[test]
fn facets_are_lists_of_values_and_counts() {
    let desk = Desk::with_events();
    let facets = desk.json("facets --store s --by category,actor.id --top 1 --format json");
    assert_eq!(
        facets,
        json!({"category": [{"value": "teams", "count": 2}],
               "actor.id": [{"value": "u-1", "count": 2}]})
    );
    let table = desk.ok("facets --store s --by category --format table");
    assert!(table.contains("login") && table.contains("teams"), "{table}");
    assert_eq!(desk.run("facets --store s --by actor").code, 2);
    assert_eq!(desk.run("facets --store s").code, 2);
}

#[test]
fn histogram_buckets_are_half_open_and_in_the_zone() {
    let desk = Desk::with_events();
    let bucket = |from: &str, to: &str, count: u64| json!({"from": from, "to": to, "count": count});
    assert_eq!(
        desk.json("histogram --store s --every 1d --format json"),
        json!([
            bucket("2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z", 1),
            bucket("2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z", 1),
            bucket("2026-05-06T00:00:00Z", "2026-05-07T00:00:00Z", 1),
        ])
    );
    assert_eq!(
        desk.json("histogram --store s --every 1mo --tz Europe/Berlin"),
        json!([bucket("2026-05-01T00:00:00+02:00", "2026-06-01T00:00:00+02:00", 3)])
    );
    assert_eq!(desk.json("histogram --store s --every 1h nothing"), json!([]));
    assert!(desk.ok("histogram --store s --every 1d --format table").contains('█'));
    assert_eq!(desk.run("histogram --store s --every 2mo").code, 2);
    assert_eq!(desk.run("histogram --store s").code, 2);
}

#[test]
fn show_prints_whole_events_by_id_or_sequence() {
    let desk = Desk::with_events();
    let event = desk.json("show --store s e-3");
    assert_eq!((&event["seq"], &event["raw"]), (&json!(3), &json!({"kept": true})));
    assert_eq!(desk.json("show --store s --seq 2")["id"], json!("e-2"));
    let laid_out = desk.ok("show --store s e-3 --format pretty");
    assert!(laid_out.contains("\n  \"raw\": {\n    \"kept\": true\n  }\n}"), "{laid_out}");
    assert_eq!(desk.run("show --store s e-9").code, 2);
    assert_eq!(desk.run("show --store s --seq 9").code, 2);
    assert_eq!(desk.run("show --store s").code, 2);
}

#[test]
fn ids_with_every_kind_of_character_are_shown() {
    let desk = Desk::new();
    let id = "-a\"b\\c*d/ü e";
    let event =
        json!({"id": id, "occurred_at": "2026-01-01T00:00:00Z", "category": "a", "activity": "b"});
    desk.run_with(&["import", "--store", "s", "-"], event.to_string().as_bytes());
    let ran = desk.run_with(&["show", "--store", "s", id], b"");
    assert_eq!(crate::support::ids(&ran.out), [id], "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::with_made_up_events(3000);
    for command in ["search --limit 0", "search --limit 0 --format csv", "export"] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("annals"))
            .args(command.split(' '))
            .args(["--store", "s"])
            .current_dir(desk.dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut reader = BufReader::with_capacity(64, child.stdout.take().unwrap());
        reader.read_line(&mut line).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{command}");
    }
}

#[test]
fn reading_creates_nothing_where_no_store_is() {
    let desk = Desk::new();
    for command in [
        "search",
        "count",
        "facets --by category",
        "histogram --every 1d",
        "export",
        "show x",
        "stats",
        "segments",
        "verify",
        "retain --show",
        "retain --dry-run",
        "retain",
        "seal",
        "compact",
    ] {
        let ran = desk.run(&format!("{command} --store s"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{command}: {ran:?}");
        assert!(ran.err.contains("no store"), "{command}: {}", ran.err);
        assert!(!desk.path("s").exists(), "{command}");
        assert_eq!(desk.run(command).code, 2, "{command}");
    }
}

#[test]
fn values_complete_what_was_typed() {
    let desk = Desk::with_events();
    let values = desk.json("values --store s --field actor.id --prefix U");
    assert_eq!(values, json!([{"value": "u-1", "count": 2}, {"value": "u-2", "count": 1}]));
    let line = "values --store s --field who.id --prefix u --limit 1 --tenant nord";
    assert_eq!(desk.json(line), json!([{"value": "u-1", "count": 1}]));
    assert_eq!(desk.json("values --store s --field action --prefix -x"), json!([]));
    assert_eq!(
        desk.json("values --store s --field action category=login").as_array().unwrap().len(),
        1
    );
    let table = desk.ok("values --store s --field targets.name --prefix vert --format table");
    assert!(table.contains("Vertrieb") && !table.contains("Support"), "{table}");
    for wrong in
        ["values --store s", "values --store s --field actor", "values --store s --field time"]
    {
        assert_eq!(desk.run(wrong).code, 2, "{wrong}");
    }
}

#[test]
fn fields_are_listed_with_kinds_and_counts() {
    let desk = Desk::with_events();
    let fields = desk.json("fields --store s");
    let of = |path: &str| {
        let found = fields.as_array().unwrap().iter().find(|field| field["path"] == path);
        found.cloned().unwrap_or(Value::Null)
    };
    let is = |path: &str, kind: &str, events: u64, distinct: Value| json!({"path": path, "kinds": [kind], "events": events, "distinct": distinct});
    assert_eq!(of("actor.id"), is("actor.id", "string", 3, json!(2)));
    assert_eq!(of("targets.name"), is("targets.name", "string", 1, json!(2)));
    assert_eq!(of("occurred_at"), is("occurred_at", "time", 3, Value::Null));
    assert_eq!((of("raw.kept"), of("raw")), (Value::Null, Value::Null));
    let nord = desk.json("fields --store s --tenant nord");
    assert!(nord.as_array().unwrap().iter().all(|field| field["path"] != "targets.name"));
    let table = desk.ok("fields --store s --format table");
    assert!(table.contains("details.formula") && table.contains("not counted"), "{table}");
    assert_eq!(desk.json("fields --store s nothing"), json!([]));
}

#[test]
fn explain_tells_how_a_query_is_answered() {
    let desk = Desk::with_events();
    desk.ok("seal --store s");
    let explained = desk.json("explain --store s category=teams --limit 1");
    assert_eq!((&explained["hits"], &explained["more"]), (&json!(1), &json!(true)));
    assert_eq!(explained["sources"][0]["fate"], json!("entered"));
    assert_eq!(explained["sources"][0]["plan"][0]["term"], json!("category=teams"));
    let pruned = desk.json("explain --store s --count -- nothing -created");
    assert_eq!(pruned["sources"][0]["reason"]["kind"], json!("no match"));
    assert_eq!((&pruned["answer"], &pruned["hits"]), (&json!("count"), &json!(0)));
    let text = desk.ok("explain --store s --from 2027-01-01 --order oldest --format text");
    assert!(text.contains("left out: nothing occurred then"), "{text}");
    assert_eq!(desk.run("explain --store s --count --limit 3").code, 2);
    assert_eq!(desk.run("explain --store s categry=x").code, 2);
}
