//! What is known of a table while its rows are read.

use crate::import::table::{Columns, TableForm};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Bytes of the digest by which equal rows are known.
const DIGEST_BYTES: usize = 16;

/// An input that is a table, as far as it was read.
#[derive(Debug)]
pub(super) struct OpenTable {
    pub(super) form: TableForm,
    pub(super) delimiter: u8,
    /// Of the first row: the columns, or why they cannot be told.
    pub(super) columns: Option<std::result::Result<Columns, String>>,
    /// How often a row came, by the digest of its text.
    counts: HashMap<[u8; DIGEST_BYTES], u32>,
}

impl OpenTable {
    pub(super) fn new(form: TableForm, first_line: &[u8]) -> OpenTable {
        let delimiter = form.delimiter_of(first_line);
        OpenTable { form, delimiter, columns: None, counts: HashMap::new() }
    }

    /// How many rows with this text came before.
    pub(super) fn repeated(&mut self, row: &[u8]) -> u32 {
        if !self.form.counts_equal_rows {
            return 0;
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&Sha256::digest(row)[..DIGEST_BYTES]);
        let count = self.counts.entry(digest).or_default();
        *count += 1;
        *count - 1
    }
}
