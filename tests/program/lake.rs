//! `annals lake`: what it prints, and its exit codes.

use crate::support::Desk;
use assert_cmd::cargo::cargo_bin;
use std::fs;
use std::process::{Command, Stdio};

/// A folder with a sealed store `s`, and the address of a table in it.
fn sealed() -> (Desk, String) {
    let desk = Desk::with_events();
    desk.ok("seal --store s");
    let url = format!("file://{}", desk.path("table").display());
    (desk, url)
}

#[test]
fn a_store_is_published_verified_and_restored() {
    let (desk, url) = sealed();
    let publish = format!("lake publish --store s --to {url} --once");
    let first = desk.json(&publish);
    assert_eq!((&first["rows_added"], &first["files_added"]), (&3.into(), &1.into()));
    assert_eq!(desk.json(&publish)["commits"], 0);
    let status = desk.json(&format!("lake status --store s --to {url}"));
    assert_eq!((&status["rows"], &status["lag_segments"]), (&3.into(), &0.into()));
    let verified = desk.json(&format!("lake verify --store s --to {url}"));
    assert_eq!((&verified["equal"], &verified["missing"]), (&3.into(), &0.into()));
    desk.ok(&format!("lake restore --from {url} --store new"));
    let all = |store: &str| desk.ok(&format!("search --store {store} --with-raw --format ndjson"));
    assert_eq!(all("new"), all("s"));
    assert_eq!(desk.run(&format!("lake restore --from {url} --store new")).code, 2);
}

#[test]
fn a_table_that_was_changed_ends_with_exit_code_3() {
    let (desk, url) = sealed();
    desk.ok(&format!("lake publish --store s --to {url}"));
    let folder = desk.path("table/class=default");
    let file = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(file).unwrap();
    let verified = desk.run(&format!("lake verify --store s --to {url}"));
    assert_eq!(verified.code, 3, "{verified:?}");
    assert_eq!(desk.run(&format!("lake restore --from {url} --store new")).code, 4);
    assert!(!desk.path("new").exists());
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let (desk, url) = sealed();
    for line in [
        "lake publish --store s --to ftp://host/table".to_owned(),
        "lake publish --store s --to /data/table".to_owned(),
        format!("lake publish --store s --to {url} --column details.x:text"),
        format!("lake publish --store s --to {url} --every soon"),
        format!("lake publish --store none --to {url}"),
        format!("lake verify --store s --to {url}"),
        format!("lake restore --from {url} --store new"),
        format!("lake vacuum --to {url} --older 7d"),
    ] {
        let ran = desk.run(&line);
        assert_eq!(ran.code, 2, "{line}: {ran:?}");
    }
    assert!(!desk.path("table").exists() && !desk.path("new").exists());
}

#[test]
fn nothing_is_dropped_before_it_is_published_where_the_settings_say_so() {
    let (desk, url) = sealed();
    desk.write("s/store.toml", "lake_before_drop = true\n[class.default]\nkept_for = \"1d\"\n");
    let swept = desk.json("retain --store s");
    assert_eq!(swept["events_removed"], 0);
    assert_eq!(swept["left"]["events_unpublished"], 3);
    desk.ok(&format!("lake publish --store s --to {url}"));
    let swept = desk.json("retain --store s");
    assert_eq!(swept["events_removed"], 3, "{swept}");
    assert!(swept["left"].get("events_unpublished").is_none());
}

#[test]
fn a_store_is_sealed_and_published_again_and_again() {
    let desk = Desk::with_events();
    let url = format!("file://{}", desk.path("table").display());
    let once = format!("lake publish --store s --to {url} --seal-after");
    assert_eq!(desk.json(&format!("{once} 1h"))["rows_added"], 0);
    assert_eq!(desk.json(&format!("{once} 0s"))["rows_added"], 3);
    let mut publisher = Command::new(cargo_bin("annals"))
        .args(["lake", "publish", "--store", "s", "--every", "1s", "--to", &url])
        .current_dir(desk.dir.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let more = crate::support::EVENTS.replace("e-", "f-");
    desk.write("more.ndjson", more);
    desk.ok("import --store s more.ndjson");
    desk.ok("seal --store s");
    let status = format!("lake status --store s --to {url}");
    while desk.json(&status)["rows"] != 6 {
        assert!(std::time::Instant::now() < deadline, "not published");
    }
    // One at a time; and free as soon as the first is dead.
    assert_eq!(desk.run(&format!("lake publish --store s --to {url}")).code, 5);
    publisher.kill().expect("it ran");
    publisher.wait().expect("it ended");
    desk.ok(&format!("lake publish --store s --to {url}"));
}

#[test]
fn a_vacuum_deletes_what_is_out_of_the_table() {
    let (desk, url) = sealed();
    desk.ok(&format!("lake publish --store s --to {url}"));
    desk.write("more.ndjson", crate::support::EVENTS.replace("e-", "f-"));
    desk.ok("import --store s more.ndjson");
    desk.ok("seal --store s");
    desk.ok("compact --store s");
    desk.ok(&format!("lake publish --store s --to {url}"));
    let vacuum = |older: &str| desk.json(&format!("lake vacuum --to {url} --older {older}"));
    let kept = vacuum("7d");
    assert_eq!((&kept["files"], &kept["files_kept"]), (&0.into(), &1.into()));
    assert_eq!(vacuum("0s")["files"], 1);
    assert_eq!(desk.json(&format!("lake verify --store s --to {url}"))["equal"], 6);
}
