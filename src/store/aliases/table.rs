//! The table of names: which person a name is, and in which interval of time.

use crate::event::Timestamp;
use crate::text::words;
use crate::{Error, Result, limits};
use std::collections::{BTreeMap, BTreeSet};

/// A name under which a person acted: an address, a display name or an earlier id.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Alias {
    /// The id of the person, which does not change.
    pub id: String,
    /// The name.
    pub name: String,
    /// The first instant at which it is a name of this person. `None`: since the last end of it as
    /// a name of another person; always, where there is none.
    pub from: Option<Timestamp>,
    /// The first instant at which it no longer is. `None`: until it becomes that of another.
    pub until: Option<Timestamp>,
}

impl Alias {
    /// A name that is one of the person with this id at all times.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Alias {
        Alias { id: id.into(), name: name.into(), from: None, until: None }
    }

    /// Sets the first instant.
    #[must_use]
    pub fn from(self, from: Timestamp) -> Alias {
        Alias { from: Some(from), ..self }
    }

    /// Sets the first instant at which it is no longer one.
    #[must_use]
    pub fn until(self, until: Timestamp) -> Alias {
        Alias { until: Some(until), ..self }
    }
}

/// When a name is one of a person: `[from, until)`; a side that is missing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Tenure {
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl Tenure {
    fn meets(self, other: Tenure) -> bool {
        let begins_before = |one: Tenure, two: Tenure| match (one.from, two.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        begins_before(self, other) && begins_before(other, self)
    }

    fn has(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }
}

/// All names of persons, each in an interval of time. A name is that of one person at a time.
///
/// # Examples
/// ```
/// use annals::store::{Alias, Aliases};
///
/// let mut aliases = Aliases::default();
/// let renamed = "2026-05-04T00:00:00Z".parse()?;
/// aliases.add(Alias::new("u-1", "old@acme.example").until(renamed))?;
/// aliases.add(Alias::new("u-1", "new@acme.example"))?;
/// // From the rename on the address is that of another person.
/// aliases.add(Alias::new("u-2", "old@acme.example"))?;
/// assert_eq!(aliases.list().len(), 3);
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    list: Vec<Alias>,
    /// When each of `list` holds.
    tenures: Vec<Tenure>,
    /// Places in `list` by name, by the words of the name, and by id.
    by_name: BTreeMap<String, Vec<usize>>,
    by_words: BTreeMap<Vec<String>, BTreeSet<usize>>,
    by_id: BTreeMap<String, Vec<usize>>,
}

impl Aliases {
    /// The table of these names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty or long text, for a name that would be that of two persons
    /// at a time, for an interval without an instant, and beyond
    /// [`limits::ALIASES_MAX`](crate::limits::ALIASES_MAX).
    pub(super) fn of(list: Vec<Alias>) -> Result<Aliases> {
        if list.len() > limits::ALIASES_MAX {
            let problem = format!("{} names; at most {}", list.len(), limits::ALIASES_MAX);
            return Err(Error::invalid("aliases", problem));
        }
        let mut aliases = Aliases::default();
        for (place, alias) in list.iter().enumerate() {
            check_text("id", &alias.id)?;
            check_text("name", &alias.name)?;
            aliases.by_name.entry(alias.name.clone()).or_default().push(place);
            aliases.by_id.entry(alias.id.clone()).or_default().push(place);
            for text in [&alias.name, &alias.id] {
                aliases.by_words.entry(words(text)).or_default().insert(place);
            }
        }
        aliases.by_words.remove(&Vec::new());
        aliases.tenures = vec![Tenure::default(); list.len()];
        for places in aliases.by_name.values() {
            let holders: Vec<&Alias> = places.iter().filter_map(|place| list.get(*place)).collect();
            let tenures = tenures_of(&holders)?;
            for (place, tenure) in places.iter().zip(tenures) {
                aliases.tenures[*place] = tenure;
            }
        }
        Ok(Aliases { list, ..aliases })
    }

    /// The names, in the order in which they were added.
    pub fn list(&self) -> &[Alias] {
        &self.list
    }

    /// Adds a name; the same name of the same person with the same beginning is replaced.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it would be a name of two persons at a time, or never: nothing is
    /// added.
    pub fn add(&mut self, alias: Alias) -> Result<()> {
        let is_same =
            |one: &Alias| (&one.id, &one.name, one.from) == (&alias.id, &alias.name, alias.from);
        let mut list = self.list.clone();
        match list.iter_mut().find(|one| is_same(one)) {
            Some(same) => *same = alias,
            None => list.push(alias),
        }
        *self = Aliases::of(list)?;
        Ok(())
    }

