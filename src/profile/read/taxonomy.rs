//! Reading of categories and activities.

use super::names::{check_code, choice, code, labels};
use super::problems::unknown;
use super::table::{Table, Text};
use crate::profile::spelling::{joined_key, key};
use crate::profile::taxonomy::{ANY_CATEGORY, Activity, Alias, CaptureRule, Category};
use std::collections::HashMap;

/// The word for a category that cannot be switched off.
const ALWAYS: &str = "always";

pub(super) fn categories(file: &Table, languages: &[String]) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for table in file.tables("category", "category") {
        let code = code(&table, "code");
        let labels = labels(&table, languages);
        let capture = table.text("capture").map(|text| text.value.to_owned());
        if let Some(code) = code {
            if code == ANY_CATEGORY || categories.iter().any(|known| known.code == code) {
                let problem = match code.as_str() {
                    ANY_CATEGORY => "`*` means every category, so none can be called so".to_owned(),
                    code => format!("`{code}` is there already; write each category once"),
                };
                table.wrong(table.at(), "code", problem);
            }
            let capture = match capture {
                Some(word) if word == ALWAYS => CaptureRule::Always,
                Some(name) => CaptureRule::Switch(name),
                None => CaptureRule::Switch(code.clone()),
            };
            categories.push(Category { code, labels, capture });
        }
        table.finish();
    }
    categories
}

/// The spellings that are taken, with the action that each means.
#[derive(Default)]
struct Taken {
    /// By spelling key; activities of every category have keys of their own, without a category.
    by_key: HashMap<(bool, String), String>,
    actions: HashMap<String, ()>,
}

pub(super) fn activities(
    file: &Table,
    languages: &[String],
    categories: &[Category],
) -> Vec<Activity> {
    let mut taken = Taken::default();
    let mut read: Vec<(Activity, Vec<Text>, Table)> = Vec::new();
    for table in file.tables("activity", "activity") {
        let (activity, spellings) = activity(&table, languages, categories);
        if let Some(activity) = activity {
            read.push((activity, spellings, table));
        } else {
            table.finish();
        }
    }
    // Codes first: an alias gives way to a code wherever it stands.
    for (activity, _, table) in &read {
        taken.code(table, activity);
    }
    for (activity, spellings, table) in &read {
        for spelling in spellings {
            taken.alias(table, activity, *spelling);
        }
    }
    let finish = |(activity, _, table): (Activity, _, Table)| {
        table.finish();
        activity
    };
    read.into_iter().map(finish).collect()
}

/// One activity and the places of its aliases; `None` where it has no code.
fn activity<'f>(
    table: &Table<'f>,
    languages: &[String],
    categories: &[Category],
) -> (Option<Activity>, Vec<Text<'f>>) {
    let category = table.required("category");
    let code = code(table, "code");
    let (operation, outcome) = (choice(table, "operation"), choice(table, "outcome"));
    let labels = labels(table, languages);
    let (aliases, spellings) = aliases(table);
    if let Some(category) = category {
        let known = || categories.iter().map(|category| category.code.as_str());
        if category.value != ANY_CATEGORY && !known().any(|code| code == category.value) {
            let problem = unknown("category", category.value, known());
            table.wrong(category.at, "category", problem);
        }
    }
    let activity = category.zip(code).map(|(category, code)| Activity {
        category: category.value.to_owned(),
        code,
        operation,
        outcome,
        labels,
        aliases,
    });
    (activity, spellings)
}

/// The aliases, those of an origin among them, and where they stand.
fn aliases<'f>(table: &Table<'f>) -> (Vec<Alias>, Vec<Text<'f>>) {
    let mut aliases = Vec::new();
    let mut spellings = table.texts("aliases");
    for text in &spellings {
        aliases.push(Alias { spelling: text.value.to_owned(), origin: None });
    }
    if let Some(origins) = table.table("origins", "activity.origins") {
        for (origin, texts) in origins.free_lists() {
            check_code(table, "origins", origin);
            for text in texts {
                let (spelling, origin) = (text.value.to_owned(), Some(origin.value.to_owned()));
                aliases.push(Alias { spelling, origin });
                spellings.push(text);
            }
        }
    }
    (aliases, spellings)
}

impl Taken {
    fn code(&mut self, table: &Table, activity: &Activity) {
        let action = activity.action();
        if self.actions.insert(action.clone(), ()).is_some() {
            let problem = format!("`{action}` is there already; write each activity once");
            table.wrong(table.at(), "code", problem);
            return;
        }
        let key = match activity.is_open() {
            true => key(&activity.code),
            false => joined_key(&activity.category, &activity.code),
        };
        if let Some(other) = self.by_key.insert((activity.is_open(), key), action.clone()) {
            let problem = format!(
                "`{action}` and `{other}` are spelled alike, so that neither is \
                 found by its spelling; rename one"
            );
            table.wrong(table.at(), "code", problem);
        }
    }

    fn alias(&mut self, table: &Table, activity: &Activity, spelling: Text) {
        let action = activity.action();
        let key = key(spelling.value);
        if key.is_empty() {
            table.wrong(spelling.at, "aliases", format!("`{}` has no word", spelling.value));
            return;
        }
        let other = self.by_key.insert((activity.is_open(), key), action.clone());
        if let Some(other) = other.filter(|other| *other != action) {
            let problem = format!(
                "`{}` means `{action}` and `{other}`; an alias means one \
                 activity",
                spelling.value
            );
            table.wrong(spelling.at, "aliases", problem);
        }
    }
}
