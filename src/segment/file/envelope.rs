//! The frame of a segment file: header, checked bytes, checksums, footer, trailer.

use super::contents::Contents;
use super::meta::{Footer, SegmentId};
use super::retention_keys::RetentionKeys;
use crate::error::Reading;
use crate::io::Region;
use crate::io::codec;
use crate::segment::codec::blocks::{BLOCK_BYTES, Blocks, ByteSpan, Sections, checksums};
use crate::{Error, Result};
use std::path::Path;

/// The header in error messages.
const HEADER: Reading = Reading::Header("segment header");
const MAGIC: [u8; 8] = *b"ANNALSEG";
const VERSION: u32 = 1;
/// The incompatible features that this version reads. It writes none: bit 0, columns of the codec
/// patterns, is of older segments.
const FEATURES_KNOWN: u32 = 1;
/// magic, version, compatible features, incompatible features, id, checksum.
const HEADER_BYTES: usize = 8 + 4 + 4 + 4 + 8 + 4;
/// footer length, footer checksum, magic.
const TRAILER_BYTES: usize = 8 + 4 + 8;
/// Bytes of a file that are written at once.
const PIECE_BYTES: usize = 1 << 20;
/// A footer longer than this is not one: the meta lists at most 4,096 combinations.
const FOOTER_BYTES_MAX: u64 = 64 << 20;

/// The end of a segment file, encoded with bincode.
#[derive(Debug, serde::Serialize)]
struct FooterFrame {
    meta: Footer,
    places: SectionSpans,
}

/// Where the parts of a segment file are.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct SectionSpans {
    /// Bytes from the start of the file that the block checksums cover.
    checked_len: u64,
    /// The table of contents, within the checked bytes.
    contents: ByteSpan,
    /// One checksum a block of the checked bytes.
    checksums: ByteSpan,
    checksums_crc: u32,
}

/// Bytes of [`SectionSpans`] and of the field before them: the end of every footer.
const FOOTER_END_BYTES: usize = 1 + 8 + 16 + 16 + 4;

impl FooterFrame {
    /// Decodes a footer but for its combinations, which may be thousands.
    fn decode(bytes: &[u8]) -> Option<FooterFrame> {
        let ((facts, replaces), rest) = codec::decode_front(bytes)?;
        let end = rest.len().checked_sub(FOOTER_END_BYTES)?;
        let (retention_keys, end) = rest.split_at_checked(end)?;
        let (retention_keys_complete, places) = codec::decode(end)?;
        let retention_keys = RetentionKeys::encoded(retention_keys);
        let meta = Footer { facts, replaces, retention_keys, retention_keys_complete };
        Some(FooterFrame { meta, places })
    }
}

fn header(id: SegmentId) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&[0; 8]);
    header.extend_from_slice(&id.0.to_le_bytes());
    header.extend_from_slice(&codec::crc(id.0, &header).to_le_bytes());
    header
}

/// Takes the bytes of a new file, from the first one on.
pub(crate) type FileSink<'f> = dyn FnMut(&[u8]) -> Result<()> + 'f;

/// A segment file that is being written piece by piece, so that it is never in memory as a whole.
pub(crate) struct FileWriter<'f> {
    salt: u64,
    sink: &'f mut FileSink<'f>,
    /// Bytes that the sink has.
    written: u64,
    /// The checksums of their blocks.
    sums: Vec<u32>,
}

impl<'f> FileWriter<'f> {
    /// Begins a file; its sections start behind the header.
    pub(crate) fn begin(id: SegmentId, sink: &'f mut FileSink<'f>) -> (Self, Sections) {
        let writer = FileWriter { salt: id.0, sink, written: 0, sums: Vec::new() };
        (writer, Sections::behind(header(id)))
    }

    /// Writes the blocks that are full, once they are worth a call.
    ///
    /// # Errors
    /// Those of the sink.
    pub(crate) fn pass_on(&mut self, sections: &mut Sections) -> Result<()> {
        let waiting = sections.waiting();
        if waiting.len() < PIECE_BYTES {
            return Ok(());
        }
        let full = &waiting[..waiting.len() - waiting.len() % BLOCK_BYTES];
        (self.sink)(full)?;
        self.sums.append(&mut checksums(self.salt, full));
        let len = full.len();
        sections.let_go(len);
        self.written += len as u64;
        Ok(())
    }

