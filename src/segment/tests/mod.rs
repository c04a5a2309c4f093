//! Whole segments: what goes in comes out, and damage does no harm.

mod large;

use super::*;
use crate::event::shape::Kind;
use crate::event::{Event, StoredEvent, Timestamp};
use crate::io::Region;
use crate::io::codec;
use crate::segment::file::contents::Contents;
use crate::segment::file::contents::{Codec, ColumnContents};
use crate::{Error, Result};
use proptest::prelude::*;
use std::path::Path;

const ID: SegmentId = SegmentId(0x1234_5678_9abc);

/// Events with their `seq` and instant of acceptance, in the order of rows.
fn rows_of(events: Vec<Event>) -> Vec<StoredEvent> {
    let mut rows: Vec<StoredEvent> = (1u64..)
        .zip(events)
        .map(|(seq, event)| {
            let recorded_at = Timestamp(1_700_000_000_000_000 + (seq / 7) as i64 * 1000);
            StoredEvent { seq: seq + 40, recorded_at, event }
        })
        .collect();
    rows.sort_by_key(|row| (row.event.occurred_at(), row.seq));
    rows
}

fn build(rows: &[StoredEvent], mut builder: SegmentBuilder) -> SegmentBuilder {
    for row in rows {
        let time = row.event.occurred_at();
        builder.push(row.seq, row.recorded_at, time, row.event.canonical()).unwrap();
    }
    builder
}

fn file_of(rows: &[StoredEvent]) -> Vec<u8> {
    let builder = SegmentBuilder::new(ID, "default", Vec::new());
    build(rows, builder).finish().unwrap().0
}

fn check(segment: &Segment, rows: &[StoredEvent]) {
    assert_eq!(segment.rows() as usize, rows.len());
    let mut decoder = Decoder::default();
    for (row, expected) in (0u32..).zip(rows) {
        let found = segment.stored_event(row, &mut decoder).unwrap();
        assert_eq!(
            String::from_utf8_lossy(found.event.canonical()),
            String::from_utf8_lossy(expected.event.canonical())
        );
        assert_eq!(&found, expected);
    }
    for row in (0..segment.rows()).rev().step_by(3) {
        let expected = &rows[row as usize];
        assert_eq!(&segment.stored_event(row, &mut Decoder::default()).unwrap(), expected);
    }
    for asked in orders(segment.rows()) {
        let mut found = Vec::new();
        segment.stored_events(&asked, &mut decoder, &mut found).unwrap();
        assert!(found.iter().eq(asked.iter().map(|row| &rows[*row as usize])), "{asked:?}");
    }
    let by_seq = segment.rows_by_seq().unwrap();
    assert!(
        by_seq
            .windows(2)
            .all(|pair| { segment.seq(pair[0]).unwrap() < segment.seq(pair[1]).unwrap() })
    );
    assert!(segment.examine().is_sound());
}

/// Rows in the orders in which they are asked for: neighbours up and down, with gaps, far apart,
/// mixed, and twice.
fn orders(rows: u32) -> Vec<Vec<u32>> {
    let all = || 0..rows;
    vec![
        all().collect(),
        all().rev().collect(),
        all().filter(|row| row % 5 != 2 && row % 7 != 0).collect(),
        all().rev().step_by(17).collect(),
        all().map(|row| row.wrapping_mul(7919) % rows).collect(),
        all().flat_map(|row| [row, row]).rev().collect(),
    ]
}

/// Rows that are copied from two segments make the same file as rows that are pushed.
fn check_copy(rows: &[StoredEvent], file: &[u8]) {
    let half = |part: usize| {
        let rows: Vec<_> = rows.iter().skip(part).step_by(2).cloned().collect();
        build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap()
    };
    let halves: Vec<Segment> = (0..rows.len().min(2)).map(half).collect();
    let halves: Vec<&Segment> = halves.iter().collect();
    let copied = CopiedRow::of_all(&halves).unwrap();
    assert!(copy(&halves, copied, rows) == file, "copied rows make another file");
}

/// The file of rows that are copied.
fn copy(segments: &[&Segment], copied: Vec<CopiedRow>, rows: &[StoredEvent]) -> Vec<u8> {
    let sources = segments.iter().map(|one| RowSource::new(one)).collect();
    let mut builder = SegmentBuilder::new(ID, "default", Vec::new());
    builder.count_event_bytes(rows.iter().map(|row| row.event.canonical().len() as u64).sum());
    let mut file = Vec::new();
    let sink = &mut |piece: &[u8]| {
        file.extend_from_slice(piece);
        Ok(())
    };
    builder.finish_copied(sources, copied, sink).unwrap();
    file
}

