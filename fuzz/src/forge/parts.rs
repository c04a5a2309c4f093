//! A segment taken apart, and put together again with parts that somebody else made.

use super::contents::{Contents, Footer, Meta, Span};
use super::{crc, manifest_frames, recompute_manifest, u32_at, u64_at};
use std::ops::Range;

const MAGIC: &[u8; 8] = b"ANNALSEG";
const BLOCK_LEN: usize = 16 << 10;
const TRAILER_LEN: usize = 20;

/// A segment as its parts.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// Header and sections.
    pub(crate) body: Vec<u8>,
    pub(crate) contents: Contents,
    meta: Meta,
    /// What the manifest lists.
    listed: Meta,
}

impl Parts {
    /// Takes a sound segment apart.
    pub(crate) fn of(sound: &[u8]) -> Parts {
        let trailer_at = sound.len() - TRAILER_LEN;
        let footer_at = trailer_at - u64_at(sound, trailer_at) as usize;
        let footer: Footer =
            bincode::deserialize(&sound[footer_at..trailer_at]).expect("a footer as documented");
        let contents: Contents =
            bincode::deserialize(&sound[range(footer.layout)]).expect("contents as documented");
        let body = sound[..footer.layout.offset as usize].to_vec();
        let mut listed = footer.meta.stripped();
        listed.len = sound.len() as u64;
        listed.footer_crc = u32_at(sound, trailer_at + 8);
        Parts { body, contents, meta: footer.meta, listed }
    }

    /// The bytes of a section.
    pub(crate) fn section(&self, span: Span) -> &[u8] {
        &self.body[range(span)]
    }

    /// The table of contents as bytes.
    pub(crate) fn contents_bytes(&self) -> Vec<u8> {
        bincode::serialize(&self.contents).expect("contents are plain")
    }

    /// The file with every checksum right.
    pub(crate) fn assemble(self) -> Forged {
        let contents = self.contents_bytes();
        self.assemble_with(&contents, |_| {})
    }

    /// The same with any bytes as table of contents, and a footer that `change` has changed.
    pub(crate) fn assemble_with(
        mut self,
        contents: &[u8],
        change: impl FnOnce(&mut Vec<u8>),
    ) -> Forged {
        let id = self.meta.id;
        let layout = add(&mut self.body, contents);
        let checked_len = self.body.len() as u64;
        let sums = self.body.chunks(BLOCK_LEN).map(|block| crc(id, block));
        let sums: Vec<u8> = sums.flat_map(u32::to_le_bytes).collect();
        let checksums_crc = crc(id, &sums);
        let checksums = add(&mut self.body, &sums);
        let footer = Footer { meta: self.meta, checked_len, layout, checksums, checksums_crc };
        let mut footer_bytes = bincode::serialize(&footer).expect("a footer is plain");
        change(&mut footer_bytes);
        let footer_crc = crc(id, &footer_bytes);
        let mut file = self.body;
        file.extend_from_slice(&footer_bytes);
        file.extend_from_slice(&(footer_bytes.len() as u64).to_le_bytes());
        file.extend_from_slice(&footer_crc.to_le_bytes());
        file.extend_from_slice(MAGIC);
        let meta = match bincode::deserialize::<Footer>(&footer_bytes) {
            Ok(changed) if changed.meta.class.len() == footer.meta.class.len() => changed.meta,
            _ => footer.meta,
        };
        let relisted = Meta { len: file.len() as u64, footer_crc, ..meta.stripped() };
        Forged { file, listed: self.listed, relisted }
    }
}

/// Puts a section behind the others.
pub(crate) fn add(body: &mut Vec<u8>, bytes: &[u8]) -> Span {
    let offset = body.len() as u64;
    body.extend_from_slice(bytes);
    Span { offset, len: bytes.len() as u64 }
}

/// A forged segment.
pub(crate) struct Forged {
    pub(crate) file: Vec<u8>,
    listed: Meta,
    relisted: Meta,
}

impl Forged {
    /// Makes a manifest list the forged segment instead of the sound one.
    pub(crate) fn relist(&self, manifest: &mut [u8]) {
        let encode = |meta| bincode::serialize(meta).expect("a meta is plain");
        let (old, new) = (encode(&self.listed), encode(&self.relisted));
        let found = manifest.windows(old.len()).position(|window| window == old);
        let at = found.expect("the manifest lists the segment");
        // Numbers have a fixed width, and a class of another length is not taken over.
        manifest[at..at + new.len()].copy_from_slice(&new);
        let frames = manifest_frames(manifest);
        recompute_manifest(manifest, &frames);
    }
}

fn range(span: Span) -> Range<usize> {
    span.offset as usize..(span.offset + span.len) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::many;

    #[test]
    fn a_segment_put_together_again_is_the_same_file() {
        let sound = many().sound();
        let forged = Parts::of(&sound).assemble();
        assert!(forged.file == sound);
        assert_eq!(forged.listed, forged.relisted);
    }
}
