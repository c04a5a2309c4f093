//! Names as the text of `aliases.toml`, changed line by line where that can be done.

use super::table::{Alias, Aliases};
use std::fmt::Write;

/// The first lines of a file that annals writes.
const HEAD: &str = "\
# Names of persons: `annals alias add --id u-1 --name old@acme.example --until 2026-05-04`.
# A name without `until` ends where another person's of the same text begins.
";
/// The line that begins a name.
const TABLE: &str = "[[alias]]";

/// The names as a new file.
pub(super) fn print(aliases: &Aliases) -> String {
    let mut text = HEAD.to_owned();
    for alias in aliases.list() {
        text.push('\n');
        text.push_str(&block(alias));
    }
    text
}

/// The text with the names of `new` in the place of those of `old`, so that comments stay. What it
/// gives is to be read again: a file may have other forms.
pub(super) fn edited(text: &str, old: &Aliases, new: &Aliases) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].trim() == TABLE).collect();
    let places = old.list().iter().zip(starts).collect::<Vec<_>>();
    for (alias, start) in places.into_iter().rev() {
        if !new.list().contains(alias) {
            let is_its = |line: &&str| line.contains('=') && !line.trim_start().starts_with('#');
            let len = lines.iter().skip(start + 1).take_while(|line| is_its(line)).count();
            lines.drain(start..start + 1 + len);
        }
    }
    let mut text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    for alias in new.list().iter().filter(|alias| !old.list().contains(alias)) {
        text.push('\n');
        text.push_str(&block(alias));
    }
    text
}

fn block(alias: &Alias) -> String {
    let mut text = format!("{TABLE}\n");
    let quoted = |value: &str| toml::Value::String(value.to_owned()).to_string();
    let times = [("from", alias.from), ("until", alias.until)];
    let texts = [("id", &alias.id), ("name", &alias.name)];
    for (key, value) in texts {
        // A formatted write into a string cannot fail.
        let _ = writeln!(text, "{key} = {}", quoted(value));
    }
    for (key, time) in times {
        if let Some(time) = time {
            let _ = writeln!(text, "{key} = {}", quoted(&time.to_string()));
        }
    }
    text
}
