//! `store.toml`: the settings of a store as a file that can be edited.

use super::capture::CapturePolicy;
use super::content::Settings;
use super::edit;
use super::print::{print, print_captured};
use super::read::{FileText, parse};
use crate::io::Disk;
use crate::store::folder::paths::StorePaths;
use crate::store::folder::{edited, files};
use crate::{Error, Result, limits};
use std::path::Path;

/// Reads the file of a store; `None` when there is none.
///
/// # Errors
/// [`Error::Invalid`] naming the file and the line of what is not valid.
pub(crate) fn read_text(disk: &Disk, paths: &StorePaths) -> Result<Option<FileText>> {
    read_path(disk, &paths.settings())
}

fn read_path(disk: &Disk, path: &Path) -> Result<Option<FileText>> {
    let text = edited::read_text(disk, path, limits::SETTINGS_BYTES_MAX)?;
    text.map(|text| parse(text, path)).transpose()
}

/// Writes the file of a store that is new.
pub(crate) fn create(disk: &Disk, paths: &StorePaths, settings: &Settings) -> Result<()> {
    files::replace(disk, &paths.settings(), print(settings).as_bytes())
}

/// Reads which switches of capture the log recorded last; without a file, none.
///
/// # Errors
/// As [`read_text`].
pub(crate) fn read_captured(disk: &Disk, paths: &StorePaths) -> Result<CapturePolicy> {
    let read = read_path(disk, &paths.captured())?;
    Ok(read.map(|read| read.settings.capture).unwrap_or_default())
}

/// Writes which switches of capture the log has recorded.
///
/// Durability: as [`write`].
pub(crate) fn write_captured(
    disk: &Disk,
    paths: &StorePaths,
    capture: &CapturePolicy,
) -> Result<()> {
    files::replace(disk, &paths.captured(), print_captured(capture).as_bytes())
}

/// Changes the settings of a store; gives the new ones. Comments and order of the file stay as far
/// as its form allows; of a file that is wrong `otherwise` is changed, and replaces it as a whole.
///
/// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are there.
pub(crate) fn write(
    disk: &Disk,
    paths: &StorePaths,
    otherwise: Settings,
    change: impl FnOnce(&mut Settings),
) -> Result<Settings> {
    let path = paths.settings();
    let _lock = edited::lock_edits(disk, &path, paths.settings_lock())?;
    let old = match read_text(disk, paths) {
        Ok(old) => old,
        Err(Error::Invalid { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut new = old.as_ref().map_or(otherwise, |old| old.settings.clone());
    change(&mut new);
    let edited = old.and_then(|old| with_changes(&old, &new, &path));
    let text = edited.unwrap_or_else(|| print(&new));
    files::replace(disk, &path, text.as_bytes())?;
    Ok(new)
}

/// Changes the settings of a store, also while another process writes it; gives the new ones. Two
/// changes at once come one after the other. Comments and order of the file stay.
///
/// Durability: as [`write`].
///
/// # Errors
/// As [`read_text`]; what `change` says, and [`Error::Invalid`] for settings that are wrong or a
/// file in a form that can only be changed by hand: nothing is written. [`Error::Locked`] when
/// another change takes seconds.
pub(crate) fn change(
    disk: &Disk,
    paths: &StorePaths,
    change: impl FnOnce(Settings) -> Result<Settings>,
) -> Result<Settings> {
    let path = paths.settings();
    let _lock = edited::lock_edits(disk, &path, paths.settings_lock())?;
    let Some(old) = read_text(disk, paths)? else {
        let new = change(Settings::default())?.checked()?;
        files::replace(disk, &path, print(&new).as_bytes())?;
        return Ok(new);
    };
    let new = change(old.settings.clone())?.checked()?;
    if new != old.settings {
        let edited = with_changes(&old, &new, &path).ok_or_else(|| {
            let problem = "stands in a form that a command cannot change; change it by hand: \
                 `[class.NAME]`, `[[rule]]` and `[capture]` on lines of their own, a key to a line";
            Error::invalid(path.display().to_string(), problem)
        })?;
        files::replace(disk, &path, edited.as_bytes())?;
    }
    Ok(new)
}

/// The text with other settings, if it can be changed line by line.
fn with_changes(old: &FileText, new: &Settings, path: &Path) -> Option<String> {
    let edited = edit::edited(&old.text, &old.settings, new)?;
    // Whatever the form of the file: what is written says what was wanted.
    let parsed = parse(edited, path).ok()?;
    (parsed.settings == *new).then_some(parsed.text)
}

/// Removes what a change left that did not come to its end; one that runs keeps its file.
pub(crate) fn remove_leftover(disk: &Disk, paths: &StorePaths) -> Result<()> {
    files::remove(disk, &StorePaths::temporary(&paths.captured()))?;
    edited::remove_leftover(disk, &paths.settings(), &paths.settings_lock())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::lake::policy::LakePolicy;
    use crate::store::retention::policy::{Class, Keep, Retention, Rule};
    use crate::store::settings::content::UnknownCodes;
    use proptest::prelude::*;

    fn parse_text(text: &str) -> Result<Retention> {
        Ok(parse(text.into(), Path::new("store.toml"))?.settings.retention)
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

    fn any_capture() -> impl Strategy<Value = CapturePolicy> {
        let category =
            any::<String>().prop_filter("is a key", |it| it != "tenant" && !it.contains('='));
        let switches = prop::collection::btree_map(category, any::<bool>(), 1..4);
        let tenants = prop::collection::btree_map(any::<String>(), switches.clone(), 0..3);
        (prop::option::of(switches), tenants).prop_map(|(general, tenants)| CapturePolicy {
            general: general.unwrap_or_default(),
            tenants,
        })
    }

    fn any_settings() -> impl Strategy<Value = Settings> {
        (any_retention(), any_capture()).prop_map(|(retention, capture)| Settings {
            profiles: vec!["calendly".into(), "own-1".into()],
            unknown_codes: UnknownCodes::Refuse,
            lake: lake_of(&retention),
            retention,
            capture,
        })
    }

    /// Something of the lake for every other class.
    fn lake_of(retention: &Retention) -> LakePolicy {
        let classes = retention.classes.iter().step_by(2);
        LakePolicy {
            before_drop: retention.rules.len() > 1,
            kept_for: classes.map(|class| (class.name.clone(), Keep::Micros(7))).collect(),
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(settings in any_settings()) {
            let read = parse(print(&settings), Path::new("store.toml")).expect("printed");
            prop_assert_eq!(read.settings, settings);
        }

        /// Any settings become any others, in a file as it is printed, with comments in it.
        #[test]
        fn settings_become_others_and_comments_stay(
            old in any_settings(),
            mut new in any_settings(),
        ) {
            // No command changes what is said of the lake; it goes with its class.
            new.lake = old.lake.clone();
            new.lake.kept_for.retain(|class, _| new.retention.class(class).is_some());
            let comment = |line: &str| match line.starts_with('[') {
                true => format!("\n# about {line}\n\n{line}\n"),
                false => format!("{line}\n"),
            };
            let text: String = print(&old).lines().map(comment).collect();
            let path = Path::new("store.toml");
            let read = parse(text.clone(), path).expect("printed");
            let changed = with_changes(&read, &new, path).expect("a key to a line");
            prop_assert_eq!(&parse(changed.clone(), path).expect("edited").settings, &new);
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
