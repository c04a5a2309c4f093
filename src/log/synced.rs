//! The hint file: how far the log is durable, for readers beside the writer and after a crash.
//!
//! It is overwritten in place after each sync of the log and never synced itself. It is therefore
//! true whenever it can be read, but may be old: a lower bound.

use crate::io::codec::{array_at, crc, u64_at};
use crate::io::{Disk, File, Mode};
use crate::{Error, Result};
use std::io;
use std::path::{Path, PathBuf};

/// Bytes of the file.
const LEN: usize = 36;
const MAGIC: [u8; 8] = *b"ANSYNC\r\n";
/// Attempts to read the file, which the writer may be overwriting meanwhile.
const READ_ATTEMPTS: usize = 3;

/// The contents of the hint file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Synced {
    /// The id of the log file.
    pub(crate) log_id: u64,
    /// Bytes of that file before this offset are durable.
    pub(crate) offset: u64,
    /// The last acknowledged sequence; 0 when there is none.
    pub(crate) last_seq: u64,
}

/// The open hint file of a writer.
#[derive(Debug)]
pub(crate) struct SyncedHint {
    file: Box<dyn File>,
    path: PathBuf,
}

impl SyncedHint {
    /// Creates the file, empty.
    pub(crate) fn create(disk: &Disk, path: &Path) -> Result<SyncedHint> {
        Self::with_mode(disk, path, Mode::CreateNew, "create")
    }

    /// Opens the file that is there.
    pub(crate) fn open(disk: &Disk, path: &Path) -> Result<SyncedHint> {
        Self::with_mode(disk, path, Mode::ReadWrite, "open")
    }

    fn with_mode(disk: &Disk, path: &Path, mode: Mode, action: &'static str) -> Result<Self> {
        let file = disk.open(path, mode).map_err(|error| Error::io(action, path, error))?;
        Ok(SyncedHint { file, path: path.to_path_buf() })
    }

    /// Overwrites the hint; call it after the sync that makes it true.
    ///
    /// Durability: none. After an error the hint is older or missing, which is still correct.
    pub(crate) fn write(&self, synced: &Synced) -> Result<()> {
        self.file
            .write_all_at(&encode(synced), 0)
            .map_err(|error| Error::io("write", &self.path, error))
    }

    /// Reads the hint of a store; `None` when the file is missing, torn or foreign.
    pub(crate) fn read(disk: &Disk, path: &Path) -> Result<Option<Synced>> {
        let failed = |error| Error::io("read", path, error);
        let file = match disk.open(path, Mode::Read) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        for _ in 0..READ_ATTEMPTS {
            let mut bytes = [0; LEN];
            let count = file.read_at(&mut bytes, 0).map_err(failed)?;
            if let Some(synced) = decode(bytes.get(..count).unwrap_or_default()) {
                return Ok(Some(synced));
            }
        }
        Ok(None)
    }
}

fn encode(synced: &Synced) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..16].copy_from_slice(&synced.log_id.to_le_bytes());
    bytes[16..24].copy_from_slice(&synced.offset.to_le_bytes());
    bytes[24..32].copy_from_slice(&synced.last_seq.to_le_bytes());
    let sum = crc(synced.log_id, &bytes[..32]);
    bytes[32..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Synced> {
    let synced = Synced {
        log_id: u64_at(bytes, 8)?,
        offset: u64_at(bytes, 16)?,
        last_seq: u64_at(bytes, 24)?,
    };
    let sum = crc(synced.log_id, bytes.get(..32)?).to_le_bytes();
    let valid = array_at(bytes, 0) == Some(MAGIC) && array_at(bytes, 32) == Some(sum);
    valid.then_some(synced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::RealDisk;

    const HINT: Synced = Synced { log_id: 0x1234_5678_9abc, offset: 4096, last_seq: 77 };

    #[test]
    fn hint_is_overwritten_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("synced");
        let disk = RealDisk::shared();
        assert_eq!(SyncedHint::read(&disk, &path).unwrap(), None);
        let hint = SyncedHint::create(&disk, &path).unwrap();
        assert_eq!(SyncedHint::read(&disk, &path).unwrap(), None);
        hint.write(&HINT).unwrap();
        let later = Synced { offset: 5000, ..HINT };
        SyncedHint::open(&disk, &path).unwrap().write(&later).unwrap();
        assert_eq!(SyncedHint::read(&disk, &path).unwrap(), Some(later));
        assert!(SyncedHint::create(&disk, &path).is_err());
    }

    #[test]
    fn damaged_or_short_hints_are_none() {
        let sound = encode(&HINT);
        assert_eq!(decode(&sound), Some(HINT));
        assert_eq!(decode(&[0; LEN]), None);
        for len in 0..LEN {
            assert_eq!(decode(&sound[..len]), None);
        }
        for bit in 0..LEN * 8 {
            let mut bytes = sound;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&bytes), None, "bit {bit}");
        }
    }
}
