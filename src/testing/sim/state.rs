//! The simulated disk: its files, durable or not, and the planned faults.

use super::content::SECTOR;
use super::fate::CrashFate;
use super::fault::Fault;
use super::fault::FaultAnswer;
use super::fault::Operation;
use super::fault::OperationKind;
use super::fault::Plan;
use super::fault::Skip;
use super::fault::answer_of;
use super::fault::power_is_gone;
use super::tree::FileTree;
use super::tree::InodeId;
use crate::io::Disk;
use crate::io::SeededRandom;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// A simulated disk; clones share it. It may be used from several threads.
#[derive(Debug, Clone)]
pub struct SimDisk {
    state: Arc<Mutex<SimState>>,
}

#[derive(Debug)]
pub(crate) struct SimState {
    pub(crate) tree: FileTree,
    plan: Plan,
    pub(crate) random: SeededRandom,
    pub(crate) locks: BTreeSet<PathBuf>,
    capacity: Option<u64>,
    /// The disk before each operation that may change it, once [`SimDisk::keep_past`] was called.
    past: Option<Vec<DiskImage>>,
}

/// The disk as it was before an operation.
#[derive(Debug, Clone)]
struct DiskImage {
    operation: u64,
    tree: FileTree,
}

impl SimDisk {
    /// An empty disk; the seed decides what crashes and failures leave.
    pub fn new(seed: u64) -> SimDisk {
        SimDisk::with_tree(FileTree::new(), seed)
    }

    fn with_tree(tree: FileTree, seed: u64) -> SimDisk {
        let state = SimState {
            tree,
            plan: Plan::default(),
            random: SeededRandom::new(seed),
            locks: BTreeSet::new(),
            capacity: None,
            past: None,
        };
        SimDisk { state: Arc::new(Mutex::new(state)) }
    }

    /// A shared handle on this disk.
    pub fn shared(&self) -> Disk {
        Arc::new(self.clone())
    }

    /// What a power loss now leaves, as a new disk without faults, locks and history.
    ///
    /// This disk stays as it is: called again, it gives another outcome.
    pub fn crash(&self) -> SimDisk {
        let state = self.state();
        let tree = state.tree.crash(&mut CrashFate::draw(&state.random));
        SimDisk::with_tree(tree, state.random.next_u64())
    }

    /// As [`SimDisk::crash`], with an outcome that depends on `seed` and not on earlier calls.
    pub fn crash_seeded(&self, seed: u64) -> SimDisk {
        let random = SeededRandom::new(seed);
        let tree = self.state().tree.crash(&mut CrashFate::draw(&random));
        SimDisk::with_tree(tree, random.next_u64())
    }

    /// As [`SimDisk::crash`], where the unsynced change number n survives if bit n of `kept` is
    /// set, of the [`SimDisk::unsynced_count`] that there are.
    pub fn crash_keeping(&self, kept: u64) -> SimDisk {
        let tree = self.state().tree.crash(&mut CrashFate::Listed { kept, asked: 0 });
        SimDisk::with_tree(tree, kept)
    }

    /// How many changes a crash may keep or lose on their own: names, lengths, sectors; zeros in a
    /// row count once, and so do writes over each other.
    pub fn unsynced_count(&self) -> u32 {
        let mut fate = CrashFate::Listed { kept: 0, asked: 0 };
        self.state().tree.crash(&mut fate);
        match fate {
            CrashFate::Listed { asked, .. } => asked,
            CrashFate::Drawn { .. } => unreachable!("it was listed"),
        }
    }

    /// From now on keeps what the disk is before every operation that may change it.
    pub fn keep_past(&self) {
        self.state().past = Some(Vec::new());
    }

    /// Takes what [`SimDisk::keep_past`] has kept: disks without faults, each with the number of
    /// the operation that came next.
    pub fn take_past(&self) -> Vec<(u64, SimDisk)> {
        let moments = self.state().past.take().unwrap_or_default();
        let disk = |moment: DiskImage| {
            (moment.operation, SimDisk::with_tree(moment.tree, moment.operation))
        };
        moments.into_iter().map(disk).collect()
    }

    /// A copy of everything as programs see it, unsynced changes included, without faults.
    pub fn fork(&self) -> SimDisk {
        let state = self.state();
        SimDisk::with_tree(state.tree.clone(), state.random.next_u64())
    }

    /// Plans a failure.
    pub fn inject(&self, fault: Fault) {
        self.state().plan.faults.push(fault);
    }

    /// Cuts the power during operation `number`, the first being 0: it may take effect or not,
    /// it and all later ones fail.
    pub fn stop_at(&self, number: u64) {
        self.state().plan.stop_at = Some(number);
    }

