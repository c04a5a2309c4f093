//! A server under load: questions of six kinds beside appended events, then a kill in the middle.
//!
//! For seconds here; `ANNALS_LOAD_SECONDS=60` with a program that is optimised prints the figures
//! of `docs/server.md`.

use crate::client::{Server, event, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Events of a batch.
const BATCH_EVENTS: u64 = 100;
/// What is asked, in turn.
const QUESTIONS: [&str; 6] = [
    "/api/v1/events?limit=50",
    "/api/v1/events?limit=50&q=word-a",
    "/api/v1/count?q=failed",
    "/api/v1/facets?by=category,activity&since=30d",
    "/api/v1/values?field=actor.email&prefix=secret&limit=10",
    "/api/v1/histogram?every=1d&q=category%3Dlogin",
];
/// Events that are there before.
const EVENTS_BEFORE: u64 = 2_000;

/// A connection that is used again and again.
struct Line {
    reader: BufReader<TcpStream>,
    head: String,
}

impl Line {
    fn open(server: &Server, token: &str) -> Line {
        let stream = server.connect();
        stream.set_nodelay(true).unwrap();
        let head = format!("Host: {}\r\nAuthorization: Bearer {token}\r\n", server.address);
        Line { reader: BufReader::new(stream), head }
    }

    /// The status of an answer and its length; `None` once the server is gone.
    fn ask(&mut self, method: &str, target: &str, body: &str) -> Option<u16> {
        let Line { reader, head } = self;
        let length = body.len();
        let request =
            format!("{method} {target} HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n{body}");
        reader.get_mut().write_all(request.as_bytes()).ok()?;
        let (mut status, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_lowercase();
            if line.is_empty() {
                break;
            }
            status = status.or_else(|| line.split(' ').nth(1)?.parse().ok());
            if let Some(told) = line.strip_prefix("content-length:") {
                length = told.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        status
    }
}

/// What the load was, and what came of it.
#[derive(Default)]
struct Figures {
    errors: AtomicU64,
    answered: AtomicU64,
    appended: AtomicU64,
}

/// Asks at a rate until the time is over; gives how long each question took.
fn ask(server: &Server, token: &str, end: Instant, every: Duration, figures: &Figures) -> Vec<u32> {
    let mut line = Line::open(server, token);
    let (mut took, mut next, mut turn) = (Vec::new(), Instant::now(), 0);
    while Instant::now() < end {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next += every;
        let begun = Instant::now();
        match line.ask("GET", QUESTIONS[turn % QUESTIONS.len()], "") {
            Some(200) => figures.answered.fetch_add(1, Ordering::Relaxed),
            _ => figures.errors.fetch_add(1, Ordering::Relaxed),
        };
        took.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        turn += 1;
    }
    took
}

/// Appends at a rate until the time is over, or until the server is gone.
fn append(server: &Server, token: &str, end: Instant, every: Duration, figures: &Figures) {
    let mut line = Line::open(server, token);
    let (mut number, mut next) = (EVENTS_BEFORE, Instant::now());
    while Instant::now() < end {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next += every;
        let batch = |number| event("a", number) + "\n";
        let body: String = (number..number + BATCH_EVENTS).map(batch).collect();
        match line.ask("POST", "/api/v1/events", &body) {
            Some(200) => drop(figures.appended.fetch_add(BATCH_EVENTS, Ordering::Relaxed)),
            Some(_) => drop(figures.errors.fetch_add(1, Ordering::Relaxed)),
            None => return,
        }
        number += BATCH_EVENTS;
    }
}

/// Memory of its own of a process, in KiB.
fn anonymous_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn questions_beside_appends_are_answered_without_an_error_and_nothing_is_lost_by_a_kill() {
    let seconds = std::env::var("ANNALS_LOAD_SECONDS").ok().and_then(|text| text.parse().ok());
    let is_campaign = seconds.is_some();
    let seconds: u64 = seconds.unwrap_or(2);
    let mut server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &crate::client::events("a", EVENTS_BEFORE)).ok();
    // A development build is asked at a tenth of the rate.
    let askers: u32 = if is_campaign { 16 } else { 2 };
    let (questions_rate, batches_rate) = if is_campaign { (1_000, 50) } else { (100, 5) };
    let every = Duration::from_secs(1) * askers / questions_rate;
    let figures = Figures::default();
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let before = anonymous_kib(server.pid());
    let mut took: Vec<u32> = thread::scope(|scope| {
        let (server, admin, figures) = (&server, &admin[..], &figures);
        let pause = Duration::from_secs(1) / batches_rate;
        let appender = scope.spawn(move || append(server, admin, end, pause, figures));
        let askers: Vec<_> = (0..askers)
            .map(|_| scope.spawn(move || ask(server, admin, end, every, figures)))
            .collect();
        let took = askers.into_iter().flat_map(|asker| asker.join().unwrap()).collect();
        appender.join().unwrap();
        took
    });
    let elapsed = begun.elapsed();
    took.sort_unstable();
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let percentile = |part: usize| f64::from(took[(took.len() - 1) * part / 100]) / 1e3;
    if is_campaign {
        println!(
            "{:.0} questions/s beside {:.0} events/s for {seconds} s: {} errors, median {:.1} ms, \
             p99 {:.1} ms, anonymous memory {} -> {} KiB",
            of(&figures.answered) as f64 / elapsed.as_secs_f64(),
            of(&figures.appended) as f64 / elapsed.as_secs_f64(),
            of(&figures.errors),
            percentile(50),
            percentile(99),
            before,
            anonymous_kib(server.pid()),
        );
    }
    assert_eq!(of(&figures.errors), 0);
    assert!(of(&figures.answered) > 0 && of(&figures.appended) > 0);
    killed(&mut server, &admin, of(&figures.appended));
}

/// Kills the server while events are appended: what was answered is there.
fn killed(server: &mut Server, admin: &str, before: u64) {
    let figures = Figures::default();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let end = Instant::now() + Duration::from_secs(30);
    thread::scope(|scope| {
        let (server, figures) = (&*server, &figures);
        scope.spawn(move || append_more(server, admin, end, before, figures));
        thread::sleep(Duration::from_millis(500));
        let killed = Command::new("kill").args(["-9", &server.pid().to_string()]).status();
        assert!(killed.unwrap().success());
    });
    std::fs::rename(&server.store, &kept).unwrap();
    let count: u64 = run(&kept, &["count", "failed"]).trim().parse().unwrap();
    let answered = EVENTS_BEFORE + before + figures.appended.load(Ordering::Relaxed);
    assert!(count >= answered, "{count} of {answered} that were answered");
}

fn append_more(server: &Server, token: &str, end: Instant, before: u64, figures: &Figures) {
    let mut line = Line::open(server, token);
    let mut number = EVENTS_BEFORE + before;
    while Instant::now() < end {
        match line.ask("POST", "/api/v1/events", &event("a", number)) {
            Some(200) => drop(figures.appended.fetch_add(1, Ordering::Relaxed)),
            Some(_) => drop(figures.errors.fetch_add(1, Ordering::Relaxed)),
            None => return,
        }
        number += 1;
    }
}
