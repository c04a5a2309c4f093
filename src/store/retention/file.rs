//! `store.toml`: the retention rules as a file that can be edited.

use super::policy::{Class, Keep, Retention, Rule};
use crate::io::Disk;
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::{Error, Result, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const HEADING: &str = "\
# What this store keeps for how long. Read when the store is opened.
# Durations: forever, or a number with s, m, h, d, w or y (366 days).
# kept_for: after this an event is gone. visible_for: after this it is hidden from readers.
# The first [[rule]] that matches gives an event its class; without one it is `default`.
";

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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFileRule {
    class: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
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

/// Replaces the rules of a store.
///
/// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are there.
pub(crate) fn write(disk: &Disk, paths: &StorePaths, retention: &Retention) -> Result<()> {
    files::replace(disk, &paths.rules(), print(retention).as_bytes())
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

/// The text of a rules file; [`parse`] gives the same rules back.
pub(crate) fn print(retention: &Retention) -> String {
    let mut text = HEADING.to_string();
    for class in &retention.classes {
        let (kept_for, visible_for) = (class.kept_for, class.visible_for);
        let name = &class.name;
        writeln!(
            text,
            "\n[class.{name}]\nkept_for = \"{kept_for}\"\nvisible_for = \"{visible_for}\""
        )
        .expect("writing to a string succeeds");
    }
    for rule in &retention.rules {
        let rule =
            toml::to_string(&RulesFileRule::of(rule)).expect("plain fields have a TOML form");
        write!(text, "\n[[rule]]\n{rule}").expect("writing to a string succeeds");
    }
    text
}

impl RulesFileRule {
    fn of(rule: &Rule) -> RulesFileRule {
        RulesFileRule {
            class: rule.class.clone(),
            tenant: rule.tenant.clone(),
            data_source: rule.data_source.clone(),
            category: rule.category.clone(),
        }
    }

    fn into_rule(self) -> Rule {
        Rule {
            class: self.class,
            tenant: self.tenant,
            data_source: self.data_source,
            category: self.category,
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
        let classes = prop::collection::btree_map("[a-z0-9_-]{1,8}", (keep.clone(), keep), 1..5);
        let text = prop::option::of(any::<String>());
        let rules = prop::collection::vec((any::<usize>(), text.clone(), text.clone(), text), 0..4);
        (classes, rules).prop_map(|(classes, rules)| {
            let class = |(name, (kept_for, visible_for))| Class { name, kept_for, visible_for };
            let classes: Vec<Class> = classes.into_iter().map(class).collect();
            let rule = |(index, tenant, data_source, category): (usize, _, _, _)| Rule {
                class: classes[index % classes.len()].name.clone(),
                tenant,
                data_source,
                category,
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

        #[test]
        fn no_text_of_rules_panics(text in "[\\[\\]a-z=\"\n .]{0,60}") {
            let _ = parse_text(&text);
        }
    }
}
