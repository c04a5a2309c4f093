//! The dumps on `docs/format.md` are the bytes of golden files, and the engine reads them.
//!
//! A dump is a fenced block behind a comment `<!-- bytes of PATH from OFFSET -->`. Each line is an
//! offset, bytes in hexadecimal, `|` and a meaning.

use annals::Error;
use annals::event::{Raw, StoredEvent};
use annals::io::Access;
use annals::query::Query;
use annals::store::Store;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The store that the dumps are taken from.
const STORE: &str = "tests/golden/v1-small/store";

/// Bytes that the page shows.
struct Dump {
    /// The file, below the crate.
    path: PathBuf,
    /// Where in the file they begin.
    from: usize,
    bytes: Vec<u8>,
}

impl Dump {
    /// Where the file belongs in a copy of the store.
    fn within(&self, store: &Path) -> PathBuf {
        store.join(self.path.strip_prefix(STORE).unwrap())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The dumps of the page, in their order.
fn dumps() -> Vec<Dump> {
    let page = fs::read_to_string(root().join("docs/format.md")).unwrap();
    let mut lines = page.lines();
    let mut dumps = Vec::new();
    while let Some(line) = lines.next() {
        let Some(place) = line.strip_prefix("<!-- bytes of ") else { continue };
        let (path, from) = place.trim_end_matches(" -->").rsplit_once(" from ").unwrap();
        let mut dump = Dump { path: path.into(), from: from.parse().unwrap(), bytes: Vec::new() };
        assert_eq!(lines.next(), Some("```text"), "a block follows `{line}`");
        for line in lines.by_ref().take_while(|line| *line != "```") {
            read_line(line, &mut dump);
        }
        dumps.push(dump);
    }
    dumps
}

/// Appends the bytes of a line, which must go on where the line before ended.
fn read_line(line: &str, dump: &mut Dump) {
    let (left, meaning) = line.split_once(" | ").expect(line);
    assert!(!meaning.is_empty(), "no meaning: {line}");
    let mut words = left.split_whitespace();
    let offset: usize = words.next().and_then(|word| word.parse().ok()).expect(line);
    assert_eq!(offset, dump.from + dump.bytes.len(), "{line}");
    dump.bytes.extend(words.map(|word| u8::from_str_radix(word, 16).expect(line)));
}

/// The events of a store in the order of the log, as lines of JSON.
fn contents(folder: &Path) -> annals::Result<String> {
    let options = Store::builder().access(Access::Heap);
    let store = options.open_reader(folder)?;
    assert_eq!(store.verify()?.problems, Vec::<String>::new());
    let mut lines = String::new();
    store.snapshot().query(&Query::all()).by_seq().for_each(|event: &StoredEvent| {
        lines.push_str(&String::from_utf8_lossy(&event.to_json(Raw::With)));
        lines.push('\n');
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lines)
}

#[test]
fn dumps_are_the_bytes_of_their_files() {
    let dumps = dumps();
    let names: Vec<_> = dumps.iter().filter_map(|dump| dump.path.file_name()).collect();
    assert_eq!(names, ["00000002.log", "synced", "2c2c8d35f618729f.seg"]);
    for dump in dumps {
        let file = fs::read(root().join(&dump.path)).unwrap();
        // Each goes to the end of its file.
        assert_eq!(file.get(dump.from..), Some(&dump.bytes[..]), "{}", dump.path.display());
    }
}

/// A copy of the store in which everything that the page shows is written from the page.
fn store_of_the_page() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["manifest", "store.toml"] {
        fs::copy(root().join(STORE).join(name), folder.path().join(name)).unwrap();
    }
    for dump in dumps() {
        let mut file = fs::read(root().join(&dump.path)).unwrap();
        file.truncate(dump.from);
        file.extend(&dump.bytes);
        let path = dump.within(folder.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

#[test]
fn the_engine_reads_what_the_page_shows() {
    let expected = root().join(STORE).with_file_name("expected.ndjson");
    let folder = store_of_the_page();
    assert_eq!(contents(folder.path()).unwrap(), fs::read_to_string(expected).unwrap());
}

#[test]
fn the_engine_refuses_every_other_byte_in_the_log() {
    let folder = store_of_the_page();
    let log = dumps().into_iter().next().unwrap();
    for place in 0..log.bytes.len() {
        let mut bytes = log.bytes.clone();
        bytes[place] ^= 1;
        fs::write(log.within(folder.path()), bytes).unwrap();
        let opened = contents(folder.path());
        assert!(matches!(opened, Err(Error::Corrupt { .. })), "byte {place}: {opened:?}");
    }
}
