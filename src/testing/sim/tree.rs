//! The folders of the simulated disk: names as programs see them, and as they are durable.

use super::content::Content;
use super::fate::CrashFate;
use crate::io::{DirItem, DirKind};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Component, Path};

/// Index of a node; nodes stay, so that an open file outlives its name.
pub(super) type InodeId = usize;
const ROOT: InodeId = 0;

/// All files and folders.
#[derive(Debug, Clone)]
pub(crate) struct FileTree {
    nodes: Vec<Inode>,
}

#[derive(Debug, Clone)]
enum Inode {
    File(FileNode),
    Folder(Directory),
}

/// A file and its permission.
#[derive(Debug, Clone, Default)]
pub(super) struct FileNode {
    pub(super) content: Content,
    pub(super) protected: bool,
}

#[derive(Debug, Clone, Default)]
struct Directory {
    live: BTreeMap<String, InodeId>,
    durable: BTreeMap<String, InodeId>,
    pending: Vec<NameChange>,
}

/// A change of names that is not durable yet; it stands with the folder whose sync makes it so.
#[derive(Debug, Clone)]
enum NameChange {
    Link {
        name: String,
        node: InodeId,
    },
    Unlink {
        name: String,
        node: InodeId,
    },
    /// Old or new, never both and never none.
    Move {
        from: (InodeId, String),
        to: String,
        node: InodeId,
    },
}

impl FileTree {
    /// An empty root folder.
    pub(super) fn new() -> FileTree {
        FileTree { nodes: vec![Inode::Folder(Directory::default())] }
    }

    /// Finds the file at `path`.
    pub(super) fn find_file(&self, path: &Path) -> io::Result<InodeId> {
        let (folder, name) = self.parent(path)?;
        match self.folder(folder)?.live.get(&name) {
            None => Err(ErrorKind::NotFound.into()),
            Some(node) if matches!(self.nodes[*node], Inode::File(_)) => Ok(*node),
            Some(_) => Err(ErrorKind::IsADirectory.into()),
        }
    }

    /// Creates an empty file.
    pub(super) fn create_file(&mut self, path: &Path) -> io::Result<InodeId> {
        let (folder, name) = self.parent(path)?;
        if self.folder(folder)?.live.contains_key(&name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.link(folder, name, Inode::File(FileNode::default()))
    }

    /// Creates the folder and its missing parents.
    pub(super) fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let mut at = ROOT;
        for name in names(path)? {
            at = match self.folder(at)?.live.get(&name) {
                Some(node) => *node,
                None => self.link(at, name, Inode::Folder(Directory::default()))?,
            };
        }
        self.folder(at).map(|_| ())
    }

    /// Renames a file, over another one if there is one.
    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let node = self.find_file(from)?;
        match self.find_file(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let (from_folder, from_name) = self.parent(from)?;
        let (to_folder, to_name) = self.parent(to)?;
        self.folder_mut(from_folder)?.live.remove(&from_name);
        let folder = self.folder_mut(to_folder)?;
        folder.live.insert(to_name.clone(), node);
        folder.pending.push(NameChange::Move { from: (from_folder, from_name), to: to_name, node });
        Ok(())
    }

