//! What people see: tables, laid-out events, messages, help; and what one tenant may see.

use crate::support::{Desk, ids};
use serde_json::{Value, json};

/// Controls of C0 and C1, an override, an isolate, and characters that nobody sees.
const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}3mc\u{202e}d\u{2066}e\u{200b}f\u{7f}";

fn with_hostile() -> Desk {
    let desk = Desk::new();
    let event = json!({
        "id": HOSTILE, "occurred_at": "2026-01-01T00:00:00Z", "category": "c", "activity": "a",
        "actor": {"display_name": HOSTILE}, "targets": [{"name": HOSTILE}],
        "details": {(HOSTILE): HOSTILE},
    });
    desk.write("hostile.ndjson", event.to_string());
    desk.ok("import --store s hostile.ndjson");
    desk
}

fn check_harmless(text: &str) {
    for character in HOSTILE.chars().filter(|c| !c.is_ascii() || c.is_control()) {
        assert!(!text.contains(character), "{character:?} in {text:?}");
    }
}

#[test]
fn nothing_that_people_read_steers_their_terminal() {
    let desk = with_hostile();
    for command in [
        "search --format table",
        "search --format table --columns id,actor,details",
        "show --seq 1 --format pretty",
        "show --seq 1 --format table",
        "facets --by who.display_name --format table",
        "values --field target.name --format table",
        "fields --format table",
    ] {
        let text = desk.ok(&format!("{command} --store s"));
        assert!(text.contains("202e"), "{command}: {text}");
        check_harmless(&text);
    }
    for arguments in [
        vec!["show", "--store", "s", "no\u{9b}\u{202e}"],
        vec!["search", "--store", "s", "x\u{9b}\u{202e} ("],
        vec!["search", "--store", "s", "--columns", "\u{9b}\u{202e}"],
        vec![
            "explain",
            "--store",
            "s",
            "--format",
            "text",
            "x\u{9b}\u{202e}=1 OR details.\"\u{9b}\"=1",
        ],
        vec!["explain", "--store", "s", "--format", "text", "details.\"\u{9b}\u{202e}\"=1"],
    ] {
        let ran = desk.run_with(&arguments, b"");
        check_harmless(&ran.err);
        check_harmless(&ran.out);
    }
}

#[test]
fn data_for_programs_stays_as_it_was_stored() {
    let desk = with_hostile();
    for command in ["search", "search --columns who.display_name", "show --seq 1"] {
        let out = desk.ok(&format!("{command} --store s"));
        assert!(out.contains('\u{202e}') && out.contains('\u{9b}'), "{command}: {out:?}");
    }
    // What is laid out is JSON still.
    let pretty = desk.ok("show --store s --seq 1 --format pretty");
    let event: Value = serde_json::from_str(&pretty).unwrap();
    assert_eq!(event["id"], json!(HOSTILE));
}

#[test]
fn tables_say_once_what_repeats_and_show_what_differs() {
    let desk = Desk::new();
    let event = |seq: u32, ip: &str| {
        json!({
            "occurred_at": format!("2026-05-04T10:00:0{seq}Z"), "category": "login",
            "activity": "failed", "outcome": "failure", "actor": {"email": "ada@acme.example"},
            "context": {"ip": ip}, "details": {"fully_qualified_name": "login.failed"},
        })
        .to_string()
    };
    desk.write("events.ndjson", [event(1, "192.0.2.1"), event(2, "192.0.2.2")].join("\n"));
    desk.ok("import --store s events.ndjson");
    let table = desk.ok("search --store s --format table");
    let (above, rows) = table.split_once('\n').unwrap();
    let repeated =
        "all: time=2026-05-04, who=ada@acme.example, action=login.failed, outcome=failure";
    assert_eq!(above, repeated);
    assert!(rows.contains("192.0.2.1") && rows.contains("192.0.2.2"), "{table}");
    assert!(!table.contains("target") && !table.contains("fully"), "{table}");
}

/// Nothing says how wide the line is, so it has 160 columns.
#[test]
fn a_table_fills_its_line_and_is_no_wider() {
    let desk = Desk::with_made_up_events(200);
    for query in ["", "category=teams", "outcome=failure", "has:changes"] {
        let table = desk.ok(&format!("search --store s --format table {query}"));
        let mut lines = table.lines().skip_while(|line| line.starts_with("all: "));
        let widths: Vec<usize> = lines.by_ref().map(|line| line.chars().count()).collect();
        let widest = widths.iter().max().unwrap();
        assert!((150..=160).contains(widest), "{query}: {widest} in {table}");
    }
}

