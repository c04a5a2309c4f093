//! `store.toml`: the retention rules as a file that can be edited.

use super::edit;
use super::policy::{Class, Keep, Retention, Rule};
use super::print::print;
use crate::io::{Disk, LockGuard};
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::{Error, Result, limits};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How long a change waits for another one, and how often it looks.
const LOCK_TRIES: u32 = 250;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    class: BTreeMap<String, RulesFileClass>,
    #[serde(default)]
    rule: Vec<RulesFileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFileClass {
    #[serde(default = "forever")]
    kept_for: toml::Spanned<String>,
    #[serde(default = "forever")]
    visible_for: toml::Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFileRule {
    class: String,
    tenant: Option<String>,
    data_source: Option<String>,
    category: Option<String>,
    activity: Option<String>,
}

fn forever() -> toml::Spanned<String> {
    toml::Spanned::new(0..0, Keep::Forever.to_string())
}

/// Reads the rules of a store; without a file everything is kept for ever.
///
/// # Errors
/// [`Error::Invalid`] naming the file and the line of what is not valid.
pub(crate) fn read(disk: &Disk, paths: &StorePaths) -> Result<Retention> {
    Ok(read_text(disk, paths)?.map(|(_, retention)| retention).unwrap_or_default())
}

/// Reads the rules of a store and the text of the file; `None` when there is no file.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_text(disk: &Disk, paths: &StorePaths) -> Result<Option<(String, Retention)>> {
    let path = paths.rules();
    let bytes = match files::read_whole(disk, &path, limits::RULES_BYTES_MAX) {
        Err(error) if files::is_missing(&error) => return Ok(None),
        bytes => bytes?,
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::invalid(path.display().to_string(), "is not UTF-8"))?;
    let retention = parse(&text, &path)?;
    Ok(Some((text, retention)))
}

/// Writes the file of a store that is new: everything is kept.
pub(crate) fn create(disk: &Disk, paths: &StorePaths) -> Result<()> {
    files::replace(disk, &paths.rules(), print(&Retention::default()).as_bytes())
}

/// Replaces the rules of a store. Comments and order of the file stay as far as its form allows;
/// what is wrong is replaced as a whole.
///
/// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are there.
pub(crate) fn write(disk: &Disk, paths: &StorePaths, retention: &Retention) -> Result<()> {
    let _lock = lock_edits(disk, paths)?;
    let path = paths.rules();
    let edited = match read_text(disk, paths) {
        Ok(Some((text, old))) => edited(&text, &old, retention, &path),
        Ok(None) | Err(Error::Invalid { .. }) => None,
        Err(error) => return Err(error),
    };
    let text = edited.unwrap_or_else(|| print(retention));
    files::replace(disk, &path, text.as_bytes())
}

/// Changes the rules of a store, also while another process writes it; gives the new ones. Two
/// changes at once come one after the other. Comments and order of the file stay.
///
/// Durability: as [`write`].
///
/// # Errors
/// As [`read`]; what `change` says, and [`Error::Invalid`] for rules that are wrong or a file in a
/// form that can only be changed by hand: nothing is written. [`Error::Locked`] when another change
/// takes seconds.
pub(crate) fn change(
    disk: &Disk,
    paths: &StorePaths,
    change: impl FnOnce(Retention) -> Result<Retention>,
) -> Result<Retention> {
    let _lock = lock_edits(disk, paths)?;
    let path = paths.rules();
    let Some((text, old)) = read_text(disk, paths)? else {
        let new = change(Retention::default())?.checked()?;
        files::replace(disk, &path, print(&new).as_bytes())?;
        return Ok(new);
    };
    let new = change(old.clone())?.checked()?;
    if new != old {
        let edited = edited(&text, &old, &new, &path).ok_or_else(|| {
            let problem = "stands in a form that a command cannot change; change it by hand: \
                 `[class.NAME]` and `[[rule]]` on lines of their own, a key to a line";
            Error::invalid(path.display().to_string(), problem)
        })?;
        files::replace(disk, &path, edited.as_bytes())?;
    }
    Ok(new)
}

/// The text with other rules, if it can be changed line by line.
fn edited(text: &str, old: &Retention, new: &Retention, path: &Path) -> Option<String> {
    let edited = edit::edited(text, old, new)?;
    // Whatever the form of the file: what is written says what was wanted.
    parse(&edited, path).is_ok_and(|parsed| parsed == *new).then_some(edited)
}

