//! A job: a file that somebody asked for, and how far it is.

use crate::event::Timestamp;
use crate::export::ExportManifest;
use crate::json::Value;
use crate::serve::auth::role::{Caller, Role};
use serde::{Deserialize, Serialize};

/// How long a file is kept once it is done.
pub(super) const FILE_KEPT_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
    /// Its file is gone.
    Expired,
}

impl JobState {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Expired => "expired",
        }
    }
}

/// How a job ended.
pub(crate) enum JobEnd {
    /// With a file.
    Done(Box<ExportManifest>),
    /// With an error.
    Failed(String),
    /// Not yet: the server stops, and the next one begins it again.
    PutOff,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(super) name: String,
    role: Role,
    tenant: Option<String>,
    sources: Option<Vec<String>>,
}

/// A file that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(super) owner: Owner,
    /// What was asked for, as the query of an address.
    pub(crate) parameters: String,
    /// The name of the file.
    pub(crate) file: String,
    /// Its name in the folder of the job, which no caller has chosen; where it is not said, the
    /// same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stored: Option<String>,
    pub(crate) state: JobState,
    pub(super) created_at: String,
    pub(super) done_at: Option<String>,
    /// Rows that are written.
    pub(crate) rows: u64,
    pub(super) bytes: Option<u64>,
    pub(super) sha256: Option<String>,
    /// Where the rest begins, if a limit left some out.
    pub(super) cursor: Option<String>,
    pub(super) error: Option<String>,
    /// The program was run, or is.
    pub(super) is_told: bool,
}

impl Job {
    pub(super) fn new(
        id: String,
        owner: &Caller,
        parameters: String,
        file: String,
        stored: String,
    ) -> Job {
        let Caller { name, role, tenant, sources } = owner.clone();
        Job {
            id,
            owner: Owner { name, role, tenant, sources },
            parameters,
            file,
            stored: Some(stored),
            state: JobState::Waiting,
            created_at: Timestamp::now().to_string(),
            done_at: None,
            rows: 0,
            bytes: None,
            sha256: None,
            cursor: None,
            error: None,
            is_told: false,
        }
    }

    /// Whoever asked, with the rights of then.
    pub(crate) fn caller(&self) -> Caller {
        let Owner { name, role, tenant, sources } = self.owner.clone();
        Caller { name, role, tenant, sources }
    }

    /// Takes in how it ended.
    pub(super) fn end(&mut self, end: JobEnd) {
        let now = Some(Timestamp::now().to_string());
        match end {
            JobEnd::PutOff => self.state = JobState::Waiting,
            JobEnd::Failed(error) => {
                (self.state, self.done_at, self.error) = (JobState::Failed, now, Some(error));
            }
            JobEnd::Done(manifest) => {
                (self.state, self.done_at) = (JobState::Done, now);
                (self.rows, self.bytes) = (manifest.rows, Some(manifest.bytes));
                self.cursor = manifest.cursor.map(|cursor| cursor.to_string());
                self.sha256 = Some(manifest.sha256);
            }
        }
    }

    /// When its file goes; `None` while it is not done.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        let done: Timestamp = self.done_at.as_ref()?.parse().ok()?;
        Some(Timestamp(done.0.saturating_add(FILE_KEPT_MICROS)))
    }

    /// The job as it is told; `link` leads to its file.
    pub(crate) fn to_value(&self, link: Option<String>) -> Value {
        let parameters = form_urlencoded::parse(self.parameters.as_bytes());
        let parameters =
            parameters.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
        Value::object([
            ("id", Value::from(self.id.as_str())),
            ("state", self.state.name().into()),
            ("owner", self.owner.name.as_str().into()),
            ("parameters", Value::object(parameters)),
            ("file", self.file.as_str().into()),
            ("created_at", self.created_at.as_str().into()),
            ("done_at", self.done_at.as_deref().into()),
            ("expires_at", self.expires_at().map(|end| end.to_string()).into()),
            ("rows", self.rows.into()),
            ("bytes", self.bytes.into()),
            ("sha256", self.sha256.as_deref().into()),
            ("cursor", self.cursor.as_deref().into()),
            ("error", self.error.as_deref().into()),
            ("link", link.into()),
        ])
    }
}