#[test]
fn show_takes_tenant_hidden_format_and_file() {
    let desk = Desk::with_events();
    assert_eq!(desk.run("show --store s e-3 --tenant acme").code, 2);
    assert_eq!(desk.json("show --store s e-3 --tenant nord")["id"], json!("e-3"));
    let page = desk.json("show --store s e-3 --format json");
    assert_eq!(page["events"][0]["raw"], json!({"kept": true}));
    let csv = desk.ok("show --store s e-1 --format csv --columns id,action --tenant acme");
    assert_eq!(csv, "id,action\ne-1,teams.created\n");
    assert!(desk.ok("show --store s e-1 --format table").contains("Ada Müller"));
    desk.ok("show --store s e-1 -o e.ndjson");
    assert_eq!(ids(&desk.read("e.ndjson")), ["e-1"]);
    desk.ok("show --store s e-3 -o e.csv");
    assert!(desk.read("e.csv").contains(r#""{""kept"":true}""#));
    assert_eq!(desk.run("show --store s e-1 -o e.csv --format json").code, 2);
    desk.ok("retain --store s --set default:visible=1d");
    assert_eq!(desk.run("show --store s e-1").code, 2);
    assert_eq!(desk.json("show --store s e-1 --include-hidden")["id"], json!("e-1"));
}

/// Whatever is asked for one tenant, the answer is the same with and without the events of others.
#[test]
fn answers_for_one_tenant_tell_nothing_of_others() {
    let (alone, beside) = (Desk::new(), Desk::new());
    let event = |tenant: &str, id: u32, word: &str| {
        json!({
            "id": format!("{tenant}-{id}"), "tenant": tenant, "category": "c", "activity": word,
            "occurred_at": "2026-05-04T10:00:00Z", "details": {(word): word},
        })
        .to_string()
    };
    let own = [event("acme", 1, "plain"), event("acme", 2, "other")].join("\n");
    let foreign: Vec<String> = (1..40).map(|id| event("nord", id, "secret")).collect();
    alone.write("own.ndjson", &own);
    alone.ok("import --store s own.ndjson");
    beside.write("both.ndjson", [own, foreign.join("\n")].join("\n"));
    beside.ok("import --store s both.ndjson");
    for desk in [&alone, &beside] {
        desk.ok("seal --store s");
    }
    for command in [
        "count secret",
        "facets --by category,activity",
        "values --field activity",
        "values --field activity --prefix s",
        "fields",
        "histogram --every 1d",
        "export --format csv --columns id,action",
        "follow --no-wait --format csv --columns id",
        "show nord-1",
        "explain secret plain",
        "explain --count secret",
        "explain -- details.secret=secret OR plain",
        "explain --format text plain",
        "explain --limit 1 --order seq",
    ] {
        let (options, query) = command.split_once(" -- ").unwrap_or((command, ""));
        let line = format!("{options} --store s --tenant acme -- {query}");
        let line = if command.starts_with("show") { line.replace(" -- ", "") } else { line };
        let answers = [&alone, &beside].map(|desk| {
            let ran = desk.run(&line);
            (ran.code, untimed(&ran.out), ran.err)
        });
        assert_eq!(answers[0], answers[1], "{command}");
    }
}

/// An answer without what differs from run to run.
fn untimed(out: &str) -> String {
    match serde_json::from_str::<Value>(out) {
        Ok(Value::Object(mut members)) => {
            members.remove("micros");
            members.remove("now");
            Value::Object(members).to_string()
        }
        _ => {
            let is_fixed = |line: &&str| !line.starts_with("time ") && !line.starts_with("scope ");
            out.lines().filter(is_fixed).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn explain_for_one_tenant_counts_its_own_events_part_by_part() {
    let desk = Desk::with_events();
    desk.ok("seal --store s");
    let explained = desk.json("explain --store s --tenant acme category=teams failed");
    assert_eq!((&explained["hits"], &explained["sources"]), (&json!(0), &json!([])));
    assert_eq!(
        explained["parts"],
        json!([{"term": "category=teams", "events": 2}, {"term": "failed", "events": 0}])
    );
    let text = desk.ok("explain --store s --tenant acme --count --format text -- created OR login");
    assert!(text.contains("part     `(created OR login)`: 1 events"), "{text}");
    let cursor = desk.json("search --store s --tenant acme --limit 1 --format json");
    assert!(cursor["next"].is_string());
}

#[test]
fn the_query_language_is_in_the_program() {
    let desk = Desk::new();
    let page = desk.ok("help query");
    for word in ["since:7d", "f=(a,b)", "targets[type=project", "/=/Sales", "has:", "~1", "OR"] {
        assert!(page.contains(word), "{word} in {page}");
    }
    assert_eq!(desk.ok("query").trim(), page.trim());
    let short = desk.ok("search --help");
    assert!(short.contains("help query") && short.contains("since:7d"), "{short}");
}
