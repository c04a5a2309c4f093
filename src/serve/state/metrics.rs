//! Figures of the server in the text format of Prometheus.

use crate::event::Timestamp;
use crate::store::Stats;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum Kind {
    Append,
    Compatible,
    Count,
    Coverage,
    Event,
    Explain,
    Export,
    Facets,
    Fields,
    Follow,
    Histogram,
    History,
    Page,
    Settings,
    Values,
}

/// How long ago something was; 0 without it, and for what is to come.
fn lag_seconds(newest: Option<Timestamp>) -> u64 {
    let ago = newest.map_or(0, |newest| Timestamp::now().0.saturating_sub(newest.0));
    u64::try_from(ago / 1_000_000).unwrap_or(0)
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Outcome {
    Answered,
    Refused,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    kind: Kind,
    outcome: Outcome,
}

/// What the server counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    questions: Family<Ended, Counter>,
    seconds: Family<OfKind, Histogram, fn() -> Histogram>,
    /// Batches that were appended.
    appends: Counter,
    /// Events that were stored.
    appended: Counter,
    /// Who follows now.
    pub(crate) followers: Gauge,
}

fn seconds() -> Histogram {
    // From half a millisecond to 16 s, which is beyond every limit of time.
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Metrics {
    pub(super) fn new() -> Metrics {
        Metrics {
            questions: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            appends: Counter::default(),
            appended: Counter::default(),
            followers: Gauge::default(),
        }
    }

    /// Counts a question by the status of its answer.
    pub(crate) fn count(&self, kind: Kind, status: u16, took: Duration) {
        let outcome = match status {
            0..400 => Outcome::Answered,
            400..500 => Outcome::Refused,
            _ => Outcome::Failed,
        };
        self.questions.get_or_create(&Ended { kind, outcome }).inc();
        self.seconds.get_or_create(&OfKind { kind }).observe(took.as_secs_f64());
    }

    /// Counts a batch.
    pub(crate) fn count_append(&self, events: u64) {
        self.appends.inc();
        self.appended.inc_by(events);
    }

    /// All figures, with those of the store as of now.
    pub(crate) fn print(&self, stats: &Stats, questions_running: u64) -> String {
        let mut registry = Registry::with_prefix("annals");
        let (questions, seconds) = (self.questions.clone(), self.seconds.clone());
        registry.register("questions", "Questions by kind and outcome", questions);
        registry.register("question_seconds", "How long questions took", seconds);
        registry.register("appends", "Batches that were appended", self.appends.clone());
        registry.register("appended_events", "Events that were stored", self.appended.clone());
        registry.register("followers", "Who follows now", self.followers.clone());
        let figures = [
            ("events", "Events of the store", stats.events),
            ("bytes", "Bytes of the store on disk", stats.bytes),
            ("segments", "Segments of the store", stats.segments),
            ("tail_events", "Events that are not sealed", stats.tail_events),
            ("questions_running", "Questions that run now", questions_running),
            ("lag_seconds", "Time since the newest event occurred", lag_seconds(stats.newest)),
        ];
        for (name, help, figure) in figures {
            registry.register(name, help, ConstGauge::new(figure));
        }
        let mut text = String::new();
        // A String takes everything.
        let _ = encode(&mut text, &registry);
        text
    }
}
