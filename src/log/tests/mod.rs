//! Tests of writer and replay together: on the real disk, and on one that fails.

mod batches;
mod crash;
mod damage;
mod faults;
mod hostile;

use super::*;
use crate::event::Timestamp;
use crate::io::Disk;
use crate::io::SeededRandom;
use crate::testing::SimDisk;
use crate::{Error, Result};
use std::path::Path;

const HEADER: LogHeader = LogHeader { id: 0x5eed_0123_4567_89ab, epoch: 3, first_seq: 100 };
const LOG: &str = "/store/log";
const HINT: &str = "/store/synced";

/// A frame that owns its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    seq: u64,
    recorded_at: i64,
    payload: Vec<u8>,
}

type Batch = Vec<Owned>;

/// A batch of the given payloads from `first_seq` on.
fn batch(first_seq: u64, payloads: &[&[u8]]) -> Batch {
    let frame = |(index, payload): (usize, &&[u8])| {
        let seq = first_seq.wrapping_add(index as u64);
        Owned {
            seq,
            recorded_at: (seq as i64).wrapping_mul(1000).wrapping_sub(7),
            payload: payload.to_vec(),
        }
    };
    payloads.iter().enumerate().map(frame).collect()
}

/// One to four frames with random payloads, mostly small.
fn random_batch(first_seq: u64, random: &SeededRandom) -> Batch {
    let payloads: Vec<Vec<u8>> = (0..=random.below(4))
        .map(|_| {
            let len = match random.below(12) {
                0 => 0,
                1 => 5_000,
                2 => 30_000,
                _ => random.below(700),
            };
            let byte = random.below(256) as u8;
            (0..len).map(|index| byte.wrapping_add(index as u8)).collect()
        })
        .collect();
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    batch(first_seq, &payloads)
}

fn write(writer: &mut LogWriter, batch: &[Owned]) -> Result<()> {
    let frames: Vec<Frame<'_>> = batch
        .iter()
        .map(|frame| Frame {
            seq: frame.seq,
            recorded_at: Timestamp(frame.recorded_at),
            payload: &frame.payload,
        })
        .collect();
    writer.write_batch(&frames)
}

/// Replays a file into memory.
fn read(
    disk: &Disk,
    path: &Path,
    upto: Option<u64>,
    hint: Option<u64>,
) -> Result<(Replay, Vec<Batch>)> {
    let mut batches = Vec::new();
    let replay = replay(disk, path, upto, hint, &mut |frames| {
        let owned = frames.iter().map(|frame| Owned {
            seq: frame.seq,
            recorded_at: frame.recorded_at.0,
            payload: frame.payload.to_vec(),
        });
        batches.push(owned.collect());
        Ok(())
    })?;
    Ok((replay, batches))
}

/// Replays the log of a simulated store, with its hint.
fn reopen(disk: &SimDisk) -> Result<(Replay, Vec<Batch>)> {
    let disk = disk.shared();
    let hint = SyncedHint::read(&disk, Path::new(HINT))?
        .filter(|synced| synced.log_id == HEADER.id)
        .map(|synced| synced.offset);
    read(&disk, Path::new(LOG), None, hint)
}

/// A simulated disk with a durable, empty store.
fn sim_store(seed: u64) -> SimDisk {
    let sim = SimDisk::new(seed);
    let disk = sim.shared();
    disk.create_dir_all(Path::new("/store")).unwrap();
    disk.sync_dir(Path::new("/")).unwrap();
    SyncedHint::create(&disk, Path::new(HINT)).unwrap();
    disk.sync_dir(Path::new("/store")).unwrap();
    sim
}

/// What a workload wrote, and what was acknowledged.
#[derive(Debug, Default)]
struct Promise {
    /// The log was created.
    created: bool,
    /// Batches written, in order; the last one may have been interrupted.
    written: Vec<Batch>,
    /// How many of them were acknowledged.
    acknowledged: usize,
    /// Batches whose write failed and was taken back: must never be seen.
    refused: usize,
}

impl Promise {
    fn next_seq(&self) -> u64 {
        let frames: usize = self.written.iter().map(Vec::len).sum();
        HEADER.first_seq + frames as u64
    }

    fn acknowledge(&mut self, disk: &Disk, writer: &LogWriter) {
        self.acknowledged = self.written.len();
        let synced = Synced {
            log_id: HEADER.id,
            offset: writer.synced_position(),
            last_seq: self.next_seq() - 1,
        };
        let hint = SyncedHint::open(disk, Path::new(HINT));
        // The hint is only a hint.
        let _ = hint.and_then(|hint| hint.write(&synced));
    }

    /// Checks what is found against what was acknowledged.
    fn check(&self, found: &[Batch]) {
        assert!(
            found.len() >= self.acknowledged,
            "{} of {} acknowledged batches",
            found.len(),
            self.acknowledged
        );
        assert!(found.len() <= self.written.len(), "batches never written");
        assert_eq!(found, &self.written[..found.len()], "a prefix of whole batches");
    }
}

/// Runs a random workload until it ends or the writer is poisoned; goes on after other errors.
fn run(disk: &Disk, seed: u64, steps: usize, promise: &mut Promise) -> Result<()> {
    let random = SeededRandom::new(seed);
    let path = Path::new(LOG);
    let mut writer = LogWriter::create(disk, path, HEADER)?;
    promise.created = true;
    for _ in 0..steps {
        match random.below(20) {
            0..=10 => {
                promise.written.push(random_batch(promise.next_seq(), &random));
                let result = write(&mut writer, promise.written.last().expect("just pushed"));
                if let Err(Error::Io { .. }) = result {
                    promise.written.pop();
                    promise.refused += 1;
                } else {
                    result?;
                }
            }
            11..=18 => {
                writer.sync()?;
                promise.acknowledge(disk, &writer);
            }
            _ => {
                writer.close()?;
                promise.acknowledged = promise.written.len();
                let (replay, found) = read(disk, path, None, None)?;
                promise.check(&found);
                writer = LogWriter::resume(disk, path, &replay)?;
            }
        }
    }
    writer.close()?;
    promise.acknowledged = promise.written.len();
    Ok(())
}

/// Recovers after a crash as a store does: what is seen stays, and more can be appended.
fn recover(disk: &SimDisk, promise: &Promise) -> Vec<Batch> {
    let (replay, mut found) = reopen(disk).expect("a crash is no corruption");
    promise.check(&found);
    let shared = disk.shared();
    let mut writer = LogWriter::resume(&shared, Path::new(LOG), &replay).unwrap();
    let seen = |disk: &SimDisk| reopen(&disk.crash()).expect("a crash is no corruption");
    assert_eq!(seen(disk).1, found, "what was seen stays");
    let next = HEADER.first_seq + replay.frames;
    let more = batch(next, &[b"after the crash"]);
    write(&mut writer, &more).unwrap();
    let kept = seen(disk).1;
    assert_eq!(kept[..found.len()], found);
    writer.sync().unwrap();
    found.push(more);
    let (again, kept) = seen(disk);
    assert_eq!(kept, found);
    assert_eq!(again.torn_bytes, 0);
    found
}
