//! News for everybody who follows: one thread waits for the store, and each follower is a task that
//! wakes up and looks for itself.

use tokio::sync::watch::{Receiver, Sender, channel};

/// Announces what is new.
#[derive(Debug)]
pub(crate) struct News {
    sender: Sender<()>,
}

impl News {
    pub(super) fn new() -> News {
        News { sender: channel(()).0 }
    }

    /// Is told of everything new from now on.
    pub(crate) fn subscribe(&self) -> Receiver<()> {
        self.sender.subscribe()
    }

    /// Tells everybody.
    pub(crate) fn tell(&self) {
        self.sender.send_replace(());
    }
}
