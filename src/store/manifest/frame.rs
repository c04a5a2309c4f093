//! The bytes of a manifest: a header, then frames of one edit each, then zeros.
//!
//! Every frame says up to where the file was durable when the frame was written. What does not
//! validate is therefore a torn tail only if no valid frame vouches for it; otherwise it is
//! corruption. A frame without an edit is a mark: it vouches for the edit before it.

use super::state::{ManifestEdit, ManifestState};
use crate::error::Reading;
use crate::io::codec;
use crate::{Error, Result, limits};
use std::ops::Range;
use std::path::Path;

/// The header in error messages.
const HEADER: Reading = Reading::Header("manifest header");
const MAGIC: [u8; 8] = *b"ANMANI\r\n";
const VERSION: u32 = 1;
/// Bytes of the header: magic, version, compatible and incompatible bits, zeros, id, zeros, CRC.
pub(crate) const HEADER_LEN: u64 = 40;
/// Bytes of the head of a frame: length, CRC of the payload, durable offset, CRC of the head.
pub(crate) const HEAD_LEN: u64 = 20;
/// Where the id stands in the header.
const ID_OFFSET: usize = 24;
/// Where the header's CRC stands, and what it covers.
const CRC_OFFSET: usize = 36;
const HEAD_BYTES: usize = HEAD_LEN as usize;
const HEADER_BYTES: usize = HEADER_LEN as usize;

/// A manifest read back.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The random id of the file, the salt of its CRCs.
    pub(crate) id: u64,
    pub(crate) state: ManifestState,
    /// Where the next frame goes.
    pub(crate) end: u64,
    /// Where the last edit ends: `end` without marks. Without a mark behind it, it may be an edit
    /// whose sync failed.
    pub(crate) durable: u64,
    /// Bytes from `end` that are not zero and belong to no frame: a torn tail.
    pub(crate) torn_bytes: u64,
}

