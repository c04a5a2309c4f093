//! What a page is about: the question of its address, and the tongue in which it is shown.

use super::address::{Address, QUESTION};
use super::shell::Viewer;
use super::words::Words;
use crate::event::Timestamp;
use crate::export::instant_in;
use crate::interface::{CodeNames, Speech};
use crate::json::Value;
use crate::profile::{Attribute, Profile};
use crate::query::Query;
use crate::serve::api::PageAsked;
use crate::serve::api::question::{Asked, Running};
use crate::serve::http::params::Params;
use crate::serve::http::problem::Answer;
use crate::serve::state::server::Server;
use crate::store::Snapshot;
use maud::{Markup, html};
use std::borrow::Cow;

/// An address beyond these bytes is not repeated in links, of which a page has hundreds.
const REPEATED_BYTES_MAX: usize = 4 << 10;

/// What the address of a page asks for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) asked: Asked,
    pub(super) page: PageAsked,
}

impl Wanted {
    /// Reads the address: its names are those of the API.
    ///
    /// # Errors
    /// 400 as in the API.
    pub(super) fn of(server: &Server, address: &Address) -> Answer<Wanted> {
        let mut params = Params::of_address(Some(&address.to_query()))?;
        let (mut asked, page) = (Asked::take(&mut params)?, PageAsked::take(&mut params)?);
        params.finish()?;
        asked.speech.zone = asked.speech.zone.or(Some(server.options.zone));
        // No range of time is hidden: what the page looks at stands in its address.
        asked.speech.is_any_time = true;
        Ok(Wanted { asked, page })
    }
}

/// Settles the tongue: the language of the page where the profiles have it, else English, else
/// codes. What is asked is changed to say so.
///
/// # Errors
/// 400 for a profile that is not there.
pub(super) fn settle(asked: &mut Asked, words: &Words, snapshot: &Snapshot) -> Answer<Speech> {
    let named = asked.speech.language.take();
    let wanted = [named.as_deref(), Some(words.code), Some("en")];
    for language in wanted.into_iter().flatten() {
        asked.speech.language = Some(language.to_owned());
        if let Ok(speech) = asked.settle(snapshot) {
            return Ok(speech);
        }
    }
    asked.speech.language = None;
    asked.settle(snapshot)
}

/// A question that runs, as pages show it.
pub(super) struct Scene<'s> {
    pub(super) words: &'static Words,
    pub(super) address: &'s Address,
    pub(super) speech: &'s Speech,
    pub(super) now: Timestamp,
}

impl<'s> Scene<'s> {
    pub(super) fn new(viewer: &'s Viewer, speech: &'s Speech, running: &Running<'_>) -> Scene<'s> {
        let now = running.snapshot.now();
        Scene { words: viewer.words, address: &viewer.address, speech, now }
    }

    /// The profile whose columns and filters are shown: the one that was named, else the first of
    /// the store. Its habits are not taken on.
    pub(super) fn look(&self) -> Option<&Profile> {
        self.speech.names.profiles().next()
    }

    /// The attribute that a profile has at a path, or under a name.
    pub(super) fn attribute(&self, path: &str) -> Option<&Attribute> {
        let attributes = || self.speech.names.profiles().flat_map(Profile::attributes);
        let named = attributes().find(|one| one.names.iter().any(|name| name == path));
        named.or_else(|| attributes().find(|one| one.path.to_string() == path))
    }

    /// What a path is called.
    pub(super) fn label(&self, path: &str) -> String {
        let language = self.words.code;
        let of_profile = self.attribute(path).and_then(|found| found.labels.shown_in(language));
        let own = || self.words.fields.iter().find(|(known, _)| *known == path);
        let label = of_profile.or_else(|| own().map(|(_, label)| *label));
        label.unwrap_or(path).to_owned()
    }

    /// The path of an attribute by its name; any other name is a path.
    pub(super) fn path_of(&self, name: &str) -> String {
        self.attribute(name).map_or_else(|| name.to_owned(), |found| found.path.to_string())
    }

    /// Whether the address is so long that no page can repeat it in each of its links.
    pub(super) fn is_long(&self) -> bool {
        self.address.to_query().len() > REPEATED_BYTES_MAX
    }

    /// The search that details lead back to; nothing of a long one.
    pub(super) fn context(&self) -> Address {
        if self.is_long() { self.address.speech() } else { self.address.clone() }
    }

    /// What the values at a path, or under a name, are called.
    pub(super) fn names_at(&self, name: &str) -> ValueNames<'_> {
        let path = self.path_of(name);
        let codes = CodeNames::at(&path, self.speech);
        ValueNames { codes, attribute: self.attribute(&path), words: self.words }
    }

    /// A link to the first page of another query.
    pub(super) fn asking(&self, query: &Query) -> String {
        self.address.asking(&text_of(query)).at("/")
    }

    /// The question for the API: with the language and the zone that count here.
    pub(super) fn question(&self) -> Address {
        let question = self.address.only(&QUESTION).with("tz", self.speech.zone.name());
        let question = question.with("lang", self.speech.language.as_deref().unwrap_or_default());
        match question.get("profile") {
            Some(_) => question.with("any_time", "true"),
            None => question,
        }
    }

    /// An instant: exact, and how long ago it was.
    pub(super) fn time(&self, instant: Timestamp) -> Markup {
        let exact = instant_in(instant, self.speech.zone);
        let shown = shown_instant(&exact);
        let ago = self.words.ago(self.now.0.saturating_sub(instant.0));
        html! {
            time datetime=(exact) title=(exact) { (shown) }
            " " span class="ago" { (ago) }
        }
    }
}

/// An instant as tables show it: to the second, without the offset that their heads name.
pub(super) fn shown_instant(exact: &str) -> String {
    match (exact.get(..10), exact.get(11..19)) {
        (Some(day), Some(clock)) => format!("{day} {clock}"),
        _ => exact.to_owned(),
    }
}

/// What the values at a path are called.
pub(super) struct ValueNames<'a> {
    codes: CodeNames,
    attribute: Option<&'a Attribute>,
    words: &'a Words,
}

impl ValueNames<'_> {
    /// The label of a value, if it has one.
    pub(super) fn label(&self, value: &Value) -> Option<String> {
        let listed = || {
            let mut values = self.attribute?.values.iter();
            let found = values.find(|found| Some(found.code.as_str()) == value.as_str())?;
            found.labels.shown_in(self.words.code).map(str::to_owned)
        };
        self.codes.of(value).or_else(listed)
    }

    /// The label of a value, else the value.
    pub(super) fn shown(&self, value: &Value) -> String {
        self.label(value).unwrap_or_else(|| plain(value))
    }
}

/// What stands in the place of a side of a change that has no value, of those that
/// [`crate::serve::api::difference`] tells.
pub(super) fn missing_side(words: &Words, change: &Value, side: &str) -> &'static str {
    match change.get(&format!("{side}_state")).and_then(Value::as_str) {
        Some("absent") => words.absent,
        Some("redacted") => words.redacted,
        _ => words.unknown,
    }
}

/// The beginning of a long text.
pub(super) fn cut(text: &str, letters_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(letters_max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}

/// A query as it stands in an address: nothing for every event.
pub(super) fn text_of(query: &Query) -> String {
    match *query == Query::all() {
        true => String::new(),
        false => query.to_string(),
    }
}
