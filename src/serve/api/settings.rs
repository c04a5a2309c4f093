//! Profiles, coverage, retention, capture and figures.

use super::question::{Asked, Running, check_tenant};
use super::reply;
use crate::Error;
use crate::event::Change;
use crate::interface::{capture_value, registry_value};
use crate::json::Value;
use crate::query::Coverage;
use crate::serve::auth::role::Caller;
use crate::serve::door::asker::{Admin, Asker};
use crate::serve::door::call::Call;
use crate::serve::http::body;
use crate::serve::http::params::Params;
use crate::serve::http::problem::{Answer, Problem};
use crate::serve::state::metrics::Kind;
use crate::serve::state::server::Server;
use crate::store::{CapturePolicy, DEFAULT_CLASS, Retention, Rule};
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use std::sync::Arc;

/// Answers what is asked with no query.
async fn ask(
    call: Call,
    kind: Kind,
    answer: impl FnOnce(&Server, &Caller) -> Answer + Send + 'static,
) -> Answer {
    let run = move |server: &Server, asker: &Asker, _: &Arc<_>| {
        asker.record(server, "")?;
        answer(server, &asker.caller)
    };
    call.ask(kind, run).await
}

/// `GET registry`: what the codes of the profiles mean.
///
/// # Errors
/// As every question.
pub(crate) async fn registry(mut call: Call) -> Answer {
    let asked = Asked::take(&mut call.params)?;
    let answer = move |server: &Server, _: &Caller| {
        let speech = asked.settle(&server.store.snapshot())?;
        Ok(reply::value(&registry_value(&speech.names, speech.language.as_deref())))
    };
    ask(call, Kind::Settings, answer).await
}

/// `GET coverage?category=`: since when, and with which gaps, events of a category are there.
///
/// # Errors
/// As every question.
pub(crate) async fn coverage(mut call: Call) -> Answer {
    let (category, tenant) = (call.params.required("category")?, call.params.text("tenant"));
    let answer = move |server: &Server, caller: &Caller| {
        Ok(reply::serialized(&coverage_of(server, caller, &category, tenant.as_deref())?))
    };
    ask(call, Kind::Coverage, answer).await
}

/// The coverage as a caller may see it.
///
/// # Errors
/// 403 for a tenant of others.
pub(crate) fn coverage_of(
    server: &Server,
    caller: &Caller,
    category: &str,
    tenant: Option<&str>,
) -> Answer<Coverage> {
    tenant.iter().try_for_each(|tenant| check_tenant(caller, tenant))?;
    let snapshot = server.store.snapshot();
    Ok(match caller.is_scoped() {
        true => snapshot.within(&caller.scope()).coverage(category)?,
        false => snapshot.coverage(category, tenant)?,
    })
}

/// `GET retention`: the rules in force; a caller of a tenant or source sees no rule of others.
///
/// # Errors
/// As every question.
pub(crate) async fn retention(call: Call) -> Answer {
    let answer =
        |server: &Server, caller: &Caller| Ok(reply::serialized(&retention_of(server, caller)));
    ask(call, Kind::Settings, answer).await
}

/// The rules as a caller may see them.
pub(crate) fn retention_of(server: &Server, caller: &Caller) -> Retention {
    let mut rules = server.store.retention();
    if !caller.is_scoped() {
        return rules;
    }
    let is_seen = |rule: &Rule| {
        let tenant =
            rule.tenant.is_none() || rule.tenant == caller.tenant || caller.tenant.is_none();
        let of_source = |source: &String| {
            caller.sources.as_ref().is_none_or(|sources| sources.contains(source))
        };
        tenant && rule.data_source.as_ref().is_none_or(of_source)
    };
    rules.rules.retain(is_seen);
    let is_used = |name: &str| rules.rules.iter().any(|rule| rule.class == name);
    rules.classes.retain(|class| class.name == DEFAULT_CLASS || is_used(&class.name));
    rules
}

/// `PUT retention`: replaces the rules by what `GET retention` gives.
///
/// Durability: with the answer they survive power loss, and so does the event that tells of them.
///
/// # Errors
/// 400 for rules that are wrong.
pub(crate) async fn put_retention(
    State(server): State<Arc<Server>>,
    Admin(caller): Admin,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let body = body::read(body).await?;
    let change = move |server: &Server| {
        let body = body::unpack(&headers, body)?;
        let wrong = |error: serde_json::Error| Problem::bad("body", error.to_string());
        let rules: Retention = serde_json::from_slice(&body).map_err(wrong)?;
        set_retention(server, &caller, rules)?;
        Ok(reply::serialized(&server.store.retention()))
    };
    server.append(change).await
}

/// Replaces the rules, and records it.
///
/// # Errors
/// 400 for rules that are wrong, 403 where the store is only read.
pub(crate) fn set_retention(server: &Server, caller: &Caller, rules: Retention) -> Answer<()> {
    let store = writable(server)?;
    let before = store.retention();
    store.set_retention(rules)?;
    let after = store.retention();
    if before != after {
        let (before, after) = (as_value(&before)?, as_value(&after)?);
        record_change(server, caller, "retention_changed", "retention", before, after)?;
    }
    Ok(())
}

