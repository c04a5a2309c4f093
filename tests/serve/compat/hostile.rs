//! What hostile requests do: they are refused, and are never an error of the server.

use super::doors::{clockify_body, with_tenants};
use super::world::query;
use crate::client::{Reply, Server};
use serde_json::json;

const GOOGLE: &str = "/admin/reports/v1/activity/users/all/applications/login";
const CALENDLY: &str = "/activity_log_entries";
const CLOCKIFY: &str = "/v1/workspaces/a/audit-log";

/// Parameters of Calendly, by the spaces between.
const OF_CALENDLY: &str = "search_term actor sort namespace action action[] min_occurred_at \
    max_occurred_at page_token count organization";
/// Parameters of Google.
const OF_GOOGLE: &str = "filters eventName startTime endTime maxResults pageToken \
    actorIpAddress customerId orgUnitID fields groupIdFilter applicationInfoFilter \
    networkInfoFilter statusFilter resourceDetailsFilter deviceFilter agentInfoFilter \
    includeSensitiveData";
/// Values, by the line feeds between.
const VALUES: &str = "\n \n\0\n\u{fffd}\n'\n\"\n\\\n%\n*\n**\n-\n--\n((\n))\n()\na|\n|\n+\n~1\n\
    a~9\n..\n/etc/passwd\n../../x\n=\n==\n<>\na==\n,\nx==1,,y\n\u{202e}\n🎉\n*🎉\n*@\n*@*\n@\n-1\n\
    0\n99999999999999999999\n1e9\ntrue\nnull\n[]\n{}\nid:\n:\noccurred_at:\n2026-02-30T00:00:00Z\n\
    9999-12-31T23:59:60Z\n0000-01-01T00:00:00Z\n10.0.0.0/8\n::\na=b&c=d\n\"a\na\\\n\
    details.\"x\"==1\na\"b==1\na==\"b\"\nraw==1\nseq>0\nstart_time<-99999999999999\n\
    start_time>9223372036854775807\nevent_title<>a\nrecurring==yes";

fn values() -> Vec<String> {
    let long = [
        "x".repeat(40_000),
        "(".repeat(300),
        "a ".repeat(149),
        "items(".repeat(5000),
        "a==1,".repeat(2000),
        "statusCode=\"1\" AND ".repeat(1000),
        "API,".repeat(9000),
    ];
    VALUES.split('\n').map(str::to_owned).chain(long).collect()
}

/// An answer that is no error of the server, and has the shape of a product.
fn check(reply: &Reply, asked: &str) {
    let asked: String = asked.chars().take(300).collect();
    assert!((200..500).contains(&reply.status), "{asked}: {} {}", reply.head, reply.text());
    let answer = reply.json();
    let keys = ["title", "error", "collection", "kind", "response", "message", "code"];
    let is_known = keys.iter().any(|key| answer.get(key).is_some());
    assert!(is_known || answer == json!({}), "{asked}: {answer}");
}

fn server() -> (Server, String) {
    let server = with_tenants(&["a"]);
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    (server, reader)
}

#[test]
fn hostile_requests_are_refused_and_never_an_error_of_the_server() {
    let (server, reader) = server();
    let places = [
        (format!("{CALENDLY}?organization=x/a"), OF_CALENDLY),
        (format!("{GOOGLE}?alt=json"), OF_GOOGLE),
    ];
    for (place, names) in places {
        for name in names.split_whitespace() {
            for value in values() {
                let asked = format!("{place}&{}", query(&[(name, &value)]));
                check(&server.get(&asked, &reader), &asked);
            }
        }
    }
}

#[test]
fn hostile_paths_and_bodies_are_refused_and_never_an_error_of_the_server() {
    let (server, reader) = server();
    for value in values() {
        let segment = query(&[("", &value)])[1..].to_owned();
        for target in [
            GOOGLE.replace("login", &segment),
            GOOGLE.replace("all", &segment),
            CLOCKIFY.replace("/a/", &format!("/{segment}/")),
        ] {
            let reply = server.get(&target, &reader);
            assert!((200..500).contains(&reply.status), "{target}: {}", reply.text());
        }
        for member in ["start", "end", "actions", "authors", "page", "page-size", &value] {
            for wrong in [json!(value), json!([value]), json!({"authorIds": [value]})] {
                let mut members = json!({});
                members[member] = wrong;
                let body = clockify_body(members);
                check(&server.post(CLOCKIFY, &reader, &body), &body);
            }
        }
    }
}
