//! What the holder of a token may do.

use crate::query::Scope;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Appends.
    Writer,
    /// Asks, within its scope.
    Reader,
    /// Asks everything, also for hidden events, and says why; each question is recorded.
    Auditor,
    /// Asks, appends and changes settings.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 4] = [Role::Writer, Role::Reader, Role::Auditor, Role::Admin];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Role::Writer => "writer",
            Role::Reader => "reader",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }

    /// Whether it may ask for events.
    pub fn reads(self) -> bool {
        self != Role::Writer
    }

    /// Whether it may append events.
    pub fn appends(self) -> bool {
        matches!(self, Role::Writer | Role::Admin)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Role> {
        let found = Role::ALL.into_iter().find(|role| role.name() == text);
        let names = Role::ALL.map(Role::name).join(", ");
        found.ok_or_else(|| crate::Error::invalid("role", format!("is one of {names}")))
    }
}

/// Who calls, and what of the store is theirs.
///
/// What they keep with the server, such as exports and saved searches, is theirs by all of it: a
/// token of the same name for another tenant is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The name of the token, or of the person as an embedding service knows them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Only this tenant; `None`: all of them.
    pub tenant: Option<String>,
    /// Only these sources; `None`: all of them.
    pub sources: Option<Vec<String>>,
}

impl Caller {
    /// The part of the store that they may see.
    pub(crate) fn scope(&self) -> Scope {
        let scope = match &self.tenant {
            Some(tenant) => Scope::tenant(tenant),
            None => Scope::all(),
        };
        let scope = match &self.sources {
            Some(sources) => scope.sources(sources),
            None => scope,
        };
        match self.role {
            Role::Auditor | Role::Admin => scope.with_hidden(),
            Role::Reader | Role::Writer => scope.without_hidden(),
        }
    }

    /// Whether there are events that they may not see because of whose they are.
    pub(crate) fn is_scoped(&self) -> bool {
        self.tenant.is_some() || self.sources.is_some()
    }
}