/// Some rows of a segment that are copied make the same file as those rows pushed.
fn check_copy_of_some(rows: &[StoredEvent], segment: &Segment) {
    let is_some = |row: &u32| row % 3 != 1 && row % 16 < 8;
    let some: Vec<u32> = (0..segment.rows()).filter(is_some).collect();
    let copied = CopiedRow::of_one(segment, &some).unwrap();
    let rows: Vec<StoredEvent> = some.iter().map(|row| rows[*row as usize].clone()).collect();
    assert!(copy(&[segment], copied, &rows) == file_of(&rows), "some rows make another file");
}

fn check_both(events: Vec<Event>) {
    let rows = rows_of(events);
    check(&build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap(), &rows);
    let bytes = file_of(&rows);
    check_copy(&rows, &bytes);
    let segment = Segment::open(Region::from_vec(bytes), Path::new("test.seg")).unwrap();
    check(&segment, &rows);
    check_copy_of_some(&rows, &segment);
}

fn json(depth: u32) -> impl Strategy<Value = serde_json::Value> {
    let key = prop_oneof!["[a-c]", "[a-z.]{1,9}", "\\PC{1,5}", "[\"\\\\\u{0}\u{1}é]{1,3}"];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        "-?[1-9][0-9]{0,5}(\\.[0-9]{1,4})?(e-?[1-9])?"
            .prop_map(|text| serde_json::from_str(&text).unwrap()),
        "\\PC{0,12}".prop_map(serde_json::Value::from),
        "[\u{0}-\u{20}\"\\\\]{0,5}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(depth, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn event() -> impl Strategy<Value = Event> {
    let details = proptest::option::of(json(5));
    let offset = prop_oneof![Just("Z"), Just("+02:00"), Just("-09:30")];
    (0u32..60, 0u32..999, offset, "[ab]", "[a-e]", details, any::<bool>(), any::<u128>()).prop_map(
        |(second, milli, offset, category, activity, details, with_raw, id)| {
            let mut event = serde_json::json!({
                "occurred_at": format!("2026-05-04T10:00:{second:02}.{milli:03}{offset}"),
                "category": category, "activity": activity,
            });
            if let Some(details) = details {
                event["details"] = serde_json::json!({"x": details});
                if with_raw {
                    event["raw"] = details;
                }
            }
            if id % 3 > 0 {
                let id = format!("{id:032x}");
                let groups = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
                event["id"] = groups.join("-").into();
            }
            Event::from_json(event.to_string().as_bytes()).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn events_come_back_byte_for_byte(events in proptest::collection::vec(event(), 1..120)) {
        check_both(events);
    }

    #[test]
    fn a_damaged_file_is_refused_or_harmless(
        events in proptest::collection::vec(event(), 1..20),
        place in any::<proptest::sample::Index>(),
        flip in 1u8..=255,
    ) {
        let rows = rows_of(events);
        let mut bytes = file_of(&rows);
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(segment) = Segment::open(Region::from_vec(bytes), Path::new("test.seg")) {
            for (row, expected) in (0u32..).zip(&rows) {
                if let Ok(found) = segment.stored_event(row, &mut Decoder::default()) {
                    prop_assert_eq!(&found, expected);
                }
            }
            for asked in orders(segment.rows()) {
                let mut decoder = Decoder::default();
                let mut found = Vec::new();
                let outcome = segment.stored_events(&asked, &mut decoder, &mut found);
                let expected = asked.iter().map(|row| rows.get(*row as usize));
                prop_assert!(found.iter().map(Some).eq(expected.take(found.len())));
                let next = asked.get(found.len());
                let next = next.map(|row| segment.stored_event(*row, &mut Decoder::default()));
                prop_assert_eq!(outcome.is_err(), next.is_some_and(|next| next.is_err()));
            }
            prop_assert!(!segment.examine().is_sound() || (12..16).contains(&place));
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let event = Event::from_json(
        br#"{"occurred_at":"2026-05-04T10:00:00Z","category":"c","activity":"a","id":"x"}"#,
    );
    let bytes = file_of(&rows_of(vec![event.unwrap()]));
    for len in 0..bytes.len() {
        let region = Region::from_vec(bytes[..len].to_vec());
        assert!(Segment::open(region, Path::new("test.seg")).is_err(), "{len} bytes");
    }
}

#[test]
fn more_shapes_and_columns_than_the_caps_are_stored_whole() {
    let events = (0..2600)
        .map(|number| {
            let json = format!(
                r#"{{"occurred_at":"2026-05-04T10:00:00Z","category":"c","activity":"a{}",
                "details":{{"k{}":{{"v":"word{number}"}},"same":[1,{}]}}}}"#,
                number % 10,
                number % 1300,
                if number % 2 == 0 { "2" } else { "null" },
            );
            Event::from_json(json.as_bytes()).unwrap()
        })
        .collect();
    let rows = rows_of(events);
    let segment = build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap();
    assert!(segment.contents.rest.count > 100);
    check(&segment, &rows);
    check_copy(&rows, &file_of(&rows));
    check_copy_of_some(&rows, &segment);
}

#[test]
fn duplicates_are_found_by_id_instant_and_content() {
    let json = |second: u32, id: &str, tail: &str| {
        let json = format!(
            r#"{{"occurred_at":"2026-05-04T10:00:{second:02}Z","category":"c","activity":"a",
            "id":"{id}","tenant":"t"{tail}}}"#
        );
        Event::from_json(json.as_bytes()).unwrap()
    };
    let events: Vec<Event> = (0..200).map(|n| json(n % 7, &format!("e{n}"), "")).collect();
    let rows = rows_of(events);
    let segment = build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap();
    let mut decoder = Decoder::default();
    let mut find = |event: &Event| {
        let (tenant, id) = (event.text("tenant"), event.text("id").unwrap());
        let (at, canonical) = (event.occurred_at(), event.canonical());
        segment.find_duplicate(tenant.as_deref(), &id, at, canonical, &mut decoder)
    };
    for row in &rows {
        assert_eq!(find(&row.event).unwrap(), Duplicate::Same(row.seq));
    }
    let seq = rows.iter().find(|row| row.event.text("id").as_deref() == Some("e8")).unwrap().seq;
    let other = json(1, "e8", r#","outcome":"success""#);
    assert_eq!(find(&other).unwrap(), Duplicate::OtherContent(seq));
    assert_eq!(find(&json(2, "e8", "")).unwrap(), Duplicate::None);
    assert_eq!(find(&json(1, "e9999", "")).unwrap(), Duplicate::None);
}

#[test]
fn many_events_of_one_instant_are_told_apart_by_their_ids() {
    for id in [
        |number: u32| format!("{number:08x}-0000-4000-8000-00000000cafe"),
        |number: u32| format!("job-{number}"),
        |number: u32| format!("run{number:08}"),
        |number: u32| format!("shared {}", number / 3),
        // A dictionary in one of the halves that are copied, but not in the whole.
        |number: u32| match number % 2 {
            0 => format!("run{number:08}"),
            _ => format!("again {}", number / 2 * 9 / 20),
        },
    ] {
        let events: Vec<Event> = (0..3000u32)
            .map(|number| {
                let json = format!(
                    r#"{{"occurred_at":"2026-05-04T10:00:00Z","category":"c","activity":"a",
                    "id":"{}","details":{{"n":{number}}}}}"#,
                    id(number)
                );
                Event::from_json(json.as_bytes()).unwrap()
            })
            .collect();
        let rows = rows_of(events);
        check_copy(&rows, &file_of(&rows));
        let segment = build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap();
        let mut decoder = Decoder::default();
        let mut find = |id: &str, at, canonical: &[u8]| {
            segment.find_duplicate(None, id, at, canonical, &mut decoder).unwrap()
        };
        for row in rows.iter().step_by(37) {
            let (id, at) = (row.event.text("id").unwrap(), row.event.occurred_at());
            let found = find(&id, at, row.event.canonical());
            assert_eq!(found, Duplicate::Same(row.seq), "{id}");
            let other = find(&id, at, b"{}");
            assert!(matches!(other, Duplicate::OtherContent(_)), "{id}");
        }
        let at = rows[0].event.occurred_at();
        assert_eq!(find("job-x", at, b"{}"), Duplicate::None);
    }
}

