//! Tokens: 256 random bits, of which the store keeps the hash.

use super::role::{Caller, Role};
use crate::event::Timestamp;
use crate::io::{Random, SystemRandom};
use crate::text::hex;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What every token begins with, so that scanners for leaked secrets know one.
const PREFIX: &str = "annals_";

/// A token as `access.toml` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Its name, unlike all others.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Only this tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Only these sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// From when on it does not count, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// SHA-256 of the token, in hexadecimal digits.
    pub sha256: String,
}

impl Token {
    /// Its holder, as of an instant; `None` once it has expired, or where its end is no time.
    pub(super) fn caller(&self, now: Timestamp) -> Option<Caller> {
        let is_over = |end: &String| end.parse::<Timestamp>().is_ok_and(|end| now < end);
        self.expires_at.as_ref().is_none_or(is_over).then(|| Caller {
            name: self.name.clone(),
            role: self.role,
            tenant: self.tenant.clone(),
            sources: self.sources.clone(),
        })
    }
}

/// A new token as text, and the hash of it.
pub(super) fn new_secret() -> (String, String) {
    let secret = format!("{PREFIX}{}", random_text());
    let hash = hash_of(&secret);
    (secret, hash)
}

/// 256 random bits as text that may stand in an address.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 in hexadecimal digits.
pub(super) fn hash_of(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}
