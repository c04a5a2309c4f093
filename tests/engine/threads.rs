//! What may cross threads and tasks: the types that say so, tickets as futures, errors with causes.

use annals::{Cursor, Error, Event, Page, Query, Search, Snapshot, Store, StoreReader};
use std::error::Error as _;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor there is.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn event(number: u64) -> Event {
    let event = Event::builder(annals::Timestamp(1_774_000_000_000_000), "test", "done");
    event.detail("number", number).build().expect("a sound event")
}

#[test]
fn what_a_service_shares_is_send_and_sync() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Store>();
    shared::<StoreReader>();
    shared::<Snapshot>();
    shared::<Query>();
    shared::<Search<'_>>();
    shared::<Page>();
    shared::<Cursor>();
    shared::<Event>();
    shared::<Error>();
    sent::<annals::store::Ticket>();
    sent::<annals::query::Follow<'_>>();
}

#[test]
fn a_ticket_is_a_future_with_and_without_a_background_thread() {
    for background in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::builder().background(background).open(folder.path()).expect("opens");
        let tickets: Vec<_> =
            (0..50).map(|number| store.submit([event(number)]).expect("queues")).collect();
        let seqs: Vec<u64> = tickets
            .into_iter()
            .flat_map(|ticket| block_on(ticket).expect("is stored"))
            .map(|receipt| receipt.seq)
            .collect();
        assert_eq!(seqs, (1..=50).collect::<Vec<_>>(), "background {background}");
        let none: [Event; 0] = [];
        assert!(block_on(store.submit(none).expect("queues")).expect("is empty").is_empty());
        store.close().expect("closes");
    }
}

#[test]
fn hits_come_one_by_one_as_they_do_in_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    store.append_batch((0..2_500).map(event)).expect("is stored");
    let snapshot = store.snapshot();
    let search = snapshot.query(&Query::all()).by_seq();
    let seqs: Vec<u64> = search.clone().iter().map(|hit| hit.expect("reads").seq).collect();
    assert_eq!(seqs, (1..=2_500).collect::<Vec<_>>());
    let page = search.limit(3).page().expect("a page");
    assert_eq!((&page).into_iter().count(), 3);
    assert_eq!(page.into_iter().map(|hit| hit.seq).sum::<u64>(), 6);
    let none = snapshot.query(&Query::parse("category=nothing").expect("a query"));
    assert_eq!(none.iter().count(), 0);
    let late = snapshot.query(&Query::all()).deadline(std::time::Duration::ZERO);
    let ends: Vec<_> = late.iter().collect();
    assert!(matches!(ends.as_slice(), [Err(Error::Budget { .. })]), "{ends:?}");
}

#[test]
fn an_error_of_the_disk_names_its_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").expect("writes");
    let error = Store::open(file.join("store")).expect_err("a file is in the way");
    assert!(error.source().is_some(), "{error:?}");
}

/// An event of random letters, of which a file holds a text that hardly packs, and a word.
fn large_event(state: &mut u64) -> Event {
    let letter = |_| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(*state >> 58) as usize]
    };
    let text: Vec<u8> = (0..1_000_000).map(letter).collect();
    let text = String::from_utf8(text).expect("letters");
    let event = Event::builder(annals::Timestamp(1_774_000_000_000_000), "test", "done");
    event.detail("text", text).build().expect("a sound event")
}

/// Two segments that fill a large one are too few to be merged behind a seal.
#[test]
fn neighbours_are_merged_while_no_tail_fills() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    let mut state = 1;
    for _ in 0..2 {
        store.append_batch((0..13).map(|_| large_event(&mut state))).expect("appends");
        store.seal().expect("seals");
    }
    let patience = Instant::now() + Duration::from_secs(60);
    while store.segments().len() > 1 {
        assert!(Instant::now() < patience, "not merged: {:?}", store.segments());
        std::thread::sleep(Duration::from_millis(20));
    }
    let verified = store.verify().expect("reads");
    assert_eq!((verified.events, verified.problems), (26, Vec::new()));
    assert_eq!(store.snapshot().query(&Query::all()).count().expect("counts"), 26);
}
