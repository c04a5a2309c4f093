//! Flipped bytes, truncations, foreign and stale bytes: torn tail or corruption, never wrong.

use super::*;
use crate::log::frame::{FILE_HEAD_LEN, FRAME_HEAD_LEN};

/// A small log and the offsets in it.
struct Sample {
    disk: SimDisk,
    batches: Vec<Batch>,
    /// Where each batch ends.
    ends: Vec<usize>,
    /// Highest `durable_upto` of a commit in the file.
    durable_upto: usize,
    /// Behind the last commit.
    end: usize,
}

/// Four batches, each synced before the next is written; closed right after the last, or crashed
/// with zeros at the end.
fn sample(closed: bool) -> Sample {
    let disk = sim_store(1);
    let shared = disk.shared();
    let path = Path::new(LOG);
    let mut writer = LogWriter::create(&shared, path, HEADER).unwrap();
    let payloads: [&[&[u8]]; 4] = [&[b"alpha", b""], &[b"beta"], &[b"gamma", b"delta"], &[b"x"]];
    let (mut batches, mut ends) = (Vec::new(), Vec::new());
    let mut durable_upto = 0;
    let mut next = HEADER.first_seq;
    for payloads in payloads {
        let batch = batch(next, payloads);
        next += batch.len() as u64;
        durable_upto = writer.synced_position() as usize;
        write(&mut writer, &batch).unwrap();
        batches.push(batch);
        if !closed || batches.len() < 4 {
            writer.sync().unwrap();
        }
        ends.push(writer.position() as usize);
    }
    let mut end = writer.position() as usize;
    if closed {
        durable_upto = end;
        writer.close().unwrap();
        end = disk.contents(path).unwrap().len();
    } else {
        disk.damage(path, |bytes| bytes.truncate(end + 300)).unwrap();
    }
    Sample { disk, batches, ends, durable_upto, end }
}

impl Sample {
    fn damaged(&self, edit: impl FnOnce(&mut Vec<u8>), hint: Option<u64>) -> Outcome {
        let disk = self.disk.fork();
        disk.damage(Path::new(LOG), edit).unwrap();
        match read(&disk.shared(), Path::new(LOG), None, hint) {
            Ok((replay, found)) => {
                assert!(found.len() <= self.batches.len());
                assert_eq!(found, self.batches[..found.len()], "never a wrong batch");
                Outcome::Read { replay, found: found.len() }
            }
            Err(Error::Corrupt { offset, got, .. }) => Outcome::Corrupt { offset, got },
            Err(error) => panic!("{error}"),
        }
    }
}

#[derive(Debug)]
enum Outcome {
    Read { replay: Replay, found: usize },
    Corrupt { offset: u64, got: String },
}

#[test]
fn every_damaged_byte_is_a_torn_tail_or_corruption_as_the_rules_say() {
    for closed in [false, true] {
        let sample = sample(closed);
        let bytes = sample.disk.contents(Path::new(LOG)).unwrap();
        for at in 0..bytes.len() {
            let flips = (0..8).map(|bit| bytes[at] ^ (1 << bit));
            for value in flips.chain([0, 0xff]).filter(|value| *value != bytes[at]) {
                let edit = |bytes: &mut Vec<u8>| bytes[at] = value;
                let place = format!("byte {at} = {value:#x}, closed: {closed}");
                match sample.damaged(edit, None) {
                    Outcome::Corrupt { offset, .. } => {
                        assert!(at < sample.durable_upto, "{place}");
                        assert!(offset <= at as u64, "{place}");
                    }
                    Outcome::Read { replay, found } => {
                        assert!(at >= sample.durable_upto, "{place}");
                        let lost = usize::from(at < sample.end && !closed);
                        assert_eq!(found, sample.batches.len() - lost, "{place}");
                        assert!(!replay.closed, "{place}");
                        let said = value != 0 || at < sample.end;
                        assert_eq!(replay.torn_bytes > 0, said, "{place}");
                    }
                }
                let hint = Some(sample.end as u64);
                let hinted = sample.damaged(edit, hint);
                let corrupt = matches!(hinted, Outcome::Corrupt { .. });
                assert_eq!(corrupt, at < sample.end, "{place}, with the hint");
            }
        }
    }
}

#[test]
fn every_truncation_is_a_torn_tail_unless_the_hint_knows_better() {
    let sample = sample(true);
    for len in 0..sample.end {
        match sample.damaged(|bytes| bytes.truncate(len), None) {
            Outcome::Corrupt { .. } => assert!(len < FILE_HEAD_LEN, "{len}"),
            Outcome::Read { replay, found } => {
                assert!(len >= FILE_HEAD_LEN, "{len}");
                let whole = sample.ends.iter().filter(|end| **end <= len).count();
                assert_eq!(found, whole, "{len}");
                assert!(replay.end <= len as u64 && !replay.closed, "{len}");
            }
        }
        let hinted = sample.damaged(|bytes| bytes.truncate(len), Some(sample.end as u64));
        assert!(matches!(hinted, Outcome::Corrupt { .. }), "{len}");
    }
}

#[test]
fn zeroed_tails_and_truncations_are_the_same_case() {
    let sample = sample(false);
    for from in FILE_HEAD_LEN..sample.end {
        let cut = sample.damaged(|bytes| bytes.truncate(from), None);
        let zeroed = sample.damaged(|bytes| bytes[from..].fill(0), None);
        let (Outcome::Read { replay: cut, .. }, Outcome::Read { replay: zeroed, .. }) =
            (cut, zeroed)
        else {
            panic!("a tail lost from {from} on is no corruption");
        };
        assert_eq!((cut.end, cut.frames), (zeroed.end, zeroed.frames));
    }
}

