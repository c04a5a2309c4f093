//! From the text of a profile to its content, with every mistake by line and key.

mod attributes;
mod names;
mod presets;
mod problems;
mod table;
mod taxonomy;
#[cfg(test)]
mod tests;

use super::content::Content;
use names::plain_name;
use problems::Problems;
pub use problems::ProfileProblem;
use table::Table;
use toml::de::DeTable;

/// Reads a profile.
///
/// # Errors
/// Every mistake, in the order of lines.
pub(super) fn read(text: &str) -> Result<Content, Vec<ProfileProblem>> {
    let problems = Problems::new(text);
    let file = match DeTable::parse(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, "", error.message().replace('\n', "; "));
            return Err(problems.finish());
        }
    };
    let content = read_file(Table::new(file.get_ref(), "", 0, &problems));
    let found = problems.finish();
    if found.is_empty() { Ok(content) } else { Err(found) }
}

fn read_file(file: Table) -> Content {
    let mut content = Content::default();
    match file.table("profile", "profile") {
        Some(head) => read_head(head, &mut content),
        None => file.wrong(0, "profile", "is missing: begin with a table [profile]"),
    }
    let languages = &content.languages;
    content.categories = taxonomy::categories(&file, languages);
    content.activities = taxonomy::activities(&file, languages, &content.categories);
    content.attributes = attributes::attributes(&file, languages);
    content.defaults = presets::defaults(&file, languages, &content.attributes);
    content.export = presets::export(&file);
    content.plans = presets::plans(&file);
    content.capture = presets::capture(&file, &content.categories);
    file.finish();
    content
}

fn read_head(head: Table, content: &mut Content) {
    content.name = plain_name(&head, "name").unwrap_or_default();
    content.title =
        head.text("title").map_or_else(|| content.name.clone(), |text| text.value.into());
    for (key, list) in
        [("data_sources", &mut content.data_sources), ("languages", &mut content.languages)]
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
