//! All of the server as one service.

use super::state::options::ServeOptions;
use super::state::served::Served;
use super::state::server::Server;
use super::{api, compat, door, page, work};
use crate::Result;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::{Router, middleware};
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// All of the server as a router, to be mounted at the root of a service.
///
/// The store closes when the last clone of the router is gone: nothing that was acknowledged is
/// lost by that.
///
/// # Errors
/// What is wrong with the files of the server in the folder of the options.
pub fn router(store: impl Into<Served>, options: ServeOptions) -> Result<Router> {
    Ok(router_of(&Server::open(store.into(), options)?))
}

pub(super) fn router_of(server: &Arc<Server>) -> Router {
    work::begin(server);
    let routes = api::routes().merge(compat::routes()).merge(page::routes());
    let packed = CompressionLayer::new().gzip(true).compress_when(is_packed);
    let guard = middleware::from_fn_with_state(Arc::clone(server), door::guard::guard);
    routes.layer(packed).layer(guard).with_state(Arc::clone(server))
}

/// What is sent packed: texts that are there as a whole. Streams are sent as they come.
fn is_packed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    let is_file = headers.contains_key(header::CONTENT_DISPOSITION);
    let texts = ["text/html", "text/css", "text/javascript", "application/json"];
    !is_file && kind.is_some_and(|kind| texts.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::{Caller, Role};
    use crate::store::Store;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    /// What a service around sends, and what it gets.
    async fn ask(
        app: &Router,
        method: &str,
        target: &str,
        user: &str,
        body: &str,
    ) -> (u16, String) {
        let request = Request::builder().method(method).uri(target);
        let request = request.header("host", "log.example.com").header("x-user", user);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = app.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Users are named `role` or `role/tenant`.
    fn known(user: &str) -> Option<Caller> {
        let (role, tenant) = match user.split_once('/') {
            Some((role, tenant)) => (role, Some(tenant.to_owned())),
            None => (user, None),
        };
        let role: Role = role.parse().ok()?;
        Some(Caller { name: user.to_owned(), role, tenant, sources: None })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_service_around_says_who_calls() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("store")).unwrap();
        let options = ServeOptions::new(folder.path())
            .hosts(["log.example.com"])
            .authenticate(|request| known(request.headers.get("x-user")?.to_str().ok()?));
        let app = router(store, options).unwrap();
        let event = r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"c","activity":"a"}"#;
        let of = |tenant: &str| event.replace('}', &format!(",\"tenant\":\"{tenant}\"}}"));
        for tenant in ["acme", "nord", "nord"] {
            let stored = ask(&app, "POST", "/api/v1/events", "writer", &of(tenant)).await;
            assert_eq!(stored.0, 200, "{}", stored.1);
        }
        let count = |user: &'static str| ask(&app, "GET", "/api/v1/count", user, "");
        assert_eq!(count("reader").await, (200, r#"{"count":3}"#.to_owned()));
        assert_eq!(count("reader/nord").await, (200, r#"{"count":2}"#.to_owned()));
        assert_eq!(count("reader/none").await, (200, r#"{"count":0}"#.to_owned()));
        assert_eq!(count("writer").await.0, 403);
        assert_eq!(count("nobody").await.0, 401);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_question_whose_asker_is_gone_is_told() {
        use crate::serve::state::metrics::Kind;
        use std::sync::atomic::{AtomicBool, Ordering};
        use std::time::{Duration, Instant};

        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("store")).unwrap();
        let server = Server::open(store.into(), ServeOptions::new(folder.path())).unwrap();
        let (told, ended) = std::sync::mpsc::channel();
        let question = move |_: &Server, cancel: &Arc<AtomicBool>| {
            let begun = Instant::now();
            while !cancel.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(1));
            }
            told.send(cancel.load(Ordering::Relaxed)).unwrap();
            Ok(())
        };
        let asked = server.ask(Kind::Count, question);
        assert!(tokio::time::timeout(Duration::from_millis(50), asked).await.is_err());
        assert_eq!(ended.recv_timeout(Duration::from_secs(10)), Ok(true));
    }
}
