//! The OpenAPI document says what the server does, and `docs/api.md` what the document says.

use crate::client::Server;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

const DOCUMENT: &str = include_str!("../../src/serve/api/openapi.json");
const ROUTES: &str = include_str!("../../src/serve/api/mod.rs");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

/// Every path and method of the document.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push((path.clone(), method.clone(), operation));
        }
    }
    found
}

#[test]
fn every_route_is_in_the_document_and_the_other_way_round() {
    let document = document();
    let operations = operations(&document);
    let mut routes = BTreeSet::new();
    for line in ROUTES.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, handlers) = line.split_once("\", ").unwrap();
        let prefix = if path.ends_with('z') || path == "/metrics" { "" } else { "/api/v1" };
        for method in ["get", "post", "put", "delete"] {
            if handlers.contains(&format!("{method}(")) {
                routes.insert((format!("{prefix}{path}"), method.to_owned()));
            }
        }
    }
    let told = operations.iter().map(|(path, method, _)| (path.clone(), method.clone()));
    assert_eq!(told.collect::<BTreeSet<_>>(), routes);
}

#[test]
fn every_operation_is_answered_and_asks_for_the_role_that_it_tells() {
    let server = Server::start(&[]);
    let reader = server.token("r", &["--role", "reader"]);
    let document = document();
    for (path, method, operation) in operations(&document) {
        // A place that is none, as a follower is not answered to the end.
        let target =
            path.replace("{seq}", "1").replace("{id}", "x").replace("follow", "follow?after=x");
        let ask = |token: &str| server.send(&method.to_uppercase(), &target, token, &[], b"");
        let is_open = operation["security"] == serde_json::json!([]);
        let status = ask("").status;
        assert_eq!(status == 401, !is_open, "{method} {path}: {status}");
        let status = ask(&reader).status;
        let is_readers = operation["x-role"].as_str().is_none_or(|role| role == "reader");
        assert!(status != 405 && status < 500, "{method} {path}: {status}");
        assert_eq!(status == 403, !is_readers || path.ends_with("/file"), "{method} {path}");
    }
}

/// `docs/api.md` as the document has it.
fn page(document: &Value) -> String {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut page = String::from(
        "# The API\n\nMade from the OpenAPI document, which a server gives at \
         `/api/v1/openapi.json`: \
         `ANNALS_WRITE=1 cargo test --test serve openapi` writes this page. How to run a server: \
         [server.md](server.md).\n\n",
    );
    page.push_str(&text(&document["info"], "description"));
    page.push_str(
        "\n\nA token goes into `Authorization: Bearer TOKEN`. An auditor says why in `X-Reason`.\n",
    );
    for tag in document["tags"].as_array().unwrap() {
        let (name, told) = (text(tag, "name"), text(tag, "description"));
        let _ = write!(page, "\n## {name}\n\n{told}\n");
        for (path, method, operation) in operations(document) {
            if operation["tags"][0].as_str() != Some(&name) {
                continue;
            }
            let _ = write!(
                page,
                "\n### `{} {path}`\n\n{}\n",
                method.to_uppercase(),
                text(operation, "summary")
            );
            let role = operation["x-role"].as_str().unwrap_or("nobody: it needs no token");
            let _ = write!(page, "\nFor: {role}.\n");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let names = parameters.iter().map(|one| parameter(document, one));
            let names: Vec<String> =
                names.filter(|one| text(one, "in") != "path").map(|one| shown(&one)).collect();
            if !names.is_empty() {
                let _ = write!(page, "\nTakes {}.\n", names.join(", "));
            }
            let statuses = operation["responses"].as_object().unwrap();
            let statuses: Vec<&str> =
                statuses.keys().map(String::as_str).filter(|one| *one != "default").collect();
            let _ = write!(page, "\nGives {}.\n", statuses.join(", "));
        }
    }
    page.push_str("\n## Parameters\n\n| parameter | in | what |\n|---|---|---|\n");
    for parameter in document["components"]["parameters"].as_object().unwrap().values() {
        let told = text(parameter, "description").replace('|', "\\|");
        let _ = writeln!(page, "| {} | {} | {told} |", shown(parameter), text(parameter, "in"));
    }
    page
}

fn parameter(document: &Value, reference: &Value) -> Value {
    let name = reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    document["components"]["parameters"][name].clone()
}

/// The name of a parameter; one that must be there is bold.
fn shown(parameter: &Value) -> String {
    let name = parameter["name"].as_str().unwrap();
    match parameter["required"].as_bool() {
        Some(true) => format!("**`{name}`**"),
        _ => format!("`{name}`"),
    }
}

#[test]
fn the_page_of_the_api_is_that_of_the_document() {
    let expected = page(&document());
    if std::env::var_os("ANNALS_WRITE").is_some() {
        std::fs::write(PAGE, &expected).unwrap();
    }
    let found = std::fs::read_to_string(PAGE).unwrap();
    assert!(
        found == expected,
        "docs/api.md is old: ANNALS_WRITE=1 cargo test --test serve openapi"
    );
}
