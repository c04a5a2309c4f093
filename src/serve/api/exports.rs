//! Jobs: `exports`.

use super::export::ExportAsked;
use super::question::Running;
use super::reply;
use crate::json::Value;
use crate::serve::door::asker::Asker;
use crate::serve::door::call::Call;
use crate::serve::http::body;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::http::stream::stream;
use crate::serve::jobs::{Job, Refusal};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// `POST exports`: 202 with the place; the parameters are those of `GET export`, in the address or
/// in a JSON object.
///
/// # Errors
/// As `GET export`, before anything is written.
pub(crate) async fn create(call: Call, headers: HeaderMap, body: Body) -> Answer {
    let Call { server, asker, params } = call;
    let body = body::read(body).await?;
    let create = move |server: &Server, cancel: &Arc<_>| {
        let params = match body::json(&headers, body)? {
            Some(body) => params.and_members(&body)?,
            None => params,
        };
        let job = create_job(server, &asker, cancel, params)?;
        let place = format!("/api/v1/exports/{}", job.id);
        Ok(reply::made(StatusCode::ACCEPTED, &place, reply::value(&told(server, &job)?)))
    };
    server.ask(Kind::Export, create).await
}

/// Takes a job in whose parameters are sound.
///
/// # Errors
/// As `GET export`, before anything is written.
pub(crate) fn create_job(
    server: &Server,
    asker: &Asker,
    cancel: &Arc<AtomicBool>,
    mut params: Params,
) -> Answer<Job> {
    let text = params.to_text();
    let wanted = ExportAsked::take(&mut params)?;
    params.finish()?;
    let running = Running::begin(server, asker, cancel, &wanted.asked.question.query)?;
    let speech = wanted.asked.settle(&running.snapshot)?;
    wanted.export(&speech)?;
    let selection = wanted.asked.selection(&asker.caller, &speech)?;
    running.limited(&speech, selection).limit(1).page()?;
    let (name, stored) = (wanted.file_name(), wanted.usual_name());
    Ok(server.jobs.create(&asker.caller, text, name, stored)?)
}

/// A job as it is told, with the link to its file once there is one.
///
/// # Errors
/// As [`crate::serve::jobs::Jobs::link`].
pub(crate) fn told(server: &Server, job: &Job) -> Answer<Value> {
    Ok(job.to_value(server.jobs.link(job)?))
}

/// `GET exports`: `{"exports":[..]}`, the caller's own, the newest first.
///
/// # Errors
/// As every question.
pub(crate) async fn list(call: Call) -> Answer {
    let answer = |server: &Server, asker: &Asker, _: &Arc<_>| {
        let jobs = server.jobs.list(&asker.caller);
        let jobs: Answer<Vec<Value>> = jobs.iter().map(|job| told(server, job)).collect();
        Ok(reply::value(&Value::object([("exports", Value::List(jobs?))])))
    };
    call.ask(Kind::Export, answer).await
}

/// `GET exports/{id}`: how far it is; once it is done, with `link`.
///
/// # Errors
/// 404 where the caller has no such job.
pub(crate) async fn get(Path(id): Path<String>, call: Call) -> Answer {
    let answer = move |server: &Server, asker: &Asker, _: &Arc<_>| {
        let job = server.jobs.get(&id, &asker.caller);
        let job = job.ok_or_else(|| Problem::missing(format!("there is no export {id}")))?;
        Ok(reply::value(&told(server, &job)?))
    };
    call.ask(Kind::Export, answer).await
}

/// `DELETE exports/{id}`: takes it out, with its file; 204.
///
/// # Errors
/// 404 where the caller has no such job, 409 while it is written.
pub(crate) async fn delete(Path(id): Path<String>, call: Call) -> Answer {
    let answer = move |server: &Server, asker: &Asker, _: &Arc<_>| match server
        .jobs
        .remove(&id, &asker.caller)
    {
        Some(true) => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(false) => {
            let detail = "it is being written; take it out when it is done";
            Err(Problem::new(StatusCode::CONFLICT, "running", detail))
        }
        None => Err(Problem::missing(format!("there is no export {id}"))),
    };
    call.ask(Kind::Export, answer).await
}

/// `GET exports/{id}/file?expires=&signature=`: the file; needs no token.
///
/// # Errors
/// 403 for a link that was not made here, 410 for one whose time is over.
pub(crate) async fn file(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    RawQuery(address): RawQuery,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let expires = params.text("expires").unwrap_or_default();
    let signature = params.text("signature").unwrap_or_default();
    let open = move |server: &Server, _: &Arc<_>| {
        let (path, name) = match server.jobs.file(&id, &expires, &signature)? {
            Ok(found) => found,
            Err(Refusal::Forged) => return Err(Problem::forbidden("this link was not made here")),
            Err(Refusal::Gone) => {
                let detail = "the time of this link is over, and the file is gone";
                return Err(Problem::new(StatusCode::GONE, "gone", detail));
            }
        };
        let file = File::open(&path).map_err(|error| crate::Error::io("open", &path, error))?;
        Ok((file, name))
    };
    let (file, name) = server.ask(Kind::Export, open).await?;
    Ok(sent(file, &name))
}

/// A file that is sent while it is read.
fn sent(mut file: File, name: &str) -> Response {
    let length = file.metadata().map(|found| found.len());
    let (mut out, body) = stream();
    tokio::task::spawn_blocking(move || match io::copy(&mut file, &mut out) {
        // A reader that is gone needs no end.
        Ok(_) => drop(out.finish()),
        Err(error) => out.fail(error),
    });
    let mut response = reply::as_file(reply::text("application/octet-stream", body), name);
    if let Ok(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
