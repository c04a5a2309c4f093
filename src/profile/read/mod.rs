//! From the text of a profile to its parts, with every mistake by line and key.

mod attributes;
mod names;
mod presets;
mod problems;
mod table;
mod taxonomy;
#[cfg(test)]
mod tests;

use super::parts::Parts;
use names::plain_name;
use problems::Problems;
pub use problems::ProfileProblem;
use table::Table;
use toml::de::DeTable;

/// Reads a profile.
///
/// # Errors
/// Every mistake, in the order of lines.
pub(super) fn read(text: &str) -> Result<Parts, Vec<ProfileProblem>> {
    let problems = Problems::new(text);
    let file = match DeTable::parse(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, "", error.message().replace('\n', "; "));
            return Err(problems.finish());
        }
    };
    let parts = read_file(Table::new(file.get_ref(), "", 0, &problems));
    let found = problems.finish();
    if found.is_empty() { Ok(parts) } else { Err(found) }
}

fn read_file(file: Table) -> Parts {
    let mut parts = Parts::default();
    match file.table("profile", "profile") {
        Some(head) => read_head(head, &mut parts),
        None => file.wrong(0, "profile", "is missing: begin with a table [profile]"),
    }
    let languages = &parts.languages;
    parts.categories = taxonomy::categories(&file, languages);
    parts.activities = taxonomy::activities(&file, languages, &parts.categories);
    parts.attributes = attributes::attributes(&file, languages);
    parts.defaults = presets::defaults(&file, languages, &parts.attributes);
    parts.export = presets::export(&file);
    parts.plans = presets::plans(&file);
    parts.capture = presets::capture(&file, &parts.categories);
    file.finish();
    parts
}

fn read_head(head: Table, parts: &mut Parts) {
    parts.name = plain_name(&head, "name").unwrap_or_default();
    parts.title = head.text("title").map_or_else(|| parts.name.clone(), |text| text.value.into());
    for (key, list) in
        [("data_sources", &mut parts.data_sources), ("languages", &mut parts.languages)]
    {
        let texts = head.texts(key);
        if texts.is_empty() {
            head.wrong(head.at(), key, "is missing or empty: list at least one");
        }
        for text in texts {
            names::check_code(&head, key, text);
            if list.iter().any(|known| known == text.value) {
                head.wrong(text.at, key, format!("`{}` is there already", text.value));
            } else {
                list.push(text.value.to_owned());
            }
        }
    }
    head.finish();
}
