//! The activity log of Calendly.

use super::world::{imported, imported_records, query, shared};
use crate::client::{Reply, Server};
use serde_json::{Value, json};

const ORGANIZATION: &str = "https://api.calendly.com/organizations/ORG001";

fn ask(server: &Server, token: &str, pairs: &[(&str, &str)]) -> Reply {
    server.get(&format!("/activity_log_entries?{}", query(pairs)), token)
}

fn list(server: &Server, token: &str, pairs: &[(&str, &str)]) -> Value {
    let pairs = [&[("organization", ORGANIZATION)][..], pairs].concat();
    ask(server, token, &pairs).ok()
}

fn collection(page: &Value) -> Vec<Value> {
    page["collection"].as_array().expect("a list").clone()
}

fn ids(entries: &[Value]) -> Vec<String> {
    let id = |entry: &Value| {
        entry["uri"].as_str().expect("a text").rsplit('/').next().expect("a segment").to_owned()
    };
    entries.iter().map(id).collect()
}

/// The page that a link of a page leads to.
fn linked(server: &Server, token: &str, page: &Value, link: &str) -> Option<Value> {
    let link = page["pagination"][link].as_str()?;
    let target = link.strip_prefix(&format!("http://{}", server.address)).expect(link);
    Some(server.get(target, token).ok())
}

/// All pages from the first, each behind the other.
fn pages(server: &Server, token: &str, pairs: &[(&str, &str)]) -> Vec<Value> {
    let mut pages = vec![list(server, token, pairs)];
    while let Some(next) = linked(server, token, pages.last().unwrap(), "next_page") {
        pages.push(next);
    }
    pages
}

/// An entry as the interface gives it.
fn entry(number: usize, time: &str, name: &str, who: Option<(&str, &str)>, note: Value) -> Value {
    let (namespace, action) = name.split_once('.').unwrap();
    let mut entry = json!({
        "occurred_at": time,
        "details": note,
        "organization": ORGANIZATION,
        "fully_qualified_name": name,
        "namespace": namespace,
        "action": action,
        "uri": format!("https://api.calendly.com/activity_log_entries/E{number}"),
    });
    entry["actor"] = match who {
        None => json!({"type": "System", "display_name": "Calendly System"}),
        Some((id, name)) => json!({
            "type": "User",
            "uri": format!("https://api.calendly.com/users/{id}"),
            "organization": {"uri": ORGANIZATION, "role": "owner"},
            "display_name": name,
            "alternative_identifier": format!("{}@acme.example", id.to_lowercase()),
        }),
    };
    entry
}

/// Some entries, newest first, two of them at one instant.
fn entries() -> Vec<Value> {
    let (ada, bob) = (Some(("U001", "Ada Roth")), Some(("U002", "Bob Ley")));
    vec![
        entry(7, "2026-03-07T10:00:00.5Z", "User.Add", ada, json!({"email": "eve@other.example"})),
        entry(6, "2026-03-06T10:00:00Z", "Compliance.Data_Deletion_Request", bob, json!({})),
        entry(
            5,
            "2026-03-05T10:00:00Z",
            "Login.Succeeded",
            bob,
            json!({"note": "by single sign-on"}),
        ),
        entry(4, "2026-03-05T10:00:00Z", "Login.Failed", ada, json!({"note": "wrong password"})),
        entry(
            3,
            "2026-03-03T10:00:00Z",
            "API.Token_Created",
            ada,
            json!({"name": "30 minute meeting"}),
        ),
        entry(
            2,
            "2026-03-02T10:00:00Z",
            "Compliance.Data_Deletion_Completed",
            None,
            json!({
                "emails": ["x@other.example", "y@another.example"], "text": "for z@third.example."
            }),
        ),
        entry(1, "2026-03-01T10:00:00Z", "Something.New_1", bob, json!({"minute": 30})),
    ]
}

fn world() -> (Server, String, Vec<Value>) {
    let entries = entries();
    let mut oldest_first = entries.clone();
    oldest_first.reverse();
    let server = imported_records("calendly", &oldest_first);
    let reader = server.token("r", &["--role", "reader"]);
    (server, reader, entries)
}

