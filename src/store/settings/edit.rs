//! Changing the text of `store.toml` line by line, so that comments and order stay.
//!
//! This knows no more of TOML than what people write into this file: tables under headers, a key
//! and a text in quotes to a line. The caller parses what comes out and compares it with what was
//! wanted, so a file in another form is refused, never spoilt.

use super::capture::{CapturePolicy, CaptureSwitches, TENANT};
use super::content::Settings;
use super::print::{print_class, print_rule, print_switches};
use super::quote;
use crate::store::retention::policy::{Class, Rule};
use std::collections::BTreeSet;
use std::ops::Range;

/// The text with the classes, rules and switches of `new` in the place of those of `old`; `None`
/// where a line that would have to change has another form than the one that is known here.
pub(super) fn edited(text: &str, old: &Settings, new: &Settings) -> Option<String> {
    let (capture_before, capture) = (&old.capture, &new.capture);
    let (old, new) = (&old.retention, &new.retention);
    let mut lines = Lines(text.split('\n').map(str::to_owned).collect());
    for gone in old.classes.iter().filter(|class| new.class(&class.name).is_none()) {
        let block = lines.class(&gone.name)?;
        lines.remove(&block);
    }
    for class in &new.classes {
        let before = old.class(&class.name);
        if before != Some(class) {
            lines.put_class(class, before)?;
        }
    }
    lines.put_rules(&old.rules, &new.rules)?;
    lines.put_capture(capture_before, capture)?;
    Some(lines.0.join("\n"))
}

/// The lines of the file, without their ends.
struct Lines(Vec<String>);

/// What a header begins.
#[derive(Debug, PartialEq, Eq)]
enum Header {
    Class(String),
    Rule,
    /// The switches in general, or those of a tenant.
    Capture(Option<String>),
    Other,
}

/// A header and the lines below it, up to the next header.
#[derive(Debug)]
struct Block {
    header: Header,
    lines: Range<usize>,
}

impl Lines {
    fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for (number, line) in self.0.iter().enumerate() {
            match header(line) {
                Some(header) => blocks.push(Block { header, lines: number..number + 1 }),
                None => blocks.iter_mut().rev().take(1).for_each(|it| it.lines.end = number + 1),
            }
        }
        blocks
    }

    fn class(&self, name: &str) -> Option<Block> {
        let is_it = |block: &Block| matches!(&block.header, Header::Class(it) if it == name);
        self.blocks().into_iter().find(is_it)
    }

    fn rules(&self) -> Vec<Block> {
        self.blocks().into_iter().filter(|block| block.header == Header::Rule).collect()
    }

    /// Behind the last key of a block, or behind its header.
    fn end_of_keys(&self, block: &Block) -> usize {
        let has_key = |number: &usize| key(&self.0[*number]).is_some();
        block.lines.clone().rev().find(has_key).unwrap_or(block.lines.start) + 1
    }

    /// The first line of the comment that stands right above a header: it belongs to the header,
    /// unless the file begins with it.
    fn lead(&self, block: &Block) -> usize {
        let is_comment = |line: &&String| line.trim_start().starts_with('#');
        let above = self.0[..block.lines.start].iter().rev().take_while(is_comment).count();
        match block.lines.start - above {
            0 => block.lines.start,
            first => first,
        }
    }

    /// Takes out a block, its comment, and the empty line above.
    fn remove(&mut self, block: &Block) {
        let (mut first, end) = (self.lead(block), self.end_of_keys(block));
        if first > 0 && self.0[first - 1].trim().is_empty() {
            first -= 1;
        }
        self.0.drain(first..end);
    }

    /// Puts a printed block before a line, apart from what stands around it.
    fn insert(&mut self, at: usize, printed: &str) {
        let is_empty = |line: Option<&String>| line.is_none_or(|line| line.trim().is_empty());
        let mut added: Vec<String> =
            printed.trim_matches('\n').split('\n').map(Into::into).collect();
        if at > 0 && !is_empty(self.0.get(at - 1)) {
            added.insert(0, String::new());
        }
        if self.0.get(at).is_none_or(|line| !line.trim().is_empty()) {
            added.push(String::new());
        }
        self.0.splice(at..at, added);
    }

    /// The line behind everything but empty lines.
    fn end(&self) -> usize {
        let last = self.0.iter().rposition(|line| !line.trim().is_empty());
        last.map_or(0, |last| last + 1)
    }

    fn put_class(&mut self, class: &Class, before: Option<&Class>) -> Option<()> {
        if let Some(block) = self.class(&class.name) {
            let before = before?;
            if class.visible_for != before.visible_for {
                self.set(&block, "visible_for", &class.visible_for.to_string())?;
            }
            if class.kept_for != before.kept_for {
                self.set(&block, "kept_for", &class.kept_for.to_string())?;
            }
            return Some(());
        }
        let blocks = self.blocks();
        let last_class = blocks.iter().rfind(|block| matches!(block.header, Header::Class(_)));
        let first_rule = blocks.iter().find(|block| block.header == Header::Rule);
        let at = match (last_class, first_rule) {
            (Some(last), _) => self.end_of_keys(last),
            (None, Some(first)) => self.lead(first),
            (None, None) => self.end(),
        };
        self.insert(at, &print_class(class));
        Some(())
    }

    /// Puts the switches of a policy in the place of those of another one.
    fn put_capture(&mut self, old: &CapturePolicy, new: &CapturePolicy) -> Option<()> {
        self.put_switches(None, &old.general, &new.general)?;
        let none = CaptureSwitches::new();
        let of = |policy: &'_ CapturePolicy, tenant: &String| {
            policy.tenants.get(tenant).unwrap_or(&none).clone()
        };
        let tenants: BTreeSet<&String> = old.tenants.keys().chain(new.tenants.keys()).collect();
        for tenant in tenants {
            self.put_switches(Some(tenant), &of(old, tenant), &of(new, tenant))?;
        }
        Some(())
    }

    /// The switches that are new or other stand below their header, which is made where there is
    /// none.
    fn put_switches(
        &mut self,
        tenant: Option<&String>,
        old: &CaptureSwitches,
        new: &CaptureSwitches,
    ) -> Option<()> {
        let header = Header::Capture(tenant.cloned());
        for (category, is_on) in new.iter().filter(|(key, is_on)| old.get(*key) != Some(*is_on)) {
            match self.blocks().into_iter().find(|block| block.header == header) {
                Some(block) => self.set(&block, category, if *is_on { "on" } else { "off" })?,
                None => {
                    let switches = [(category.clone(), *is_on)].into();
                    let at = self.end();
                    self.insert(at, &print_switches(tenant.map(String::as_str), &switches));
                }
            }
        }
        for gone in old.keys().filter(|key| !new.contains_key(*key)) {
            let block = self.blocks().into_iter().find(|block| block.header == header)?;
            let line = block.lines.clone().find(|number| has_key(&self.0[*number], gone))?;
            self.0.remove(line);
        }
        Some(())
    }

    /// Sets a key of a block, or adds it below its last key.
    fn set(&mut self, block: &Block, wanted: &str, value: &str) -> Option<()> {
        let mut numbers = block.lines.clone();
        match numbers.find(|number| has_key(&self.0[*number], wanted)) {
            Some(number) => self.0[number] = with_value(&self.0[number], value)?,
            None => {
                let line = format!("{} = \"{value}\"", quote::key(wanted));
                let at = self.end_of_keys(block);
                self.0.insert(at, line);
            }
        }
        Some(())
    }

    /// Puts rules in the place of others: what is the same at both ends of the lists stays, and a
    /// rule that only gets another class changes in its place.
    fn put_rules(&mut self, old: &[Rule], new: &[Rule]) -> Option<()> {
        if self.rules().len() != old.len() {
            return None;
        }
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[same..], &new[same..]);
        let pairs = old.iter().rev().zip(new.iter().rev());
        let same_at_end = pairs.take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - same_at_end], &new[..new.len() - same_at_end]);
        let is_one_for_one = old.len() == new.len()
            && old.iter().zip(new).all(|(old, new)| old.has_criteria_of(new));
        for (place, rule) in (same..).zip(new).filter(|_| is_one_for_one) {
            let block = self.rules().into_iter().nth(place)?;
            self.set(&block, "class", &rule.class)?;
        }
        if !is_one_for_one {
            self.rules()[same..same + old.len()].iter().rev().for_each(|block| self.remove(block));
            let rules = self.rules();
            let at = match (rules.get(same), rules.last()) {
                (Some(next), _) => self.lead(next),
                (None, Some(last)) => self.end_of_keys(last),
                (None, None) => self.end(),
            };
            let printed: Vec<String> = new.iter().map(print_rule).collect();
            if !printed.is_empty() {
                self.insert(at, &printed.join("\n"));
            }
        }
        Some(())
    }
}

