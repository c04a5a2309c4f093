//! The one error type of the crate: each variant tells the caller what to do next.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, by what the caller should do next.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The call or its input is wrong: fix the input. Nothing was written.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field, option or argument that is wrong, such as `actor.email`.
        field: String,
        /// What is wrong with it, naming the limit where one is exceeded.
        problem: String,
    },
    /// The query text is wrong: show the caret at `position`.
    #[error("{problem}")]
    Query {
        /// The query as it was given.
        query: String,
        /// Byte offset of the place in `query`; at most `query.len()`.
        position: usize,
        /// What is wrong there and what was expected.
        problem: String,
    },
    /// Bytes on disk are not what was written: verify, or restore from a copy.
    #[error("{} at byte {offset}: {reading}: expected {expected}, got {got}", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// Byte offset of the damage within the file.
        offset: u64,
        /// What was being read.
        reading: Reading,
        /// What should have been there.
        expected: String,
        /// What was there.
        got: String,
    },
    /// The file needs a feature that this version does not have: upgrade.
    #[error("{}: {feature} is not supported by this version of annals", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The version or feature that is missing here.
        feature: String,
    },
    /// Another process writes this store: close it, or open read-only.
    #[error("{} is locked by {holder}; close it, or open the store read-only", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, as far as the lock file tells.
        holder: String,
    },
    /// An earlier write or sync failed: reopen the store to continue. Whether the events of the
    /// failed call are stored is not known until then.
    #[error("the writer stopped after a failed write; reopen the store to continue: {cause}")]
    Poisoned {
        /// The failure that stopped the writer.
        #[source]
        cause: Arc<std::io::Error>,
    },
    /// The operating system refused: look at the disk.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `open`, `write`, `sync`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: Arc<std::io::Error>,
    },
    /// There is no store at the path: create one first.
    #[error("{} holds no store; create one with `annals init`", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// The clock jumped: retention drops nothing until told `now` explicitly.
    #[error(
        "the clock says {now}, the last sweep was at {last}; pass the time explicitly to go on"
    )]
    ClockJump {
        /// What the clock says.
        now: String,
        /// When the last sweep ran.
        last: String,
    },
    /// A follower was given events that a recovery had to cut off: drop them, then go on. What it
    /// is given next has these sequences again.
    #[error("the events from {seq} on, read before, were lost in a recovery; drop them and go on")]
    Rewound {
        /// The epoch that runs now.
        epoch: u64,
        /// The first sequence of those that were lost.
        seq: u64,
    },
    /// A histogram would have more than 100,000 buckets: narrow the times, or widen the buckets.
    #[error(
        "about {count} buckets of {every} from {first} to {last} are too many, the limit is {max}; \
         {stretched_by} stretches them: narrow the times with --from and --to, or widen the \
         buckets with --every"
    )]
    TooManyBuckets {
        /// The width of a bucket as it was given.
        every: String,
        /// How many there would be, empty ones included; where they are very many, an estimate.
        count: u64,
        /// How many there may be.
        max: usize,
        /// The first event's time, RFC 3339.
        first: String,
        /// The last event's time, RFC 3339.
        last: String,
        /// The event that is farthest from the others, as a name for messages.
        stretched_by: String,
    },
    /// A range of time is longer than a profile allows: ask for less.
    #[error(
        "profile {profile} allows at most {most} in one question, not {} to {to}; say which with \
         --from and --to, or --since {most}",
        from.as_deref().unwrap_or("all")
    )]
    RangeTooLong {
        /// The profile by which was asked.
        profile: String,
        /// The first instant of the range, RFC 3339; `None` where it has no beginning.
        from: Option<String>,
        /// The instant behind the range, RFC 3339; now where it has no end.
        to: String,
        /// The longest range, such as `30d`.
        most: String,
    },
    /// A profile demands a filter, and there is none: name a condition or a time.
    #[error("profile {profile} demands at least one filter; name a condition or a time")]
    FilterRequired {
        /// The profile by which was asked.
        profile: String,
    },
    /// A deadline, byte budget or cap was reached, or the caller cancelled.
    #[error("stopped by the {limit} limit")]
    Budget {
        /// Which limit.
        limit: Limit,
    },
}

/// What was being read where bytes are not what was written, with its name for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// The first bytes of a file, which say what the file is.
    Header(&'static str),
    /// What a sound file must have to be the one that is listed.
    Listing(&'static str),
    /// Any other bytes.
    Content(&'static str),
}

impl From<&'static str> for Reading {
    fn from(name: &'static str) -> Reading {
        Reading::Content(name)
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Reading::Header(name) | Reading::Listing(name) | Reading::Content(name)) = self;
        formatter.write_str(name)
    }
}

/// What a search may cost at most; prints as in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The time given to it.
    Deadline,
    /// The bytes that it may look at.
    Bytes,
    /// The caller cancelled.
    Cancelled,
    /// The distinct values of a facet.
    DistinctValues,
    /// The memory that it may hold.
    Memory,
    /// The steps of a regular expression that cannot be interrupted.
    Steps,
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Limit::Deadline => "deadline",
            Limit::Bytes => "bytes",
            Limit::Cancelled => "cancelled",
            Limit::DistinctValues => "distinct values",
            Limit::Memory => "memory",
            Limit::Steps => "steps",
        })
    }
}

impl From<Limit> for Error {
    fn from(limit: Limit) -> Error {
        Error::Budget { limit }
    }
}

impl Error {
    /// Builds an [`Error::Invalid`].
    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Error::Invalid { field: field.into(), problem: problem.into() }
    }

    /// Builds an [`Error::Io`].
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Error::Io { action, path: path.to_path_buf(), source: Arc::new(source) }
    }

    /// Builds an [`Error::Corrupt`].
    pub(crate) fn corrupt(
        path: &Path,
        offset: u64,
        reading: impl Into<Reading>,
        expected: impl ToString,
        got: impl ToString,
    ) -> Self {
        Error::Corrupt {
            path: path.to_path_buf(),
            offset,
            reading: reading.into(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}
