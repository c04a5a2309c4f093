//! A request that asks: who sent it, and what its address says.

use super::asker::Asker;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A request of somebody who may ask.
pub(crate) struct Call {
    pub(crate) server: Arc<Server>,
    pub(crate) asker: Asker,
    pub(crate) params: Params,
}

impl FromRequestParts<Arc<Server>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Answer<Call> {
        let asker = Asker::from_request_parts(parts, server).await?;
        let params = Params::of_address(parts.uri.query())?;
        Ok(Call { server: Arc::clone(server), asker, params })
    }
}

impl Call {
    /// Runs the question of the request on the pool of threads, as [`Server::ask`] does; every
    /// parameter must have been read.
    ///
    /// # Errors
    /// 400 for a parameter that nobody reads, and what the question says.
    pub(crate) async fn ask<T: Send + 'static>(
        self,
        kind: Kind,
        question: impl FnOnce(&Server, &Asker, &Arc<AtomicBool>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let Call { server, asker, params } = self;
        params.finish()?;
        server.ask(kind, move |server, cancel| question(server, &asker, cancel)).await
    }
}
