//! The memory map of sealed files: the only `unsafe` code of the crate.
#![allow(unsafe_code)]

use super::disk::Region;
use memmap2::MmapOptions;
use std::fs::File;
use std::io;

/// Maps the first `len` bytes of `file` read-only; an empty file gives an empty region.
///
/// Cutting the file short while it is mapped kills the process (SIGBUS): only for files that this
/// crate alone changes.
pub(super) fn map(file: &File, len: u64) -> io::Result<Region> {
    let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    if len == 0 {
        return Ok(Region::from_vec(Vec::new()));
    }
    // SAFETY: only sealed files are mapped. They have mode 0400 and live in a folder of mode 0700;
    // the crate never writes, cuts or replaces one in place, it only unlinks it, which keeps a map
    // valid. The CRCs of the layers above catch bytes that another program changes all the same.
    let map = unsafe { MmapOptions::new().len(len).map(file)? };
    Ok(Region::from_map(map))
}
