//! The manifest on the simulated disk: every crash, every flipped bit, every truncation.

use super::state::{Listed, LogFile};
use super::*;
use crate::event::Timestamp;
use crate::io::Io;
use crate::io::SeededRandom;
use crate::segment::{Footer, SegmentId, SegmentStats};
use crate::store::folder::days::Day;
use crate::testing::SimDisk;
use proptest::prelude::*;

const ROOT: &str = "/store";
const PATH: &str = "/store/manifest";

fn paths() -> StorePaths {
    StorePaths::new(Path::new(ROOT))
}

fn created(disk: &SimDisk) -> Result<Manifest> {
    let made = disk.create_dir_all(Path::new(ROOT)).and_then(|()| disk.sync_dir(Path::new("/")));
    made.map_err(|error| Error::io("create", Path::new(ROOT), error))?;
    Manifest::create(&disk.shared(), &paths(), &SeededRandom::new(3))
}

fn open(disk: &SimDisk) -> Result<Manifest> {
    Manifest::open(&disk.shared(), &paths(), &SeededRandom::new(4), &|_| Ok(()))
}

fn listed(id: u64) -> Listed {
    let facts = SegmentStats {
        id: SegmentId(id),
        class: "default".into(),
        rows: 3,
        len: 400,
        footer_crc: 5,
        min_time: Timestamp(1),
        max_time: Timestamp(2),
        min_seq: 1,
        max_seq: 3,
        event_bytes: 600,
    };
    let meta = Footer {
        facts,
        replaces: Vec::new(),
        retention_keys: Vec::new().into(),
        retention_keys_complete: true,
    };
    Listed::new(&meta, Day(20_000))
}

fn log(number: u64) -> LogFile {
    LogFile { number, id: number * 7, first_seq: number }
}

fn begun(epoch: u64, first_seq: u64) -> ManifestEdit {
    ManifestEdit::EpochBegun { epoch, first_seq }
}

/// Edits as a store makes them.
fn edits() -> Vec<Vec<ManifestEdit>> {
    let logs = |live: Vec<LogFile>, next| ManifestEdit::Logs { live, next };
    let floor =
        |next_seq| ManifestEdit::Floor { next_seq, recorded_at: Timestamp(next_seq as i64) };
    vec![
        vec![logs(vec![log(1)], 2)],
        vec![ManifestEdit::Add(listed(10)), logs(vec![log(2)], 3), floor(2)],
        vec![ManifestEdit::Add(listed(11)), ManifestEdit::Add(listed(12)), floor(3)],
        vec![ManifestEdit::Drop(SegmentId(10)), ManifestEdit::Swept(Timestamp(9))],
        vec![ManifestEdit::Clear(SegmentId(10)), ManifestEdit::Add(listed(13))],
        vec![ManifestEdit::Epoch(2), ManifestEdit::Buffered(true)],
        vec![begun(2, 5), logs(vec![log(2), log(5)], 6)],
        vec![begun(4, 9), begun(6, 7), ManifestEdit::Epoch(7)],
        vec![ManifestEdit::Drop(SegmentId(11)), ManifestEdit::Drop(SegmentId(12))],
    ]
}

/// The state after each number of edits.
fn states() -> Vec<ManifestState> {
    let mut states = vec![ManifestState::default()];
    for edit in edits() {
        let mut state = states.last().expect("one at least").clone();
        state.apply(&edit).expect("fits");
        states.push(state);
    }
    states
}

fn commit_all(manifest: &mut Manifest) -> (usize, Result<()>) {
    for (count, edit) in edits().iter().enumerate() {
        if let Err(error) = manifest.commit(edit, &SeededRandom::new(5)) {
            return (count, Err(error));
        }
    }
    (edits().len(), Ok(()))
}

#[test]
fn edits_are_there_when_it_is_opened_again() {
    let disk = SimDisk::new(1);
    let mut manifest = created(&disk).expect("creates");
    let states = states();
    for (edit, state) in edits().iter().zip(&states[1..]) {
        manifest.commit(edit, &SeededRandom::new(5)).expect("commits");
        assert_eq!(open(&disk).expect("opens").state(), state);
        assert_eq!(open(&disk.crash()).expect("opens").state(), state);
    }
}

#[test]
fn a_state_is_the_sum_of_the_edits_that_print_it() {
    for state in states() {
        let mut again = ManifestState::default();
        for edit in state.as_edits() {
            again.apply(&edit).expect("fits");
        }
        assert_eq!(again, state);
    }
}

