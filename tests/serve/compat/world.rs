//! Records of products, a server that has imported them, and the way a client writes an address.

use crate::client::{Server, run};
pub(crate) use crate::real_file::real_file as shared;
use annals::io::SeededRandom;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// The JSON values of a text, one behind the other.
pub(crate) fn values(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter();
    values.collect::<Result<_, _>>().expect("values of JSON")
}

/// A server whose store has imported a file.
pub(crate) fn imported(from: &str, file: &Path) -> Server {
    let file = file.to_str().expect("a path of text");
    Server::after(&[], |store| drop(run(store, &["import", "--from", from, file])))
}

/// A server whose store has imported these records, in their order.
pub(crate) fn imported_records(from: &str, records: &[Value]) -> Server {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for record in records {
        writeln!(file, "{record}").expect("the disk takes it");
    }
    imported(from, file.path())
}

/// Random numbers by a seed.
pub(crate) struct Random(SeededRandom);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(SeededRandom::new(seed))
    }

    /// A number below another one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.below(end)
    }

    /// Whether it is the one time of so many.
    pub(crate) fn maybe(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("a place")]
    }
}

/// The query of an address.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).into(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(byte).collect()
    };
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}
