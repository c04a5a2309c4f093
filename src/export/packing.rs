//! How a file is packed, and what of it is counted: its bytes and their SHA-256.

use crate::text::hex;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use zstd::stream::write::Encoder;

/// Level of Zstandard: its default.
const ZSTD_LEVEL: i32 = 0;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Packing {
    /// Not at all.
    #[default]
    Plain,
    /// Gzip (RFC 1952), `.gz`.
    Gzip,
    /// Zstandard (RFC 8878), `.zst`.
    Zstd,
}

/// An output that counts and hashes what goes through it.
pub(super) struct Measured<W: Write> {
    inner: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Measured<W> {
    pub(super) fn new(inner: W) -> Measured<W> {
        Measured { inner, bytes: 0, hash: Sha256::new() }
    }

    /// The number of bytes, and their SHA-256 in hexadecimal digits.
    pub(super) fn figures(self) -> (u64, String) {
        (self.bytes, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// An output that packs what goes through it.
pub(super) enum Packed<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
    Zstd(Encoder<'static, W>),
}

impl<W: Write> Packed<W> {
    pub(super) fn new(packing: Packing, out: W) -> io::Result<Packed<W>> {
        Ok(match packing {
            Packing::Plain => Packed::Plain(out),
            Packing::Gzip => Packed::Gzip(Box::new(GzEncoder::new(out, Compression::default()))),
            Packing::Zstd => Packed::Zstd(Encoder::new(out, ZSTD_LEVEL)?),
        })
    }

    /// Writes the end of what is packed, and gives the output back.
    pub(super) fn finish(self) -> io::Result<W> {
        let mut out = match self {
            Packed::Plain(out) => out,
            Packed::Gzip(encoder) => encoder.finish()?,
            Packed::Zstd(encoder) => encoder.finish()?,
        };
        out.flush()?;
        Ok(out)
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packed::Plain(out) => out.write(bytes),
            Packed::Gzip(out) => out.write(bytes),
            Packed::Zstd(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => out.flush(),
            Packed::Gzip(out) => out.flush(),
            Packed::Zstd(out) => out.flush(),
        }
    }
}
