//! The tongue of pages that ask for no events.

use super::super::view::settle;
use super::super::words::Words;
use crate::interface::{CodeNames, Speech};
use crate::json::Value;
use crate::serve::api::question::Asked;
use crate::serve::http::problem::Answer;
use crate::serve::state::server::Server;
use maud::{Markup, html};

/// The tongue of a page that asks for no events.
pub(super) fn speech_of(server: &Server, words: &Words) -> Answer<Speech> {
    let mut asked = Asked::default();
    asked.speech.zone = Some(server.options.zone);
    settle(&mut asked, words, &server.store.snapshot())
}

/// A category by its label, with its code behind it.
pub(super) fn category(names: &CodeNames, code: &str) -> Markup {
    let label = names.of(&Value::from(code));
    html! {
        @if let Some(label) = label { bdi { (label) } " " span class="quiet" { bdi { (code) } } }
        @else { bdi { (code) } }
    }
}
