//! `aliases.toml`: the names of persons as a file that can be edited.

use super::print;
use super::table::{Alias, Aliases};
use crate::event::Timestamp;
use crate::io::Disk;
use crate::store::folder::paths::StorePaths;
use crate::store::folder::{edited, files};
use crate::{Error, Result, limits};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasesFile {
    #[serde(default)]
    alias: Vec<AliasesFileName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasesFileName {
    id: toml::Spanned<String>,
    name: String,
    from: Option<toml::Spanned<String>>,
    until: Option<toml::Spanned<String>>,
}

/// Reads the names of a store and the text of the file; `None` when there is no file.
///
/// # Errors
/// [`Error::Invalid`] naming the file and the line of what is not valid.
pub(crate) fn read_text(disk: &Disk, paths: &StorePaths) -> Result<Option<(String, Aliases)>> {
    let path = paths.aliases();
    let Some(text) = edited::read_text(disk, &path, limits::ALIASES_BYTES_MAX)? else {
        return Ok(None);
    };
    let aliases = parse(&text, &path)?;
    Ok(Some((text, aliases)))
}

/// Reads the names of a store; none without a file.
///
/// # Errors
/// As [`read_text`].
pub(crate) fn read(disk: &Disk, paths: &StorePaths) -> Result<Aliases> {
    Ok(read_text(disk, paths)?.map(|(_, aliases)| aliases).unwrap_or_default())
}

/// Changes the names of a store, also while another process writes it; gives the new ones. Two
/// changes at once come one after the other. Comments stay where each name stands in lines of its
/// own.
///
/// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are there.
///
/// # Errors
/// As [`read_text`], and what `change` says: nothing is written. [`Error::Locked`] when another
/// change takes seconds.
pub(crate) fn change(
    disk: &Disk,
    paths: &StorePaths,
    change: impl FnOnce(Aliases) -> Result<Aliases>,
) -> Result<Aliases> {
    let path = paths.aliases();
    let _lock = edited::lock_edits(disk, &path, paths.aliases_lock())?;
    let (text, old) = read_text(disk, paths)?.unzip();
    let old = old.unwrap_or_default();
    let new = change(old.clone())?;
    if new != old {
        let edited = text.map(|text| print::edited(&text, &old, &new));
        // Whatever the form of the file: what is written says what was wanted.
        let is_right = |text: &String| parse(text, &path).is_ok_and(|read| read == new);
        let text = edited.filter(is_right).unwrap_or_else(|| print::print(&new));
        files::replace(disk, &path, text.as_bytes())?;
    }
    Ok(new)
}

/// Removes what a change left that did not come to its end; one that runs keeps its file.
pub(crate) fn remove_leftover(disk: &Disk, paths: &StorePaths) -> Result<()> {
    edited::remove_leftover(disk, &paths.aliases(), &paths.aliases_lock())
}

/// Parses the text of the file; `path` is for messages only.
fn parse(text: &str, path: &Path) -> Result<Aliases> {
    let place = |offset: usize| edited::place(text, path, offset);
    let file: AliasesFile = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        Error::invalid(place(offset), error.message().replace('\n', "; "))
    })?;
    let time = |value: Option<toml::Spanned<String>>| {
        let read = |value: toml::Spanned<String>| {
            let time = value.get_ref().parse::<Timestamp>();
            time.map_err(|error| Error::invalid(place(value.span().start), error.to_string()))
        };
        value.map(read).transpose()
    };
    let mut list = Vec::with_capacity(file.alias.len());
    for one in file.alias {
        let (from, until) = (time(one.from)?, time(one.until)?);
        list.push(Alias { id: one.id.into_inner(), name: one.name, from, until });
    }
    Aliases::of(list).map_err(|error| Error::invalid(path.display().to_string(), error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<Aliases> {
        parse(text, Path::new("aliases.toml"))
    }

    #[test]
    fn names_read_as_people_write_them_and_come_back() {
        let text = "# ours\n[[alias]]\nid = \"u-1\"\nname = \"old@x\" # was\n\
             until = \"2026-05-04T00:00:00Z\"\n\n# hers\n[[alias]]\nid = \"u-2\"\n\
             name = 'o\"x'\n";
        let old = parse_text(text).unwrap();
        assert_eq!(old.list().len(), 2);
        assert_eq!(parse_text(&print::print(&old)).unwrap(), old);
        let mut new = old.clone();
        new.remove("u-1", None).unwrap();
        new.add(Alias::new("u-3", "c")).unwrap();
        let changed = print::edited(text, &old, &new);
        assert_eq!(parse_text(&changed).unwrap(), new);
        assert!(changed.contains("# ours") && changed.contains("# hers"), "{changed}");
        assert!(!changed.contains("u-1"));
    }

    #[test]
    fn mistakes_name_file_and_line() {
        for (text, start) in [
            ("[[alias]]\nid = \"u\"\n", "aliases.toml:1: missing field `name`"),
            ("[[alias]]\nid = \"u\"\nnam = \"x\"\n", "aliases.toml:3: unknown field `nam`"),
            ("[[alias]]\nid = \"u\"\nname = \"x\"\nuntil = \"5\"\n", "aliases.toml:4: "),
            ("[[alias]]\nid = \"\"\nname = \"x\"\n", "aliases.toml: id: is empty"),
            ("[[alias]\n", "aliases.toml:1: "),
        ] {
            let message = parse_text(text).unwrap_err().to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }
}