/// The header of a new manifest.
pub(crate) fn header(id: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[ID_OFFSET..32].copy_from_slice(&id.to_le_bytes());
    let crc = codec::crc(id, &bytes[..CRC_OFFSET]);
    bytes[CRC_OFFSET..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Reads the id from a header.
///
/// # Errors
/// [`Error::Corrupt`], or [`Error::Unsupported`] for a later version or unknown incompatible bits.
pub(crate) fn parse_header(bytes: &[u8], path: &Path) -> Result<u64> {
    let damaged = |got: &str| Error::corrupt(path, 0, HEADER, "a sound header", got);
    if codec::slice_at(bytes, 0, 8) != Some(&MAGIC) {
        return Err(damaged("other magic bytes"));
    }
    let id = codec::u64_at(bytes, ID_OFFSET).ok_or_else(|| damaged("end of file"))?;
    let covered = codec::slice_at(bytes, 0, CRC_OFFSET).ok_or_else(|| damaged("end of file"))?;
    if codec::u32_at(bytes, CRC_OFFSET) != Some(codec::crc(id, covered)) {
        return Err(damaged("a wrong CRC"));
    }
    let unsupported = |feature: String| Error::Unsupported { path: path.to_path_buf(), feature };
    match (codec::u32_at(bytes, 8), codec::u32_at(bytes, 16)) {
        (Some(VERSION), Some(0)) => Ok(id),
        (Some(VERSION), bits) => {
            let bits = bits.unwrap_or_default();
            Err(unsupported(format!("manifest feature bits {bits:#x}")))
        }
        (version, _) => {
            let version = version.unwrap_or_default();
            Err(unsupported(format!("manifest version {version}")))
        }
    }
}

/// A frame at `offset` of the manifest `id`; an empty edit gives a mark.
///
/// `durable` is where the last edit before it ends. `None` when the edit is too large.
pub(crate) fn frame(id: u64, offset: u64, durable: u64, edit: &[ManifestEdit]) -> Option<Vec<u8>> {
    let payload = match edit {
        [] => Vec::new(),
        edit => codec::encode(edit),
    };
    frame_of(id, offset, durable, &payload)
}

/// A frame around the bytes of an edit.
pub(super) fn frame_of(id: u64, offset: u64, durable: u64, payload: &[u8]) -> Option<Vec<u8>> {
    if payload.len() > limits::MANIFEST_EDIT_BYTES_MAX {
        return None;
    }
    let len = u32::try_from(payload.len()).ok()?;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len());
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(&codec::crc(id, payload).to_le_bytes());
    bytes.extend_from_slice(&durable.to_le_bytes());
    bytes.extend_from_slice(&head_crc(id, offset, &bytes).to_le_bytes());
    bytes.extend_from_slice(payload);
    Some(bytes)
}

/// The offset is under the CRC too: a frame is valid in its own place only.
fn head_crc(id: u64, offset: u64, head: &[u8]) -> u32 {
    codec::crc(id.wrapping_add(offset), head)
}

struct FrameHeader {
    len: usize,
    payload_crc: u32,
    durable: u64,
}

/// The head at `offset`, if it is valid there.
fn head_at(bytes: &[u8], id: u64, offset: usize) -> Option<FrameHeader> {
    let place = u64::try_from(offset).ok()?;
    let len = codec::u32_at(bytes, offset)?;
    let durable = codec::u64_at(bytes, offset.checked_add(8)?)?;
    // Cheap tests first: the scan behind a torn frame tries every offset.
    if !(HEADER_LEN..=place).contains(&durable) {
        return None;
    }
    let covered = codec::slice_at(bytes, offset, 16)?;
    if codec::u32_at(bytes, offset.checked_add(16)?)? != head_crc(id, place, covered) {
        return None;
    }
    Some(FrameHeader {
        len: usize::try_from(len).ok()?,
        payload_crc: codec::u32_at(bytes, offset.checked_add(4)?)?,
        durable,
    })
}

/// Reads a whole manifest.
///
/// # Errors
/// [`Error::Corrupt`] when durable bytes do not validate, [`Error::Unsupported`].
pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Loaded> {
    let id = parse_header(bytes, path)?;
    let mut loaded = Loaded {
        id,
        state: ManifestState::default(),
        end: HEADER_LEN,
        durable: HEADER_LEN,
        torn_bytes: 0,
    };
    let mut offset = HEADER_BYTES;
    while let Some((payload, next)) = frame_at(bytes, id, offset) {
        if !payload.is_empty() {
            apply(payload, offset, path, &mut loaded.state)?;
            loaded.durable = next as u64;
        }
        offset = next;
    }
    loaded.end = offset as u64;
    let rest = bytes.get(offset..).unwrap_or_default();
    let torn = len_without_zeros(rest);
    loaded.torn_bytes = torn as u64;
    // A head speaks of a durable offset: none begins within the zeros.
    if let Some(durable) = durable_beyond(bytes, id, offset..offset + torn) {
        let expected = format!("sound frames up to byte {durable}");
        return Err(Error::corrupt(path, loaded.end, "manifest frame", expected, "damage"));
    }
    Ok(loaded)
}

/// All edits that validate, in their order, wherever they stand: what is left of a damaged
/// manifest. The bytes of the id need not be under a sound header: if they are wrong, no frame
/// validates.
pub(crate) fn remains(bytes: &[u8]) -> Vec<Vec<ManifestEdit>> {
    let mut edits = Vec::new();
    let id = codec::u64_at(bytes, ID_OFFSET).unwrap_or(0);
    let mut offset = HEADER_BYTES;
    while offset < bytes.len() {
        match frame_at(bytes, id, offset) {
            Some((payload, next)) => {
                edits.extend(codec::decode::<Vec<ManifestEdit>>(payload));
                offset = next;
            }
            None => offset += 1,
        }
    }
    edits
}

/// The payload of the frame at `offset` and where the next one begins.
fn frame_at(bytes: &[u8], id: u64, offset: usize) -> Option<(&[u8], usize)> {
    let head = head_at(bytes, id, offset)?;
    let start = offset.checked_add(HEAD_BYTES)?;
    let payload = codec::slice_at(bytes, start, head.len)?;
    (codec::crc(id, payload) == head.payload_crc).then_some((payload, start + payload.len()))
}

fn apply(payload: &[u8], offset: usize, path: &Path, state: &mut ManifestState) -> Result<()> {
    let damaged = |expected: &str, got: String| {
        Error::corrupt(path, offset as u64, "manifest edit", expected, got)
    };
    let edit: Vec<ManifestEdit> = codec::decode(payload)
        .ok_or_else(|| damaged("changes", "bytes that do not decode".into()))?;
    state.apply(&edit).map_err(|misfit| damaged(misfit.0, misfit.1.to_string()))
}

/// The highest durable offset beyond the start of `torn` that any head in there speaks of.
fn durable_beyond(bytes: &[u8], id: u64, torn: Range<usize>) -> Option<u64> {
    let end = torn.start as u64;
    let heads = torn.filter_map(|offset| head_at(bytes, id, offset));
    let highest = heads.map(|head| head.durable).max()?;
    (highest > end).then_some(highest)
}

/// The length of `bytes` without the zeros at their end.
fn len_without_zeros(bytes: &[u8]) -> usize {
    const CHUNK: usize = 1024;
    // Whole chunks first, without a branch for each byte: most of a manifest is zeros.
    let is_zero = |chunk: &&[u8]| chunk.iter().fold(0, |all, byte| all | byte) == 0;
    let zeros: usize = bytes.rchunks(CHUNK).take_while(is_zero).map(<[u8]>::len).sum();
    let rest = bytes.get(..bytes.len() - zeros).unwrap_or_default();
    rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}
