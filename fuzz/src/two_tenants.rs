//! A reader of one tenant, beside the events of another: no byte of the other's may come out,
//! whatever is asked.

use crate::fixture::{NOW, ROOT};
use crate::input::Input;
use annals::event::{Event, Raw};
use annals::export::{Column, Export, ExportFormat};
use annals::io::{ManualClock, SeededRandom};
use annals::query::{FollowCursor, Order, Query, ScopedSnapshot, Search};
use annals::store::Store;
use annals::testing::SimDisk;
use annals::{Error, Scope, Timestamp};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

/// In every text of the other tenant, of events without a tenant, and of another source.
const FOREIGN: &str = "zqxforeign";
/// In every masked value of the reader's own events.
const MASKED: &str = "mqxmasked";
const EVENTS: i64 = 40;

/// The store, and the sequences of the events that the reader sees.
fn world() -> &'static (Store, BTreeSet<u64>) {
    static WORLD: OnceLock<(Store, BTreeSet<u64>)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let store = Store::builder()
            .background(false)
            .disk(SimDisk::new(1).shared())
            .clock(Arc::new(ManualClock::new(NOW.0)))
            .random(Arc::new(SeededRandom::new(1)))
            .open(ROOT)
            .expect("a new store");
        let mut own = BTreeSet::new();
        for number in 0..EVENTS {
            for kind in 0..4 {
                let receipt = store.append(event(number, kind)).expect("it is stored");
                own.extend((kind == 0).then_some(receipt.seq));
            }
            if number == EVENTS / 2 {
                store.seal().expect("a seal");
            }
        }
        (store, own)
    })
}

/// An event: 0 of the reader, 1 of another tenant, 2 of none, 3 of another source.
fn event(number: i64, kind: u8) -> Event {
    let text = if kind == 0 { "own" } else { FOREIGN };
    let at = Timestamp(NOW.0 - number * 3_600_000_000 - i64::from(kind));
    let tenant = match kind {
        0 | 3 => r#""tenant":"acme","#.to_owned(),
        1 => format!(r#""tenant":"{FOREIGN}","#),
        _ => String::new(),
    };
    let source = if kind == 3 { "other" } else { "calendar" };
    let json = format!(
        r#"{{"id":"{text}-{number}",{tenant}"occurred_at":"{at}","data_source":"{source}",
        "category":"{text}","activity":"{text}_{}","actor":{{"email":"{text}@x.example",
        "id":"{MASKED}-{number}"}},"targets":[{{"type":"user","name":"{text} {number}"}}],
        "details":{{"note":"{MASKED} {text}","{text}":{number},"n":{number}}},
        "raw":{{"all":"{MASKED} {text}"}}}}"#,
        number % 3
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// Order, command and cursor in bytes, then the query.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (command, options, after) = (input.byte(), input.byte(), input.byte());
    let Ok(text) = std::str::from_utf8(input.rest()) else { return };
    // What is asked is said again in explanations and messages.
    if [FOREIGN, MASKED].iter().any(|secret| text.contains(&secret[..secret.len() - 1])) {
        return;
    }
    let (store, own) = world();
    let scope = Scope::tenant("acme").sources(["calendar"]);
    let scope = scope.mask(["details.note", "actor.id"]).expect("paths");
    let reader = store.reader(scope);
    let snapshot = reader.snapshot();
    ask(&snapshot, command, options, after, text);
    let mut follow = reader.follow(FollowCursor { epoch: 0, seq: u64::from(after) });
    while let Some(found) = seen(follow.try_next()).ok().flatten() {
        assert!(own.contains(&found.seq), "followed {}", found.seq);
        assert_eq!(follow.cursor().seq, found.seq);
        if options & 4 != 0 {
            break;
        }
    }
    seen(reader.stats()).expect("figures");
    assert_eq!(seen(snapshot.end()).expect("a place").seq, *own.last().expect("events"));
}

