//! Saved searches: `searches.json` beside the store.

use crate::event::Timestamp;
use crate::io::{Random, SystemRandom};
use crate::limits::QUERY_BYTES_MAX;
use crate::serve::auth::role::{Caller, Role};
use crate::serve::files::{LockedFile, read};
use crate::text::hex;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FILE: &str = "searches.json";
/// Saved searches of a store; more are refused.
const SEARCHES_MAX: usize = 10_000;
/// Those of one owner; more are refused.
const SEARCHES_OF_ONE_MAX: usize = 500;
/// Bytes of the file; what would make it larger is refused.
const FILE_BYTES_MAX: usize = 16 << 20;
/// The longest other text, and all names of columns together, in bytes.
const TEXT_BYTES_MAX: usize = 8 << 10;
/// Columns of one.
const COLUMNS_MAX: usize = 256;

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedSearch {
    /// 128 random bits in hexadecimal digits.
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) content: SearchContent,
    /// The name of the token of who made it.
    pub(crate) owner: String,
    /// The tenant of the owner: what is shared is seen within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// The sources that the owner sees, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sources: Option<Vec<String>>,
    /// An administrator made it: once it is shared, every tenant sees it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_admin: bool,
    /// When it was last changed, RFC 3339.
    pub(crate) changed_at: String,
}

/// What its owner says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchContent {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) query: String,
    /// A list of columns, or one text with commas, as it was given.
    #[serde(default)]
    pub(crate) columns: serde_json::Value,
    #[serde(default)]
    pub(crate) zone: Option<String>,
    /// Which events come first, by its name in the API; without it, the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<String>,
    #[serde(default)]
    pub(crate) shared: bool,
}

/// The saved searches of a store.
#[derive(Debug)]
pub(crate) struct SavedSearches {
    path: PathBuf,
}

impl SavedSearch {
    /// Whether a caller may see it.
    fn is_seen_by(&self, caller: &Caller) -> bool {
        let is_general = caller.tenant.is_none() || self.by_admin;
        let is_within = is_general || self.tenant == caller.tenant;
        (self.content.shared && is_within) || self.is_changed_by(caller)
    }

    /// Whether a caller may change it.
    pub(crate) fn is_changed_by(&self, caller: &Caller) -> bool {
        self.is_of(caller) || is_admin(caller)
    }

    /// Whether a caller made it. A token of the same name with another scope is somebody else's.
    pub(crate) fn is_of(&self, caller: &Caller) -> bool {
        self.owner == caller.name && self.tenant == caller.tenant && self.sources == caller.sources
    }
}

fn is_admin(caller: &Caller) -> bool {
    caller.role == Role::Admin
}

/// What became of a change.
pub(crate) enum Changed {
    /// It is this now, and was this before.
    Done { before: Box<SavedSearch>, after: Option<Box<SavedSearch>> },
    /// There is no such search that the caller may see.
    Missing,
    /// Others may change it.
    Forbidden,
}

impl SavedSearches {
    pub(crate) fn new(folder: &Path) -> SavedSearches {
        SavedSearches { path: folder.join(FILE) }
    }

    /// Those that a caller may see, by name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a file that is wrong; [`Error::Io`].
    pub(crate) fn list(&self, caller: &Caller) -> Result<Vec<SavedSearch>> {
        let mut found = self.parse(&read(&self.path)?)?;
        found.retain(|search| search.is_seen_by(caller));
        found.sort_by(|one, other| {
            (&one.content.name, &one.id).cmp(&(&other.content.name, &other.id))
        });
        Ok(found)
    }

    /// One of them.
    ///
    /// # Errors
    /// As [`SavedSearches::list`].
    pub(crate) fn get(&self, id: &str, caller: &Caller) -> Result<Option<SavedSearch>> {
        Ok(self.list(caller)?.into_iter().find(|search| search.id == id))
    }

