//! Batches come back as they were written; limits hold at n and n + 1.

use super::*;
use crate::error::Limit;
use crate::io::RealDisk;
use crate::log::frame::{
    BATCH_FRAMES_MAX, BATCH_LEN_MAX, COMMIT_LEN, FILE_HEAD_LEN, FRAME_HEAD_LEN, PAYLOAD_BYTES_MAX,
};
use proptest::prelude::*;

const BATCH_MAX_FOR_TESTS: usize = 12;

fn real_log() -> (tempfile::TempDir, std::path::PathBuf, Disk) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    (dir, path, RealDisk::shared())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn random_batches_come_back(seed: u64, count in 0..BATCH_MAX_FOR_TESTS, reopened: bool) {
        let (_dir, path, disk) = real_log();
        let random = SeededRandom::new(seed);
        let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
        let mut written = Vec::new();
        let mut next = HEADER.first_seq;
        for index in 0..count {
            let batch = random_batch(next, &random);
            next += batch.len() as u64;
            write(&mut writer, &batch).unwrap();
            written.push(batch);
            if reopened && index == count / 2 {
                let (replay, _) = read(&disk, &path, None, None).unwrap();
                writer = LogWriter::resume(&disk, &path, &replay).unwrap();
            }
        }
        let (open, found) = read(&disk, &path, None, None).unwrap();
        prop_assert_eq!(&found, &written);
        prop_assert_eq!(open.end, writer.position());
        prop_assert_eq!(open.frames, next - HEADER.first_seq);
        prop_assert!(!open.closed);
        let end = writer.position();
        writer.close().unwrap();
        let (closed, found) = read(&disk, &path, None, None).unwrap();
        prop_assert_eq!(found, written);
        prop_assert!(closed.closed && closed.torn_bytes == 0);
        prop_assert_eq!(closed.end, end + COMMIT_LEN as u64);
        let len = disk.open(&path, crate::io::Mode::Read).unwrap().len().unwrap();
        prop_assert_eq!(closed.end, len);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_replay_that_goes_on_gives_the_rest(seed: u64, count in 1..BATCH_MAX_FOR_TESTS) {
        let (_dir, path, disk) = real_log();
        let random = SeededRandom::new(seed);
        let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
        let mut place = replay(&disk, &path, Some(64), None, &mut |_| Ok(())).unwrap();
        let mut next = HEADER.first_seq;
        for _ in 0..count {
            let batch = random_batch(next, &random);
            next += batch.len() as u64;
            write(&mut writer, &batch).unwrap();
            if random.below(3) == 0 {
                continue;
            }
            let upto = writer.position();
            let (whole, batches) = read(&disk, &path, Some(upto), Some(upto)).unwrap();
            let known = place.frames;
            let mut fresh = Vec::new();
            let mut each = |frames: &[Frame<'_>]| {
                fresh.extend(frames.iter().map(|frame| (frame.seq, frame.payload.to_vec())));
                Ok(())
            };
            place = replay_on(&disk, &path, &place, Some(upto), &mut each).unwrap();
            prop_assert_eq!(&place, &whole);
            let all = batches.into_iter().flatten().skip(known as usize);
            prop_assert!(fresh.into_iter().eq(all.map(|frame| (frame.seq, frame.payload))));
            let mut none = |_: &[Frame<'_>]| panic!("nothing is new");
            for upto in [Some(0), Some(upto), None] {
                prop_assert_eq!(&replay_on(&disk, &path, &place, upto, &mut none).unwrap(), &place);
            }
        }
    }
}

#[test]
fn a_replay_does_not_go_on_in_another_log_or_over_damage() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    let place = replay(&disk, &path, Some(64), None, &mut |_| Ok(())).unwrap();
    write(&mut writer, &random_batch(HEADER.first_seq, &SeededRandom::new(1))).unwrap();
    let upto = writer.position();
    let header = LogHeader { id: HEADER.id + 1, ..HEADER };
    let other = Replay { header, ..place.clone() };
    let error = replay_on(&disk, &path, &other, None, &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("log head"), "{error}");
    let error = replay_on(&disk, &path, &place, Some(upto + 40), &mut |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("log batch"), "{error}");
}

#[test]
fn new_log_is_empty_and_grows_ahead_of_its_frames() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    let len = || std::fs::metadata(&path).unwrap().len();
    assert_eq!(len(), 64 << 10);
    assert_eq!(*writer.header(), HEADER);
    assert_eq!(writer.synced_position(), FILE_HEAD_LEN as u64);
    let (replay, batches) = read(&disk, &path, None, None).unwrap();
    assert_eq!((replay.last_seq, replay.frames, batches.len()), (None, 0, 0));
    assert_eq!(replay.end, FILE_HEAD_LEN as u64);
    let payload = vec![7; 40_000];
    let mut steps = vec![len()];
    for seq in 100..400 {
        write(&mut writer, &batch(seq, &[&payload])).unwrap();
        assert!(writer.position() <= len());
        if steps.last() != Some(&len()) {
            steps.push(len());
        }
    }
    let doubled: Vec<u64> = (0..8).map(|power| (64 << 10) << power).collect();
    assert_eq!(&steps[..8], doubled);
    assert_eq!(steps[8], 16 << 20);
}