fn as_value(retention: &Retention) -> Answer<Value> {
    let value = serde_json::to_value(retention);
    let value = value.map_err(|error| Error::invalid("retention", error.to_string()))?;
    Ok(Value::try_from(value)?)
}

/// Records a change of a setting as an event with before and after.
///
/// # Errors
/// What the append says.
pub(crate) fn record_change(
    server: &Server,
    caller: &Caller,
    activity: &str,
    field: &str,
    before: Value,
    after: Value,
) -> Answer<()> {
    let change = Change::new(field);
    let change = match before {
        Value::Null => change.before_state("absent"),
        before => change.before(before).before_state("known"),
    };
    let change = match after {
        Value::Null => change.after_state("absent"),
        after => change.after(after).after_state("known"),
    };
    let event = server.own_event(activity, caller).operation("update").change(change);
    server.store.append(vec![event.build()?])?;
    Ok(())
}

/// The store, to be changed.
///
/// # Errors
/// 403 where this server only reads it.
pub(crate) fn writable(server: &Server) -> Answer<&crate::Store> {
    server.store.writer().map_err(|_| Problem::forbidden("this server only reads the store"))
}

/// `GET capture`: which categories are captured.
///
/// # Errors
/// As every question.
pub(crate) async fn capture(call: Call) -> Answer {
    let answer = |server: &Server, caller: &Caller| Ok(reply::value(&capture_of(server, caller)));
    ask(call, Kind::Settings, answer).await
}

/// The switches as a caller may see them.
pub(crate) fn capture_of(server: &Server, caller: &Caller) -> Value {
    let mut policy = server.store.capture();
    if caller.is_scoped() {
        policy.tenants.retain(|tenant, _| caller.tenant.as_ref() == Some(tenant));
    }
    capture_value(&policy, server.store.snapshot().profiles())
}

/// `PUT capture`: switches categories, such as `{"time_entries":"off"}`, in general or with
/// `tenant=`; also what `GET capture` gives.
///
/// # Errors
/// 400 for what is no switch.
pub(crate) async fn put_capture(
    State(server): State<Arc<Server>>,
    Admin(caller): Admin,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
    body: Body,
) -> Answer {
    let mut params = Params::of_address(address.as_deref())?;
    let tenant = params.text("tenant");
    params.finish()?;
    let body = body::read(body).await?;
    let change = move |server: &Server| {
        let body = body::json(&headers, body)?;
        let body = body.ok_or_else(|| Problem::bad("body", "is empty"))?;
        set_capture(server, tenant.as_deref(), &body)?;
        Ok(reply::value(&capture_of(server, &caller)))
    };
    server.append(change).await
}

/// Switches categories; the store records the change.
///
/// # Errors
/// 400 for what is no switch, 403 where the store is only read.
pub(crate) fn set_capture(server: &Server, tenant: Option<&str>, body: &Value) -> Answer<()> {
    let mut switches = Vec::new();
    match (body.get("capture"), body.get("tenants")) {
        (Some(general @ Value::Object(_)), tenants) => {
            read_switches(tenant, general, &mut switches)?;
            for (tenant, of) in tenants.and_then(Value::as_object).unwrap_or_default() {
                read_switches(Some(tenant), of, &mut switches)?;
            }
        }
        _ => read_switches(tenant, body, &mut switches)?,
    }
    writable(server)?.change_capture(|policy: &mut CapturePolicy, profiles| {
        let mut switches = switches.iter();
        switches.try_for_each(|(tenant, category, is_on)| {
            policy.set(profiles, tenant.as_deref(), category, *is_on)
        })
    })?;
    Ok(())
}

/// A tenant, a category, and whether it is captured.
type Switch = (Option<String>, String, bool);

fn read_switches(tenant: Option<&str>, body: &Value, switches: &mut Vec<Switch>) -> Answer<()> {
    let Some(members) = body.as_object() else {
        return Err(Problem::bad("body", "is an object such as {\"time_entries\":\"off\"}"));
    };
    for (category, word) in members {
        let is_on = match (word.as_str(), word.as_bool()) {
            (Some("on"), _) | (_, Some(true)) => true,
            (Some("off"), _) | (_, Some(false)) => false,
            (Some("always"), _) => continue,
            _ => {
                let detail = format!("{category}: is \"on\" or \"off\"");
                return Err(Problem::bad("body", detail).with("field", category.as_str()));
            }
        };
        switches.push((tenant.map(str::to_owned), category.clone(), is_on));
    }
    Ok(())
}

/// `GET stats`: figures of the store, or of what the caller sees of it.
///
/// # Errors
/// As every question.
pub(crate) async fn stats(mut call: Call) -> Answer {
    let tenant = call.params.text("tenant");
    let answer = move |server: &Server, asker: &Asker, cancel: &Arc<_>| {
        let running = Running::begin(server, asker, cancel, "")?;
        if !asker.caller.is_scoped() && tenant.is_none() {
            return Ok(reply::serialized(&server.store.stats()));
        }
        let asked = Asked { tenant, ..Asked::default() };
        let (search, _) = running.search(&asked)?;
        Ok(reply::serialized(&search.stats()?))
    };
    call.ask(Kind::Settings, answer).await
}