fn ask(snapshot: &ScopedSnapshot, command: u8, options: u8, after: u8, text: &str) {
    let (question, path) = text.split_once('\n').unwrap_or((text, "category"));
    let Ok(query) = Query::parse(question) else { return };
    let orders = [Order::Newest, Order::Oldest, Order::Seq];
    let mut search = snapshot.query(&query).order(orders[usize::from(options % 3)]);
    if options & 8 != 0 {
        search = search.tenant(path);
    }
    if options & 16 != 0 {
        search = search.include_hidden().point_in_time();
    }
    if options & 32 != 0 {
        search = search.bytes_max(u64::from(after) * 64);
    }
    search = search.limit(1 + usize::from(after % 7));
    if let Ok(page) = seen(search.clone().page()) {
        for found in &page.events {
            check(&String::from_utf8_lossy(&found.to_json(Raw::With)));
        }
        if let Some(next) = page.next {
            place_is_own(&next.to_string(), options);
            search = search.after(next);
        }
    }
    match command % 10 {
        0 => drop(seen(search.page())),
        1 => drop(seen(search.count())),
        2 => drop(seen(search.facets(&[path], None))),
        3 => drop(seen(search.values(path, "", None))),
        4 => drop(seen(search.fields())),
        5 => drop(seen(search.histogram("1h"))),
        6 => drop(seen(search.explain()).map(|found| check(&found.to_string()))),
        7 => drop(seen(search.explain_count())),
        8 => drop(seen(search.notes())),
        _ => export(&search, options, path),
    }
}

fn export(search: &Search<'_>, options: u8, path: &str) {
    let formats = [ExportFormat::Csv, ExportFormat::Ndjson, ExportFormat::Json];
    let format = formats[usize::from(options % 3)];
    let mut export = Export::new(format).with_raw();
    if format == ExportFormat::Csv {
        export = match Column::parse_list(path) {
            Ok(columns) => export.columns(columns),
            Err(_) => export.flatten(),
        };
    }
    let mut out = Vec::new();
    if let Ok(manifest) = seen(export.write(search, &mut out)) {
        check(&manifest.to_json());
    }
    check(&String::from_utf8_lossy(&out));
}

/// The place of a cursor, and its moment, are the `seq` of an event of the reader.
fn place_is_own(cursor: &str, options: u8) {
    let own = &world().1;
    let seq = |place: usize| {
        let digits = cursor.get(place..place + 16).expect("a cursor is long enough");
        u64::from_str_radix(digits, 16).expect("a cursor is of digits")
    };
    // A page that a limit of bytes ended before its first hit begins at the border of its order.
    let is_border = options & 32 != 0 && [0, u64::MAX].contains(&seq(18));
    assert!(is_border || own.contains(&seq(18)), "{cursor}");
    if cursor.len() > 70 {
        // 0: a tenant was asked for of which the reader sees nothing.
        assert!(own.contains(&seq(66)) || seq(66) == 0, "{cursor}");
    }
}

/// The outcome, after a look at whatever is in it.
fn seen<T: Debug>(outcome: Result<T, Error>) -> Result<T, Error> {
    check(&format!("{outcome:?}"));
    if let Err(error) = &outcome {
        check(&error.to_string());
    }
    outcome
}

fn check(shown: &str) {
    for secret in [FOREIGN, MASKED] {
        // The bytes of an event are printed as numbers by `Debug`.
        let bytes = format!("{:?}", secret.as_bytes());
        let is_in = shown.contains(secret) || shown.contains(bytes.trim_matches(['[', ']']));
        assert!(!is_in, "{secret} in {shown}");
    }
}

/// Each command, with queries that come near to what must not be told.
pub fn seeds() -> Vec<Vec<u8>> {
    let queries = [
        "\nactivity",
        "zqxfore*\ncategory",
        "zqxforein~2\ntargets[type=user].name",
        "zqxforegn\nid",
        "mqxmask*\nactor.email",
        "category=zqxforein\ndetails.n",
        "category/=zqx\ntenant",
        "details.note:own\ndetails.note",
        "has:details\nactor.id",
        "targets[*] -own\ntargets[name:own].name",
        "details.zqxforein=5\ndata_source",
        "tenant!=acme OR -has:tenant\ntenant",
        "data_source=other\nother",
        "seq=2\nseq",
        "since:99y details.n>5\ndetails",
    ];
    let seed = |(number, query): (usize, &str)| -> Vec<Vec<u8>> {
        let seed = |command: usize| {
            let mut seed = vec![command as u8, (number * 7 + command * 8) as u8, number as u8];
            seed.extend_from_slice(query.as_bytes());
            seed
        };
        (0..10).map(seed).collect()
    };
    queries.into_iter().enumerate().flat_map(seed).collect()
}
