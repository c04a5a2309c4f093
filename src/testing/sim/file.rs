//! An open file of the simulated disk.

use super::fate::CrashFate;
use super::fault::{FaultAnswer, FaultKind, OperationKind, answer_of, power_is_gone};
use super::state::{SimDisk, SimState};
use super::tree::InodeId;
use crate::io::File;
use std::io;
use std::path::{Path, PathBuf};

/// A handle; it outlives the name of its file.
#[derive(Debug)]
pub(super) struct SimFile {
    disk: SimDisk,
    path: PathBuf,
    node: InodeId,
    writable: bool,
}

impl SimFile {
    pub(super) fn new(disk: SimDisk, path: &Path, node: InodeId, writable: bool) -> SimFile {
        SimFile { disk, path: path.to_path_buf(), node, writable }
    }

    fn check_writable(&self) -> io::Result<()> {
        if self.writable {
            return Ok(());
        }
        Err(rustix::io::Errno::BADF.into())
    }
}

impl File for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut state = self.disk.state();
        state.whole(OperationKind::Read, &self.path, buffer.len())?;
        let bytes = state.tree.file(self.node).content.live();
        let from = index(offset)?.min(bytes.len());
        let count = buffer.len().min(bytes.len() - from);
        buffer[..count].copy_from_slice(&bytes[from..from + count]);
        Ok(count)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.check_writable()?;
        let offset = index(offset)?;
        let mut state = self.disk.state();
        let verdict = state.judge(OperationKind::Write, &self.path, bytes.len());
        let room = state.room(self.node, offset, bytes.len());
        let (written, result) = match verdict {
            FaultAnswer::Done | FaultAnswer::Skipped if room == bytes.len() => (room, Ok(())),
            FaultAnswer::Done | FaultAnswer::Skipped => (room, answer_of(FaultKind::NoSpace)),
            FaultAnswer::Failed(fault) => {
                let written = match fault {
                    FaultKind::ShortWrite | FaultKind::SilentShortWrite => {
                        room.min(bytes.len() / 2)
                    }
                    FaultKind::LateError => room,
                    _ => 0,
                };
                if fault == FaultKind::Misdirected {
                    state.misdirect(self.node, offset, bytes);
                }
                (written, answer_of(fault))
            }
            FaultAnswer::Interrupted => (room, Err(power_is_gone())),
            FaultAnswer::Dead => (0, Err(power_is_gone())),
        };
        if written > 0 {
            let content = &mut state.tree.file_mut(self.node).content;
            content.write(offset, &bytes[..written]);
        }
        result
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let verdict = state.judge(OperationKind::Sync, &self.path, 0);
        let SimState { tree, random, .. } = &mut *state;
        let content = &mut tree.file_mut(self.node).content;
        match verdict {
            FaultAnswer::Done => content.sync(),
            FaultAnswer::Skipped => {}
            FaultAnswer::Failed(fault) => {
                if matches!(fault, FaultKind::LostSync | FaultKind::RetriedSync) {
                    content.lose(&mut CrashFate::draw(random));
                }
                return answer_of(fault);
            }
            FaultAnswer::Interrupted | FaultAnswer::Dead => return Err(power_is_gone()),
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check_writable()?;
        let len = index(len)?;
        self.disk.state().change(OperationKind::SetLen, &self.path, |tree| {
            tree.file_mut(self.node).content.set_len(len);
            Ok(())
        })
    }

    fn len(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.whole(OperationKind::Len, &self.path, 0)?;
        Ok(state.tree.file(self.node).content.live().len() as u64)
    }
}

/// An offset as an index; the disk is in memory.
fn index(offset: u64) -> io::Result<usize> {
    /// No test needs a larger file, and a wild offset must not take the memory of the machine.
    const FILE_BYTES_MAX: u64 = 1 << 30;
    if offset > FILE_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(offset as usize)
}
