//! Queries as JSON, and their schema.

use crate::support::Desk;
use serde_json::Value;

#[test]
fn every_command_that_takes_a_query_takes_it_as_json() {
    let desk = Desk::with_events();
    let query = r#"{"and": [{"field": "category", "op": "eq", "value": "teams"},
                             {"not": {"text": "muller"}}]}"#;
    let run = |line: &str| {
        let mut arguments: Vec<&str> = line.split(' ').collect();
        arguments.extend(["--store", "s", "--query-format", "json", query]);
        let ran = desk.run_with(&arguments, b"");
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        ran.out
    };
    assert_eq!(crate::support::ids(&run("search")), ["e-2"]);
    assert_eq!(crate::support::ids(&run("search --from 2026-05-05")), ["e-2"]);
    assert_eq!(run("count --to 2026-05-05"), "0\n");
    assert_eq!(run("count").trim(), "1");
    assert!(run("facets --by activity").contains("deleted"));
    assert!(run("histogram --every 1d").contains("\"count\":1"));
    assert_eq!(crate::support::ids(&run("export")), ["e-2"]);
    assert_eq!(desk.ids("search --store s --query-format json"), ["e-3", "e-2", "e-1"]);
    let filters = r#"{"joiner":"or","filters":[{"text":"failed"},{"text":"muller"}]}"#;
    let ran = desk.run_with(&["count", "--store", "s", "--query-format", "json", filters], b"");
    assert_eq!((ran.code, ran.out.as_str()), (0, "2\n"));
}

#[test]
fn an_error_in_json_shows_the_place_and_the_nearest_name() {
    let desk = Desk::with_events();
    let query = "{\"field\":\"category\",\n\"op\":\"equals\",\"value\":\"teams\"}";
    let ran = desk.run_with(&["count", "--store", "s", "--query-format", "json", query], b"");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    let told = "error: at `/op`: there is no operator `equals`; the nearest: `eq`";
    assert!(lines[0].starts_with(told), "{}", ran.err);
    assert_eq!(lines[1], "  {\"field\":\"category\", \"op\":\"equals\",\"value\":\"teams\"}");
    assert_eq!(lines[2].chars().count(), 2 + query.find("\"equals").unwrap() + 1);
    let ran = desk.run("count --store s --query-format json teams");
    assert_eq!((ran.code, ran.err.lines().nth(2)), (2, Some("  ^")));
}

#[test]
fn the_schema_of_queries_is_printed() {
    let desk = Desk::new();
    for line in ["schema query", "schema"] {
        let schema: Value = desk.json(line);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["$defs"]["comparison"]["title"].is_string());
    }
    assert_eq!(desk.run("schema nothing").code, 2);
}
