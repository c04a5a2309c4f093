//! Files whose checksums are right and whose contents are not: refused, without panic.

use super::*;
use crate::io::Mode;
use crate::io::codec::crc;
use crate::log::frame::{COMMIT_LEN, Commit, FRAME_HEAD_LEN, FrameHead, encode_file_head};
use proptest::prelude::*;

/// A piece of a hostile file.
#[derive(Debug, Clone)]
enum Piece {
    Frame { claimed: u32, actual: usize, seq_low: u32 },
    Commit { frames: u32, last_seq: u64, start: u64, durable_upto: u64, closed: bool },
    Noise(Vec<u8>),
}

fn piece() -> impl Strategy<Value = Piece> {
    let small = || prop_oneof![0..6_u64, 60..300_u64, Just(u64::MAX), any::<u64>()];
    let len = prop_oneof![0..40_u32, Just(0x00ff_ffff), Just(1_052_673)];
    prop_oneof![
        (len, 0..40_usize, 0..6_u32).prop_map(|(claimed, actual, seq_low)| Piece::Frame {
            claimed,
            actual,
            seq_low
        }),
        (0..6_u32, small(), small(), small(), any::<bool>()).prop_map(
            |(frames, last_seq, start, durable_upto, closed)| Piece::Commit {
                frames,
                last_seq,
                start,
                durable_upto,
                closed
            }
        ),
        prop::collection::vec(any::<u8>(), 0..50).prop_map(Piece::Noise),
    ]
}

fn lay_out(header: &LogHeader, pieces: &[Piece]) -> Vec<u8> {
    let mut bytes = encode_file_head(header).to_vec();
    for piece in pieces {
        let at = bytes.len() as u64;
        match piece.clone() {
            Piece::Frame { claimed, actual, seq_low } => {
                let payload = vec![5; actual];
                let head = FrameHead {
                    payload_len: claimed,
                    payload_crc: crc(header.id, &payload),
                    recorded_at: i64::MIN,
                    seq_low: (header.first_seq as u32).wrapping_add(seq_low),
                };
                bytes.extend_from_slice(&head.encode(header.id, at));
                bytes.extend_from_slice(&payload);
            }
            Piece::Commit { frames, last_seq, start, durable_upto, closed } => {
                let commit = Commit { frames, last_seq, start, durable_upto, closed };
                bytes.extend_from_slice(&commit.encode(header.id, at));
            }
            Piece::Noise(noise) => bytes.extend_from_slice(&noise),
        }
    }
    bytes
}

/// Puts a log file with these bytes onto the disk.
fn put(disk: &SimDisk, bytes: Vec<u8>) {
    let path = Path::new(LOG);
    disk.shared().open(path, Mode::CreateNew).unwrap();
    disk.damage(path, |old| *old = bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_hostile_file_makes_replay_panic_or_resume_fail(
        pieces in prop::collection::vec(piece(), 0..8),
        first_seq in prop_oneof![1..4_u64, Just(u64::MAX), Just(u64::MAX - 1)],
        upto in prop::option::of(0..400_u64),
        hint in prop::option::of(0..400_u64),
    ) {
        let header = LogHeader { first_seq, ..HEADER };
        let disk = sim_store(1);
        let shared = disk.shared();
        let path = Path::new(LOG);
        put(&disk, lay_out(&header, &pieces));
        if let Ok((replay, _)) = read(&shared, path, upto, hint) {
            prop_assert!(replay.durable_upto <= replay.end);
        }
        if let Ok((replay, _)) = read(&shared, path, None, hint) {
            let writer = LogWriter::resume(&shared, path, &replay).unwrap();
            writer.close().unwrap();
            prop_assert!(read(&shared, path, None, None).unwrap().0.closed);
        }
    }

    #[test]
    fn no_bytes_make_replay_panic(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let disk = sim_store(1);
        put(&disk, noise);
        prop_assert!(read(&disk.shared(), Path::new(LOG), None, None).is_err());
    }
}

/// A log of one frame and its commit, changed before they are sealed.
fn one_frame(edit: impl FnOnce(&mut FrameHead, &mut Commit)) -> Result<(Replay, Vec<Batch>)> {
    let mut head = FrameHead {
        payload_len: 3,
        payload_crc: crc(HEADER.id, b"abc"),
        recorded_at: 1,
        seq_low: 100,
    };
    let mut commit =
        Commit { frames: 1, last_seq: 100, start: 64, durable_upto: 64, closed: false };
    edit(&mut head, &mut commit);
    let mut bytes = encode_file_head(&HEADER).to_vec();
    bytes.extend_from_slice(&head.encode(HEADER.id, 64));
    bytes.extend_from_slice(b"abc");
    let at = 64 + FRAME_HEAD_LEN as u64 + 3;
    bytes.extend_from_slice(&commit.encode(HEADER.id, at));
    assert_eq!(bytes.len() as u64, at + COMMIT_LEN as u64);
    let disk = sim_store(1);
    put(&disk, bytes);
    read(&disk.shared(), Path::new(LOG), None, None)
}

#[test]
fn frames_and_commits_that_contradict_each_other_are_corruption() {
    assert_eq!(one_frame(|_, _| {}).unwrap().1.len(), 1);
    let refused = |edit: fn(&mut FrameHead, &mut Commit)| {
        let error = one_frame(edit).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    };
    refused(|head, _| head.seq_low = 101);
    refused(|head, _| head.payload_len = 0x00ff_ffff);
    refused(|_, commit| commit.frames = 2);
    refused(|_, commit| commit.frames = 0);
    refused(|_, commit| commit.last_seq = 101);
    refused(|_, commit| commit.start = 65);
}

#[test]
fn an_open_batch_at_the_last_sequence_is_told_as_damage() {
    let header = LogHeader { first_seq: u64::MAX, ..HEADER };
    let head = FrameHead {
        payload_len: 3,
        payload_crc: crc(header.id, b"abc"),
        recorded_at: 1,
        seq_low: u32::MAX,
    };
    let mut bytes = encode_file_head(&header).to_vec();
    bytes.extend_from_slice(&head.encode(header.id, 64));
    bytes.extend_from_slice(b"abc");
    let disk = sim_store(1);
    put(&disk, bytes);
    let error = read(&disk.shared(), Path::new(LOG), None, Some(65)).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

#[test]
fn large_claims_take_no_memory_before_they_are_proved() {
    let (replay, _) = one_frame(|head, _| head.payload_len = 1 << 20).unwrap();
    assert_eq!(replay.frames, 0);
    assert_eq!(replay.torn_bytes, 24 + 3 + 40);
}