    /// Keeps a new one.
    ///
    /// Durability: on `Ok` it survives power loss.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one without a name or too large, and where there are too many.
    pub(crate) fn create(&self, content: SearchContent, caller: &Caller) -> Result<SavedSearch> {
        check(&content)?;
        let mut file = LockedFile::open(&self.path)?;
        let mut all = self.parse(&file.text()?)?;
        if all.len() >= SEARCHES_MAX {
            return Err(Error::invalid("searches", format!("there are {SEARCHES_MAX} already")));
        }
        if all.iter().filter(|search| search.is_of(caller)).count() >= SEARCHES_OF_ONE_MAX {
            let problem = format!("{} has {SEARCHES_OF_ONE_MAX} already", caller.name);
            return Err(Error::invalid("searches", problem));
        }
        let mut id = [0; 16];
        SystemRandom.fill(&mut id);
        let search = SavedSearch {
            id: hex(&id),
            content,
            owner: caller.name.clone(),
            tenant: caller.tenant.clone(),
            sources: caller.sources.clone(),
            by_admin: is_admin(caller),
            changed_at: Timestamp::now().to_string(),
        };
        all.push(search.clone());
        file.replace(&print(&all)?)?;
        Ok(search)
    }

    /// Replaces the content of one, or takes it out where there is none.
    ///
    /// Durability: as [`SavedSearches::create`].
    ///
    /// # Errors
    /// As [`SavedSearches::create`].
    pub(crate) fn change(
        &self,
        id: &str,
        content: Option<SearchContent>,
        caller: &Caller,
    ) -> Result<Changed> {
        content.as_ref().map(check).transpose()?;
        let mut file = LockedFile::open(&self.path)?;
        let mut all = self.parse(&file.text()?)?;
        let seen = |search: &SavedSearch| search.id == id && search.is_seen_by(caller);
        let Some(place) = all.iter().position(seen) else {
            return Ok(Changed::Missing);
        };
        if !all[place].is_changed_by(caller) {
            return Ok(Changed::Forbidden);
        }
        let before = all[place].clone();
        let after = content.map(|content| SavedSearch {
            content,
            changed_at: Timestamp::now().to_string(),
            ..before.clone()
        });
        match &after {
            Some(after) => all[place] = after.clone(),
            None => drop(all.remove(place)),
        }
        file.replace(&print(&all)?)?;
        Ok(Changed::Done { before: Box::new(before), after: after.map(Box::new) })
    }

    fn parse(&self, text: &str) -> Result<Vec<SavedSearch>> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        serde_json::from_str(text)
            .map_err(|error| Error::invalid(self.path.display().to_string(), error.to_string()))
    }
}

fn print(all: &[SavedSearch]) -> Result<String> {
    let text = serde_json::to_string_pretty(all);
    let text = text.map_err(|error| Error::invalid(FILE, error.to_string()))?;
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("all of them take more than {} MiB", FILE_BYTES_MAX >> 20);
        return Err(Error::invalid("searches", problem));
    }
    Ok(text)
}

fn check(content: &SearchContent) -> Result<()> {
    if content.name.trim().is_empty() {
        return Err(Error::invalid("name", "is empty"));
    }
    let zone = content.zone.as_deref().unwrap_or_default();
    let order = content.order.as_deref().unwrap_or_default();
    for (name, text, most) in [
        ("name", content.name.as_str(), TEXT_BYTES_MAX),
        ("description", &content.description, TEXT_BYTES_MAX),
        ("query", &content.query, QUERY_BYTES_MAX),
        ("zone", zone, TEXT_BYTES_MAX),
        ("order", order, TEXT_BYTES_MAX),
    ] {
        if text.len() > most {
            return Err(Error::invalid(name, format!("has at most {most} bytes")));
        }
    }
    let columns = columns_of(&content.columns);
    let columns = columns
        .ok_or_else(|| Error::invalid("columns", "is a list of columns, or a text with commas"))?;
    let bytes: usize = columns.iter().map(|column| column.len()).sum();
    if columns.len() > COLUMNS_MAX || bytes > TEXT_BYTES_MAX {
        let problem = format!("has at most {COLUMNS_MAX} columns and {TEXT_BYTES_MAX} bytes");
        return Err(Error::invalid("columns", problem));
    }
    Ok(())
}