/// A file with other bytes where its footer lists combinations, under a right checksum.
fn with_combinations(file: &[u8], retention_keys: &[RetentionKey], other: &[u8]) -> Vec<u8> {
    let trailer = file.len() - 20;
    let footer_len = codec::u64_at(file, trailer).unwrap() as usize;
    let footer = &file[trailer - footer_len..trailer];
    let listed = codec::encode(retention_keys);
    let at = footer.windows(listed.len()).position(|window| window == listed).unwrap();
    let footer = [&footer[..at], other, &footer[at + listed.len()..]].concat();
    let mut forged = file[..trailer - footer_len].to_vec();
    forged.extend_from_slice(&footer);
    forged.extend_from_slice(&(footer.len() as u64).to_le_bytes());
    forged.extend_from_slice(&codec::crc(ID.0, &footer).to_le_bytes());
    forged.extend_from_slice(&file[file.len() - 8..]);
    forged
}

#[test]
fn combinations_are_what_was_written_or_none() {
    let events = ["a", "b", "a"].map(|category| {
        let event = serde_json::json!({"occurred_at": "2026-05-04T10:00:00Z",
            "category": category, "activity": "made", "tenant": "t"});
        Event::from_json(event.to_string().as_bytes()).unwrap()
    });
    let rows = rows_of(events.into());
    let (file, meta) =
        build(&rows, SegmentBuilder::new(ID, "default", Vec::new())).finish().unwrap();
    let open = |bytes: Vec<u8>| Segment::open(Region::from_vec(bytes), Path::new("test.seg"));
    let segment = open(file.clone()).unwrap();
    assert_eq!(segment.meta(), &meta);
    let all = segment.meta().retention_keys().unwrap().to_vec();
    let counts: Vec<(&str, u32)> =
        all.iter().map(|one| (one.category.as_str(), one.rows)).collect();
    assert_eq!(counts, [("a", 2), ("b", 1)]);
    assert_eq!(Some(&all[..]), meta.retention_keys());

    for (other, is_list) in [
        (codec::encode(&Vec::<RetentionKey>::new()), true),
        (codec::encode(&all[..1]), true),
        (Vec::new(), false),
        (vec![1; 70], false),
        ([codec::encode(&all), vec![0]].concat(), false),
    ] {
        let segment = open(with_combinations(&file, &all, &other)).unwrap();
        assert_eq!(segment.meta().retention_keys().is_some(), is_list);
        assert_eq!(segment.examine().is_sound(), is_list, "verify tells");
    }
}

