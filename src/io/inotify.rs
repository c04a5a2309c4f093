//! Waiting for changes of a folder on Linux, by inotify.

use super::watch::Watch;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fd::OwnedFd;
use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
use rustix::io::{Errno, read, write};
use std::io;
use std::path::Path;
use std::time::Duration;

/// File systems that other machines may write to without an inotify event here: NFS, SMB 1, CIFS
/// and SMB 2, 9P, FUSE, Ceph; numbers of `statfs(2)`.
const SHARED: [u64; 6] = [0x6969, 0x517b, 0xff53_4d42, 0x0102_1997, 0x6573_5546, 0x00c3_6400];
/// Bytes for the events that are pending; those that do not fit are read next time.
const EVENTS_LEN: usize = 4096;
/// Where waiting fails, this pause keeps a reader from spinning.
const PAUSE: Duration = Duration::from_millis(50);

/// Watches the files directly in a folder for writes, and for new and renamed names.
#[derive(Debug)]
pub(super) struct FolderWatch {
    changes: OwnedFd,
    woken: OwnedFd,
}

impl FolderWatch {
    /// Begins to watch: changes from now on end a wait.
    ///
    /// # Errors
    /// If the file system gives no events for changes by other machines, or the limits of the
    /// system are used up.
    pub(super) fn new(folder: &Path) -> io::Result<FolderWatch> {
        let kind = rustix::fs::statfs(folder)?.f_type;
        if u64::try_from(kind).is_ok_and(|kind| SHARED.contains(&kind)) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let changes = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let wanted = WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::MOVED_TO;
        add_watch(&changes, folder, wanted | WatchFlags::ONLYDIR)?;
        let woken = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(FolderWatch { changes, woken })
    }
}

impl Watch for FolderWatch {
    fn wait(&self, timeout: Duration) {
        let timeout = Timespec::try_from(timeout).ok();
        let mut both = [&self.changes, &self.woken].map(|fd| PollFd::new(fd, PollFlags::IN));
        match poll(&mut both, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => std::thread::sleep(PAUSE),
        }
        // The events are dropped unread: after this the reader looks at the files anyway.
        drain(&self.changes);
        drain(&self.woken);
    }

    fn wake(&self) {
        // Fails only after 2^64 calls without a wait between them.
        let _ = write(&self.woken, &1_u64.to_ne_bytes());
    }
}

/// Reads what is pending, without blocking.
fn drain(fd: &OwnedFd) {
    let mut events = [0; EVENTS_LEN];
    let _ = read(fd, &mut events[..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Instant;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    /// Whether the wait ends before its time.
    fn ends_the_wait(watch: &FolderWatch) -> bool {
        let begin = Instant::now();
        watch.wait(SHORT);
        begin.elapsed() < SHORT
    }

    #[test]
    fn writes_new_names_and_renames_end_one_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        fs::write(&path, b"before").expect("writes");
        let watch = FolderWatch::new(folder.path()).expect("a local folder");
        assert!(!ends_the_wait(&watch));
        let file = fs::OpenOptions::new().write(true).open(&path).expect("opens");
        std::os::unix::fs::FileExt::write_all_at(&file, b"x", 0).expect("writes");
        assert!(ends_the_wait(&watch) && !ends_the_wait(&watch));
        fs::rename(&path, folder.path().join("other")).expect("renames");
        assert!(ends_the_wait(&watch) && !ends_the_wait(&watch));
        fs::read(folder.path().join("other")).expect("reads");
        assert!(!ends_the_wait(&watch));
    }

    #[test]
    fn a_wake_ends_the_wait_that_runs_and_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let watch = FolderWatch::new(folder.path()).expect("a local folder");
        let begin = Instant::now();
        watch.wake();
        watch.wait(LONG);
        std::thread::scope(|scope| {
            scope.spawn(|| watch.wait(LONG));
            std::thread::sleep(SHORT);
            watch.wake();
        });
        assert!(begin.elapsed() < LONG / 2);
        assert!(!ends_the_wait(&watch));
    }
}