    /// Takes out the names of a person, or this one of them; how many there were.
    ///
    /// # Errors
    /// [`Error::Invalid`] when names of others would meet without it: nothing is taken out.
    pub fn remove(&mut self, id: &str, name: Option<&str>) -> Result<usize> {
        let goes = |one: &&Alias| one.id == id && name.is_none_or(|name| one.name == name);
        let kept: Vec<Alias> = self.list.iter().filter(|one| !goes(one)).cloned().collect();
        let count = self.list.len() - kept.len();
        *self = Aliases::of(kept)?;
        Ok(count)
    }

    /// The ids of the persons that this text names: by a name at any time, or by the id.
    pub(crate) fn named(&self, text: &str) -> impl Iterator<Item = &str> {
        let by_name = self.by_name.get(text).into_iter().flatten();
        let by_id = self.by_id.get(text).into_iter().flatten();
        self.ids(by_name.chain(by_id))
    }

    /// What else the persons are called whom these texts name at an instant, by a name of that time
    /// or by the id: their names of all times and their ids, each once, without the texts. O(names
    /// of those persons).
    pub fn other_names(&self, texts: &[&str], at: Timestamp) -> Vec<&str> {
        let mut others: Vec<&str> = Vec::new();
        for person in texts.iter().flat_map(|text| self.named_at(text, at)) {
            for name in self.names_of(person).map(|(name, _)| name).chain([person]) {
                if !texts.contains(&name) && !others.contains(&name) {
                    others.push(name);
                }
            }
        }
        others
    }

    /// The ids of the persons that this text names at an instant: by a name of that time, or by the
    /// id.
    fn named_at(&self, text: &str, at: Timestamp) -> impl Iterator<Item = &str> {
        let holds =
            move |place: &&usize| self.tenures.get(**place).is_some_and(|tenure| tenure.has(at));
        let by_name = self.by_name.get(text).into_iter().flatten().filter(holds);
        let by_id = self.by_id.get(text).into_iter().flatten();
        self.ids(by_name.chain(by_id))
    }

    /// The ids of the persons of whom a name, or the id, has exactly the words of this text.
    pub(crate) fn worded(&self, text: &str) -> impl Iterator<Item = &str> {
        self.ids(self.by_words.get(&words(text)).into_iter().flatten())
    }

    fn ids<'a>(&'a self, places: impl Iterator<Item = &'a usize>) -> impl Iterator<Item = &'a str> {
        places.filter_map(|place| Some(self.list.get(*place)?.id.as_str()))
    }

    /// The names of a person, each with its interval.
    pub(crate) fn names_of(&self, id: &str) -> impl Iterator<Item = (&str, Tenure)> {
        let places = self.by_id.get(id).into_iter().flatten();
        places.filter_map(|place| {
            Some((self.list.get(*place)?.name.as_str(), *self.tenures.get(*place)?))
        })
    }
}

fn check_text(what: &str, text: &str) -> Result<()> {
    let len_max = limits::SHORT_TEXT_BYTES_MAX;
    match text.len() {
        0 => Err(Error::invalid(what, "is empty")),
        len if len > len_max => {
            Err(Error::invalid(what, format!("has {len} bytes; at most {len_max}")))
        }
        _ => Ok(()),
    }
}

/// The intervals of one name, given with its holders.
fn tenures_of(holders: &[&Alias]) -> Result<Vec<Tenure>> {
    let tenures: Vec<Tenure> = holders.iter().map(|one| tenure_of(one, holders)).collect();
    for (place, (one, tenure)) in holders.iter().zip(&tenures).enumerate() {
        if tenure.is_empty() {
            let problem = format!("`{}` is never a name of `{}`: it ends first", one.name, one.id);
            return Err(Error::invalid("name", problem));
        }
        let later = holders.iter().zip(&tenures).skip(place + 1);
        let mut others = later.filter(|(other, _)| other.id != one.id);
        if let Some((other, _)) = others.find(|(_, other)| tenure.meets(**other)) {
            let problem = format!(
                "`{}` is a name of `{}` and of `{}` at one time; say until when it is that of the \
                 first (--until), or from when it is that of the second (--from)",
                one.name, one.id, other.id
            );
            return Err(Error::invalid("name", problem));
        }
    }
    Ok(tenures)
}