/// A segment of which table of contents and footer say something else than was written.
fn forged(rows: &[StoredEvent], forge: impl FnOnce(&mut Contents, &mut Footer)) -> Result<()> {
    let file = file_of(rows);
    let segment = Segment::open(Region::from_vec(file.clone()), Path::new("test.seg"))?;
    let (mut contents, mut meta) = (segment.contents.clone(), segment.meta.clone());
    forge(&mut contents, &mut meta);
    let segment = Segment::in_memory(file, contents, meta)?;
    check(&segment, rows);
    Ok(())
}

fn few_rows(count: u32) -> Vec<StoredEvent> {
    let events = (0..count).map(|number| {
        let event = serde_json::json!({"occurred_at": "2026-05-04T10:00:00Z", "category": "c",
            "activity": "made", "id": format!("abcdef{number:04}")});
        Event::from_json(event.to_string().as_bytes()).unwrap()
    });
    rows_of(events.collect())
}

#[test]
fn a_table_of_contents_that_claims_more_than_the_file_holds_is_refused() {
    const MANY: u64 = u32::MAX as u64;
    let rows = few_rows(3);
    forged(&rows, |_, _| ()).unwrap();
    let claims: [fn(&mut Contents, &mut Footer); 6] = [
        |contents, meta| {
            meta.facts.rows = MANY as u32;
            for ints in [&mut contents.times, &mut contents.offsets, &mut contents.seqs] {
                (ints.count, ints.span.len) = (MANY, 1 << 40);
            }
            (contents.row_shapes.count, contents.row_shapes.width) = (MANY, 0);
            let columns = contents.columns.iter_mut().map(|column| &mut column.presence);
            for presence in columns.chain([&mut contents.overflow_rows]) {
                (presence.rows, presence.span.len) = (MANY as u32, 1 << 40);
            }
        },
        |contents, _| contents.postings.offset = u64::MAX,
        |contents, _| contents.future_rows = u64::MAX - 9,
        |contents, _| {
            let presence = &mut contents.columns[0].presence;
            presence.values = MANY as u32;
            if let Codec::Dictionary { ids, dictionary, lists } = &mut contents.columns[0].codec {
                for packed in [ids, &mut dictionary.ends, lists] {
                    (packed.count, packed.width) = (MANY, 0);
                }
            }
        },
        |contents, _| {
            let words = &mut contents.terms.id_words;
            for packed in [&mut words.remainders, &mut words.columns, &mut words.places] {
                (packed.count, packed.width) = (1 << 40, 0);
            }
        },
        |contents, _| {
            let starts = &mut contents.terms.id_words.starts;
            (starts.count, starts.width) = (1 << 40, 0);
        },
    ];
    for (number, claim) in claims.into_iter().enumerate() {
        let error = forged(&rows, claim).expect_err("a claim beyond the file");
        assert!(matches!(error, Error::Corrupt { .. }), "claim {number}: {error}");
    }
}

