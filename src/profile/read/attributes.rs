//! Reading of attributes.

use super::names::{check_code, code, labels};
use super::problems::unknown;
use super::table::Table;
use crate::profile::attribute::{Attribute, ListedValue};
use crate::profile::kind::{Kind, Operator};
use crate::profile::path::AttributePath;
use crate::profile::spelling::key;
use std::collections::HashMap;

pub(super) fn attributes(file: &Table, languages: &[String]) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut taken: HashMap<String, String> = HashMap::new();
    let mut parts = Vec::new();
    for table in file.tables("attribute", "attribute") {
        let names = names(&table, &mut taken);
        let path = path(&table);
        let labels = labels(&table, languages);
        let kind = kind(&table);
        let operators = operators(&table, kind.unwrap_or(Kind::Text));
        let values = values(&table, languages);
        let is_set = |key| table.bool(key);
        let (alertable, sensitive) = (is_set("alertable"), is_set("sensitive"));
        let columns = is_set("columns");
        let part_of = table.text("part_of");
        parts.extend(part_of);
        if let (Some(path), Some(kind)) = (path, kind) {
            attributes.push(Attribute {
                path,
                names,
                labels,
                kind,
                operators,
                values,
                alertable: alertable.unwrap_or(true),
                sensitive: sensitive.unwrap_or(false),
                columns: columns.unwrap_or(true),
                part_of: part_of.map(|text| text.value.to_owned()),
            });
        }
        table.finish();
    }
    for part_of in parts {
        let whole = || attributes.iter().filter(|known| known.part_of.is_none());
        let known = || whole().map(Attribute::code);
        if !known().any(|code| code == part_of.value) {
            let problem = unknown("attribute", part_of.value, known());
            file.wrong(part_of.at, "attribute.part_of", problem);
        }
    }
    attributes
}

/// At least one name, each of which no other attribute has.
fn names(table: &Table, taken: &mut HashMap<String, String>) -> Vec<String> {
    let names = table.texts("names");
    let Some(first) = names.first() else {
        table.wrong(table.at(), "names", "is missing: list the code of the attribute first");
        return Vec::new();
    };
    for name in &names {
        check_code(table, "names", *name);
        let other = taken.insert(key(name.value), first.value.to_owned());
        if let Some(other) = other.filter(|other| other != first.value) {
            let problem = format!("`{}` is a name of `{other}` already", name.value);
            table.wrong(name.at, "names", problem);
        }
    }
    names.iter().map(|name| name.value.to_owned()).collect()
}

fn path(table: &Table) -> Option<AttributePath> {
    let text = table.required("path")?;
    let path = AttributePath::parse(text.value);
    path.map_err(|problem| table.wrong(text.at, "path", problem)).ok()
}

fn kind(table: &Table) -> Option<Kind> {
    let text = table.required("kind")?;
    let kind = Kind::parse(text.value);
    if kind.is_none() {
        table.wrong(text.at, "kind", unknown("kind", text.value, Kind::names()));
    }
    kind
}

/// The operators of an attribute; all of its kind where it lists none.
fn operators(table: &Table, kind: Kind) -> Vec<Operator> {
    let mut operators = Vec::new();
    let texts = table.texts("operators");
    for text in &texts {
        match Operator::parse(text.value) {
            Some(operator) if kind.operators().contains(&operator) => operators.push(operator),
            Some(_) => {
                let allowed: Vec<&str> =
                    kind.operators().iter().map(|known| known.name()).collect();
                let (name, allowed) = (kind.name(), allowed.join("`, `"));
                let problem = format!("`{}` is not for kind `{name}`; use `{allowed}`", text.value);
                table.wrong(text.at, "operators", problem);
            }
            None => {
                let problem = unknown("operator", text.value, Operator::names());
                table.wrong(text.at, "operators", problem);
            }
        }
    }
    if texts.is_empty() { kind.operators().to_vec() } else { operators }
}

fn values(table: &Table, languages: &[String]) -> Vec<ListedValue> {
    let mut values: Vec<ListedValue> = Vec::new();
    for entry in table.tables("values", "attribute.values") {
        let (code, labels) = (code(&entry, "code"), labels(&entry, languages));
        if let Some(code) = code {
            if values.iter().any(|known| known.code == code) {
                entry.wrong(entry.at(), "code", format!("`{code}` is there already"));
            }
            values.push(ListedValue { code, labels });
        }
        entry.finish();
    }
    values
}