#[test]
fn edits_that_contradict_the_state_are_refused_and_leave_no_trace() {
    let disk = SimDisk::new(1);
    let mut manifest = created(&disk).expect("creates");
    commit_all(&mut manifest).1.expect("commits");
    let state = manifest.state().clone();
    let strange = |class: &str, first_day| {
        let mut listed = listed(99);
        listed.meta.facts.class = class.into();
        listed.first_day = first_day;
        ManifestEdit::Add(listed)
    };
    for change in [
        ManifestEdit::Add(listed(13)),
        ManifestEdit::Drop(SegmentId(10)),
        ManifestEdit::Epoch(1),
        begun(6, 10),
        strange("../x", Day(0)),
        strange("x", Day(i32::MAX)),
        ManifestEdit::Logs { live: vec![log(3)], next: 3 },
        ManifestEdit::Logs { live: vec![log(4), log(3)], next: 9 },
    ] {
        let refused =
            manifest.commit(&[ManifestEdit::Swept(Timestamp(1)), change], &SeededRandom::new(5));
        assert!(matches!(refused, Err(Error::Corrupt { .. })), "{refused:?}");
        assert_eq!(manifest.state(), &state);
    }
    assert_eq!(open(&disk).expect("opens").state(), &state);
}

#[test]
fn power_loss_at_every_operation_leaves_the_edits_before_it() {
    let disk = SimDisk::new(1);
    commit_all(&mut created(&disk).expect("creates")).1.expect("commits");
    let states = states();
    for stop in 0..disk.operation_count() {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let count = created(&disk).map(|mut manifest| commit_all(&mut manifest).0);
        for _ in 0..8 {
            let crashed = disk.crash();
            let found = match open(&crashed) {
                Ok(manifest) => manifest.state().clone(),
                Err(error) => {
                    assert!(count.is_err() && files::is_missing(&error), "stop {stop}: {error}");
                    continue;
                }
            };
            let count = *count.as_ref().unwrap_or(&0);
            let next = states.get(count + 1);
            assert!(found == states[count] || Some(&found) == next, "stop {stop}");
            // What was cut never comes back.
            let mut manifest = open(&crashed).expect("opens again");
            assert_eq!(manifest.state(), &found);
            manifest
                .commit(&[ManifestEdit::Swept(Timestamp(77))], &SeededRandom::new(6))
                .expect("commits");
            let again = open(&crashed.crash()).expect("opens");
            assert_eq!(again.state(), manifest.state());
        }
    }
}

#[test]
fn an_edit_whose_sync_failed_is_whole_or_gone_after_the_next_ones() {
    use crate::testing::{Fault, FaultKind};
    for seed in 0..50 {
        let disk = SimDisk::new(seed);
        let mut manifest = created(&disk).expect("creates");
        manifest.commit(&edits()[0], &SeededRandom::new(5)).expect("commits");
        // The next edit writes, then syncs.
        let at = disk.operation_count() + 1;
        let (kind, forever) = (FaultKind::LostSync, false);
        disk.inject(Fault { at, kind, forever });
        let refused = manifest.commit(&edits()[1], &SeededRandom::new(5));
        assert!(matches!(refused, Err(Error::Poisoned { .. })), "{refused:?}");
        assert!(manifest.commit(&edits()[2], &SeededRandom::new(5)).is_err());
        disk.heal();
        let mut manifest = open(&disk).expect("opens");
        manifest
            .commit(&[ManifestEdit::Swept(Timestamp(1))], &SeededRandom::new(5))
            .expect("commits");
        let crashed = open(&disk.crash()).expect("opens after a crash");
        assert_eq!(crashed.state(), manifest.state(), "seed {seed}");
    }
}

#[test]
fn every_flipped_bit_is_found_or_harmless() {
    let disk = SimDisk::new(1);
    commit_all(&mut created(&disk).expect("creates")).1.expect("commits");
    let sound = disk.contents(Path::new(PATH)).expect("is there");
    let state = open(&disk).expect("opens").state().clone();
    let used = sound.iter().rposition(|byte| *byte != 0).expect("not empty") + 64;
    for bit in 0..used * 8 {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match frame::parse(&bytes, Path::new(PATH)) {
            // The mark behind the last edit, or the zeros behind that.
            Ok(loaded) => assert_eq!(loaded.state, state, "bit {bit}"),
            Err(Error::Corrupt { .. } | Error::Unsupported { .. }) => {}
            Err(other) => panic!("bit {bit}: {other}"),
        }
    }
}

#[test]
fn every_truncation_is_found_or_a_torn_tail() {
    let disk = SimDisk::new(1);
    commit_all(&mut created(&disk).expect("creates")).1.expect("commits");
    let sound = disk.contents(Path::new(PATH)).expect("is there");
    let states = states();
    for len in 0..sound.len() {
        match frame::parse(&sound[..len], Path::new(PATH)) {
            Ok(loaded) => assert!(states.contains(&loaded.state), "cut at {len}"),
            Err(Error::Corrupt { .. }) => assert!(len < HEADER_BYTES_MAX, "cut at {len}"),
            Err(other) => panic!("cut at {len}: {other}"),
        }
    }
}

