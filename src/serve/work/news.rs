//! The thread that waits for the store on behalf of everybody who follows it.

use crate::serve::state::server::Server;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// How long the thread waits before it looks whether the server is still there.
const WAIT: Duration = Duration::from_millis(500);
/// Between two announcements; what comes meanwhile is announced at once.
const PAUSE: Duration = Duration::from_millis(10);

/// Starts the thread; it ends with the server.
pub(super) fn announce(server: &Arc<Server>) {
    let server = Arc::downgrade(server);
    let thread = thread::Builder::new().name("annals-news".to_owned());
    let begun = thread.spawn(move || {
        while let Some(is_new) = wait(&server) {
            if is_new {
                thread::sleep(PAUSE);
            }
        }
    });
    if let Err(error) = begun {
        tracing::error!(%error, "followers are not told of new events");
    }
}

/// Waits a while for an event; `None` once the server is gone or stops.
fn wait(server: &Weak<Server>) -> Option<bool> {
    let server = server.upgrade()?;
    if server.is_stopping() {
        return None;
    }
    let end = server.store.snapshot().end();
    // Announced before the wait: what came between two waits is seen then.
    server.news.tell();
    let found = server.store.follow(end).poll(WAIT);
    server.news.tell();
    Some(!matches!(found, Ok(None)))
}
