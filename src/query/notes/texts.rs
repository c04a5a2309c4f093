//! Words that no event has.

use super::Notes;
use super::reason::NoteHint;
use crate::Result;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::{Expr, FieldTest, LastWord, Path, Query, Term, Text};
use crate::query::predicate::event::EventFlattener;
use crate::query::predicate::value::Scalar;
use crate::text::{FuzzyWord, for_each_word, has_numeric, words};

/// Events that are looked at for the nearest word.
const EVENTS_MAX: usize = 20;

impl Notes<'_> {
    /// What to say of a text that no value has.
    pub(super) fn hint_of_text(
        &self,
        path: Option<&Path>,
        text: &Text,
    ) -> Result<Option<NoteHint>> {
        let words = words(&text.text);
        let last = words.len().saturating_sub(1);
        let mut alone = Vec::with_capacity(words.len());
        for (index, word) in words.into_iter().enumerate() {
            let last = if index == last { text.last } else { LastWord::Exact };
            let term = term(path, Text { text: word.clone(), last });
            if self.count(&term)? == 0 {
                return self.hint_of_word(path, &word, text);
            }
            alone.push(term);
        }
        if alone.len() < 2 {
            return Ok(None);
        }
        let all = Expr::and(alone);
        Ok(Some(match self.count(&all)? {
            0 => NoteHint::WordsInNoEvent,
            count => NoteHint::WordsApart { words: all.to_string(), count },
        }))
    }

    /// The word of some event that is nearest to one that is nowhere.
    fn hint_of_word(
        &self,
        path: Option<&Path>,
        word: &str,
        text: &Text,
    ) -> Result<Option<NoteHint>> {
        let mut near = None;
        for distance in [1, 2] {
            if near.is_none() && !has_numeric(word) {
                near = self.near_word(path, word, distance)?;
            }
        }
        let (word, has_star) = (word.to_owned(), text.text.contains('*'));
        Ok(Some(NoteHint::NoWord { word, near, has_star }))
    }

    fn near_word(&self, path: Option<&Path>, word: &str, distance: u8) -> Result<Option<String>> {
        let Some(fuzzy) = FuzzyWord::new(word, distance) else {
            return Ok(None);
        };
        let text = Text { text: word.to_owned(), last: LastWord::Fuzzy(distance) };
        let query = Query::new(term(path, text));
        let page = self.instead(query).limit(EVENTS_MAX).page()?;
        let pattern = path.map(|path| PathPattern::new(path.segments()));
        let mut found: Option<String> = None;
        let mut flattener = EventFlattener::new();
        for event in &page.events {
            flattener.read(event).for_each(|keys, scalar| {
                let is_asked = pattern.as_ref().is_none_or(|pattern| pattern.covers(keys));
                if let (Scalar::String(text), true) = (scalar, is_asked) {
                    for_each_word(text, |other| {
                        if found.is_none() && !has_numeric(other) && fuzzy.matches(other) {
                            found = Some(other.to_owned());
                        }
                    });
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// The term for a text, anywhere or in a field.
fn term(path: Option<&Path>, text: Text) -> Expr {
    Expr::Term(match path {
        None => Term::Text(text),
        Some(path) => Term::Field { path: path.clone(), test: FieldTest::Text(text) },
    })
}
