//! The changes of a store: of bytes, lengths, whole files.

use super::world::{ROOT, World, list};
use annals::io::{Io, Mode};
use annals::testing::SimDisk;
use std::fmt;
use std::path::{Path, PathBuf};

/// Ways in which a byte is changed: each bit flipped, all bits cleared, all set.
const WAYS: u64 = 10;

/// One change of a store.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Byte {
        file: PathBuf,
        offset: usize,
        way: u64,
    },
    Cut {
        file: PathBuf,
        len: usize,
    },
    Missing(PathBuf),
    Swapped(PathBuf, PathBuf),
    /// The file of the same kind of another store.
    Foreign(PathBuf),
    /// The same file under another name, too.
    Twice(PathBuf, PathBuf),
    /// A later version wrote it.
    Version(PathBuf),
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Byte { file, offset, way } => {
                write!(out, "{} byte {offset} way {way}", file.display())
            }
            Change::Cut { file, len } => write!(out, "{} cut at {len}", file.display()),
            Change::Missing(file) => write!(out, "{} missing", file.display()),
            Change::Swapped(one, two) => {
                write!(out, "{} and {} swapped", one.display(), two.display())
            }
            Change::Foreign(file) => write!(out, "{} foreign", file.display()),
            Change::Twice(file, to) => {
                write!(out, "{} also as {}", file.display(), to.display())
            }
            Change::Version(file) => write!(out, "{} of a later version", file.display()),
        }
    }
}

impl Change {
    /// The files that differ after the change.
    pub(super) fn files(&self) -> Vec<&Path> {
        match self {
            Change::Byte { file, .. }
            | Change::Cut { file, .. }
            | Change::Missing(file)
            | Change::Foreign(file)
            | Change::Version(file) => vec![file],
            Change::Swapped(one, two) | Change::Twice(one, two) => vec![one, two],
        }
    }

    /// Whether a file with this name is concerned.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.files().iter().any(|file| file.ends_with(name))
    }

    /// The store with the change.
    pub(super) fn applied(&self, world: &World) -> SimDisk {
        let disk = world.disk.fork();
        let bytes = |path: &Path| world.disk.contents(path).expect("is there");
        let put = |path: &Path, bytes: Vec<u8>| {
            disk.damage(path, |old| *old = bytes).expect("is there");
        };
        match self {
            Change::Byte { file, offset, way } => {
                let changed = |byte: u8| match way {
                    8 => 0,
                    9 => 0xff,
                    bit => byte ^ (1 << bit),
                };
                disk.damage(file, |bytes| bytes[*offset] = changed(bytes[*offset]))
                    .expect("is there");
            }
            Change::Cut { file, len } => {
                disk.damage(file, |bytes| bytes.truncate(*len)).expect("is there");
            }
            Change::Missing(file) => disk.remove(file).expect("is there"),
            Change::Swapped(one, two) => {
                put(one, bytes(two));
                put(two, bytes(one));
            }
            Change::Foreign(file) => put(file, foreign(world, file)),
            Change::Twice(file, to) => {
                let copy = disk.open(to, Mode::CreateNew).expect("is not there");
                copy.write_all_at(&bytes(file), 0).expect("writes");
            }
            Change::Version(file) => put(file, of_later_version(bytes(file))),
        }
        disk
    }
}

/// The file of another store that stands where this one does.
fn foreign(world: &World, file: &Path) -> Vec<u8> {
    let mut files = Vec::new();
    list(&world.foreign, Path::new(ROOT), &mut files);
    let place = world.files.iter().position(|path| path == file).expect("a file of the store");
    world.foreign.contents(&files[place]).expect("is there")
}

/// Where version and checksum stand in the head of a file, and the id that salts it.
fn head_of(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(..8)? {
        b"ANNALSEG" => Some((20, 28)),
        b"ANLOG\r\n\x1a" => Some((24, 60)),
        b"ANMANI\r\n" => Some((24, 36)),
        _ => None,
    }
}

fn of_later_version(mut bytes: Vec<u8>) -> Vec<u8> {
    let (id, sum) = head_of(&bytes).expect("a file with a version");
    bytes[8] += 1;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes[id..id + 8]);
    crc.update(&bytes[..sum]);
    bytes[sum..sum + 4].copy_from_slice(&crc.finalize().to_le_bytes());
    bytes
}

/// The changes of whole files.
pub(super) fn of_files(world: &World) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, file) in world.files.iter().enumerate() {
        changes.push(Change::Missing(file.clone()));
        changes.push(Change::Foreign(file.clone()));
        for other in &world.files[index + 1..] {
            changes.push(Change::Swapped(file.clone(), other.clone()));
        }
        if head_of(&world.disk.contents(file).expect("is there")).is_some() {
            changes.push(Change::Version(file.clone()));
        }
        let name = file.file_name().expect("a name").to_string_lossy();
        for name in [format!("{name}.copy"), name.replacen('0', "1", 1), "00000099.log".into()] {
            let to = file.with_file_name(name);
            if !world.files.contains(&to) {
                changes.push(Change::Twice(file.clone(), to));
            }
        }
    }
    changes
}

/// Bytes that are changed one by one.
pub(super) fn bytes(world: &World) -> u64 {
    world.own.iter().map(|(_, len)| len).sum()
}

/// Number of the changes of bytes and lengths.
pub(super) fn count(world: &World) -> u64 {
    bytes(world) * (WAYS + 1)
}

/// The change of a byte or length with a number below [`count`].
pub(super) fn of_bytes(world: &World, number: u64) -> Change {
    let (mut offset, way) = (number / (WAYS + 1), number % (WAYS + 1));
    for (file, len) in &world.own {
        if offset >= *len {
            offset -= len;
            continue;
        }
        let (file, offset) = (file.clone(), offset as usize);
        return match way {
            WAYS => Change::Cut { file, len: offset },
            _ => Change::Byte { file, offset, way },
        };
    }
    unreachable!("a number below the count")
}
