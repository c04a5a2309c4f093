//! Following over HTTP.

use crate::client::{Server, event, events, read_head};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A stream of server-sent events that is read line by line.
struct Stream {
    reader: BufReader<TcpStream>,
}

/// One of them.
#[derive(Debug, PartialEq)]
struct Sent {
    id: String,
    kind: String,
    data: Value,
}

impl Stream {
    fn open(server: &Server, token: &str, query: &str, last: Option<&str>) -> Stream {
        let mut stream = server.connect();
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let head = format!(
            "GET /api/v1/follow{query} HTTP/1.1\r\nHost: {}\r\n\
             Authorization: Bearer {token}\r\n{last}\r\n",
            server.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let head = read_head(&mut reader);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("text/event-stream"), "{head}");
        Stream { reader }
    }

    /// The next event; comments and the sizes of chunks are passed.
    fn next(&mut self) -> Sent {
        let mut sent = Sent { id: String::new(), kind: "message".into(), data: Value::Null };
        loop {
            let mut line = String::new();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the stream ended");
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                sent.id = id.to_owned();
            } else if let Some(kind) = line.strip_prefix("event: ") {
                sent.kind = kind.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                sent.data = serde_json::from_str(data).unwrap();
            } else if line.is_empty() && !sent.data.is_null() {
                return sent;
            }
        }
    }
}

#[test]
fn events_come_as_they_are_stored_and_go_on_behind_the_last_one() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 5)).ok();
    let mut all = Stream::open(&server, &admin, "", Some("0:0"));
    for seq in 1..=5 {
        let sent = all.next();
        assert_eq!(
            (sent.data["seq"].as_u64(), sent.id.ends_with(&format!(":{seq}"))),
            (Some(seq), true)
        );
    }
    let mut new = Stream::open(&server, &admin, "", None);
    let begun = Instant::now();
    server.post("/api/v1/events", &admin, &event("b", 1)).ok();
    let sent = new.next();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!((sent.data["seq"].as_u64(), all.next().id), (Some(6), sent.id.clone()));
    drop(new);
    server.post("/api/v1/events", &admin, &event("b", 2)).ok();
    let mut again = Stream::open(&server, &admin, "", Some(&sent.id));
    assert_eq!(again.next().data["seq"], 7);
}

#[test]
fn a_filter_and_a_tenant_leave_out_what_is_not_asked_for() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    let mut of_tenant = Stream::open(&server, &reader, "", Some("0:0"));
    let mut of_query = Stream::open(&server, &admin, "?q=word-b", Some("0:0"));
    server.post("/api/v1/events", &admin, &(events("b", 3) + &events("a", 2))).ok();
    assert_eq!(of_tenant.next().data["seq"], 4);
    assert_eq!(of_tenant.next().data["seq"], 5);
    assert_eq!((0..3).map(|_| of_query.next().data["seq"].as_u64().unwrap()).sum::<u64>(), 6);
    server.post("/api/v1/events", &admin, &events("a", 4)).ok();
    assert_eq!(of_tenant.next().data["seq"], 6, "two of the four were there already");
}

#[test]
fn a_place_ahead_of_the_store_is_told_and_one_that_is_none_is_refused() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    for ahead in ["1:99", "77:1"] {
        let mut stream = Stream::open(&server, &admin, "", Some(ahead));
        assert_eq!(stream.next().kind, "rewound", "{ahead}");
    }
    for wrong in ["x", "1", "1:", "-1:2", "1:2:3"] {
        let headers = [("Last-Event-ID", wrong)];
        let reply = server.send("GET", "/api/v1/follow", &admin, &headers, b"");
        assert_eq!(reply.problem(400), "place", "{wrong}");
    }
}

#[test]
fn a_place_is_ahead_for_a_reader_whatever_others_have() {
    let (both, alone) = (Server::start(&[]), Server::start(&[]));
    let told = [(&both, true), (&alone, false)].map(|(server, has_others)| {
        let admin = server.admin();
        server.post("/api/v1/events", &admin, &events("a", 4)).ok();
        if has_others {
            server.post("/api/v1/events", &admin, &events("b", 9)).ok();
        }
        let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
        let place = |seq: u64| Stream::open(server, &reader, "", Some(&format!("1:{seq}")));
        let mut streams: Vec<Stream> = (0..20).map(place).collect();
        server.post("/api/v1/events", &admin, &events("a", 5)).ok();
        let first = |stream: &mut Stream| {
            let sent = stream.next();
            // The new event has another place where others have written before it.
            let place = if sent.kind == "rewound" { Some((sent.id, sent.data)) } else { None };
            (sent.kind, place)
        };
        streams.iter_mut().map(first).collect::<Vec<_>>()
    });
    assert_eq!(told[0], told[1]);
    let kinds: Vec<&str> = told[0].iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds[..5], ["message"; 5]);
    assert_eq!(kinds[5..], ["rewound"; 15], "the newest that they see is the fourth");
    assert_eq!(told[0][19].1.as_ref().unwrap().0, "1:4");
}

#[test]
fn lines_of_json_come_on_request() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let mut stream = server.connect();
    let head = format!(
        "GET /api/v1/follow?after=0:0 HTTP/1.1\r\nHost: {}\r\n\
         Authorization: Bearer {admin}\r\nAccept: application/x-ndjson\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    assert!(read_head(&mut reader).contains("application/x-ndjson"));
    let mut seqs = Vec::new();
    while seqs.len() < 3 {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.starts_with('{') {
            let event: Value = serde_json::from_str(&line).unwrap();
            seqs.push(event["seq"].as_u64().unwrap());
        }
    }
    assert_eq!(seqs, [1, 2, 3]);
}