    /// Writes the rest, then table of contents, checksums, footer and trailer. Gives the meta with
    /// what is known of the file only now.
    ///
    /// # Errors
    /// Those of the sink.
    pub(crate) fn finish(
        mut self,
        mut sections: Sections,
        contents: &Contents,
        mut meta: Footer,
    ) -> Result<Footer> {
        let salt = self.salt;
        let mut encoded = contents.encode();
        let contents = sections.section(|bytes| bytes.append(&mut encoded));
        let mut bytes = sections.into_waiting();
        self.sums.append(&mut checksums(salt, &bytes));
        let checked_len = self.written + bytes.len() as u64;
        let sums: Vec<u8> = self.sums.into_iter().flat_map(u32::to_le_bytes).collect();
        let checksums = ByteSpan { offset: checked_len, len: sums.len() as u64 };
        let checksums_crc = codec::crc(salt, &sums);
        bytes.extend_from_slice(&sums);

        (meta.facts.len, meta.facts.footer_crc) = (0, 0);
        let footer = FooterFrame {
            meta,
            places: SectionSpans { checked_len, contents, checksums, checksums_crc },
        };
        let encoded = codec::encode(&footer);
        let FooterFrame { mut meta, .. } = footer;
        meta.facts.footer_crc = codec::crc(salt, &encoded);
        bytes.extend_from_slice(&encoded);
        bytes.extend_from_slice(&(encoded.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&meta.footer_crc.to_le_bytes());
        bytes.extend_from_slice(&MAGIC);
        (self.sink)(&bytes)?;
        meta.facts.len = self.written + bytes.len() as u64;
        Ok(meta)
    }
}

/// Checks the frame of a file; the checked bytes, the table of contents and the meta.
///
/// # Errors
/// [`Error::Corrupt`] for bytes that are no sound segment, [`Error::Unsupported`] for another
/// version or features that this version must know.
pub(crate) fn open(region: Region, path: &Path) -> Result<(Blocks, Contents, Footer)> {
    let corrupt = |offset: usize, reading: &'static str, got: &dyn std::fmt::Display| {
        Error::corrupt(path, offset as u64, reading, "a sound segment", got)
    };
    let len = region.len();
    let salt = open_header(&region, path)?;
    let trailer = len.checked_sub(TRAILER_BYTES).and_then(|start| region.get(start..));
    let trailer = trailer.filter(|bytes| bytes.ends_with(&MAGIC));
    let trailer = trailer.ok_or_else(|| corrupt(len, "segment trailer", &"another end"))?;
    let footer_len = codec::u64_at(trailer, 0).filter(|len| *len <= FOOTER_BYTES_MAX);
    let footer_start =
        footer_len.and_then(|footer| len.checked_sub(TRAILER_BYTES + footer as usize));
    let footer_start =
        footer_start.ok_or_else(|| corrupt(len, "segment footer", &"a length beyond the file"))?;
    let encoded = region.get(footer_start..len - TRAILER_BYTES).unwrap_or_default();
    let footer_crc = codec::crc(salt, encoded);
    if codec::u32_at(trailer, 8) != Some(footer_crc) {
        return Err(corrupt(footer_start, "segment footer", &"another checksum"));
    }
    let footer = FooterFrame::decode(encoded);
    let footer = footer.ok_or_else(|| corrupt(footer_start, "segment footer", &"other fields"))?;
    let FooterFrame { mut meta, places } = footer;
    let SectionSpans { checked_len, contents, checksums, checksums_crc } = places;
    let blocks = read_checksums(&region, salt, checksums, checksums_crc)
        .filter(|sums| sums.len() as u64 == checked_len.div_ceil(BLOCK_BYTES as u64))
        .and_then(|sums| {
            Blocks::new(region.clone(), usize::try_from(checked_len).ok()?, salt, sums)
        });
    let blocks = blocks.ok_or_else(|| corrupt(footer_start, "block checksums", &"other bytes"))?;
    if meta.id != SegmentId(salt) {
        return Err(corrupt(footer_start, "segment id", &format_args!("{:016x}", meta.id.0)));
    }
    let encoded = blocks.bytes(contents, "table of contents");
    let contents = encoded.ok().and_then(Contents::decode);
    let contents =
        contents.ok_or_else(|| corrupt(footer_start, "table of contents", &"other bytes"))?;
    (meta.facts.len, meta.facts.footer_crc) = (len as u64, footer_crc);
    Ok((blocks, contents, meta))
}

fn open_header(region: &Region, path: &Path) -> Result<u64> {
    let header = region.get(..HEADER_BYTES).filter(|bytes| bytes.starts_with(&MAGIC));
    let Some(header) = header else {
        return Err(Error::corrupt(path, 0, HEADER, "ANNALSEG", "other bytes"));
    };
    let numbers = codec::u32_at(header, 8)
        .zip(codec::u32_at(header, 16))
        .zip(codec::u64_at(header, 20).zip(codec::u32_at(header, 28)));
    let Some(((version, incompatible), (salt, crc))) = numbers else {
        return Err(Error::corrupt(path, 8, HEADER, "32 bytes", "fewer"));
    };
    if crc != codec::crc(salt, header.get(..28).unwrap_or_default()) {
        return Err(Error::corrupt(path, 28, HEADER, "its checksum", "another one"));
    }
    if version != VERSION || incompatible & !FEATURES_KNOWN != 0 {
        let feature = format!("segment version {version} with features {incompatible:#x}");
        return Err(Error::Unsupported { path: path.to_path_buf(), feature });
    }
    Ok(salt)
}

fn read_checksums(region: &Region, salt: u64, span: ByteSpan, crc: u32) -> Option<Vec<u32>> {
    let from = usize::try_from(span.offset).ok()?;
    let bytes = region.get(from..from.checked_add(usize::try_from(span.len).ok()?)?)?;
    if codec::crc(salt, bytes) != crc {
        return None;
    }
    let (sums, rest) = bytes.as_chunks();
    rest.is_empty().then(|| sums.iter().map(|sum| u32::from_le_bytes(*sum)).collect())
}
