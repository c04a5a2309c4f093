//! The actor of an activity, put together of the fields of an event.

use crate::import::record::members::{
    MemberList, put_free, put_list, put_object, put_text, take, take_list, take_object, take_text,
};
use crate::json::Value;

/// The actor; what the interface has no member for stays under its own name.
pub(super) fn actor(mut source: MemberList) -> MemberList {
    let mut actor = MemberList::new();
    let kind = take_text(&mut source, "type");
    let (caller, key) = match kind.as_deref() {
        Some("user" | "worker") => (Some("USER"), None),
        Some("system") => (Some("KEY"), Some("SYSTEM")),
        Some("service") => (Some("KEY"), None),
        Some("app") => (Some("APPLICATION"), None),
        _ => (None, None),
    };
    let given = take_text(&mut source, "callerType");
    put_text(&mut actor, "callerType", given.or_else(|| caller.map(str::to_owned)));
    put_text(&mut actor, "email", take_text(&mut source, "email"));
    put_text(&mut actor, "profileId", take_text(&mut source, "id"));
    let given = take_text(&mut source, "key");
    put_text(&mut actor, "key", given.or_else(|| key.map(str::to_owned)));
    put_list(&mut actor, "groupNames", take_list(&mut source, "groups").unwrap_or_default());
    put_text(&mut actor, "orgUnitPath", take_text(&mut source, "org_unit"));
    let app = take_object(&mut source, "app").unwrap_or_default();
    put_object(&mut actor, "applicationInfo", application(app));
    for (key, value) in source {
        put_free(&mut actor, &key, value);
    }
    actor
}

fn application(mut source: MemberList) -> MemberList {
    let mut app = MemberList::new();
    put_text(&mut app, "oauthClientId", take_text(&mut source, "client_id"));
    put_text(&mut app, "applicationName", take_text(&mut source, "name"));
    if let Some(flag @ Value::Bool(_)) = take(&mut source, "impersonation") {
        app.push(("impersonation".to_owned(), flag));
    }
    for (key, value) in source {
        put_free(&mut app, &key, value);
    }
    app
}
