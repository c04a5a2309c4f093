//! Gzip files as they come: several members one behind the other, and zeros that fill a block.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// The text of all members of a gzip file.
#[derive(Debug)]
pub(super) struct GzipMembers<R> {
    /// `None` behind the last member.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    pub(super) fn new(reader: R) -> GzipMembers<R> {
        GzipMembers { member: Some(GzDecoder::new(reader)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] when the file ends inside of a member, and
    /// [`io::ErrorKind::InvalidData`] when a member is damaged or something else stands behind it.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let len = member.read(buffer)?;
            if len > 0 {
                return Ok(len);
            }
            let more = skip_zeros(member.get_mut())?;
            self.member = self
                .member
                .take()
                .filter(|_| more)
                .map(|member| GzDecoder::new(member.into_inner()));
        }
        Ok(0)
    }
}

/// Passes over zeros, with which tapes and some downloads fill up; whether something follows.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let is_all = zeros == bytes.len();
        reader.consume(zeros);
        if !is_all {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        let reader = io::BufReader::with_capacity(7, bytes);
        GzipMembers::new(reader).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn members_and_zeros_are_read() {
        let zeros = vec![0; 1000];
        let file = [packed("one "), packed(""), packed("two"), zeros.clone()].concat();
        assert_eq!(unpacked(&file).unwrap(), "one two");
        let file = [packed("one "), zeros, packed("two")].concat();
        assert_eq!(unpacked(&file).unwrap(), "one two");
    }

    #[test]
    fn a_cut_file_and_strange_bytes_are_told_apart() {
        let whole = packed("some text");
        for len in 1..whole.len() {
            let error = unpacked(&whole[..len]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{len}");
        }
        assert!(unpacked(&[whole, b"tail".to_vec()].concat()).is_err());
    }
}
