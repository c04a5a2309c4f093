//! Explanations as JSON.

use super::json::{Object, list, quoted};
use annals::query::{
    Answer, ExplainedSource, Explanation, Fate, Order, PlanStep, Pruning, SourceKind, Work,
};
use std::time::Duration;

/// An explanation as one object.
pub(crate) fn json(explanation: &Explanation) -> String {
    let (plan, evaluate) = (micros(explanation.plan), micros(explanation.evaluate));
    let decode = micros(explanation.decode);
    let micros = Object::new().raw("plan", plan).raw("evaluate", evaluate).raw("decode", decode);
    let object = Object::new().text("query", &explanation.query);
    let object = match explanation.answer {
        Answer::Count => object.text("answer", "count"),
        Answer::Page { order, limit } => {
            object.text("answer", "page").text("order", name_of(order)).raw("limit", limit)
        }
    };
    object
        .text_or_null("from", explanation.from.map(|time| time.to_string()))
        .text_or_null("to", explanation.to.map(|time| time.to_string()))
        .text_or_null("tenant", explanation.tenant.clone())
        .raw("include_hidden", explanation.include_hidden)
        .text("now", &explanation.now.to_string())
        .text("zone", explanation.zone.name())
        .raw("sources", list(explanation.sources.iter().map(source)))
        .raw("hits", explanation.hits)
        .raw("more", explanation.more)
        .raw("micros", micros.finish())
        .finish()
}

fn micros(time: Duration) -> u128 {
    time.as_micros()
}

fn name_of(order: Order) -> &'static str {
    match order {
        Order::Newest => "newest",
        Order::Oldest => "oldest",
        Order::Seq => "seq",
    }
}

fn source(source: &ExplainedSource) -> String {
    let (name, id) = match &source.kind {
        SourceKind::Segment(id) => ("segment", Some(id.clone())),
        SourceKind::Indexed => ("indexed", None),
        SourceKind::Newest => ("newest", None),
    };
    let object = Object::new()
        .text("source", name)
        .text_or_null("id", id)
        .raw("events", source.rows)
        .text_or_null("oldest", source.times.map(|(oldest, _)| oldest.to_string()))
        .text_or_null("newest", source.times.map(|(_, newest)| newest.to_string()))
        .number_or_null("first_seq", source.seqs.map(|(first, _)| first))
        .number_or_null("last_seq", source.seqs.map(|(_, last)| last));
    match &source.fate {
        Fate::Pruned(pruning) => object.text("fate", "pruned").raw("reason", reason(pruning)),
        Fate::NotEntered(plan) => object.text("fate", "not entered").raw("plan", steps(plan)),
        Fate::Entered(plan, done) => {
            object.text("fate", "entered").raw("plan", steps(plan)).raw("work", work(done))
        }
    }
    .finish()
}

fn reason(pruning: &Pruning) -> String {
    let (kind, term, missing) = match pruning {
        Pruning::Time { term } => ("time", Some(term), None),
        Pruning::NoMatch { term, missing } => ("no match", Some(term), missing.clone()),
        Pruning::Hidden => ("hidden", None, None),
        Pruning::Cursor => ("cursor", None, None),
        _ => ("intersection", None, None),
    };
    Object::new()
        .text("kind", kind)
        .text_or_null("term", term.cloned())
        .text_or_null("missing", missing)
        .text("text", &pruning.to_string())
        .finish()
}

fn steps(plan: &[PlanStep]) -> String {
    list(plan.iter().map(|step| {
        Object::new()
            .text_or_null("term", step.term.clone())
            .text("action", &step.action)
            .raw("fields", list(step.fields.iter().map(|field| quoted(field))))
            .raw("events", step.rows)
            .raw("exact", step.is_exact)
            .raw("parts", steps(&step.parts))
            .finish()
    }))
}

fn work(work: &Work) -> String {
    Object::new()
        .raw("windows", work.windows)
        .raw("rows", work.rows)
        .raw("checked", work.checked)
        .raw("hits", work.hits)
        .raw("complete", work.is_complete)
        .finish()
}