#[test]
fn a_manifest_without_its_first_edits_is_corruption() {
    let disk = SimDisk::new(1);
    commit_all(&mut created(&disk).expect("creates")).1.expect("commits");
    // Everything behind the head of the first frame: no later frame is left to vouch for it.
    disk.damage(Path::new(PATH), |bytes| bytes[64..].fill(0)).expect("is there");
    assert!(matches!(open(&disk), Err(Error::Corrupt { .. })));
    disk.damage(Path::new(PATH), |bytes| bytes[40..].fill(0)).expect("is there");
    assert!(matches!(open(&disk), Err(Error::Corrupt { .. })));
}

const HEADER_BYTES_MAX: usize = frame::HEADER_LEN as usize;

#[test]
fn frames_of_another_manifest_or_place_are_not_accepted() {
    let edit = &edits()[0];
    let mut bytes = frame::header(1).to_vec();
    let at = bytes.len() as u64;
    for (id, offset) in [(2, at), (1, at + 1)] {
        let mut strange = bytes.clone();
        strange.extend(frame::frame(id, offset, at, edit).expect("fits"));
        let loaded = frame::parse(&strange, Path::new(PATH)).expect("a torn tail");
        assert_eq!((loaded.state, loaded.end), (ManifestState::default(), at));
        assert!(loaded.torn_bytes > 0);
    }
    bytes.extend(frame::frame(1, at, at, edit).expect("fits"));
    let loaded = frame::parse(&bytes, Path::new(PATH)).expect("sound");
    assert_eq!(loaded.state, states()[1]);
}

#[test]
fn later_versions_and_features_are_not_supported() {
    for (offset, is_feature) in [(8, false), (16, true)] {
        let mut header = frame::header(1).to_vec();
        header[offset] = 9;
        let crc = crate::io::codec::crc(1, &header[..36]);
        header[36..].copy_from_slice(&crc.to_le_bytes());
        let error = frame::parse(&header, Path::new(PATH)).expect_err("not supported");
        assert!(matches!(&error, Error::Unsupported { .. }), "{error}");
        assert_eq!(error.to_string().contains("feature bits"), is_feature, "{error}");
    }
    let mut compatible = frame::header(1).to_vec();
    compatible[12] = 9;
    let crc = crate::io::codec::crc(1, &compatible[..36]);
    compatible[36..].copy_from_slice(&crc.to_le_bytes());
    assert!(frame::parse(&compatible, Path::new(PATH)).is_ok());
}

#[test]
fn a_long_manifest_is_rewritten_and_stays_short() {
    let disk = SimDisk::new(1);
    let mut manifest = created(&disk).expect("creates");
    let random = SeededRandom::new(9);
    for id in 0..40_000 {
        let mut edit = vec![ManifestEdit::Add(listed(id))];
        if id >= 10 {
            edit.extend([
                ManifestEdit::Drop(SegmentId(id - 10)),
                ManifestEdit::Clear(SegmentId(id - 10)),
            ]);
        }
        manifest.commit(&edit, &random).expect("commits");
    }
    assert!(manifest.len <= 2 * REWRITE_MIN, "{} bytes", manifest.len);
    assert_eq!(open(&disk).expect("opens").state(), manifest.state());
    assert_eq!(open(&disk.crash()).expect("opens").state(), manifest.state());
}

#[test]
fn readers_see_cheaply_that_something_changed() {
    let disk = SimDisk::new(1);
    let mut manifest = created(&disk).expect("creates");
    let path = Path::new(PATH);
    let seen = || read(&disk.shared(), path).expect("reads").seen();
    let changed = |seen| has_changed(&disk.shared(), path, seen).expect("looks");
    let first = seen();
    assert!(!changed(first));
    manifest.commit(&edits()[0], &SeededRandom::new(5)).expect("commits");
    assert!(changed(first));
    let second = seen();
    assert!(!changed(second));
    write_whole(&disk.shared(), path, &SeededRandom::new(6), manifest.state()).expect("rewrites");
    assert!(changed(second));
    assert!(!changed(seen()));
}

proptest! {
    #[test]
    fn no_bytes_behind_a_header_panic(tail in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = frame::header(7).to_vec();
        bytes.extend(tail);
        let _ = frame::parse(&bytes, Path::new(PATH));
    }

    #[test]
    fn no_payload_with_a_right_crc_panics(
        payload in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let mut bytes = frame::header(7).to_vec();
        let at = bytes.len() as u64;
        bytes.extend(frame::frame_of(7, at, at, &payload).expect("fits"));
        let _ = frame::parse(&bytes, Path::new(PATH));
    }
}
