//! What one request, and all of them together, may cost. Each is told when it is met.

use std::time::Duration;

/// Bytes of the headers of a request: 431 beyond.
pub const HEADER_BYTES_MAX: usize = 16 << 10;
/// Bytes of a body, unpacked where it came packed: 413 beyond.
pub const BODY_BYTES_MAX: usize = 32 << 20;
/// Bytes of an address: 414 beyond.
pub const ADDRESS_BYTES_MAX: usize = 64 << 10;
/// Connections at once: 503 beyond.
pub const CONNECTIONS_MAX: usize = 1024;
/// Questions that run at once; a further one waits for [`QUESTION_WAITS`], then 503.
pub const QUESTIONS_MAX: usize = 64;
/// Files that one caller may be sent at once: 503 beyond, so that others have room.
pub const STREAMS_OF_ONE_MAX: usize = 32;
/// Followers of one caller at once: likewise.
pub const FOLLOWERS_OF_ONE_MAX: usize = 512;
/// How long a question waits for its turn.
pub const QUESTION_WAITS: Duration = Duration::from_secs(1);
/// How long a question may run: 503 beyond, and a page that is marked incomplete.
pub const QUESTION_LASTS: Duration = Duration::from_secs(10);
/// Bytes that a question may look at: as for its time.
pub const QUESTION_BYTES_MAX: u64 = 256 << 20;
/// Followers that look for new events at once; others wait for their turn.
pub const LOOKS_MAX: usize = 16;
/// Appends that wait for the disk at once: 503 beyond.
pub const APPENDS_MAX: usize = 64;
/// How long a head or a body may take to come, and an answer to be taken: 408, or the connection
/// is cut.
pub const SENDING_LASTS: Duration = Duration::from_secs(30);
/// How long running requests may go on once the server stops.
pub const STOPPING_LASTS: Duration = Duration::from_secs(10);
/// Events of a page.
pub const PAGE_EVENTS_MAX: usize = 1_000;