/// What a line begins, if it is a header.
fn header(line: &str) -> Option<Header> {
    let inner = line.trim_start().strip_prefix('[')?;
    let (name, _) = inner.trim_start_matches('[').split_once(']')?;
    let plain: String = name.chars().filter(|it| !matches!(it, ' ' | '\t' | '"' | '\'')).collect();
    Some(match (inner.starts_with('['), plain.strip_prefix("class.")) {
        (true, _) if plain == "rule" => Header::Rule,
        (false, Some(class)) => Header::Class(class.to_owned()),
        (false, None) if plain.starts_with("capture") => {
            capture_header(line).map_or(Header::Other, Header::Capture)
        }
        _ => Header::Other,
    })
}

/// The tenant of a header `[capture.tenant.NAME]`; no tenant of `[capture]`.
fn capture_header(line: &str) -> Option<Option<String>> {
    let table: toml::Table = line.parse().ok()?;
    let capture = table.get("capture")?.as_table()?;
    if capture.is_empty() {
        return Some(None);
    }
    let tenants = capture.get(TENANT)?.as_table()?;
    tenants.keys().next().cloned().map(Some)
}

/// Whether a line is `wanted = value`; the key may stand in quotes.
fn has_key(line: &str, wanted: &str) -> bool {
    let is_it = |table: toml::Table| table.len() == 1 && table.contains_key(wanted);
    key(line).is_some() && line.parse::<toml::Table>().is_ok_and(is_it)
}

/// The key of a line `key = value`.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    (!key.starts_with(['#', '['])).then(|| key.trim_matches(['"', '\'']))
}

/// A line `key = "value"` with another value; what stands behind the value stays.
fn with_value(line: &str, value: &str) -> Option<String> {
    let (key, rest) = line.split_once('=')?;
    let space = rest.len() - rest.trim_start().len();
    let quote = rest.trim_start().chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (_, behind) = rest.trim_start()[1..].split_once(quote)?;
    Some(format!("{key}={}\"{value}\"{behind}", &rest[..space]))
}
