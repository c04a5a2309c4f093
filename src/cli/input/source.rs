//! Where records come from: a file or stdin, gzip and Zstandard being told by their first bytes.

use super::gzip::GzipMembers;
use crate::cli::failure::{Failure, Outcome};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER_BYTES: usize = 256 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A frame that holds no data, behind a byte from 0x50 to 0x5f: parallel packers begin with one.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// An opened input.
pub(in crate::cli) struct Input {
    /// The text, decompressed.
    pub(super) reader: Box<dyn Read + Send>,
    /// For messages.
    pub(in crate::cli) path: PathBuf,
    /// Length of the file in bytes, where it is one.
    pub(in crate::cli) len: Option<u64>,
    /// Bytes that were read so far, before decompression.
    pub(in crate::cli) progress: Arc<AtomicU64>,
}

impl Input {
    /// Opens a file, or stdin for `-`.
    pub(in crate::cli) fn open(path: &Path) -> Outcome<Input> {
        let failed = |error| Failure::file("read", path, error);
        let (raw, len): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(failed)?;
            let metadata = file.metadata().map_err(failed)?;
            (Box::new(file), metadata.is_file().then_some(metadata.len()))
        };
        let progress = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: raw, count: Arc::clone(&progress) };
        Ok(Input {
            reader: decompressed(counted).map_err(failed)?,
            path: path.to_path_buf(),
            len,
            progress,
        })
    }
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.count.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

fn decompressed(mut raw: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(ZSTD_MAGIC.len());
    raw.by_ref().take(ZSTD_MAGIC.len() as u64).read_to_end(&mut magic)?;
    let is_gzip = magic.starts_with(&GZIP_MAGIC);
    let is_zstd = magic == ZSTD_MAGIC
        || magic.ends_with(&ZSTD_SKIPPABLE) && magic.first().is_some_and(|first| first >> 4 == 5);
    let whole = Cursor::new(magic).chain(raw);
    Ok(if is_gzip {
        Box::new(GzipMembers::new(BufReader::with_capacity(BUFFER_BYTES, whole)))
    } else if is_zstd {
        let packed = BufReader::with_capacity(BUFFER_BYTES, whole);
        Box::new(zstd::stream::read::Decoder::with_buffer(packed)?)
    } else {
        Box::new(whole)
    })
}