/// The names of columns; `None` where it is neither a list of texts nor a text.
fn columns_of(columns: &serde_json::Value) -> Option<Vec<&str>> {
    match columns {
        serde_json::Value::Null => Some(Vec::new()),
        serde_json::Value::String(text) => Some(text.split(',').collect()),
        serde_json::Value::Array(columns) => columns.iter().map(|one| one.as_str()).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str, role: Role, tenant: Option<&str>) -> Caller {
        let tenant = tenant.map(str::to_owned);
        Caller { name: name.into(), role, tenant, sources: None }
    }

    fn content(name: &str, shared: bool) -> SearchContent {
        SearchContent { name: name.into(), shared, ..SearchContent::default() }
    }

    #[test]
    fn what_is_private_is_the_owners_and_the_admins() {
        let folder = tempfile::tempdir().unwrap();
        let searches = SavedSearches::new(folder.path());
        let ada = caller("ada", Role::Reader, None);
        let bob = caller("bob", Role::Reader, None);
        let admin = caller("root", Role::Admin, None);
        let own = searches.create(content("own", false), &ada).unwrap();
        let shared = searches.create(content("shared", true), &ada).unwrap();
        let names = |caller: &Caller| -> Vec<String> {
            let list = searches.list(caller).unwrap();
            list.into_iter().map(|search| search.content.name).collect()
        };
        assert_eq!(names(&ada), ["own", "shared"]);
        assert_eq!(names(&bob), ["shared"]);
        assert_eq!(names(&admin), ["own", "shared"]);
        let change = |id: &str, by: &Caller| searches.change(id, Some(content("x", true)), by);
        assert!(matches!(change(&own.id, &bob), Ok(Changed::Missing)));
        assert!(matches!(change(&shared.id, &bob), Ok(Changed::Forbidden)));
        assert!(matches!(change(&own.id, &admin), Ok(Changed::Done { .. })));
        assert!(matches!(searches.change(&own.id, None, &ada), Ok(Changed::Done { .. })));
        assert_eq!(searches.get(&own.id, &ada).unwrap(), None);
    }

    #[test]
    fn what_a_tenant_shares_stays_within_it() {
        let folder = tempfile::tempdir().unwrap();
        let searches = SavedSearches::new(folder.path());
        let of = |tenant| caller(tenant, Role::Reader, Some(tenant));
        searches.create(content("of a", true), &of("a")).unwrap();
        searches.create(content("of all", true), &caller("z", Role::Admin, None)).unwrap();
        searches.create(content("of staff", true), &caller("s", Role::Reader, None)).unwrap();
        assert_eq!(searches.list(&of("a")).unwrap().len(), 2);
        assert_eq!(searches.list(&of("b")).unwrap().len(), 1);
        assert_eq!(searches.list(&caller("r", Role::Reader, None)).unwrap().len(), 3);
    }

    #[test]
    fn a_token_of_the_same_name_and_another_scope_owns_nothing_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let searches = SavedSearches::new(folder.path());
        let nord = caller("leak", Role::Reader, Some("nord"));
        let own = searches.create(content("own", false), &nord).unwrap();
        let sources = Some(vec!["calendar".to_owned()]);
        let narrower = Caller { sources, ..nord.clone() };
        for other in [caller("leak", Role::Reader, Some("acme")), narrower] {
            assert!(searches.list(&other).unwrap().is_empty());
            let changed = searches.change(&own.id, None, &other);
            assert!(matches!(changed, Ok(Changed::Missing)));
        }
        assert_eq!(searches.list(&nord).unwrap().len(), 1);
    }

    #[test]
    fn what_is_too_large_is_refused_and_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let searches = SavedSearches::new(folder.path());
        let ada = caller("ada", Role::Reader, None);
        let columns = serde_json::Value::from(vec!["a"; COLUMNS_MAX + 1]);
        let long = "x".repeat(QUERY_BYTES_MAX + 1);
        for wrong in [
            SearchContent { columns, ..content("a", true) },
            SearchContent { columns: ",".repeat(COLUMNS_MAX).into(), ..content("a", true) },
            SearchContent { query: long.clone(), ..content("a", true) },
            SearchContent { zone: Some(long.clone()), ..content("a", true) },
            SearchContent { name: long, ..content("a", true) },
        ] {
            let refused = searches.create(wrong, &ada);
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
        }
        for _ in 0..SEARCHES_OF_ONE_MAX {
            searches.create(content("a", false), &ada).unwrap();
        }
        assert!(searches.create(content("a", false), &ada).is_err());
        let bob = caller("bob", Role::Reader, None);
        assert!(searches.create(content("a", false), &bob).is_ok());
    }
}
