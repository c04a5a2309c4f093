//! Links that are signed (HMAC-SHA-256, RFC 2104): who has one needs no token, and nobody can make
//! one.

use crate::event::Timestamp;
use crate::io::{Random, SystemRandom};
use crate::serve::files::replace;
use crate::text::hex;
use crate::{Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const KEY_BYTES: usize = 32;

/// Why a link leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It was not made here, or was changed.
    Forged,
    /// Its time is over.
    Gone,
}

/// The key that links are signed with.
pub(super) struct LinkKey([u8; KEY_BYTES]);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LinkKey")
    }
}

impl LinkKey {
    /// Reads the key of a folder, or makes one.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Invalid`] for a file that is no key.
    pub(super) fn open(folder: &Path, name: &str) -> Result<LinkKey> {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => {
                let wrong = |_| Error::invalid(path.display().to_string(), "is no key of 32 bytes");
                bytes.try_into().map(LinkKey).map_err(wrong)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                SystemRandom.fill(&mut key);
                fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
                replace(&path, &key)?;
                Ok(LinkKey(key))
            }
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    /// The signature of the link to a job that ends at `expires`, in seconds since 1970.
    pub(super) fn sign(&self, id: &str, expires: i64) -> String {
        hex(&self.mac(id, &expires.to_string()).finalize().into_bytes())
    }

    /// Whether a link was made here and has not ended.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn check(&self, id: &str, expires: &str, signature: &str) -> Result<(), Refusal> {
        let signature = unhex(signature).ok_or(Refusal::Forged)?;
        // In constant time.
        let is_own = self.mac(id, expires).verify_slice(&signature);
        is_own.map_err(|_| Refusal::Forged)?;
        let end: i64 = expires.parse().map_err(|_| Refusal::Forged)?;
        match Timestamp::now().0.div_euclid(1_000_000) < end {
            true => Ok(()),
            false => Err(Refusal::Gone),
        }
    }

    fn mac(&self, id: &str, expires: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(format!("export\n{id}\n{expires}").as_bytes());
        mac
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_was_changed_in_any_place_is_forged() {
        let folder = tempfile::tempdir().unwrap();
        let key = LinkKey::open(folder.path(), "key").unwrap();
        let end = Timestamp::now().0 / 1_000_000 + 60;
        let signature = key.sign("a", end);
        let again = LinkKey::open(folder.path(), "key").unwrap();
        assert_eq!(again.check("a", &end.to_string(), &signature), Ok(()));
        let later = (end + 1).to_string();
        let changed = signature.replace(|_| true, "0");
        for (id, expires, signature) in [
            ("b", end.to_string().as_str(), signature.as_str()),
            ("a", &later, &signature),
            ("a", &end.to_string(), &changed),
            ("a", &end.to_string(), &signature[2..]),
            ("a", &end.to_string(), ""),
            ("a", &end.to_string(), "x"),
            ("a", "", &signature),
        ] {
            assert_eq!(key.check(id, expires, signature), Err(Refusal::Forged), "{expires}");
        }
        let past = key.sign("a", 1_000);
        assert_eq!(key.check("a", "1000", &past), Err(Refusal::Gone));
    }
}
