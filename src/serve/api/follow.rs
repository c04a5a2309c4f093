//! `GET follow`: events as they come, as server-sent events (WHATWG HTML, section 9.2) or NDJSON.
//!
//! A follower is a task that sleeps until there is news. Then it takes a turn on the pool, reads
//! what is behind its place, and sleeps again; between two looks it holds its place and no thread.

use super::events::Form;
use super::question::{Asked, Running, take_raw};
use super::reply::{self, NDJSON};
use crate::event::Raw;
use crate::json::Value;
use crate::query::{FollowCursor, Selection};
use crate::serve::auth::role::Caller;
use crate::serve::door::asker::{Asker, Pass};
use crate::serve::door::call::Call;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::http::stream::body_of;
use crate::serve::limits::SENDING_LASTS;
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use crate::serve::state::shares::{Share, Shared};
use crate::{Error, Result};
use axum::body::Bytes;
use axum::http::HeaderMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Sender, channel};

const SERVER_SENT: &str = "text/event-stream; charset=utf-8";
/// A comment goes to who hears nothing for this long, so that both sides know the other is there.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// A look ends when it has found so many events or bytes; the next one follows at once.
const LOOK_EVENTS: usize = 512;
const LOOK_BYTES: usize = 256 << 10;
/// Looks whose events wait to be sent.
const LOOKS_WAITING: usize = 2;

/// How often it is looked whether a follower may still follow.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(2);

/// What a follower follows, and how it is told.
struct Follower {
    server: Arc<Server>,
    caller: Caller,
    pass: Pass,
    /// Given back with the follower.
    _share: Share,
    selection: Selection,
    place: FollowCursor,
    form: Form,
    raw: Raw,
    pieces: Sender<io::Result<Bytes>>,
}

/// What a look found.
struct Look {
    text: Vec<u8>,
    place: FollowCursor,
    /// There may be more at once.
    is_full: bool,
}

/// `GET follow`: begins behind `Last-Event-ID` or `after`, an `epoch:seq`; without either, with
/// what comes from now on.
///
/// # Errors
/// 400 for what is no place.
pub(crate) async fn follow(headers: HeaderMap, mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let (raw, after) = (take_raw(&mut call.params)?, call.params.text("after"));
    let (server, caller) = (Arc::clone(&call.server), call.asker.caller.clone());
    let pass = Pass::of(&server, &headers, &caller);
    let share = server.shares.take(&caller, Shared::Followers)?;
    let last = headers.get("last-event-id").map(|last| last.to_str().unwrap_or("?").to_owned());
    let place = last.filter(|last| !last.is_empty()).or(after);
    let place = place.map(|place| {
        let wrong = |error: Error| Problem::bad("place", error.to_string());
        place.parse::<FollowCursor>().map_err(wrong)
    });
    let place = place.transpose()?;
    let begin = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, &asked.question.query)?;
        let (snapshot, speech) = (&running.snapshot, asked.settle(&running.snapshot)?);
        let mut selection = asked.selection(&asker.caller, &speech)?;
        if let Some(language) = &speech.language {
            selection = selection.language(language);
        }
        // A query that cannot be asked is told now, not in the middle of the answer.
        running.limited(&speech, selection.clone()).limit(1).page()?;
        let end = snapshot.end_of(&selection)?;
        let ahead = place.filter(|place| is_ahead(*place, end));
        let begin = if ahead.is_some() { end } else { place.unwrap_or(end) };
        Ok((selection, begin, ahead.map(|_| end)))
    };
    let (selection, place, rewound) = call.ask(Kind::Follow, begin).await?;
    let form = match Form::of(&headers) {
        Form::Ndjson => Form::Ndjson,
        _ => Form::Json,
    };
    let (pieces, receiver) = channel(LOOKS_WAITING);
    let follower =
        Follower { server, caller, pass, _share: share, selection, place, form, raw, pieces };
    tokio::spawn(follower.run(rewound));
    let kind = if form == Form::Ndjson { NDJSON } else { SERVER_SENT };
    Ok(reply::text(kind, body_of(receiver)))
}