    /// Removes a file.
    pub(super) fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        let node = self.find_file(path)?;
        self.unlink(path, node)
    }

    /// Removes an empty folder.
    pub(super) fn remove_dir(&mut self, path: &Path) -> io::Result<()> {
        let node = self.find_dir(path)?;
        if !self.folder(node)?.live.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        self.unlink(path, node)
    }

    /// Makes the names in a folder durable.
    pub(super) fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        let at = self.find_dir(path)?;
        let pending = std::mem::take(&mut self.folder_mut(at)?.pending);
        for change in &pending {
            self.make_durable(at, change);
        }
        Ok(())
    }

    /// What a folder holds, in name order.
    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<DirItem>> {
        let folder = self.folder(self.find_dir(path)?)?;
        let item = |(name, node): (&String, &InodeId)| {
            let kind = match &self.nodes[*node] {
                Inode::File(_) => DirKind::File,
                Inode::Folder(_) => DirKind::Dir,
            };
            DirItem { name: name.clone(), kind }
        };
        Ok(folder.live.iter().map(item).collect())
    }

    /// The file with this id.
    pub(super) fn file(&self, node: InodeId) -> &FileNode {
        match &self.nodes[node] {
            Inode::File(file) => file,
            Inode::Folder(_) => unreachable!("only files are handed out by id"),
        }
    }

    /// The file with this id.
    pub(super) fn file_mut(&mut self, node: InodeId) -> &mut FileNode {
        match &mut self.nodes[node] {
            Inode::File(file) => file,
            Inode::Folder(_) => unreachable!("only files are handed out by id"),
        }
    }

    /// Every file that has a name.
    pub(super) fn files(&self) -> Vec<InodeId> {
        let mut waiting = vec![ROOT];
        let mut files = Vec::new();
        while let Some(at) = waiting.pop() {
            match &self.nodes[at] {
                Inode::File(_) => files.push(at),
                Inode::Folder(folder) => waiting.extend(folder.live.values()),
            }
        }
        files
    }

    /// Bytes of all files that have a name.
    pub(super) fn used(&self) -> u64 {
        let len = |node: InodeId| self.file(node).content.live().len() as u64;
        self.files().into_iter().map(len).sum()
    }

    /// The disk after a power loss: every change of names is kept or lost on its own.
    pub(super) fn crash(&self, fate: &mut CrashFate<'_>) -> FileTree {
        let mut after = self.clone();
        for at in 0..after.nodes.len() {
            match &mut after.nodes[at] {
                Inode::File(file) => file.content = file.content.crash(fate),
                Inode::Folder(folder) => {
                    let mut kept = std::mem::take(&mut folder.pending);
                    kept.retain(|_| fate.keeps());
                    for change in &kept {
                        after.make_durable(at, change);
                    }
                }
            }
        }
        for node in &mut after.nodes {
            if let Inode::Folder(folder) = node {
                folder.live = folder.durable.clone();
            }
        }
        after
    }

    fn make_durable(&mut self, at: InodeId, change: &NameChange) {
        match change {
            NameChange::Link { name, node } => {
                self.durable(at, |names, _| {
                    names.insert(name.clone(), *node);
                });
            }
            NameChange::Unlink { name, node } => self.durable(at, |names, _| {
                if names.get(name) == Some(node) {
                    names.remove(name);
                }
            }),
            NameChange::Move { from, to, node } => {
                self.durable(from.0, |names, pending| {
                    if names.get(&from.1) == Some(node) {
                        names.remove(&from.1);
                    }
                    // The file must not come back under its old name.
                    pending.retain(|earlier| !earlier.links(&from.1, *node));
                });
                self.durable(at, |names, _| {
                    names.insert(to.clone(), *node);
                });
            }
        }
    }

    fn durable(
        &mut self,
        at: InodeId,
        edit: impl FnOnce(&mut BTreeMap<String, InodeId>, &mut Vec<NameChange>),
    ) {
        if let Inode::Folder(folder) = &mut self.nodes[at] {
            edit(&mut folder.durable, &mut folder.pending);
        }
    }

    fn link(&mut self, at: InodeId, name: String, new: Inode) -> io::Result<InodeId> {
        let node = self.nodes.len();
        let folder = self.folder_mut(at)?;
        folder.live.insert(name.clone(), node);
        folder.pending.push(NameChange::Link { name, node });
        self.nodes.push(new);
        Ok(node)
    }

    fn unlink(&mut self, path: &Path, node: InodeId) -> io::Result<()> {
        let (at, name) = self.parent(path)?;
        let folder = self.folder_mut(at)?;
        folder.live.remove(&name);
        folder.pending.push(NameChange::Unlink { name, node });
        Ok(())
    }

    fn parent(&self, path: &Path) -> io::Result<(InodeId, String)> {
        let mut names = names(path)?;
        let name = names.pop().ok_or(ErrorKind::IsADirectory)?;
        Ok((self.walk(&names)?, name))
    }

    fn find_dir(&self, path: &Path) -> io::Result<InodeId> {
        let at = self.walk(&names(path)?)?;
        self.folder(at).map(|_| at)
    }

    fn walk(&self, names: &[String]) -> io::Result<InodeId> {
        let mut at = ROOT;
        for name in names {
            at = *self.folder(at)?.live.get(name).ok_or(ErrorKind::NotFound)?;
        }
        Ok(at)
    }

    fn folder(&self, at: InodeId) -> io::Result<&Directory> {
        match &self.nodes[at] {
            Inode::Folder(folder) => Ok(folder),
            Inode::File(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }

    fn folder_mut(&mut self, at: InodeId) -> io::Result<&mut Directory> {
        match &mut self.nodes[at] {
            Inode::Folder(folder) => Ok(folder),
            Inode::File(_) => Err(ErrorKind::NotADirectory.into()),
        }
    }
}

impl NameChange {
    fn links(&self, wanted: &str, file: InodeId) -> bool {
        matches!(self, NameChange::Link { name, node } if name == wanted && *node == file)
    }
}

/// The names along a path from the root folder; relative paths start there too.
fn names(path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => {
                names.push(name.to_str().ok_or(ErrorKind::InvalidInput)?.to_string());
            }
            _ => return Err(ErrorKind::InvalidInput.into()),
        }
    }
    Ok(names)
}
