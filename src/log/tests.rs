//! Tests of writer and replay together.

use super::*;
use crate::io::{Disk, RealDisk};

#[test]
fn batches_come_back_as_they_were_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    let disk: Disk = RealDisk::shared();
    let header = LogHeader {
        id: 7,
        epoch: 1,
        first_seq: 10,
    };
    let mut writer = LogWriter::create(&disk, &path, header).unwrap();
    let frame = |seq, payload| Frame {
        seq,
        recorded_at: Timestamp(seq as i64),
        payload,
    };
    writer
        .write_batch(&[frame(10, b"a"), frame(11, b"")])
        .unwrap();
    writer.sync().unwrap();
    writer.write_batch(&[frame(12, b"ccc")]).unwrap();
    let mut batches = Vec::new();
    let seen = replay(&disk, &path, None, None, &mut |frames| {
        batches.push(
            frames
                .iter()
                .map(|f| (f.seq, f.payload.to_vec()))
                .collect::<Vec<_>>(),
        );
        Ok(())
    })
    .unwrap();
    assert_eq!(batches.len(), 2);
    assert_eq!(seen.last_seq, Some(12));
    assert_eq!(seen.end, writer.position());
    writer.close().unwrap();
    let seen = replay(&disk, &path, None, None, &mut |_| Ok(())).unwrap();
    assert!(seen.closed);
    let mut writer = LogWriter::resume(&disk, &path, &seen).unwrap();
    writer.write_batch(&[frame(13, b"d")]).unwrap();
    writer.sync().unwrap();
    let seen = replay(&disk, &path, None, None, &mut |_| Ok(())).unwrap();
    assert!(!seen.closed);
    assert_eq!(seen.frames, 4);
}
