//! The files of real events.

pub(crate) use crate::real_file::real_file as file;
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the large file is sampled, one line of so many is taken.
const SAMPLE_EVERY: usize = 11;

/// A file of the crate.
pub(crate) fn example(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("docs/examples").join(name)
}

/// The lines of a file, unpacked if it is packed.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let mut text = String::new();
    let mut file = File::open(path).expect("a file that is there");
    let read = match path.extension().is_some_and(|extension| extension == "gz") {
        true => GzDecoder::new(file).read_to_string(&mut text),
        false => file.read_to_string(&mut text),
    };
    read.expect("the file is text");
    text.lines().map(str::to_owned).collect()
}

/// Whether the large file is used as a whole.
pub(crate) fn is_full() -> bool {
    let asked = std::env::var("ANNALS_ACCEPTANCE").is_ok_and(|value| value == "full");
    asked || !cfg!(debug_assertions)
}

/// The large file, whole or sampled: the files to import one after the other, and their lines.
pub(crate) fn git_rails(folder: &Path) -> Option<(Vec<PathBuf>, Vec<String>)> {
    let path = file("git_rails.ndjson.gz")?;
    let lines = lines(&path);
    if is_full() {
        return Some((vec![path], lines));
    }
    let sample: Vec<String> = lines.into_iter().step_by(SAMPLE_EVERY).collect();
    // Several imports make several segments, as the whole file does.
    let parts = sample.chunks(sample.len().div_ceil(4)).enumerate();
    let parts = parts.map(|(number, lines)| {
        let part = folder.join(format!("part-{number}.ndjson"));
        fs::write(&part, lines.join("\n")).expect("the disk takes it");
        part
    });
    Some((parts.collect(), sample))
}
