//! Files of the page and of the program: the same question gives the same bytes.

use crate::client::{Server, run};
use std::collections::BTreeMap;
use std::io::Read;

/// Events with lists, changes, labels in several scripts, and what is quoted in files.
fn lines() -> String {
    let line = |number: usize| {
        let activity = ["created", "deleted", "member_added"][number % 3];
        let name = ["Team blau", "=1+1", "équipe \\\"A\\\", B", "チーム"][number % 4];
        format!(
            r#"{{"id":"e-{number}","data_source":"activity_log","occurred_at":"2026-0{month}-20T0{hour}:59:59.5Z","category":"teams","activity":"{activity}","operation":"create","outcome":"success","actor":{{"type":"user","id":"u-{number}","email":"ada{number}@acme.example","display_name":"Ada {number}","groups":["a","b"]}},"targets":[{{"type":"team","id":"t-{number}","name":"{name}"}},{{"type":"user","id":"u-1"}}],"changes":[{{"field":"name","before":null,"after":{number}.50}}],"context":{{"ip":"192.0.2.{number}"}},"details":{{"note":"{name}\nzweite Zeile"}},"raw":{{"as":"it came"}}}}"#,
            month = 1 + number % 9,
            hour = number % 10,
        )
        .replace('\n', "\\n")
            + "\n"
    };
    (0..120).map(line).collect()
}

/// What stands in the sheets and parts of a workbook; its time of making is in none of them.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("is read");
        let name = part.name().expect("a name").into_owned();
        if name != "docProps/core.xml" {
            parts.insert(name, content);
        }
    }
    parts
}

/// Two files of a format are the same.
fn assert_same(format: &str, found: &[u8], expected: &[u8], whose: &str) {
    assert!(expected.len() > 10_000, "{format}: a file of some size");
    match format {
        "xlsx" => assert!(parts(found) == parts(expected), "{whose}: {format}"),
        _ => assert!(found == expected, "{whose}: {format}"),
    }
}

#[test]
fn files_of_the_page_are_those_of_the_program_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    run(&store, &["init", "--profile", "calendly"]);
    run(&store, &["retain", "--set", "default:kept=forever,visible=forever"]);
    let server = Server::on(&store, &[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &lines()).ok();
    let reply = server.get(&format!("/sign-in?code={}", server.code), "");
    let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let get = |target: &str| server.send("GET", target, "", &[("Cookie", &cookie)], b"");

    let registry = server.get("/api/v1/registry", &admin).ok();
    let profile = registry.as_array().or(registry["profiles"].as_array()).expect("a list");
    let attributes = profile[0]["attributes"].as_array().expect("attributes").iter();
    let mut columns: Vec<&str> = attributes.map(|one| one["code"].as_str().unwrap()).collect();
    assert!(columns.len() > 3, "{columns:?}");
    columns.extend(["category_label", "activity_label", "targets", "changes", "details", "seq"]);
    let columns = columns.join(",");

    let search = "q=category%3Dteams&order=oldest&tz=Europe%2FBerlin&lang=de";
    let packed = columns.replace(',', "%2C");
    let page = get(&format!("/?{search}&columns={packed}")).text();
    // The link for CSV; the form beside it sends the same with another format.
    let link = page.split("href=\"/api/v1/export?").nth(1).expect("a link");
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    for format in ["csv", "xlsx", "ndjson"] {
        let file = folder.path().join(format!("program.{format}"));
        let path = file.to_str().unwrap();
        let mut arguments = vec!["export", "category=teams", "--order", "oldest"];
        arguments.extend(["--tz", "Europe/Berlin", "--lang", "de", "-o", path]);
        if format != "ndjson" {
            arguments.extend(["--columns", &columns]);
        }
        run(&store, &arguments);
        let expected = std::fs::read(&file).expect("is read");
        let asked = link.replace("format=csv", &format!("format={format}"));
        let direct = get(&format!("/api/v1/export?{asked}"));
        assert_eq!(direct.status, 200, "{}", direct.text());
        assert_same(format, &direct.body, &expected, "at once");
        let origin = format!("http://{}", server.address);
        let headers = [("Cookie", &cookie[..]), ("Origin", &origin)];
        let sent = server.send("POST", "/exports", "", &headers, asked.as_bytes());
        assert_eq!(sent.status, 303, "{}", sent.text());
        let is_done = |found: &serde_json::Value| found["exports"][0]["state"] == "done";
        let told = server.until("/api/v1/exports", &admin, is_done);
        let job = server.get(told["exports"][0]["link"].as_str().unwrap(), "");
        assert_same(format, &job.body, &expected, "by a job");
    }
}
