//! `access.toml`: the tokens of a store.
//!
//! The file is replaced as a whole, under a lock, and readable by its owner only. A server looks at
//! it again when it has changed.

use super::role::{Caller, Role};
use super::session::SIGN_IN;
use super::token::{Token, hash_of, new_secret};
use crate::event::Timestamp;
use crate::serve::files::{LockedFile, Stamp};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The name of the file within the folder of the store.
const FILE: &str = "access.toml";
/// What stands above the tokens.
const HEAD: &str = "# Tokens of `annals serve`; `annals token` changes this file.\n\n";
/// A change of the file is seen after this long.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 128;

/// The tokens of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    #[serde(default, rename = "token")]
    tokens: Vec<Token>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its name, unlike all others.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Only this tenant.
    pub tenant: Option<String>,
    /// Only these sources; none: all.
    pub sources: Vec<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// The file of tokens of a store.
#[derive(Debug)]
pub struct AccessFile {
    path: PathBuf,
    known: Mutex<Known>,
}

/// The tokens as of the last look, by the hash.
#[derive(Debug, Default)]
struct Known {
    by_hash: Arc<HashMap<String, Token>>,
    stamp: Option<Stamp>,
    looked_at: Option<Instant>,
}

impl AccessFile {
    /// The file in the folder of a store; it need not be there.
    pub fn new(folder: &Path) -> AccessFile {
        AccessFile { path: folder.join(FILE), known: Mutex::default() }
    }

    /// Makes a token and gives it as text, the only time that it can be had.
    ///
    /// Durability: on `Ok` the token survives power loss.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is taken, empty or too long, for a role that the scope
    /// does not fit, and for a file that is wrong; [`Error::Io`].
    pub fn create(&self, new: &NewToken) -> Result<String> {
        check(new)?;
        let (secret, sha256) = new_secret();
        let mut file = LockedFile::open(&self.path)?;
        let mut tokens = self.parse(&file.text()?)?;
        if tokens.tokens.iter().any(|token| token.name == new.name) {
            return Err(Error::invalid("name", format!("`{}` is taken", new.name)));
        }
        tokens.tokens.push(Token {
            name: new.name.clone(),
            role: new.role,
            tenant: new.tenant.clone(),
            sources: Some(new.sources.clone()).filter(|sources| !sources.is_empty()),
            created_at: Timestamp::now().to_string(),
            expires_at: new.expires_at.map(|end| end.to_string()),
            sha256,
        });
        file.replace(&print(&tokens)?)?;
        Ok(secret)
    }

    /// Takes a token out, so that it does not count any more.
    ///
    /// # Errors
    /// [`Error::Invalid`] where no token has the name; as [`AccessFile::create`].
    pub fn revoke(&self, name: &str) -> Result<()> {
        let mut file = LockedFile::open(&self.path)?;
        let mut tokens = self.parse(&file.text()?)?;
        let count = tokens.tokens.len();
        tokens.tokens.retain(|token| token.name != name);
        if tokens.tokens.len() == count {
            return Err(Error::invalid("name", format!("no token is called `{name}`")));
        }
        file.replace(&print(&tokens)?)
    }

    /// The tokens, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that is wrong; [`Error::Io`].
    pub fn list(&self) -> Result<Vec<Token>> {
        Ok(self.parse(&crate::serve::files::read(&self.path)?)?.tokens)
    }

    /// Who holds a token; `None` where nobody does any more, or ever did.
    pub(crate) fn caller(&self, secret: &str) -> Option<Caller> {
        // A hash is looked up, so no comparison of secrets can be timed.
        self.caller_by_hash(&hash_of(secret))
    }

    /// Who holds the token of a hash.
    pub(crate) fn caller_by_hash(&self, hash: &str) -> Option<Caller> {
        self.known().get(hash)?.caller(Timestamp::now())
    }

    /// The tokens as of now, or as of a second ago. While the file is wrong, those before count.
    fn known(&self) -> Arc<HashMap<String, Token>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            known.looked_at = Some(Instant::now());
            let stamp = Stamp::of(&self.path);
            if known.stamp != stamp {
                match self.list() {
                    Ok(tokens) => {
                        let by_hash = tokens.into_iter().map(|one| (one.sha256.clone(), one));
                        known.by_hash = Arc::new(by_hash.collect());
                        known.stamp = stamp;
                    }
                    Err(error) => tracing::warn!(%error, "the tokens before go on to count"),
                }
            }
        }
        Arc::clone(&known.by_hash)
    }

    fn parse(&self, text: &str) -> Result<Tokens> {
        toml::from_str(text).map_err(|error| {
            Error::invalid(self.path.display().to_string(), error.message().to_owned())
        })
    }
}

fn print(tokens: &Tokens) -> Result<String> {
    let text = toml::to_string(tokens);
    let text = text.map_err(|error| Error::invalid(FILE, error.to_string()))?;
    Ok(format!("{HEAD}{text}"))
}

fn check(new: &NewToken) -> Result<()> {
    let name = new.name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        let problem = format!("has 1 to {NAME_BYTES_MAX} bytes without controls");
        return Err(Error::invalid("name", problem));
    }
    if name == SIGN_IN {
        return Err(Error::invalid("name", format!("`{SIGN_IN}` is that of the printed code")));
    }
    let is_scoped = new.tenant.is_some() || !new.sources.is_empty();
    if is_scoped && matches!(new.role, Role::Auditor | Role::Admin) {
        let problem = format!("{} see all tenants and sources; leave those out", new.role);
        return Err(Error::invalid("role", problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, role: Role) -> NewToken {
        NewToken { name: name.into(), role, tenant: None, sources: vec![], expires_at: None }
    }

    #[test]
    fn a_token_counts_until_it_is_revoked_or_ends() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccessFile::new(folder.path());
        assert!(file.list().unwrap().is_empty());
        let secret = file.create(&new("one", Role::Reader)).unwrap();
        assert_eq!(secret.len(), "annals_".len() + 43);
        let past = NewToken { expires_at: Some(Timestamp(1)), ..new("two", Role::Admin) };
        let ended = file.create(&past).unwrap();
        let fresh = || AccessFile::new(folder.path());
        assert_eq!(fresh().caller(&secret).unwrap().name, "one");
        assert_eq!(fresh().caller(&ended), None);
        assert_eq!(fresh().caller("annals_"), None);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(!text.contains(&secret), "{text}");
        file.revoke("one").unwrap();
        assert_eq!(fresh().caller(&secret), None);
        assert!(file.revoke("one").is_err());
    }

    #[test]
    fn names_are_unlike_and_scopes_fit_the_role() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccessFile::new(folder.path());
        file.create(&new("one", Role::Reader)).unwrap();
        for wrong in [
            new("one", Role::Admin),
            new(SIGN_IN, Role::Reader),
            new(" ", Role::Admin),
            NewToken { tenant: Some("a".into()), ..new("two", Role::Admin) },
        ] {
            assert!(matches!(file.create(&wrong), Err(Error::Invalid { .. })), "{wrong:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        AccessFile::new(folder.path()).create(&new("one", Role::Reader)).unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn while_the_file_is_wrong_the_tokens_before_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccessFile::new(folder.path());
        let secret = file.create(&new("one", Role::Reader)).unwrap();
        assert!(file.caller(&secret).is_some());
        std::fs::write(folder.path().join(FILE), "[[token]]\nname = 5\n").unwrap();
        file.known.lock().unwrap().looked_at = None;
        assert!(file.caller(&secret).is_some());
        assert!(matches!(file.create(&new("two", Role::Reader)), Err(Error::Invalid { .. })));
    }
}