/// When a name is one of its holder. A side that was not said ends where another person begins, or
/// begins where another ends.
fn tenure_of(alias: &Alias, holders: &[&Alias]) -> Tenure {
    let others = || holders.iter().filter(|other| other.id != alias.id);
    let is_before = |end: &Timestamp| alias.until.is_none_or(|until| *end <= until);
    let from = alias.from.or_else(|| others().filter_map(|one| one.until).filter(is_before).max());
    let is_later = |begin: &Timestamp| from.is_none_or(|from| *begin > from);
    let until = alias.until.or_else(|| others().filter_map(|one| one.from).filter(is_later).min());
    Tenure { from, until }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenures(list: Vec<Alias>) -> Vec<(Option<i64>, Option<i64>)> {
        let aliases = Aliases::of(list).unwrap();
        let micros = |time: Option<Timestamp>| time.map(|time| time.0);
        aliases.tenures.iter().map(|one| (micros(one.from), micros(one.until))).collect()
    }

    #[test]
    fn a_name_is_another_persons_from_its_date_on() {
        let (one, two) = (|| Alias::new("u-1", "a@x"), || Alias::new("u-2", "a@x"));
        let t = Timestamp;
        assert_eq!(tenures(vec![one()]), [(None, None)]);
        let ended = tenures(vec![one().until(t(5)), two()]);
        assert_eq!(ended, [(None, Some(5)), (Some(5), None)]);
        let begun = tenures(vec![one(), two().from(t(5))]);
        assert_eq!(begun, [(None, Some(5)), (Some(5), None)]);
        let gap = tenures(vec![two().from(t(9)), one().until(t(5))]);
        assert_eq!(gap, [(Some(9), None), (None, Some(5))]);
        let third = Alias::new("u-3", "a@x").until(t(9));
        let three = tenures(vec![two(), third, one().until(t(5))]);
        assert_eq!(three, [(Some(9), None), (Some(5), Some(9)), (None, Some(5))]);
        let back = tenures(vec![one().until(t(5)), two().until(t(7)), one().from(t(7))]);
        assert_eq!(back, [(None, Some(5)), (Some(5), Some(7)), (Some(7), None)]);
    }

    #[test]
    fn other_names_are_those_of_the_person_of_that_time() {
        let t = Timestamp;
        let list = vec![
            Alias::new("u-1", "a@x").until(t(5)),
            Alias::new("u-1", "one@x"),
            Alias::new("u-2", "a@x").from(t(5)),
            Alias::new("u-2", "two@x"),
        ];
        let aliases = Aliases::of(list).unwrap();
        assert_eq!(aliases.other_names(&["a@x"], t(4)), ["one@x", "u-1"]);
        assert_eq!(aliases.other_names(&["a@x"], t(5)), ["two@x", "u-2"]);
        assert_eq!(aliases.other_names(&["u-2", "two@x"], t(0)), ["a@x"]);
        assert!(aliases.other_names(&["b@x"], t(0)).is_empty());
    }

    #[test]
    fn a_name_is_never_that_of_two_persons_at_a_time() {
        let mut aliases = Aliases::default();
        aliases.add(Alias::new("u-1", "a@x")).unwrap();
        let refused = aliases.add(Alias::new("u-2", "a@x")).unwrap_err().to_string();
        assert!(refused.contains("`a@x` is a name of `u-1` and of `u-2`"), "{refused}");
        assert_eq!(aliases.list().len(), 1);
        let empty = Alias::new("u-2", "b@x").from(Timestamp(5)).until(Timestamp(5));
        assert!(aliases.add(empty).unwrap_err().to_string().contains("never"));
        for wrong in [Alias::new("", "a"), Alias::new("u", ""), Alias::new("u", "x".repeat(5000))] {
            assert!(aliases.add(wrong).is_err());
        }
        // The same again with an end is a change of it.
        aliases.add(Alias::new("u-1", "a@x").until(Timestamp(5))).unwrap();
        aliases.add(Alias::new("u-2", "a@x")).unwrap();
        assert_eq!(aliases.list().len(), 2);
        assert_eq!(aliases.remove("u-2", Some("other")).unwrap(), 0);
        assert_eq!(aliases.remove("u-2", None).unwrap(), 1);
    }
}
