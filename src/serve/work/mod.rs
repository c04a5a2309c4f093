//! What goes on beside the requests: threads that end with the server.

mod exports;
mod news;

use super::state::server::Server;
use std::sync::Arc;

/// Starts the threads.
pub(super) fn begin(server: &Arc<Server>) {
    news::announce(server);
    exports::begin(server);
}
