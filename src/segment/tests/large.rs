//! Segments that are written in pieces, and whose words are packed in parts.

use super::*;
use crate::segment::codec::blocks::BLOCK_BYTES;

/// Events with words that hardly repeat, some of shapes that need more columns than there are.
fn events(count: u32) -> Vec<Event> {
    let event = |number: u32| {
        let mixed = number.wrapping_mul(2_654_435_761);
        let note =
            format!("note {mixed:x} by w{} of v{} and u{number}", number % 997, mixed % 40_000);
        let mut event = serde_json::json!({
            "occurred_at": format!("2026-05-04T10:{:02}:{:02}Z", number / 900 % 60, number / 15 % 60),
            "category": format!("c{}", number % 5), "activity": format!("a{}", mixed % 9),
            "details": {"note": note, "hash": format!("{mixed:08x}{number:08x}")},
        });
        if number % 16 == 3 {
            event["details"][format!("k{}", number / 16)] = mixed.into();
        }
        Event::from_json(event.to_string().as_bytes()).unwrap()
    };
    (0..count).map(event).collect()
}

#[test]
fn large_segments_are_written_in_pieces_and_copied() {
    let rows = rows_of(events(30_000));
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let builder = build(&rows, SegmentBuilder::new(ID, "default", Vec::new()));
    let meta = builder.finish_into(&mut |piece: &[u8]| {
        pieces.push(piece.to_vec());
        Ok(())
    });
    assert!(pieces.len() > 1);
    assert!(pieces[..pieces.len() - 1].iter().all(|piece| piece.len() % BLOCK_BYTES == 0));
    let file = pieces.concat();
    assert_eq!(meta.unwrap().len, file.len() as u64);
    check_copy(&rows, &file);
    let segment = Segment::open(Region::from_vec(file), Path::new("test.seg")).unwrap();
    assert!(segment.contents.overflow_rows.values > 0, "some events are stored whole");
    assert!(segment.examine().is_sound());
    check_copy_of_some(&rows, &segment);
}

/// What the sink refuses is the error, and nothing more is written.
#[test]
fn a_file_that_cannot_be_written_ends_at_the_first_failure() {
    let rows = rows_of(events(20_000));
    for fails_at in 0..2 {
        let mut calls = 0;
        let builder = build(&rows, SegmentBuilder::new(ID, "default", Vec::new()));
        let written = builder.finish_into(&mut |_: &[u8]| {
            calls += 1;
            match calls > fails_at {
                true => Err(Error::invalid("disk", "is full")),
                false => Ok(()),
            }
        });
        assert!(matches!(written, Err(Error::Invalid { field, .. }) if field == "disk"));
        assert_eq!(calls, fails_at + 1);
    }
}