    /// From now on operations of this kind on such paths return `Ok` and do nothing: a planted bug,
    /// which a test must find. Only syncs of files and folders can be skipped.
    pub fn skip(&self, kind: OperationKind, is_hit: fn(&Path) -> bool) {
        self.state().plan.skipped.push(Skip { kind, is_hit });
    }

    /// Limits the bytes of all files; writes beyond are short and give ENOSPC.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state().capacity = bytes;
    }

    /// Takes back all planned failures, skips and the power cut.
    pub fn heal(&self) {
        let mut state = self.state();
        state.plan.faults.clear();
        state.plan.skipped.clear();
        state.plan.stop_at = None;
    }

    /// Everything that was done so far, failed operations included.
    pub fn operations(&self) -> Vec<Operation> {
        self.state().plan.operations().to_vec()
    }

    /// The number of operations so far: the number of the next one.
    pub fn operation_count(&self) -> u64 {
        self.state().plan.operations().len() as u64
    }

    /// Bytes of all files.
    pub fn used(&self) -> u64 {
        self.state().tree.used()
    }

    /// The bytes of a file; no operation.
    pub fn contents(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        let node = state.tree.find_file(path)?;
        Ok(state.tree.file(node).content.live().to_vec())
    }

    /// Changes the bytes of a file durably; no operation.
    pub fn damage(&self, path: &Path, edit: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.state();
        let node = state.tree.find_file(path)?;
        let content = &mut state.tree.file_mut(node).content;
        let mut bytes = content.live().to_vec();
        edit(&mut bytes);
        content.replace(bytes);
        Ok(())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, SimState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SimState {
    pub(crate) fn judge(&mut self, kind: OperationKind, path: &Path, len: usize) -> FaultAnswer {
        let operation = self.plan.operations().len() as u64;
        if let Some(past) = &mut self.past
            && kind.changes()
        {
            past.push(DiskImage { operation, tree: self.tree.clone() });
        }
        self.plan.judge(Operation { kind, path: path.to_path_buf(), len: len as u64 })
    }

    /// Runs an operation that a power cut during it may have completed or not.
    pub(crate) fn change<T>(
        &mut self,
        kind: OperationKind,
        path: &Path,
        act: impl FnOnce(&mut FileTree) -> io::Result<T>,
    ) -> io::Result<T> {
        match self.judge(kind, path, 0) {
            FaultAnswer::Failed(fault) => answer_of(fault)?,
            FaultAnswer::Dead => return Err(power_is_gone()),
            FaultAnswer::Interrupted => {
                let _ = act(&mut self.tree);
                return Err(power_is_gone());
            }
            FaultAnswer::Done | FaultAnswer::Skipped => {}
        }
        act(&mut self.tree)
    }

    /// Runs an operation that changes nothing, or changes nothing unless it is completed.
    pub(crate) fn whole(
        &mut self,
        kind: OperationKind,
        path: &Path,
        len: usize,
    ) -> io::Result<bool> {
        match self.judge(kind, path, len) {
            FaultAnswer::Failed(fault) => answer_of(fault).map(|()| true),
            FaultAnswer::Dead | FaultAnswer::Interrupted => Err(power_is_gone()),
            FaultAnswer::Skipped => Ok(false),
            FaultAnswer::Done => Ok(true),
        }
    }

    /// A misdirected write: `bytes` go to another sector of this file or to another file. The right
    /// place gets its length only.
    pub(crate) fn misdirect(&mut self, node: InodeId, offset: usize, bytes: &[u8]) {
        let content = &mut self.tree.file_mut(node).content;
        if content.live().len() < offset + bytes.len() {
            content.set_len(offset + bytes.len());
        }
        let mut others = self.tree.files();
        others.retain(|other| *other != node);
        let index = self.random.below(others.len() as u64 + 1) as usize;
        let (victim, at) = match others.get(index) {
            Some(other) => (*other, offset),
            None => {
                let sectors = self.tree.file(node).content.live().len() / SECTOR;
                let sector = self.random.below(sectors as u64 + 1) as usize;
                (node, sector * SECTOR + offset % SECTOR)
            }
        };
        if (victim, at) == (node, offset) {
            return;
        }
        let content = &mut self.tree.file_mut(victim).content;
        let room = content.live().len().saturating_sub(at);
        if room > 0 {
            content.write(at, &bytes[..bytes.len().min(room)]);
        }
    }

    /// How many of `len` bytes at `offset` still find room.
    pub(crate) fn room(&self, node: InodeId, offset: usize, len: usize) -> usize {
        let Some(capacity) = self.capacity else {
            return len;
        };
        let free = capacity.saturating_sub(self.tree.used());
        let free = usize::try_from(free).unwrap_or(usize::MAX);
        let end = self.tree.file(node).content.live().len();
        let inside = end.saturating_sub(offset);
        len.min(inside.saturating_add(free))
    }
}
