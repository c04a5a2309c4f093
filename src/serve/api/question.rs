//! What is asked for: the parameters that every question has.

use crate::Error;
use crate::event::Raw;
use crate::interface::{Question, Speech, SpeechParameters};
use crate::query::{Cursor, Order, Query, Search, Selection};
use crate::serve::auth::role::{Caller, Role};
use crate::serve::door::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::limits::{QUESTION_BYTES_MAX, QUESTION_LASTS};
use crate::serve::state::server::Server;
use crate::store::Snapshot;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Which events are asked for, and in which tongue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) speech: SpeechParameters,
    pub(crate) tenant: Option<String>,
    pub(crate) include_hidden: bool,
}

impl Asked {
    /// Takes the parameters `q filter from to since tz lang tenant profile`, `any_time` and
    /// `include_hidden`.
    ///
    /// # Errors
    /// 400 for `q` and `filter` at once, and for a zone that is not there.
    pub(crate) fn take(params: &mut Params) -> Answer<Asked> {
        let (text, json) = (params.text("q"), params.text("filter"));
        if text.is_some() && json.is_some() {
            return Err(Problem::parameter("filter", "goes without q"));
        }
        let question = Question {
            is_json: json.is_some(),
            query: text.or(json).unwrap_or_default(),
            since: params.text("since"),
            from: params.text("from"),
            to: params.text("to"),
        };
        let zone = params.text("tz");
        let zone = zone.map(|name| {
            let wrong = |_| Problem::parameter("tz", format!("there is no zone `{name}`"));
            name.parse().map_err(wrong)
        });
        let speech = SpeechParameters {
            language: params.text("lang"),
            profile: params.text("profile"),
            is_any_time: params.flag("any_time")?,
            zone: zone.transpose()?,
        };
        let tenant = params.text("tenant");
        let include_hidden = params.flag("include_hidden")?;
        Ok(Asked { question, speech, tenant, include_hidden })
    }

    /// Settles the tongue by the profiles of the store.
    ///
    /// # Errors
    /// 400 for a language or profile that is not there.
    pub(crate) fn settle(&self, snapshot: &Snapshot) -> Answer<Speech> {
        self.speech.settle(snapshot.profiles()).map_err(of_parameter)
    }

    /// The events that are asked for, as far as the caller may see them.
    ///
    /// # Errors
    /// 400 for a query that is wrong, 403 for a tenant of others.
    pub(crate) fn selection(&self, caller: &Caller, speech: &Speech) -> Answer<Selection> {
        let query = self.question.query(speech).map_err(of_parameter)?;
        self.select(query, caller, speech)
    }

    /// As [`Asked::selection`], of another query.
    ///
    /// # Errors
    /// 403 for a tenant of others.
    pub(crate) fn select(
        &self,
        query: Query,
        caller: &Caller,
        speech: &Speech,
    ) -> Answer<Selection> {
        let mut selection = Selection::new(query).zone(speech.zone).scope(&caller.scope());
        if let Some(tenant) = &self.tenant {
            check_tenant(caller, tenant)?;
            selection = selection.tenant(tenant);
        }
        if self.include_hidden || caller.role == Role::Auditor {
            selection = selection.include_hidden();
        }
        Ok(selection)
    }
}

/// Takes `order`.
pub(crate) fn take_order(params: &mut Params) -> Answer<Order> {
    params.text("order").map_or(Ok(Order::Newest), |name| read_order(&name))
}

/// The order of a name.
///
/// # Errors
/// 400 for any other text.
pub(crate) fn read_order(name: &str) -> Answer<Order> {
    match name {
        "newest" => Ok(Order::Newest),
        "oldest" => Ok(Order::Oldest),
        "seq" => Ok(Order::Seq),
        other => {
            Err(Problem::parameter("order", format!("`{other}` is not newest, oldest or seq")))
        }
    }
}

/// Takes `fold`.
pub(crate) fn take_fold(params: &mut Params) -> Answer<bool> {
    match params.text("fold").as_deref() {
        None => Ok(false),
        Some("linked") => Ok(true),
        Some(other) => Err(Problem::parameter("fold", format!("`{other}` is not linked"))),
    }
}

/// Takes `raw`.
pub(crate) fn take_raw(params: &mut Params) -> Answer<Raw> {
    Ok(if params.flag("raw")? { Raw::With } else { Raw::Without })
}

/// Takes `after`.
pub(crate) fn take_cursor(params: &mut Params) -> Answer<Option<Cursor>> {
    let wrong = |error: Error| Problem::parameter("after", error.to_string());
    params.text("after").map(|after| after.parse().map_err(wrong)).transpose()
}

/// Whether a caller may name a tenant.
///
/// # Errors
/// 403 for one of others, be it there or not.
pub(crate) fn check_tenant(caller: &Caller, tenant: &str) -> Answer<()> {
    match &caller.tenant {
        Some(own) if own != tenant => Err(Problem::forbidden("this token is of another tenant")),
        _ => Ok(()),
    }
}

/// Parameters that are read by others, who name them as the field of an error.
const PARAMETERS: [&str; 5] = ["since", "from", "to", "lang", "profile"];

/// An error about a value that came as a parameter of the same name.
fn of_parameter(error: Error) -> Problem {
    match error {
        Error::Invalid { field, problem } if PARAMETERS.contains(&field.as_str()) => {
            Problem::parameter(&field, problem)
        }
        error => error.into(),
    }
}

/// A question that runs: a view of the store, who asks, and what it may cost.
pub(crate) struct Running<'s> {
    pub(crate) asker: &'s Asker,
    pub(crate) snapshot: Snapshot,
    cancel: &'s Arc<AtomicBool>,
}

impl<'s> Running<'s> {
    /// Records the question where it must be, then begins it.
    ///
    /// # Errors
    /// What stands in the way of the record.
    pub(crate) fn begin(
        server: &Server,
        asker: &'s Asker,
        cancel: &'s Arc<AtomicBool>,
        query: &str,
    ) -> Answer<Running<'s>> {
        // The view does not hold the record of its own question.
        let running = Running::recorded(server, asker, cancel);
        asker.record(server, query)?;
        Ok(running)
    }

    /// Begins a question that was recorded before.
    pub(crate) fn recorded(
        server: &Server,
        asker: &'s Asker,
        cancel: &'s Arc<AtomicBool>,
    ) -> Running<'s> {
        Running { asker, snapshot: server.store.snapshot(), cancel }
    }

    /// The search for what is asked, within the limits of a question.
    ///
    /// # Errors
    /// As [`Asked::settle`] and [`Asked::selection`].
    pub(crate) fn search(&self, asked: &Asked) -> Answer<(Search<'_>, Speech)> {
        let speech = asked.settle(&self.snapshot)?;
        let selection = asked.selection(&self.asker.caller, &speech)?;
        Ok((self.limited(&speech, selection), speech))
    }

    /// A search within the limits of a question.
    pub(crate) fn limited(&self, speech: &Speech, selection: Selection) -> Search<'_> {
        let search = speech.apply(self.snapshot.select(selection));
        let search = search.deadline(QUESTION_LASTS).bytes_max(QUESTION_BYTES_MAX);
        search.cancel(Arc::clone(self.cancel))
    }

    /// A search without limits of time and cost, for answers that are sent while they are found.
    pub(crate) fn unlimited(&self, speech: &Speech, selection: Selection) -> Search<'_> {
        speech.apply(self.snapshot.select(selection)).cancel(Arc::clone(self.cancel))
    }
}
