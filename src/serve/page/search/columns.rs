//! Choosing columns: which, in which order, and to keep them.

use super::super::address::Address;
use super::super::links::{act, hidden};
use super::super::view::Scene;
use super::super::words::Words;
use super::table::list_of;
use crate::export::Column;
use maud::{Markup, html};

/// Columns that are offered whatever the profile.
const OFFERED: [&str; 16] = [
    "occurred_at",
    "actor.display_name",
    "actor.email",
    "actor.role",
    "category",
    "activity",
    "operation",
    "outcome",
    "targets.name",
    "targets.type",
    "changes.field",
    "context.ip",
    "data_source",
    "tenant",
    "recorded_at",
    "seq",
];

/// The menu of columns.
pub(super) fn menu(scene: &Scene<'_>, columns: &[Column]) -> Markup {
    let words = scene.words;
    let with = |columns: Vec<&Column>| scene.address.with("columns", &list_of(columns)).at("/");
    let without = |index: usize| {
        let rest = columns.iter().enumerate().filter(|(other, _)| *other != index);
        with(rest.map(|(_, column)| column).collect())
    };
    let swapped = |index: usize, other: usize| {
        let mut moved: Vec<&Column> = columns.iter().collect();
        moved.swap(index, other);
        with(moved)
    };
    let list = list_of(columns);
    html! {
        details class="menu columns" {
            summary class="button" { (words.columns) }
            div class="sheet" {
                p class="quiet" { (words.shown_columns) }
                ol {
                    @for (index, column) in columns.iter().enumerate() {
                        @let label = scene.label(column.header());
                        li data-column=(column.header()) {
                            span { (label) }
                            @if index > 0 {
                                (act(&swapped(index, index - 1), words.move_left, &label, "←"))
                            }
                            @if index + 1 < columns.len() {
                                (act(&swapped(index, index + 1), words.move_right, &label, "→"))
                            }
                            @if columns.len() > 1 {
                                (act(&without(index), words.remove, &label, "×"))
                            }
                        }
                    }
                }
                p class="quiet" { (words.more_columns) }
                ul class="offered" {
                    @for (path, label) in offered(scene, columns) {
                        @let longer = scene.address.with("columns", &format!("{list},{path}"));
                        li { a href=(longer.at("/")) title=(path) { "+ " (label) } }
                    }
                }
                form method="get" action="/" {
                    (hidden(&scene.address.without(&["columns"])))
                    label { span { (words.any_column) }
                        input name="columns" value=(list) autocomplete="off" spellcheck="false"; }
                    button { (words.apply) }
                }
                form method="post" action="/columns" {
                    input type="hidden" name="columns" value=(list);
                    input type="hidden" name="back"
                        value=(scene.address.with("columns", &list).at("/"));
                    button { (words.keep_columns) }
                }
                (usual(words, scene.address))
            }
        }
    }
}

/// The way back to the columns that nobody chose.
pub(super) fn usual(words: &Words, address: &Address) -> Markup {
    html! {
        form method="post" action="/columns" {
            input type="hidden" name="columns" value="";
            input type="hidden" name="back" value=(address.without(&["columns"]).at("/"));
            button class="plain" { (words.default_columns) }
        }
    }
}

/// Columns that are not shown, with what they are called.
fn offered(scene: &Scene<'_>, columns: &[Column]) -> Vec<(String, String)> {
    let attributes = scene.look().map(|profile| profile.attributes()).unwrap_or_default();
    let named = attributes.iter().map(|one| (one.code().to_owned(), scene.label(one.code())));
    let known = OFFERED.iter().map(|path| ((*path).to_owned(), scene.label(path)));
    // A column is shown by whichever name it was chosen.
    let shown: Vec<String> = columns.iter().map(|one| scene.path_of(one.header())).collect();
    let is_shown = |path: &str| shown.contains(&scene.path_of(path));
    let mut offered: Vec<(String, String)> = Vec::new();
    for (path, label) in named.chain(known) {
        if !is_shown(&path) && !offered.iter().any(|(_, known)| *known == label) {
            offered.push((path, label));
        }
    }
    offered
}