#[test]
fn the_page_of_calendly_comes_out_as_it_came_in() {
    let Some(path) = shared("calendly_activity_log_page.json") else { return };
    let text = std::fs::read_to_string(&path).expect("is there");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let server = imported("calendly", &path);
    let reader = server.token("r", &["--role", "reader"]);
    let page = list(&server, &reader, &[]);
    assert_eq!(page["collection"], expected["collection"]);
    assert_eq!(page["pagination"], expected["pagination"]);
    assert_eq!(page["total_count"], expected["total_count"]);
    assert_eq!(page["exceeds_max_total_count"], json!(false));
    assert_eq!(page["last_event_time"], "2022-10-07T14:21:42.104549Z");
    assert_eq!(page.as_object().unwrap().len(), 5);
}

#[test]
fn pages_of_calendly_lead_to_each_other_in_every_order() {
    let (server, reader, entries) = world();
    let orders = [
        "",
        "occurred_at:desc",
        "occurred_at:asc",
        "namespace:asc",
        "namespace:desc",
        "action:asc",
        "actor.display_name:desc",
        "actor.uri:asc",
        "actor.uri:desc",
        "namespace:asc,occurred_at:asc",
        "actor.display_name:asc,action:desc",
        "occurred_at:asc,action:desc",
        "occurred_at:desc,actor.uri:asc",
    ];
    for order in orders {
        let expected = ids(&sorted(&entries, order));
        for count in ["1", "2", "3", "7", "100"] {
            let mut pairs = vec![("count", count)];
            pairs.extend((!order.is_empty()).then_some(("sort", order)));
            let pages = pages(&server, &reader, &pairs);
            let all: Vec<Value> = pages.iter().flat_map(collection).collect();
            assert_eq!(ids(&all), expected, "{order} by {count}");
            assert_eq!(pages[0]["pagination"]["previous_page"], Value::Null);
            for (page, next) in pages.iter().zip(&pages[1..]) {
                assert_eq!(page["total_count"], 7);
                assert_eq!(page["pagination"]["count"].to_string(), count);
                let back = linked(&server, &reader, next, "previous_page").expect("leads back");
                assert_eq!(back["collection"], page["collection"], "{order} by {count}");
                let has_first = page["pagination"]["previous_page"].is_null();
                assert_eq!(back["pagination"]["previous_page"].is_null(), has_first);
                let again = linked(&server, &reader, &back, "next_page").expect("leads on");
                assert_eq!(again["collection"], next["collection"], "{order} by {count}");
            }
        }
    }
    let repeated = [("sort[]", "namespace:asc"), ("sort[]", "occurred_at:desc")];
    let page = list(&server, &reader, &repeated);
    assert_eq!(ids(&collection(&page)), ids(&sorted(&entries, "namespace:asc,occurred_at:desc")));
}

/// The entries in an order, by a plain sort: what lacks a member comes last, equal ones newest
/// first, or as the order of time says.
fn sorted(entries: &[Value], order: &str) -> Vec<Value> {
    let keys: Vec<(&str, bool)> = order
        .split(',')
        .filter(|key| !key.is_empty())
        .map(|key| key.split_once(':').unwrap())
        .map(|(name, direction)| (name, direction == "desc"))
        .collect();
    let mut entries = entries.to_vec();
    if keys.contains(&("occurred_at", false)) {
        entries.reverse();
    }
    for (name, is_falling) in keys.iter().rev() {
        let text = |entry: &Value| match name.split_once('.') {
            Some((object, member)) => entry[object][member].as_str().map(str::to_owned),
            None => entry[*name].as_str().map(str::to_owned),
        };
        entries.sort_by(|one, other| match (text(one), text(other)) {
            (Some(one), Some(other)) if *is_falling => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        });
    }
    entries
}