/// Whether a place is behind everything that the asker sees, so that it is of another life of the
/// store. What others have decides nothing: it would tell a reader how much that is.
fn is_ahead(place: FollowCursor, end: FollowCursor) -> bool {
    place.epoch > end.epoch || place.seq > end.seq
}

impl Follower {
    /// Sends what comes until the reader is gone, may not read any more, or the server stops.
    async fn run(mut self, rewound: Option<FollowCursor>) {
        let followers = self.server.metrics.followers.clone();
        followers.inc();
        let mut text = Vec::new();
        if self.form == Form::Json {
            text.extend_from_slice(b": following\n\n");
        }
        if let Some(place) = rewound {
            write_rewound(self.form, place, place.seq + 1, &mut text);
        }
        if text.is_empty() || self.send(text).await.is_some() {
            self.follow().await;
        }
        followers.dec();
    }

    async fn follow(&mut self) -> Option<()> {
        let mut news = self.server.news.subscribe();
        let mut heard = Instant::now();
        loop {
            if !self.pass.counts(&self.server, &self.caller) {
                return None;
            }
            news.mark_unchanged();
            let look = self.look().await?;
            self.place = look.place;
            if !look.text.is_empty() {
                self.send(look.text).await?;
                heard = Instant::now();
            }
            if look.is_full {
                continue;
            }
            let pieces = self.pieces.clone();
            let quiet = tokio::select! {
                _ = news.changed() => false,
                () = tokio::time::sleep(LOOKED_AT_EVERY) => heard.elapsed() >= COMMENT_EVERY,
                () = pieces.closed() => return None,
                () = self.server.stopped() => return None,
            };
            if quiet {
                let comment = if self.form == Form::Json { ": still here\n\n" } else { "\n" };
                self.send(comment.into()).await?;
                heard = Instant::now();
            }
        }
    }

    /// Sends a piece; `None` where its reader is gone, or takes nothing for too long.
    async fn send(&self, text: Vec<u8>) -> Option<()> {
        self.pieces.send_timeout(Ok(text.into()), SENDING_LASTS).await.ok()
    }

    /// Looks at what is behind the place.
    async fn look(&self) -> Option<Look> {
        let (selection, place, form, raw) =
            (self.selection.clone(), self.place, self.form, self.raw);
        let look = move |server: &Server| Ok(look(server, selection, place, form, raw)?);
        match self.server.look(look).await {
            Ok(look) => Some(look),
            Err(problem) => {
                tracing::warn!(problem.detail, "a follower ends");
                None
            }
        }
    }
}

fn look(
    server: &Server,
    selection: Selection,
    place: FollowCursor,
    form: Form,
    raw: Raw,
) -> Result<Look> {
    let mut follow = server.store.follow(place).select(selection);
    let mut look = Look { text: Vec::new(), place, is_full: false };
    let mut count = 0;
    loop {
        match follow.try_next() {
            Ok(Some(event)) => {
                count += 1;
                let place = follow.cursor();
                if form == Form::Json {
                    look.text.extend_from_slice(format!("id: {place}\ndata: ").as_bytes());
                }
                event.append_json(raw, &mut look.text);
                look.text.extend_from_slice(if form == Form::Json { b"\n\n" } else { b"\n" });
            }
            Ok(None) => break,
            Err(Error::Rewound { epoch, seq }) => {
                let place = FollowCursor { epoch, seq: seq.saturating_sub(1) };
                write_rewound(form, place, seq, &mut look.text);
            }
            Err(error) => return Err(error),
        }
        if count >= LOOK_EVENTS || look.text.len() >= LOOK_BYTES {
            look.is_full = true;
            break;
        }
    }
    look.place = follow.looked_at();
    Ok(look)
}

/// Tells that the events from `seq` on, sent before, were lost: those that follow take their place.
fn write_rewound(form: Form, place: FollowCursor, seq: u64, out: &mut Vec<u8>) {
    let told = Value::object([("epoch", Value::from(place.epoch)), ("seq", seq.into())]);
    let text = match form {
        Form::Ndjson => format!("{}\n", Value::object([("rewound", told)]).to_json()),
        _ => format!("event: rewound\nid: {place}\ndata: {}\n\n", told.to_json()),
    };
    out.extend_from_slice(text.as_bytes());
}
