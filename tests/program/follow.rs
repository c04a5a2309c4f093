//! `follow`: what it prints, where it begins, when it ends, how soon it tells.

use crate::support::{Desk, ids};
use annals::event::Event;
use annals::store::{Durability, Store};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Within this an event that another process stored is printed, as the median of many; the mark of
/// the engine is 100 ms for each, but a busy machine may let one wait.
const LATENCY_MAX: Duration = Duration::from_millis(100);

fn event(number: u64) -> Event {
    let json = format!(
        r#"{{"id":"n-{number}","occurred_at":"2026-05-{:02}T10:00:00Z","category":"test",
        "activity":"done"}}"#,
        1 + number * 7 % 28
    );
    Event::from_json(json.as_bytes()).unwrap()
}

fn seqs(ndjson: &str) -> Vec<u64> {
    let seq = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap();
    ndjson.lines().map(seq).collect()
}

/// A follower that runs until it is dropped.
struct Running {
    child: Child,
    lines: Option<Lines<BufReader<ChildStdout>>>,
}

impl Running {
    fn start(desk: &Desk, line: &str) -> Running {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("annals"))
            .args(line.split_whitespace())
            .current_dir(desk.dir.path())
            .env_remove("ANNALS_STORE")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { child, lines: Some(lines) }
    }

    fn next(&mut self) -> u64 {
        let line = self.lines.as_mut().and_then(Iterator::next);
        seqs(&line.expect("it runs").unwrap())[0]
    }

    /// Goes away from its stdout; waits for its end and gives the exit code.
    fn end_without_reader(mut self) -> Option<i32> {
        self.lines = None;
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn events_are_printed_in_the_order_of_the_log_from_where_it_is_told() {
    let desk = Desk::with_events();
    assert_eq!(ids(&desk.ok("follow --store s --no-wait")), ["e-1", "e-2", "e-3"]);
    let search = desk.ok("search --store s --order seq");
    assert_eq!(desk.ok("follow --store s --no-wait"), search);
    assert_eq!(ids(&desk.ok("follow --store s --no-wait --from-seq 2")), ["e-2", "e-3"]);
    assert_eq!(desk.ok("follow --store s --no-wait --from-seq 4"), "");
    assert_eq!(desk.ok("follow --store s --no-wait --from-now"), "");
    assert_eq!(ids(&desk.ok("follow --store s --limit 2")), ["e-1", "e-2"]);
    let begin = Instant::now();
    assert_eq!(desk.ok("follow --store s --from-seq 3 --idle-exit 300ms").lines().count(), 1);
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[test]
fn query_scope_and_format_are_those_of_search() {
    let desk = Desk::with_events();
    let ids_of = |line: &str| ids(&desk.ok(&format!("follow --store s --no-wait {line}")));
    assert_eq!(ids_of("category=teams -vertrieb"), ["e-1"]);
    assert_eq!(ids_of("--tenant nord"), ["e-3"]);
    assert_eq!(ids_of("--from 2026-05-05 --to 2026-05-06"), ["e-2"]);
    assert_eq!(ids_of("--tz Europe/Berlin on:2026-05-05"), ["e-1", "e-2"]);
    let csv = desk.ok("follow --store s --no-wait --columns seq,id login");
    assert_eq!(csv, "seq,id\n3,e-3\n");
    assert!(desk.ok("follow --store s --no-wait --with-raw login").contains("\"raw\""));
    for wrong in ["--format table", "categry=x", "--from-now --from-seq 1", "--idle-exit 5"] {
        assert_eq!(desk.run(&format!("follow --store s --no-wait {wrong}")).code, 2, "{wrong}");
    }
    assert_eq!(desk.run("follow --store none --no-wait").code, 2);
}

#[test]
fn a_cursor_file_goes_on_where_the_last_run_ended() {
    let desk = Desk::with_made_up_events(3000);
    let run = |more: &str| {
        seqs(&desk.ok(&format!("follow --store s --no-wait --cursor-file place {more}")))
    };
    assert_eq!(run("--limit 2 --from-seq 5"), [5, 6]);
    assert_eq!(desk.read("place"), "1:6\n");
    assert!(run("--from-seq 1").into_iter().eq(7..=3000));
    assert_eq!(run(""), [0; 0]);
    assert_eq!(desk.read("place"), "1:3000\n");
    desk.write("place", "1:2998\n");
    assert_eq!(run("nothinghasthisword"), [0; 0]);
    assert_eq!(desk.read("place"), "1:3000\n");
    desk.write("place", "seven");
    let ran = desk.run("follow --store s --no-wait --cursor-file place");
    assert!(ran.code == 2 && ran.err.contains("place"), "{ran:?}");
    desk.write("place", "9:1\n");
    assert_eq!(desk.run("follow --store s --no-wait --cursor-file place").code, 2);
    assert_eq!(desk.read("place"), "9:1\n");
}

#[test]
fn events_that_were_lost_are_told() {
    let desk = Desk::new();
    let buffered = || Store::builder().durability(Durability::Buffered);
    let open = || buffered().open(desk.path("s")).unwrap();
    let store = open();
    store.append_batch(&[event(0), event(1), event(2)]).unwrap();
    drop(store);
    let store = open();
    store.append_batch(&[event(3), event(4)]).unwrap();
    store.close().unwrap();
    desk.write("place", "1:8\n");
    let ran = desk.run("follow --store s --no-wait --cursor-file place --stop-on-rewind");
    assert_eq!((ran.code, ran.out.as_str()), (7, ""));
    assert!(ran.err.contains("events from 4 on"), "{}", ran.err);
    assert_eq!(desk.read("place"), "1:8\n");
    let ran = desk.run("follow --store s --no-wait --cursor-file place");
    assert_eq!((ran.code, seqs(&ran.out)), (0, vec![4, 5]));
    assert!(ran.err.starts_with("rewound: 4 "), "{}", ran.err);
    assert_eq!(desk.read("place"), "2:5\n");
    desk.write("place", "1:3\n");
    let ran = desk.run("follow --store s --no-wait --cursor-file place --stop-on-rewind");
    assert_eq!((ran.code, seqs(&ran.out), ran.err.as_str()), (0, vec![4, 5], ""));
}

#[test]
fn events_of_another_process_are_printed_within_100_ms_whatever_the_writer_does() {
    let desk = Desk::new();
    let open = || Store::open(desk.path("s")).unwrap();
    let mut store = open();
    let mut running = Running::start(&desk, "follow --store s --cursor-file place");
    let mut latencies = Vec::new();
    for number in 0..40 {
        match number % 8 {
            2 => drop(store.seal().unwrap()),
            4 => drop(store.compact().unwrap()),
            5 => {
                store.close().unwrap();
                store = open();
            }
            7 => {
                drop(store);
                store = open();
            }
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
        let begin = Instant::now();
        let seq = store.append(event(number)).unwrap().seq;
        assert_eq!(running.next(), seq);
        latencies.push(begin.elapsed());
    }
    latencies.sort_unstable();
    assert!(latencies[20] < LATENCY_MAX, "{latencies:?}");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(fs::read_to_string(desk.path("place")).unwrap(), "1:40\n");
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let desk = Desk::with_events();
    let mut printing = Running::start(&desk, "follow --store s");
    assert_eq!(printing.next(), 1);
    let silent = Running::start(&desk, "follow --store s --from-now");
    for running in [printing, silent] {
        assert_eq!(running.end_without_reader(), Some(0));
    }
}