#[test]
fn corruption_names_the_event_that_is_damaged_and_its_batch() {
    let sample = sample(true);
    let text = |at: usize| match sample.damaged(|bytes| bytes[at] ^= 1, None) {
        Outcome::Corrupt { offset, got } => (offset, got),
        Outcome::Read { .. } => panic!("byte {at} is durable"),
    };
    // First batch: 64 + (24 + 5) + 24, commit of 40 at 117; second: 157 + 24 + 4, commit at 185.
    let (offset, got) = text(64 + 24);
    assert_eq!(offset, 64);
    assert_eq!(
        got,
        "a damaged payload: event 100, in a batch of the events 100 to 101; `annals repair` keeps \
         what is sound"
    );
    let (offset, got) = text(157);
    assert_eq!(offset, 157);
    assert_eq!(got, "a damaged frame: event 102 cannot be read");
    let (offset, got) = text(185 + 9);
    assert_eq!(offset, 185);
    // Its commit is gone, so the next one is the first that is found; the batch of that is sound.
    assert_eq!(
        got,
        "a damaged commit: that of the events 102 to 102; `annals repair` keeps what is sound"
    );
}

#[test]
fn frames_of_another_log_behind_the_end_are_a_torn_tail() {
    let sample = sample(false);
    let other = sim_store(9);
    let header = LogHeader { id: 77, ..HEADER };
    let mut writer = LogWriter::create(&other.shared(), Path::new(LOG), header).unwrap();
    write(&mut writer, &batch(100, &[b"foreign"])).unwrap();
    let foreign = other.contents(Path::new(LOG)).unwrap();
    let foreign = &foreign[64..writer.position() as usize];
    let outcome = sample.damaged(
        |bytes| bytes[sample.end..sample.end + foreign.len()].copy_from_slice(foreign),
        None,
    );
    let Outcome::Read { replay, found } = outcome else {
        panic!("foreign bytes behind the end are no corruption");
    };
    assert_eq!(found, sample.batches.len());
    assert_eq!(replay.torn_bytes as usize, foreign.len());
}

#[test]
fn stale_frames_of_the_same_log_at_another_place_do_not_validate() {
    let sample = sample(false);
    let bytes = sample.disk.contents(Path::new(LOG)).unwrap();
    let stale = bytes[64..157].to_vec();
    let outcome = sample
        .damaged(|bytes| bytes[sample.end..sample.end + stale.len()].copy_from_slice(&stale), None);
    assert!(matches!(outcome, Outcome::Read { found: 4, .. }));
}

#[test]
fn frames_embedded_in_a_payload_never_validate() {
    let inner = sim_store(2);
    let mut writer = LogWriter::create(&inner.shared(), Path::new(LOG), HEADER).unwrap();
    for seq in 100..110 {
        write(&mut writer, &batch(seq, &[b"forged"])).unwrap();
        writer.sync().unwrap();
    }
    let forged = inner.contents(Path::new(LOG)).unwrap();
    for id in [HEADER.id, 78] {
        let disk = sim_store(3);
        let path = Path::new(LOG);
        let header = LogHeader { id, ..HEADER };
        let mut writer = LogWriter::create(&disk.shared(), path, header).unwrap();
        let outer = batch(100, &[b"sound"]);
        write(&mut writer, &outer).unwrap();
        writer.sync().unwrap();
        let end = writer.position();
        let payload = &forged[64..2000];
        write(&mut writer, &batch(101, &[payload])).unwrap();
        disk.damage(path, |bytes| bytes[end as usize] ^= 1).unwrap();
        let (replay, found) = read(&disk.shared(), path, None, None).unwrap();
        assert_eq!(found, [outer]);
        assert_eq!(replay.end, end);
        assert!(replay.torn_bytes > 0);
    }
}

#[test]
fn closed_log_with_something_behind_its_end_is_not_closed() {
    let sample = sample(true);
    let outcome = sample.damaged(|bytes| bytes.extend([0, 0, 7]), None);
    let Outcome::Read { replay, found } = outcome else {
        panic!("bytes behind the end are no corruption");
    };
    assert_eq!((replay.closed, replay.torn_bytes, found), (false, 3, 4));
    let outcome = sample.damaged(|bytes| bytes.extend([0; 5000]), None);
    assert!(matches!(outcome, Outcome::Read { replay, .. } if replay.closed));
}

#[test]
fn commits_across_the_border_of_two_reads_are_found() {
    const READ: usize = 256 << 10;
    for before_border in [1, 2, 39, 40, 41] {
        let disk = sim_store(4);
        let path = Path::new(LOG);
        let mut writer = LogWriter::create(&disk.shared(), path, HEADER).unwrap();
        write(&mut writer, &batch(100, &[b"damaged"])).unwrap();
        writer.sync().unwrap();
        // The scan begins where the first frame stands; the second commit is the only one that is
        // found.
        let commit_at = FILE_HEAD_LEN + READ - before_border;
        let payload = vec![1; commit_at - writer.position() as usize - FRAME_HEAD_LEN];
        write(&mut writer, &batch(101, &[&payload])).unwrap();
        disk.damage(path, |bytes| bytes[FILE_HEAD_LEN] ^= 1).unwrap();
        let error = read(&disk.shared(), path, None, None).unwrap_err();
        let lost = "event 100 cannot be read";
        assert!(error.to_string().ends_with(lost), "{before_border}: {error}");
    }
}
