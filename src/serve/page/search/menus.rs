//! The bar above the table: how many, live, columns, export, saving, order and zone.

use super::super::links::hidden;
use super::super::view::{Scene, text_of};
use super::table::list_of;
use crate::export::Column;
use crate::query::{Order, Query};
use maud::{Markup, html};

/// Rows beyond which a file is better written in the background, where no profile says how many.
const DIRECT_ROWS_MAX: u64 = 100_000;
/// Formats of files, and what they are called.
const FORMATS: [(&str, &str); 5] = [
    ("csv", "CSV"),
    ("xlsx", "XLSX (Excel)"),
    ("ndjson", "NDJSON"),
    ("json", "JSON"),
    ("csv.gz", "CSV, gzip"),
];
/// What a file can be called, as browsers check it before they send it; see `name` of the API.
const NAME_PATTERN: &str = r#"[^.\/\\:*?"<>\|][^\/\\:*?"<>\|]*"#;
/// Zones that are offered; any other can be typed.
const ZONES: [&str; 16] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Zurich",
    "Europe/Athens",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
];

/// Exporting what is shown: at once, or in the background.
pub(super) fn export(scene: &Scene<'_>, columns: &[Column], count: Option<u64>) -> Markup {
    let words = scene.words;
    let file = scene.question().with("columns", &list_of(columns));
    let has_raw = columns.iter().any(Column::is_raw);
    let file = file.with("raw", if has_raw { "true" } else { "" });
    let csv = file.with("format", "csv").at("/api/v1/export");
    let direct = scene.look().and_then(|profile| profile.export().direct_rows_max);
    let is_large = count.is_none_or(|count| count > direct.unwrap_or(DIRECT_ROWS_MAX));
    // By the habits of a product that was named, so many are not given at once.
    let most = scene.speech.profile().and_then(|profile| profile.export().direct_rows_max);
    let is_refused = most.zip(count).is_some_and(|(most, count)| count > most);
    html! {
        details class="menu export" {
            summary class="button" { (words.export) }
            div class="sheet" {
                p { (words.export_what) }
                @if !is_refused {
                    p { a class="button" download href=(csv) { (words.as_csv) } }
                }
                form method="get" action="/api/v1/export" {
                    (hidden(&file))
                    label { span { (words.format) }
                        select name="format" {
                            @for (name, label) in FORMATS { option value=(name) { (label) } }
                        }
                    }
                    label { span { (words.file_name) }
                        input name="name" maxlength="100" placeholder="activity"
                            pattern=(NAME_PATTERN) autocomplete="off"; }
                    @if !is_refused { button { (words.direct) } }
                    @if is_large { p class="quiet" { (words.many_rows) } }
                    button formmethod="post" formaction="/exports"
                        class=[is_large.then_some("first")] { (words.as_job) }
                }
            }
        }
    }
}

/// Saving the search with its order; its times become part of the query.
pub(super) fn save(scene: &Scene<'_>, columns: &[Column], whole: &Query, order: Order) -> Markup {
    let words = scene.words;
    let named = words.orders().into_iter().find(|(known, ..)| *known == order);
    // The usual order goes without saying.
    let order = named.filter(|_| order != Order::Newest).map(|(_, name, _)| name);
    html! {
        details class="menu save" {
            summary class="button" { (words.save) }
            form class="sheet stacked" method="post" action="/searches" {
                p { (words.save_search) }
                input type="hidden" name="query" value=(text_of(whole));
                input type="hidden" name="columns" value=(list_of(columns));
                input type="hidden" name="zone" value=(scene.speech.zone.name());
                @if let Some(order) = order { input type="hidden" name="order" value=(order); }
                input type="hidden" name="back" value=(scene.address.at("/"));
                label { span { (words.name) } input name="name" required maxlength="200"; }
                label { span { (words.description) } input name="description" maxlength="2000"; }
                label class="check" { input type="checkbox" name="shared" value="true";
                    span { (words.shared) } }
                button { (words.save) }
            }
        }
    }
}

/// Order and zone.
pub(super) fn view(scene: &Scene<'_>, order: Order) -> Markup {
    let words = scene.words;
    html! {
        details class="menu view" {
            summary class="button" { (words.zone) ": " (scene.speech.zone.name()) }
            form class="sheet stacked" method="get" action="/" {
                (hidden(&scene.address.without(&["tz", "order", "after"])))
                label { span { (words.zone) }
                    input name="tz" list="zones" autocomplete="off"
                        value=(scene.speech.zone.name()); }
                datalist id="zones" { @for zone in ZONES { option value=(zone) {} } }
                label { span { (words.order) }
                    select name="order" {
                        @for (known, name, label) in words.orders() {
                            option value=(name) selected[known == order] { (label) }
                        }
                    }
                }
                button { (words.apply) }
            }
        }
    }
}