#[test]
fn filters_find_entries_by_the_spelling_of_the_product() {
    let (server, reader, _) = world();
    let found = |pairs: &[(&str, &str)]| ids(&collection(&list(&server, &reader, pairs)));
    let user = |id: &str| format!("https://api.calendly.com/users/{id}");
    let both = format!("{},{}", user("U001"), user("U002"));
    for (pairs, expected) in [
        (vec![("namespace", "Login")], vec!["E5", "E4"]),
        (vec![("namespace", "Login,API")], vec!["E5", "E4", "E3"]),
        (vec![("namespace[]", "Login"), ("namespace[]", "API")], vec!["E5", "E4", "E3"]),
        (vec![("namespace", "User")], vec!["E7"]),
        (vec![("namespace", "User_Management")], vec!["E7"]),
        (vec![("namespace", "Something")], vec!["E1"]),
        (vec![("namespace", "Nothing")], vec![]),
        (vec![("action", "Data_Deletion_Request")], vec!["E6"]),
        (vec![("action", "Add,Failed")], vec!["E7", "E4"]),
        (vec![("action[]", "New_1"), ("namespace", "Something")], vec!["E1"]),
        (vec![("action", "Failed"), ("namespace", "API")], vec![]),
        (vec![("actor", &user("U001"))], vec!["E7", "E4", "E3"]),
        (vec![("actor", &both), ("namespace", "Login")], vec!["E5", "E4"]),
        (vec![("min_occurred_at", "2026-03-05T10:00:00Z")], vec!["E7", "E6", "E5", "E4"]),
        (vec![("max_occurred_at", "2026-03-05T11:00:00+01:00")], vec!["E3", "E2", "E1"]),
        (
            vec![
                ("min_occurred_at", "2026-03-02T10:00:00.000001Z"),
                ("max_occurred_at", "2026-03-04T00:00:00Z"),
            ],
            vec!["E3"],
        ),
    ] {
        assert_eq!(found(&pairs), expected, "{pairs:?}");
    }
}

#[test]
fn the_grammar_of_terms_is_that_of_the_product() {
    let (server, reader, _) = world();
    let found = |term: &str| ids(&collection(&list(&server, &reader, &[("search_term", term)])));
    for (term, expected) in [
        ("compliance", vec!["E6", "E2"]),
        ("COMPLIANCE", vec!["E6", "E2"]),
        ("(compliance) OR (user management)", vec!["E7", "E6", "E2"]),
        ("compliance | login", vec!["E6", "E5", "E4", "E2"]),
        ("login + ada", vec!["E4"]),
        ("login ada", vec!["E4"]),
        ("login -ada", vec!["E5"]),
        ("-login -compliance -ada", vec!["E1"]),
        ("\"30 minute meeting\"", vec!["E3"]),
        ("\"minute 30\"", vec![]),
        ("(login + bob) | (api + ada)", vec!["E5", "E3"]),
        ("api | login failed", vec!["E4"]),
        ("pass*", vec!["E4"]),
        ("request", vec!["E6"]),
        ("Token_Created", vec!["E3"]),
        ("*@other.example", vec!["E7", "E2"]),
        ("*@third.example", vec!["E2"]),
        ("*@ther.example", vec![]),
        ("*@OTHER.example", vec!["E7", "E2"]),
        ("*@acme.example -login", vec!["E7", "E6", "E3", "E1"]),
        ("u002", vec!["E6", "E5", "E1"]),
        ("a - b", vec![]),
        ("single sign-on", vec!["E5"]),
        ("((login", vec!["E5", "E4"]),
        ("login \"", vec!["E5", "E4"]),
        ("login ()", vec!["E5", "E4"]),
        ("| login", vec!["E5", "E4"]),
        ("--login ada", vec!["E4"]),
        ("activity_log", vec![]),
        ("*", vec!["E7", "E6", "E5", "E4", "E3", "E2", "E1"]),
    ] {
        assert_eq!(found(term), expected, "{term}");
    }
}

