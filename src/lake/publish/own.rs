//! Which files of a table are of one store, and which may have rows of it.

use crate::Result;
use crate::lake::delta::{AddFile, TableState};
use crate::lake::objects::Patient;
use crate::lake::parquet::{FileRows, each_key, read_error};
use crate::lake::schema::STORE_ID;
use crate::store::{LakeState, LakeTable};
use bytes::Bytes;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The tag with the name of the store whose rows are in a file, and no others.
pub(in crate::lake) const TAG_STORE: &str = "annals.store_id";
/// The tag with the id of the segment whose rows are in a file.
pub(in crate::lake) const TAG_SEGMENT: &str = "annals.segment";
/// The tag with the number of rows that were left out as hidden.
pub(in crate::lake) const TAG_HIDDEN: &str = "annals.hidden";
/// The tag with a mark of the rows that were left out as past their time.
pub(in crate::lake) const TAG_EXPIRED: &str = "annals.expired";
/// The tag with the instant, in microseconds, before which no row of a file is dated.
pub(in crate::lake) const TAG_OLDEST: &str = "annals.oldest";

/// The tag with the checksum of the bytes of a file, CRC-32 (ISO-HDLC), eight hexadecimal digits.
pub(in crate::lake) const TAG_CRC: &str = "annals.crc32";

/// The names under which rows of one store stand in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct StoreNames {
    /// Its own.
    pub(in crate::lake) id: String,
    /// That of the store from which it was restored, once it has taken over its rows.
    pub(in crate::lake) before: Option<String>,
}

impl StoreNames {
    /// The names in a table, by what the publisher remembers; `None` before the first publication.
    pub(in crate::lake) fn of(state: &LakeState, table: &str) -> Option<StoreNames> {
        let origin = state.origin.as_ref();
        let origin = origin.filter(|origin| origin.adopted && origin.table == table);
        Some(StoreNames {
            id: state.store_id.clone()?,
            before: origin.map(|origin| origin.store_id.clone()),
        })
    }

    /// Whether rows under a name are of this store.
    pub(in crate::lake) fn has(&self, store_id: &str) -> bool {
        self.id == store_id || self.before.as_deref() == Some(store_id)
    }

    /// Whether a file may have rows of this store, by what the log says of it.
    pub(in crate::lake) fn may_be_in(&self, file: &AddFile) -> bool {
        if let Some(store) = file.tag(TAG_STORE) {
            return self.has(store);
        }
        let stats: Value =
            file.stats.as_deref().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
        let bound = |side: &str| stats[side][STORE_ID].as_str();
        match (bound("minValues"), bound("maxValues")) {
            // An upper bound may be cut short, so that values behind it begin with it.
            (Some(min), Some(max)) => {
                let within = |id: &str| min <= id && (id <= max || id.starts_with(max));
                within(&self.id) || self.before.as_deref().is_some_and(within)
            }
            _ => true,
        }
    }
}

/// A file that has or may have rows of a store.
#[derive(Debug, Clone)]
pub(in crate::lake) struct OwnFile {
    pub(in crate::lake) add: AddFile,
    /// The segment that it was made of, if the store wrote it under its own name of now.
    pub(in crate::lake) segment: Option<String>,
    /// Rows of other stores may be in it, too.
    pub(in crate::lake) is_mixed: bool,
}

/// The files of a table that may have rows of a store.
pub(in crate::lake) fn own_files(state: &TableState, names: &StoreNames) -> Vec<OwnFile> {
    let files = state.files.values().filter(|file| names.may_be_in(file));
    let own = |file: &AddFile| {
        let is_own = file.tag(TAG_STORE) == Some(&names.id);
        OwnFile {
            add: file.clone(),
            segment: file.tag(TAG_SEGMENT).filter(|_| is_own).map(str::to_owned),
            is_mixed: file.tag(TAG_STORE).is_none(),
        }
    };
    files.map(own).collect()
}

/// Row sets of files that were read, as files never change.
#[derive(Debug, Default)]
pub(in crate::lake) struct ReadRows(BTreeMap<String, FileRows>);

impl ReadRows {
    /// The rows of a store in a file.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] for a file that is missing or damaged, [`crate::Error::Io`].
    pub(in crate::lake) fn of(
        &mut self,
        objects: &Patient,
        file: &AddFile,
        names: &StoreNames,
    ) -> Result<FileRows> {
        if let Some(known) = self.0.get(&file.path) {
            return Ok(known.clone());
        }
        let bytes = object(objects, file)?;
        let mut rows = FileRows::default();
        each_key(&whole_path(objects, file), &bytes, |store, key| {
            if names.has(store) {
                rows.insert(key);
            }
        })?;
        self.0.insert(file.path.clone(), rows.clone());
        Ok(rows)
    }

    /// Forgets the files that are no longer in a table.
    pub(in crate::lake) fn keep_only(&mut self, state: &TableState) {
        self.0.retain(|path, _| state.files.contains_key(path));
    }
}

/// The bytes of a file that the log names, as they were written.
///
/// # Errors
/// [`crate::Error::Corrupt`] where it is missing or other bytes are there, [`crate::Error::Io`].
pub(in crate::lake) fn object(objects: &Patient, file: &AddFile) -> Result<Bytes> {
    let bytes = named_object(objects, file)?;
    match damage_of(file, &bytes) {
        Some(problem) => Err(read_error(&whole_path(objects, file), &problem)),
        None => Ok(bytes),
    }
}

/// The bytes under the name of a file, whatever they are.
///
/// # Errors
/// [`crate::Error::Corrupt`] where there are none, [`crate::Error::Io`].
pub(in crate::lake) fn named_object(objects: &Patient, file: &AddFile) -> Result<Bytes> {
    let found = objects.get(&file.object())?;
    found.ok_or_else(|| read_error(&whole_path(objects, file), &"no file of this name"))
}

/// What shows that bytes are not those that were written for a file, if anything does: their
/// length, or their checksum where the log has one.
pub(in crate::lake) fn damage_of(file: &AddFile, bytes: &[u8]) -> Option<String> {
    if bytes.len() as u64 != file.size {
        return Some(format!("{} bytes where the log says {}", bytes.len(), file.size));
    }
    let (found, told) = (crc_of(bytes), file.tag(TAG_CRC)?);
    (found != told).then(|| format!("checksum {found} where the log says {told}"))
}

/// The checksum of the bytes of a file.
pub(super) fn crc_of(bytes: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(bytes))
}

/// Whether the last commit of a store in a table is one that its publisher made, as far as it
/// remembers: the last one that it noted, or one that it had begun.
pub(in crate::lake) fn was_made_here(
    state: &TableState,
    names: &StoreNames,
    known: &LakeTable,
) -> bool {
    let (last, version) = (state.txns.get(&names.id), state.txn(&names.id));
    let is_pending = version == known.version.saturating_add(1)
        && known.pending.is_some()
        && last.is_some_and(|last| last.is_summed_up || last.mark == known.pending);
    version == known.version || is_pending
}

/// The address of a file, for messages.
pub(in crate::lake) fn whole_path(objects: &Patient, file: &AddFile) -> PathBuf {
    PathBuf::from(format!("{}/{}", objects.url(), file.object()))
}
