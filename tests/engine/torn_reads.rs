//! A reader that meets the writer in the middle of a write: it may see the later page of the file
//! as it is after the write, and the earlier one as it was before.

use annals::event::Event;
use annals::io::{
    Access, DirItem, Disk, File, Io, LockGuard, ManualClock, Mode, Region, SeededRandom,
};
use annals::store::Store;
use annals::testing::SimDisk;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

const FOLDER: &str = "/store";
const MANIFEST: &str = "/store/manifest";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const PAGE: usize = 4096;

/// A disk whose next read of the whole manifest sees an old first page, once.
#[derive(Debug)]
struct TornDisk {
    disk: Disk,
    old: Arc<Mutex<Option<Vec<u8>>>>,
}

#[derive(Debug)]
struct TornFile {
    file: Box<dyn File>,
    old: Arc<Mutex<Option<Vec<u8>>>>,
}

impl File for TornFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.file.read_at(buffer, offset)?;
        if offset == 0
            && count > PAGE
            && let Some(old) = self.old.lock().expect("no panic").take()
        {
            buffer[..PAGE].copy_from_slice(&old[..PAGE]);
        }
        Ok(count)
    }
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }
    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
}

impl Io for TornDisk {
    fn open(&self, path: &Path, mode: Mode) -> io::Result<Box<dyn File>> {
        let file = self.disk.open(path, mode)?;
        match path == Path::new(MANIFEST) {
            true => Ok(Box::new(TornFile { file, old: Arc::clone(&self.old) })),
            false => Ok(file),
        }
    }
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.disk.create_dir_all(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<DirItem>> {
        self.disk.list(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.disk.remove_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.disk.sync_dir(path)
    }
    fn protect(&self, path: &Path) -> io::Result<()> {
        self.disk.protect(path)
    }
    fn load(&self, path: &Path, access: Access) -> io::Result<Region> {
        self.disk.load(path, access)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn LockGuard>>> {
        self.disk.lock(path)
    }
}

fn manifest(disk: &Disk) -> Vec<u8> {
    let file = disk.open(Path::new(MANIFEST), Mode::Read).expect("it is there");
    let mut bytes = vec![0; file.len().expect("it has a length") as usize];
    file.read_at(&mut bytes, 0).expect("it can be read");
    bytes
}

fn event(number: i64) -> Event {
    let json = format!(
        r#"{{"occurred_at":"2026-03-19T00:00:00Z","category":"c","activity":"a","id":"{number}"}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

#[test]
fn half_of_an_edit_that_is_being_written_is_not_taken_for_damage() {
    let disk = SimDisk::new(1).shared();
    let options = Store::builder()
        .background(false)
        .disk(Arc::clone(&disk))
        .clock(Arc::new(ManualClock::new(TODAY)))
        .random(Arc::new(SeededRandom::new(1)));
    let old = Arc::new(Mutex::new(None));
    let torn = TornDisk { disk: Arc::clone(&disk), old: Arc::clone(&old) };
    let writer = options.open(FOLDER).expect("a new store");
    let reader = options.disk(Arc::new(torn));
    let reader = reader.open_reader(FOLDER).expect("a reader beside the writer");
    for number in 0..100 {
        let before = manifest(&disk);
        writer.append(event(number)).expect("the disk takes it");
        writer.seal().expect("the disk takes it");
        let after = manifest(&disk);
        // The edits of the seal begin in the first page and end in the second.
        if before[..PAGE] != after[..PAGE] && before[PAGE..] != after[PAGE..] {
            *old.lock().expect("no panic") = Some(before);
            reader.refresh().expect("nothing is damaged");
            assert!(old.lock().expect("no panic").is_none(), "the read was not torn");
            assert_eq!(reader.snapshot().last_seq(), Some(number as u64 + 1));
            return;
        }
    }
    panic!("no edit crosses the border of a page");
}