#[test]
fn native_events_come_out_in_the_spelling_of_the_product() {
    let server = Server::start(&["--behind-proxy"]);
    let admin = server.admin();
    let event = json!({
        "id": "e 1", "tenant": "acme", "data_source": "activity_log", "category": "user_management",
        "activity": "role_changed", "occurred_at": "2026-03-20T09:15:30.12+01:00",
        "actor": {"type": "user", "id": "u-17", "email": "ada@acme.example",
            "display_name": "Ada Roth", "role": "owner", "groups": ["Sales"]},
        "targets": [{"type": "user", "id": "u-42", "name": "Benoît", "relation": "primary"}],
        "changes": [{"field": "role", "before": "user", "after": "admin", "before_state": "known"}],
        "details": {"group": "Vertrieb"},
    });
    server.post("/api/v1/events", &admin, &event.to_string()).ok();
    let target = "/activity_log_entries?organization=https://x.example/organizations/acme";
    let headers = [("Host", "log.example.com")];
    let page = server.send("GET", target, &admin, &headers, b"").ok();
    let expected = json!({
        "occurred_at": "2026-03-20T08:15:30.12Z",
        "actor": {
            "type": "User",
            "uri": "https://log.example.com/users/u-17",
            "organization": {"uri": "https://x.example/organizations/acme", "role": "owner"},
            "group": {"name": "Sales"},
            "display_name": "Ada Roth",
            "alternative_identifier": "ada@acme.example",
        },
        "details": {
            "group": "Vertrieb",
            "targets": [{"type": "user", "id": "u-42", "name": "Benoît", "relation": "primary"}],
            "changes":
                [{"field": "role", "before": "user", "after": "admin", "before_state": "known"}],
        },
        "organization": "https://x.example/organizations/acme",
        "fully_qualified_name": "User_Management.Role_Changed",
        "namespace": "User_Management",
        "action": "Role_Changed",
        "uri": "https://log.example.com/activity_log_entries/e%201",
    });
    assert_eq!(page["collection"], json!([expected]));
    for (sent, scheme) in [("https", "https"), ("http", "http"), ("ftp", "https")] {
        let headers = [("Host", "b.example"), ("X-Forwarded-Proto", sent)];
        let page = server.send("GET", target, &admin, &headers, b"").ok();
        let uri = page["collection"][0]["uri"].as_str().unwrap();
        assert!(uri.starts_with(&format!("{scheme}://b.example/")), "{uri}");
    }
}

#[test]
fn refusals_are_those_of_calendly() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let own = server.token("own", &["--role", "reader", "--tenant", "ORG001"]);
    let refused = |reply: Reply, status: u16, title: &str| -> Value {
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let error = reply.json();
        assert_eq!(error["title"], title, "{error}");
        assert!(error["message"].is_string(), "{error}");
        error
    };
    let here = [("organization", ORGANIZATION)];
    refused(ask(&server, "", &here), 401, "Unauthenticated");
    refused(ask(&server, &admin, &here), 403, "Permission Denied");
    list(&server, &own, &[]);
    for other in ["ORG002", "https://api.calendly.com/organizations/NOWHERE"] {
        let told =
            refused(ask(&server, &own, &[("organization", other)]), 403, "Permission Denied");
        assert_eq!(told["message"], "You do not have permission to access this resource.");
    }
    let long = "a".repeat(301);
    for (parameter, wrong) in [
        ("count", "0"),
        ("count", "101"),
        ("count", "x"),
        ("sort", "occurred_at"),
        ("sort", "details:asc"),
        ("sort", "action:up"),
        ("sort", "action:asc,action:desc"),
        ("min_occurred_at", "yesterday"),
        ("max_occurred_at", "2026-03-05"),
        ("page_token", "x"),
        ("search_term", &long),
        ("search_term", "!!!"),
        ("search_term", "-"),
        ("cuont", "3"),
    ] {
        let reply = ask(&server, &own, &[("organization", ORGANIZATION), (parameter, wrong)]);
        let error = refused(reply, 400, "Invalid Argument");
        assert_eq!(error["details"][0]["parameter"], parameter, "{error}");
        assert!(error["details"][0]["message"].is_string(), "{error}");
    }
    let missing = refused(ask(&server, &own, &[]), 400, "Invalid Argument");
    assert_eq!(missing["details"][0]["parameter"], "organization");
    let order = [
        ("organization", ORGANIZATION),
        ("min_occurred_at", "2026-03-05T00:00:01Z"),
        ("max_occurred_at", "2026-03-05T00:00:00Z"),
    ];
    refused(ask(&server, &own, &order), 400, "Invalid Argument");
}
