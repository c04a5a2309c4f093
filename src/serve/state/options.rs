//! How a store is served.

use crate::serve::auth::role::Caller;
use crate::serve::http::hosts::Hosts;
use axum::http::request::Parts;
use chrono_tz::Tz;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Who calls, as an embedding service knows it: `None` for a request of nobody.
pub type Authenticate = dyn Fn(&Parts) -> Option<Caller> + Send + Sync;

/// How a store is served; see [`router`](crate::serve::router).
#[derive(Clone)]
pub struct ServeOptions {
    pub(crate) folder: PathBuf,
    pub(crate) hosts: Hosts,
    pub(crate) is_secure: bool,
    pub(crate) language: Option<String>,
    pub(crate) zone: Tz,
    pub(crate) on_export: Option<OsString>,
    pub(crate) authenticate: Option<Arc<Authenticate>>,
}

impl fmt::Debug for ServeOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ServeOptions { folder, hosts, is_secure, language, zone, on_export, .. } = self;
        let mut shown = formatter.debug_struct("ServeOptions");
        shown.field("folder", folder).field("hosts", hosts).field("is_secure", is_secure);
        shown.field("language", language).field("zone", zone).field("on_export", on_export);
        shown.finish_non_exhaustive()
    }
}

impl ServeOptions {
    /// Serves with the tokens, saved searches and exports in a folder, which is that of the store
    /// unless there is a reason. Any `Host` is taken: the service around checks it, or
    /// [`ServeOptions::hosts`] names those there are.
    pub fn new(folder: impl AsRef<Path>) -> ServeOptions {
        ServeOptions {
            folder: folder.as_ref().to_path_buf(),
            hosts: Hosts::Any,
            is_secure: false,
            language: None,
            zone: Tz::UTC,
            on_export: None,
            authenticate: None,
        }
    }

    /// Only requests to these hosts, such as `log.example.com` or `127.0.0.1:7311`; 421 to others.
    #[must_use]
    pub fn hosts<T: Into<String>>(self, hosts: impl IntoIterator<Item = T>) -> Self {
        let hosts = hosts.into_iter().map(Into::into).collect();
        ServeOptions { hosts: Hosts::Only(hosts), ..self }
    }

    /// Whether browsers reach the server by HTTPS: cookies are `Secure` then.
    #[must_use]
    pub fn secure(self, is_secure: bool) -> Self {
        ServeOptions { is_secure, ..self }
    }

    /// The language of the page where an address names none (default: that of the browser).
    #[must_use]
    pub fn language(self, language: impl Into<String>) -> Self {
        ServeOptions { language: Some(language.into()), ..self }
    }

    /// The zone of the page where an address names none (default UTC).
    #[must_use]
    pub fn zone(self, zone: Tz) -> Self {
        ServeOptions { zone, ..self }
    }

    /// A program that is run once for each export that is done, with the path of the file.
    #[must_use]
    pub fn on_export(self, program: impl Into<OsString>) -> Self {
        ServeOptions { on_export: Some(program.into()), ..self }
    }

    /// Asks this before tokens and sessions: who calls, as the service around knows it. Where it
    /// gives `None`, tokens and sessions count.
    #[must_use]
    pub fn authenticate(
        self,
        authenticate: impl Fn(&Parts) -> Option<Caller> + Send + Sync + 'static,
    ) -> Self {
        ServeOptions { authenticate: Some(Arc::new(authenticate)), ..self }
    }
}
