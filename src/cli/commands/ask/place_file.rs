//! The file in which `follow` keeps its place.

use crate::cli::failure::{Failure, Outcome};
use annals::query::FollowCursor;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A place is written at most this often: a sync takes milliseconds.
const INTERVAL: Duration = Duration::from_millis(100);

/// A file that holds one place as text, and when it was written.
pub(super) struct PlaceFile {
    path: PathBuf,
    /// The place in the file, if it was read or written.
    written: Option<FollowCursor>,
    written_at: Option<Instant>,
    /// The file is older than the last place noted.
    is_old: bool,
}

impl PlaceFile {
    pub(super) fn new(path: PathBuf) -> PlaceFile {
        PlaceFile { path, written: None, written_at: None, is_old: false }
    }

    /// The place in the file; `None` if there is no file.
    pub(super) fn read(&self) -> Outcome<Option<FollowCursor>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| Failure::file("read", &self.path, error))?,
        };
        let place = text.strip_suffix('\n').unwrap_or(&text).parse();
        place.map(Some).map_err(|error| {
            Failure::usage("--cursor-file", format!("{}: {error}", self.path.display()))
        })
    }

    /// Notes a place; everything before it has been written to stdout. The file has it at once or
    /// within 100 ms, if this is called again when [`Self::due_in`] says.
    ///
    /// Durability: where stdout is a file, its bytes are durable before the place is.
    pub(super) fn note(&mut self, place: FollowCursor, at_once: bool) -> Outcome {
        self.is_old = self.written != Some(place);
        if self.is_old && (at_once || self.due_in().is_none_or(|rest| rest.is_zero())) {
            sync_stdout();
            let write = self.write(place);
            write.map_err(|error| Failure::file("write", &self.path, error))?;
            (self.written, self.written_at) = (Some(place), Some(Instant::now()));
            self.is_old = false;
        }
        Ok(())
    }

    /// How long the last place may still wait; `None` when the file has it or nothing is in the
    /// way of writing it.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let since = self.written_at.filter(|_| self.is_old)?.elapsed();
        Some(INTERVAL.saturating_sub(since))
    }

    /// Replaces the file: a crash leaves the old place or the new one.
    fn write(&self, place: FollowCursor) -> io::Result<()> {
        let mut name = self.path.clone().into_os_string();
        name.push(".tmp");
        let temporary = Path::new(&name);
        let mut file = File::create(temporary)?;
        writeln!(file, "{place}")?;
        file.sync_data()?;
        fs::rename(temporary, &self.path)
    }
}

/// Makes what was written to stdout durable, if it is a file.
fn sync_stdout() {
    let stdout = io::stdout().as_fd().try_clone_to_owned();
    if let Ok(file) = stdout.map(File::from)
        && file.metadata().is_ok_and(|metadata| metadata.is_file())
        && let Err(error) = file.sync_data()
    {
        crate::cli::failure::tell(format_args!(
            "note: what was printed may not be durable: {error}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: u64) -> FollowCursor {
        FollowCursor { epoch: 1, seq }
    }

    #[test]
    fn a_place_is_written_whole_and_not_too_often() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("place");
        let mut file = PlaceFile::new(path.clone());
        assert!(file.read().expect("no file is fine").is_none());
        file.note(at(1), false).expect("writes");
        assert_eq!(fs::read_to_string(&path).expect("reads"), "1:1\n");
        assert!(file.due_in().is_none());
        file.note(at(2), false).expect("writes");
        assert_eq!(file.read().expect("reads"), Some(at(1)));
        std::thread::sleep(file.due_in().expect("it waits"));
        file.note(at(2), false).expect("writes");
        file.note(at(3), true).expect("writes");
        assert_eq!(file.read().expect("reads"), Some(at(3)));
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for text in ["", "7", "1:7\n\n", "x"] {
            let path = folder.path().join("place");
            fs::write(&path, text).expect("writes");
            assert!(matches!(PlaceFile::new(path).read(), Err(Failure::Usage(_))), "{text}");
        }
    }
}