/// Zeros ahead of a large batch would be as much to write again.
#[test]
fn a_large_batch_is_appended_without_zeros() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    let len = || std::fs::metadata(&path).unwrap().len();
    let payload = vec![7; 600 << 10];
    for seq in 100..103 {
        write(&mut writer, &batch(seq, &[&payload])).unwrap();
        assert_eq!(writer.position(), len());
    }
    write(&mut writer, &batch(103, &[b"small"])).unwrap();
    assert!(writer.position() < len());
    writer.sync().unwrap();
    let (replay, found) = read(&disk, &path, None, None).unwrap();
    assert_eq!((replay.last_seq, found.len()), (Some(103), 4));
}

#[test]
fn create_refuses_a_file_that_is_there() {
    let (_dir, path, disk) = real_log();
    LogWriter::create(&disk, &path, HEADER).unwrap();
    let error = LogWriter::create(&disk, &path, HEADER).unwrap_err();
    assert!(matches!(error, Error::Io { action: "create", .. }));
    assert!(path.exists());
}

#[test]
fn sequences_with_a_gap_are_refused_and_leave_nothing() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    for seq in [0, 99, 101, u64::MAX] {
        let error = write(&mut writer, &batch(seq, &[b"x"])).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }));
    }
    write(&mut writer, &[]).unwrap();
    assert_eq!(writer.position(), FILE_HEAD_LEN as u64);
    write(&mut writer, &batch(100, &[b"x"])).unwrap();
    assert_eq!(read(&disk, &path, None, None).unwrap().0.last_seq, Some(100));
}

#[test]
fn limits_hold_at_n_and_n_plus_one() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    let payload = vec![1; PAYLOAD_BYTES_MAX + 1];
    let large = &payload[..PAYLOAD_BYTES_MAX];
    write(&mut writer, &batch(100, &[large])).unwrap();
    write(&mut writer, &batch(101, &[&payload])).unwrap_err();
    let many = vec![&b""[..]; BATCH_FRAMES_MAX + 1];
    write(&mut writer, &batch(101, &many)).unwrap_err();
    write(&mut writer, &batch(101, &many[1..])).unwrap();
    let next = 101 + BATCH_FRAMES_MAX as u64;
    let room = BATCH_LEN_MAX - COMMIT_LEN;
    let whole = room / (FRAME_HEAD_LEN + PAYLOAD_BYTES_MAX);
    let rest = room - whole * (FRAME_HEAD_LEN + PAYLOAD_BYTES_MAX) - FRAME_HEAD_LEN;
    let mut payloads = vec![large; whole];
    payloads.push(&payload[..rest + 1]);
    write(&mut writer, &batch(next, &payloads)).unwrap_err();
    payloads[whole] = &payload[..rest];
    write(&mut writer, &batch(next, &payloads)).unwrap();
    writer.close().unwrap();
    let (replay, batches) = read(&disk, &path, None, None).unwrap();
    assert!(replay.closed);
    assert_eq!(batches.len(), 3);
    assert_eq!(batches[2], batch(next, &payloads));
}

#[test]
fn reader_beside_the_writer_sees_what_is_synced() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    let mut seen = Vec::new();
    for seq in 100..110 {
        write(&mut writer, &batch(seq, &[b"some payload"])).unwrap();
        if seq % 3 == 0 {
            writer.sync().unwrap();
        }
        let synced = Some(writer.synced_position());
        let (replay, found) = read(&disk, &path, synced, synced).unwrap();
        assert_eq!(Some(replay.end), synced);
        assert_eq!(replay.torn_bytes, 0);
        seen.push(found.len());
    }
    assert_eq!(seen, [0, 0, 3, 3, 3, 6, 6, 6, 9, 9]);
}

#[test]
fn errors_of_the_receiver_stop_the_replay() {
    let (_dir, path, disk) = real_log();
    let mut writer = LogWriter::create(&disk, &path, HEADER).unwrap();
    write(&mut writer, &batch(100, &[b"x"])).unwrap();
    let refuse = &mut |_: &[Frame<'_>]| Err(Error::Budget { limit: Limit::Bytes });
    let error = replay(&disk, &path, None, None, refuse).unwrap_err();
    assert!(matches!(error, Error::Budget { .. }));
}

/// The bytes were computed from `docs/format.md` by another program.
#[test]
fn bytes_are_as_the_format_page_says() {
    const GOLDEN: &str = "\
        414e4c4f470d0a1a01000000000000000000000000000000ab8967452301ed5e0300000000000000\
        6400000000000000000000000000000000000000d5ad8db40700004609111e899986010000000000\
        640000004079f1607b2261223a317d28000043010000006400000000000000400000000000000040\
        0000000000000000000000ff4a4da128000043000000006400000000000000870000000000000087\
        000000000000000100000033092a73";
    let disk = sim_store(1);
    let path = Path::new(LOG);
    let mut writer = LogWriter::create(&disk.shared(), path, HEADER).unwrap();
    write(&mut writer, &batch(100, &[b"{\"a\":1}"])).unwrap();
    writer.close().unwrap();
    let bytes = disk.contents(path).unwrap();
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, GOLDEN);
}
