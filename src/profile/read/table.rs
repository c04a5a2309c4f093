//! Typed reading of TOML tables: each method takes one key, and what no method took is unknown.

use super::problems::{Problems, unknown};
use std::cell::RefCell;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text of the file, with the byte at which it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'f> {
    pub(super) value: &'f str,
    pub(super) at: usize,
}

/// A table of the file.
pub(super) struct Table<'f> {
    members: &'f DeTable<'f>,
    /// What the table is called in messages; empty for the file itself.
    name: &'static str,
    at: usize,
    problems: &'f Problems<'f>,
    taken: RefCell<Vec<&'static str>>,
}

impl<'f> Table<'f> {
    pub(super) fn new(
        members: &'f DeTable<'f>,
        name: &'static str,
        at: usize,
        problems: &'f Problems<'f>,
    ) -> Table<'f> {
        Table { members, name, at, problems, taken: RefCell::default() }
    }

    /// Where the table stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Adds a problem with a key of the table.
    pub(super) fn wrong(&self, at: usize, key: &str, problem: impl Into<String>) {
        self.problems.add(at, self.path(key), problem);
    }

    pub(super) fn text(&self, key: &'static str) -> Option<Text<'f>> {
        let value = self.take(key)?;
        self.read_text(key, value)
    }

    /// A text that must be there.
    pub(super) fn required(&self, key: &'static str) -> Option<Text<'f>> {
        if self.members.get(key).is_none() {
            self.wrong(self.at, key, "is missing");
        }
        self.text(key)
    }

    pub(super) fn bool(&self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let read = value.get_ref().as_bool();
        if read.is_none() {
            self.expected(key, value, "true or false");
        }
        read
    }

    /// A whole number from 0.
    pub(super) fn count(&self, key: &'static str) -> Option<u64> {
        let value = self.take(key)?;
        let integer = value.get_ref().as_integer().filter(|integer| integer.radix() == 10);
        let read = integer.and_then(|integer| integer.as_str().parse().ok());
        if read.is_none() {
            self.expected(key, value, "a whole number from 0");
        }
        read
    }

    /// A list of texts; empty when it is absent.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Text<'f>> {
        self.take(key).map(|value| self.read_texts(key, value)).unwrap_or_default()
    }

    /// A table below a key, called `name` in messages.
    pub(super) fn table(&self, key: &'static str, name: &'static str) -> Option<Table<'f>> {
        let value = self.take(key)?;
        self.read_table(key, name, value)
    }

    /// A list of tables below a key, called `name` in messages; empty when it is absent.
    pub(super) fn tables(&self, key: &'static str, name: &'static str) -> Vec<Table<'f>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.expected(key, value, "a list of tables");
            return Vec::new();
        };
        list.iter().filter_map(|item| self.read_table(key, name, item)).collect()
    }

    /// Every key of a table whose keys are free, with its text.
    pub(super) fn free_texts(&self) -> Vec<(Text<'f>, Text<'f>)> {
        let read = |(key, value): (Text<'f>, &'f Spanned<DeValue<'f>>)| {
            Some((key, self.read_text(key.value, value)?))
        };
        self.free().filter_map(read).collect()
    }

    /// Every key of a table whose keys are free, with its list of texts.
    pub(super) fn free_lists(&self) -> Vec<(Text<'f>, Vec<Text<'f>>)> {
        self.free().map(|(key, value)| (key, self.read_texts(key.value, value))).collect()
    }

    /// Refuses keys that nothing asked for.
    pub(super) fn finish(self) {
        let taken = self.taken.borrow();
        for (key, _) in self.members.iter() {
            let name: &str = key.get_ref();
            if !taken.contains(&name) {
                let problem = unknown("key", name, taken.iter().copied());
                self.wrong(key.span().start, name, problem);
            }
        }
    }

    fn free(&self) -> impl Iterator<Item = (Text<'f>, &'f Spanned<DeValue<'f>>)> {
        let key = |key: &'f Spanned<_>| Text {
            value: std::borrow::Borrow::<str>::borrow(key),
            at: key.span().start,
        };
        self.members.iter().map(move |(name, value)| (key(name), value))
    }

    fn take(&self, key: &'static str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.taken.borrow_mut().push(key);
        self.members.get(key)
    }

    fn read_text(&self, key: &str, value: &'f Spanned<DeValue<'f>>) -> Option<Text<'f>> {
        let text = value.get_ref().as_str();
        match text {
            None => self.expected(key, value, "a text"),
            Some("") => self.wrong(value.span().start, key, "is empty"),
            Some(text) => return Some(Text { value: text, at: value.span().start }),
        }
        None
    }

    fn read_texts(&self, key: &str, value: &'f Spanned<DeValue<'f>>) -> Vec<Text<'f>> {
        match value.get_ref().as_array() {
            Some(list) => list.iter().filter_map(|item| self.read_text(key, item)).collect(),
            None => {
                self.expected(key, value, "a list of texts");
                Vec::new()
            }
        }
    }

    fn read_table(
        &self,
        key: &str,
        name: &'static str,
        value: &'f Spanned<DeValue<'f>>,
    ) -> Option<Table<'f>> {
        match value.get_ref().as_table() {
            Some(members) => Some(Table::new(members, name, value.span().start, self.problems)),
            None => {
                self.expected(key, value, "a table");
                None
            }
        }
    }

    fn expected(&self, key: &str, value: &Spanned<DeValue<'f>>, what: &str) {
        let got = value.get_ref().type_str();
        self.wrong(value.span().start, key, format!("expected {what}, got {got}"));
    }

    fn path(&self, key: &str) -> String {
        match self.name {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }
}
