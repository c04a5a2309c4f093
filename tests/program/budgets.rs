//! `--timeout` and `--max-bytes`.

use crate::support::{Desk, ids};

/// Regular expression that no note matches: every one of them is looked at.
const LONG: &str = "details.note~=/(x|y)+zz$/";

#[test]
fn what_costs_too_much_ends_with_exit_code_seven() {
    let desk = Desk::with_made_up_events(3000);
    for command in ["count", "facets --by category", "histogram --every 1d", "export"] {
        for (limit, named) in [("--timeout 0s", "deadline"), ("--max-bytes 2K", "bytes")] {
            let ran = desk.run(&format!("{command} --store s {LONG} {limit}"));
            assert_eq!((ran.code, ran.out.as_str()), (7, ""), "{command} {limit}: {ran:?}");
            assert!(ran.err.contains(named), "{command} {limit}: {}", ran.err);
        }
        let ran = desk.run(&format!("{command} --store s {LONG} --timeout 1h --max-bytes 1G"));
        assert_eq!(ran.code, 0, "{command}: {ran:?}");
    }
    for wrong in ["--timeout 5", "--timeout -1s", "--max-bytes 5X", "--max-bytes -1"] {
        assert_eq!(desk.run(&format!("count --store s {wrong}")).code, 2, "{wrong}");
    }
}

#[test]
fn a_search_gives_what_it_has_and_where_to_go_on() {
    let desk = Desk::with_made_up_events(3000);
    for limit in [3000, 0] {
        parts_make_up_the_whole(&desk, limit);
    }
    for rest in ["", "--limit 0 "] {
        a_page_that_was_cut_short_says_so(&desk, rest);
    }
}

fn a_page_that_was_cut_short_says_so(desk: &Desk, rest: &str) {
    let table = desk.run(&format!("search --store s --format table {rest}--timeout 0s"));
    assert_eq!((table.code, table.err.lines().count()), (7, 2), "{table:?}");
    assert!(table.out.contains("seq"), "{table:?}");
    let json = desk.run(&format!("search --store s --format json {rest}--timeout 0s"));
    assert_eq!(json.code, 7);
    let page: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((page["complete"].as_bool(), page["next"].is_string()), (Some(false), true));
}

/// Goes on behind what limits cut short until nothing is left.
fn parts_make_up_the_whole(desk: &Desk, limit: usize) {
    let whole = desk.ids("search --store s --limit 0 -login");
    let (mut found, mut after, mut parts) = (Vec::new(), String::new(), 0);
    loop {
        let line = format!("search --store s --limit {limit} --max-bytes 600K -login {after}");
        let ran = desk.run(&line);
        found.extend(ids(&ran.out));
        parts += 1;
        if ran.code == 0 {
            break;
        }
        assert_eq!(ran.code, 7, "{}", ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        let [note, next] = lines[..] else { panic!("{}", ran.err) };
        assert!(note.starts_with("note: not complete"), "{note}");
        after = next.replace("next: ", "--after ");
    }
    assert_eq!(found, whole);
    assert!(parts > 1);
}

#[test]
fn a_follower_has_no_limits() {
    let desk = Desk::with_made_up_events(3);
    for option in ["--timeout 1s", "--max-bytes 1M"] {
        let ran = desk.run(&format!("follow --store s --no-wait {option}"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    }
}