#[test]
fn two_columns_at_one_place_are_refused() {
    let rows = few_rows(3);
    for kind in [Kind::String, Kind::Overflow] {
        let error = forged(&rows, |contents, _| {
            let column = contents.columns.iter().find(|column| column.kind == Kind::String);
            let column = ColumnContents { kind, ..column.unwrap().clone() };
            contents.columns.extend([column.clone(), column]);
        });
        let error = error.expect_err("whose values would a condition be about?");
        assert!(error.to_string().contains("segment columns"), "{error}");
    }
}

#[test]
fn a_footer_that_claims_long_events_is_read_like_another() {
    let claim = |_: &mut Contents, meta: &mut Footer| meta.facts.event_bytes = u64::MAX - 63;
    forged(&few_rows(1), claim).unwrap();
}

/// Under right checksums: every row claims the shape of the first, so that some lack values and
/// others have more than it says.
#[test]
fn rows_that_disagree_with_their_shape_are_read_together_as_one_by_one() {
    let events = (0..40).map(|number| {
        let mut event = serde_json::json!({"occurred_at": "2026-05-04T10:00:00Z", "category": "c",
            "activity": "made", "details": {"n": number}});
        if number % 3 != 1 {
            event["id"] = format!("e{number}").into();
        }
        if number % 4 == 0 {
            event["details"]["list"] = vec![number; number % 5].into();
        }
        Event::from_json(event.to_string().as_bytes()).unwrap()
    });
    let file = file_of(&rows_of(events.collect()));
    let segment = Segment::open(Region::from_vec(file.clone()), Path::new("test.seg")).unwrap();
    let (mut contents, meta) = (segment.contents.clone(), segment.meta.clone());
    contents.row_shapes.width = 0;
    let segment = Segment::in_memory(file, contents, meta).unwrap();
    let one = |row: &u32| segment.stored_event(*row, &mut Decoder::default());
    assert!((0..40).any(|row| one(&row).is_ok()) && (0..40).any(|row| one(&row).is_err()));
    for rows in orders(40) {
        let expected: Vec<StoredEvent> = rows.iter().map_while(|row| one(row).ok()).collect();
        let mut found = Vec::new();
        let outcome = segment.stored_events(&rows, &mut Decoder::default(), &mut found);
        assert_eq!(found, expected, "{rows:?}");
        assert_eq!(outcome.is_ok(), found.len() == rows.len());
    }
}

/// More bytes than a batch may make: it is decoded in halves.
#[test]
fn long_texts_that_need_escapes_are_put_together_in_parts() {
    let events = (0..9).map(|number| {
        let event = serde_json::json!({"occurred_at": "2026-05-04T10:00:00Z", "category": "c",
            "activity": "made", "details": {"n": number, "text": "\"".repeat(400 << 10)}});
        Event::from_json(event.to_string().as_bytes()).unwrap()
    });
    let rows = rows_of(events.collect());
    let mut segment = build(&rows, SegmentBuilder::in_memory()).finish_in_memory().unwrap();
    // As if the others of the segment were short.
    segment.meta.facts.event_bytes = 9 * 200;
    let mut found = Vec::new();
    let asked: Vec<u32> = (0..9).rev().collect();
    segment.stored_events(&asked, &mut Decoder::default(), &mut found).unwrap();
    assert!(found.iter().eq(rows.iter().rev()));
}
