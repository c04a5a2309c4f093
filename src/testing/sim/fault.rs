//! Faults of the simulated disk, and when they happen.

use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// One operation on the simulated disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What was done.
    pub kind: OperationKind,
    /// To which file or folder (for a rename: the new name).
    pub path: PathBuf,
    /// Bytes read or written, or the length set; 0 otherwise.
    pub len: u64,
}

/// What an [`Operation`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Each is the method of the same name.
pub enum OperationKind {
    CreateDirAll,
    Open,
    CreateNew,
    Read,
    Write,
    Sync,
    SetLen,
    Len,
    List,
    Rename,
    Remove,
    RemoveDir,
    SyncDir,
    Protect,
    Load,
    Lock,
}

impl OperationKind {
    /// Whether it may change what the disk holds after a crash.
    pub fn changes(self) -> bool {
        use OperationKind::*;
        !matches!(self, Open | Read | Len | List | Load)
    }

    /// Whether it may need space.
    fn needs_space(self) -> bool {
        use OperationKind::*;
        matches!(self, CreateDirAll | CreateNew | Write | Sync | SetLen | Rename | SyncDir | Lock)
    }
}

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// EIO, nothing done. Any operation.
    Io,
    /// ENOSPC, nothing done. Operations that may need space.
    NoSpace,
    /// Half of the bytes are written, then ENOSPC. Writes.
    ShortWrite,
    /// Half of the bytes are written and the result is `Ok`: a short write whose count the program
    /// ignores. Writes.
    SilentShortWrite,
    /// EIO, but all of the bytes are written. Writes.
    LateError,
    /// EINTR, nothing done. Any operation.
    Interrupted,
    /// `Ok`, but the bytes land in another place of the file or in another file. Writes.
    Misdirected,
    /// EIO, and some of the unsynced bytes never reach the disk although later syncs succeed and
    /// programs still see them. Syncs of files.
    LostSync,
    /// As [`FaultKind::LostSync`], but the result is `Ok`: the second of two syncs, after the first
    /// has failed.
    RetriedSync,
}

/// A planned failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Number of the operation that fails, the first being 0. One that the kind does not fit goes
    /// well.
    pub at: u64,
    /// How.
    pub kind: FaultKind,
    /// All later operations that the kind fits fail as well.
    pub forever: bool,
}

impl Fault {
    fn hits(&self, number: u64, kind: OperationKind) -> bool {
        let now = number == self.at || self.forever && number > self.at;
        let fits = match self.kind {
            FaultKind::Io | FaultKind::Interrupted => true,
            FaultKind::NoSpace => kind.needs_space(),
            FaultKind::ShortWrite
            | FaultKind::SilentShortWrite
            | FaultKind::LateError
            | FaultKind::Misdirected => kind == OperationKind::Write,
            FaultKind::LostSync | FaultKind::RetriedSync => kind == OperationKind::Sync,
        };
        now && fits
    }
}

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultAnswer {
    /// It is done.
    Done,
    /// It returns `Ok` and has no effect.
    Skipped,
    /// It goes wrong in this way.
    Failed(FaultKind),
    /// The power goes while it is done: it may be found done or not after the crash.
    Interrupted,
    /// The power is gone.
    Dead,
}

/// Operations that are not done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skip {
    pub(super) kind: OperationKind,
    /// Whether an operation on this path is one of them.
    pub(super) is_hit: fn(&Path) -> bool,
}

/// Everything that is planned to go wrong, and what has been done so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    operations: Vec<Operation>,
    pub(super) faults: Vec<Fault>,
    pub(super) skipped: Vec<Skip>,
    pub(super) stop_at: Option<u64>,
}

impl Plan {
    /// Operations so far.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Notes an operation and decides what becomes of it.
    pub(super) fn judge(&mut self, operation: Operation) -> FaultAnswer {
        let number = self.operations.len() as u64;
        let kind = operation.kind;
        let is_skipped =
            self.skipped.iter().any(|skip| skip.kind == kind && (skip.is_hit)(&operation.path));
        self.operations.push(operation);
        match self.stop_at {
            Some(stop) if number > stop => return FaultAnswer::Dead,
            Some(stop) if number == stop => return FaultAnswer::Interrupted,
            _ => {}
        }
        if let Some(fault) = self.faults.iter().find(|fault| fault.hits(number, kind)) {
            return FaultAnswer::Failed(fault.kind);
        }
        if is_skipped {
            return FaultAnswer::Skipped;
        }
        FaultAnswer::Done
    }
}

/// The result that programs get.
pub(super) fn answer_of(kind: FaultKind) -> io::Result<()> {
    let error = match kind {
        FaultKind::SilentShortWrite | FaultKind::Misdirected | FaultKind::RetriedSync => {
            return Ok(());
        }
        FaultKind::Io | FaultKind::LateError | FaultKind::LostSync => Errno::IO,
        FaultKind::Interrupted => Errno::INTR,
        FaultKind::NoSpace | FaultKind::ShortWrite => Errno::NOSPC,
    };
    Err(error.into())
}

/// The error of every operation after the power is gone.
pub(super) fn power_is_gone() -> io::Error {
    io::Error::other("the power is gone")
}