/// Waits for its turn to change the file. Another process may write the store meanwhile.
fn lock_edits(disk: &Disk, paths: &StorePaths) -> Result<Box<dyn LockGuard>> {
    let path = paths.rules_lock();
    for _ in 0..LOCK_TRIES {
        let lock = disk.lock(&path).map_err(|error| Error::io("lock", &path, error))?;
        if let Some(lock) = lock {
            return Ok(lock);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Err(Error::Locked { path, holder: "another change of store.toml".into() })
}

/// Removes what a change left that did not come to its end; one that runs keeps its file.
pub(crate) fn remove_leftover(disk: &Disk, paths: &StorePaths) -> Result<()> {
    let temporary = StorePaths::temporary(&paths.rules());
    if files::len(disk, &temporary).is_err_and(|error| files::is_missing(&error)) {
        return Ok(());
    }
    match disk.lock(&paths.rules_lock()) {
        Ok(Some(_lock)) => files::remove(disk, &temporary),
        _ => Ok(()),
    }
}

/// Parses the text of a rules file; `path` is for messages only.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Retention> {
    let file: RulesFile = toml::from_str(text).map_err(|error| {
        let place = place(text, path, error.span().map_or(0, |span| span.start));
        Error::invalid(place, error.message().replace('\n', "; "))
    })?;
    let keep = |value: &toml::Spanned<String>| {
        let parsed = value.get_ref().parse::<Keep>();
        parsed.map_err(|error| {
            Error::invalid(place(text, path, value.span().start), error.to_string())
        })
    };
    let mut retention = Retention {
        classes: Vec::new(),
        rules: file.rule.into_iter().map(RulesFileRule::into_rule).collect(),
    };
    for (name, class) in file.class {
        retention.classes.push(Class {
            name,
            kept_for: keep(&class.kept_for)?,
            visible_for: keep(&class.visible_for)?,
        });
    }
    retention
        .checked()
        .map_err(|error| Error::invalid(path.display().to_string(), error.to_string()))
}

impl RulesFileRule {
    fn into_rule(self) -> Rule {
        Rule {
            class: self.class,
            tenant: self.tenant,
            data_source: self.data_source,
            category: self.category,
            activity: self.activity,
        }
    }
}

/// `path:line` of a byte offset.
fn place(text: &str, path: &Path, offset: usize) -> String {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    format!("{}:{line}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse_text(text: &str) -> Result<Retention> {
        parse(text, Path::new("store.toml"))
    }

    #[test]
    fn rules_read_as_people_write_them() {
        let retention = parse_text(
            "[class.short]\nkept_for = \"90d\"\nvisible_for = \"30d\"\n\
             [[rule]]\nclass = \"short\"\ntenant = \"acme\"\ncategory = \"login\"\n",
        )
        .expect("valid");
        assert_eq!(retention.classes[0], Class::forever("default"));
        assert_eq!(retention.classes[1].kept_for.to_string(), "90d");
        assert_eq!(retention.classes[1].visible_for.to_string(), "30d");
        assert_eq!(retention.rules[0].tenant.as_deref(), Some("acme"));
        assert_eq!(retention.rules[0].data_source, None);
    }

    #[test]
    fn an_empty_file_keeps_everything() {
        assert_eq!(parse_text("").expect("valid"), Retention::default());
        let open = parse_text("[class.a]\n").expect("valid");
        assert_eq!(open.classes[1], Class::forever("a"));
    }

    #[test]
    fn mistakes_name_file_and_line() {
        for (text, start) in [
            ("\n[class.a]\nkept_for = \"9 days\"\n", "store.toml:3: duration: `9 days`"),
            ("[class.a]\nkept = \"9d\"\n", "store.toml:2: unknown field `kept`"),
            ("[[rule]]\ntenant = \"x\"\n", "store.toml:1: missing field `class`"),
            ("[[rule]]\nclass = \"x\"\n", "store.toml: rule[0].class: no class"),
            ("[class.\"../x\"]\n", "store.toml: class: `../x` is not"),
            ("[class.a\n", "store.toml:1: "),
        ] {
            let message = parse_text(text).expect_err(text).to_string();
            assert!(message.starts_with(start), "{message}");
        }
    }

    fn any_retention() -> impl Strategy<Value = Retention> {
        let keep = prop_oneof![Just(Keep::Forever), (1_i64..).prop_map(Keep::Micros)];
        let visible = prop_oneof![Just(Keep::Nothing), keep.clone()];
        let classes = prop::collection::btree_map("[a-z0-9_-]{1,8}", (keep, visible), 1..5);
        let text = prop::option::of(any::<String>());
        let rules = prop::collection::vec(
            (any::<usize>(), text.clone(), text.clone(), text.clone(), text),
            0..4,
        );
        (classes, rules).prop_map(|(classes, rules)| {
            let class = |(name, (kept_for, visible_for))| Class { name, kept_for, visible_for };
            let classes: Vec<Class> = classes.into_iter().map(class).collect();
            let rule =
                |(index, tenant, data_source, category, activity): (usize, _, _, _, _)| Rule {
                    class: classes[index % classes.len()].name.clone(),
                    tenant,
                    data_source,
                    category,
                    activity,
                };
            let rules = rules.into_iter().map(rule).collect();
            Retention { classes, rules }.checked().expect("valid")
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(retention in any_retention()) {
            prop_assert_eq!(parse_text(&print(&retention)).expect("printed"), retention);
        }

        /// Any rules become any others, in a file as it is printed, with comments in it.
        #[test]
        fn rules_become_others_and_comments_stay(old in any_retention(), new in any_retention()) {
            let comment = |line: &str| match line.starts_with('[') {
                true => format!("\n# about {line}\n\n{line}\n"),
                false => format!("{line}\n"),
            };
            let text: String = print(&old).lines().map(comment).collect();
            let path = Path::new("store.toml");
            prop_assume!(parse(&text, path).is_ok_and(|parsed| parsed == old));
            let Some(changed) = edited(&text, &old, &new, path) else {
                // Texts over several lines may look like headers.
                return Ok(());
            };
            prop_assert_eq!(parse_text(&changed).expect("printed"), new);
            for line in text.lines().filter(|line| line.starts_with("# about")) {
                prop_assert!(changed.contains(line), "{} is lost in {}", line, changed);
            }
        }

        #[test]
        fn no_text_of_rules_panics(text in "[\\[\\]a-z=\"\n .]{0,60}") {
            let _ = parse_text(&text);
        }
    }
}
