//! Every event once to a webhook: in the order of the log, over restarts of both sides.
//!
//! ```sh
//! cargo run --example follow
//! ```
//!
//! The receiver here is a thread that listens on a local port; a real one is any HTTP server.

use annals::event::Raw;
use annals::query::FollowCursor;
use annals::{Event, Query, Store, StoreReader, Timestamp};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const EVENTS: u64 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let (store, place) = (folder.path().join("activity"), folder.path().join("place"));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let hook = listener.local_addr()?;
    let receiver = std::thread::spawn(move || receive(&listener));

    let writer = Store::open(&store)?;
    for half in 0..2 {
        for number in half * EVENTS / 2..(half + 1) * EVENTS / 2 {
            let event = Event::builder(Timestamp::now(), "invoice", "paid");
            writer.append(event.detail("number", number).build()?)?;
        }
        // The second time the follower goes on where the first one ended.
        deliver(&store, &place, hook, (half + 1) * EVENTS / 2)?;
    }
    TcpStream::connect(hook)?; // a connection without a request ends the receiver
    let received = receiver.join().expect("the receiver")?;
    assert_eq!(received, (1..=EVENTS).collect::<Vec<_>>());
    println!("{} events delivered, each once and in order", received.len());
    Ok(writer.close()?)
}

/// Posts the events behind the place that the file holds, up to the one with the sequence `last`.
/// The place is written after the answer: a crash between the two delivers one event again, so a
/// receiver takes `seq` as the key of idempotency.
fn deliver(
    store: &std::path::Path,
    place: &std::path::Path,
    hook: SocketAddr,
    last: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let reader = StoreReader::open(store)?;
    let cursor = match std::fs::read_to_string(place) {
        Ok(text) => text.parse()?,
        Err(_) => FollowCursor::START,
    };
    let mut follow = reader.follow(cursor).query(&Query::parse("category=invoice")?);
    while let Some(event) = follow.poll(Duration::from_secs(10))? {
        post(hook, &event.to_json(Raw::Without))?;
        std::fs::write(place, follow.cursor().to_string())?;
        if event.seq == last {
            return Ok(());
        }
    }
    Err("no event came for ten seconds".into())
}

/// One POST; any answer but 200 is an error, and the event is sent again the next time.
fn post(hook: SocketAddr, body: &[u8]) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(hook)?;
    let length = body.len();
    write!(stream, "POST / HTTP/1.1\r\nHost: {hook}\r\nContent-Length: {length}\r\n\r\n")?;
    stream.write_all(body)?;
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status)?;
    if status.contains(" 200 ") { Ok(()) } else { Err(std::io::Error::other(status)) }
}

/// Takes requests until a connection sends none; gives the sequences of the events.
fn receive(listener: &TcpListener) -> std::io::Result<Vec<u64>> {
    let mut received = Vec::new();
    loop {
        let (stream, _) = listener.accept()?;
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line)? > 2 {
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
            line.clear();
        }
        if length == 0 {
            return Ok(received);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let event = annals::Value::parse(&body).map_err(std::io::Error::other)?;
        let seq = event["seq"].as_number().and_then(|number| number.as_i64());
        received.push(seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0));
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}

#[test]
fn every_event_is_delivered_once_over_a_restart() {
    main().expect("every check holds");
}
