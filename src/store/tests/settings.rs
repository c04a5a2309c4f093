//! Profiles, unknown codes and capture in `store.toml`, while stores are open.

use super::*;
use crate::Error;
use crate::io::{Io, Mode};
use crate::store::{CapturePolicy, UnknownCodes};

pub(super) const FILE: &str = "/store/store.toml";
const OWN: &str = "\
[profile]
name = \"desk\"
data_sources = [\"front_desk\"]
languages = [\"en\"]
[[category]]
code = \"visits\"
[[category]]
code = \"keys\"
capture = \"always\"
[[activity]]
category = \"visits\"
code = \"checked_in\"
";

pub(super) fn put(disk: &SimDisk, path: &str, text: &str) {
    let path = Path::new(path);
    disk.create_dir_all(path.parent().expect("has one")).expect("creates");
    let _ = disk.remove(path);
    let file = disk.open(path, Mode::CreateNew).expect("creates");
    file.write_all_at(text.as_bytes(), 0).expect("writes");
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot.profiles().profiles().map(|profile| profile.name().to_owned()).collect()
}

#[test]
fn profiles_of_the_file_are_those_of_the_next_snapshot() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let (store, reader) = (bench.open(), bench.reader());
    assert!(names(&store.snapshot()).is_empty());
    put(&disk, FILE, "profiles = [\"clockify\", \"calendly\"]\nunknown_codes = \"refuse\"\n");
    for snapshot in [store.snapshot(), reader.snapshot()] {
        assert_eq!(names(&snapshot), ["clockify", "calendly"]);
    }
    assert_eq!(store.unknown_codes(), UnknownCodes::Refuse);
    put(&disk, FILE, "profiles = [\"clockfy\"]\n");
    assert_eq!(names(&store.snapshot()), ["clockify", "calendly"]);
    let problem = store.settings_problem().expect("is wrong").to_string();
    let expected = "/store/store.toml:1: profiles: there is no profile `clockfy`; the nearest: \
                    `clockify`, and there is no file /store/profiles/clockfy.toml";
    assert_eq!(problem, expected);
    put(&disk, FILE, "");
    assert!(names(&store.snapshot()).is_empty());
    assert_eq!(store.unknown_codes(), UnknownCodes::Keep);
}

#[test]
fn a_profile_of_the_folder_is_read_again_when_it_changes() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    put(&disk, FILE, "profiles = [\"desk\"]\n");
    assert!(names(&store.snapshot()).is_empty(), "the file is not there yet");
    put(&disk, "/store/profiles/desk.toml", OWN);
    let knows = |store: &Store, activity: &str| {
        store.snapshot().profiles().meaning("front_desk", "visits", activity).is_some()
    };
    assert!(knows(&store, "checked_in") && !knows(&store, "checked_out"));
    put(&disk, "/store/profiles/desk.toml", &OWN.replace("checked_in", "checked_out"));
    assert!(knows(&store, "checked_out") && !knows(&store, "checked_in"));
    put(&disk, "/store/profiles/desk.toml", &OWN.replace("code = \"visits\"", "cod = \"visits\""));
    assert!(knows(&store, "checked_out"), "the one before stays in force");
    let problem = store.settings_problem().expect("is wrong").to_string();
    assert!(problem.starts_with("/store/profiles/desk.toml:5: category.cod"), "{problem}");
    put(&disk, "/store/profiles/desk.toml", &OWN.replace("\"desk\"", "\"other\""));
    let problem = store.settings_problem().expect("is wrong").to_string();
    assert!(problem.contains("the profile calls itself `other`"), "{problem}");
}

#[test]
fn a_profile_of_the_folder_goes_before_the_one_that_comes_along() {
    let disk = SimDisk::new(1);
    put(&disk, "/store/profiles/google.toml", &OWN.replace("\"desk\"", "\"google\""));
    put(&disk, FILE, "profiles = [\"google\"]\n");
    let store = Bench::on(&disk).open();
    let snapshot = store.snapshot();
    let google = snapshot.profiles().profile("google").expect("is there");
    assert_eq!(google.data_sources(), ["front_desk"]);
}

#[test]
fn mistakes_of_the_file_name_line_and_key() {
    let disk = SimDisk::new(1);
    put(&disk, "/store/profiles/desk.toml", OWN);
    for (text, start) in [
        ("\nprofiles = [\"desk\",\n \"desk\"]\n", ":3: profiles: `desk` is there twice"),
        ("profiles = [\"../desk\"]\n", ":1: profiles: `../desk` is not 1 to 64"),
        ("unknown_codes = \"drop\"\n", ":1: unknown_codes: `drop` is neither"),
        ("[capture]\na = \"on\"\nb = \"of\"\n", ":3: capture.b: must be"),
        ("[capture]\na = true\n", ":2: capture.a: must be"),
        ("[capture.tenant.x]\na = 1\n", ":2: capture.a: must be"),
        ("[capture.tenant]\na = 1\n", ":2: capture.tenant: must be a table"),
        ("capture = 1\n", ":1: capture: must be a table"),
        ("[capture]\nannals = \"off\"\n", ":2: capture.annals: the log's own"),
        (
            "profiles = [\"desk\"]\n[capture]\nkeys = \"off\"\n",
            ":3: capture.keys: `keys` is always",
        ),
        ("profile = [\"desk\"]\n", ":1: unknown field `profile`"),
    ] {
        put(&disk, FILE, text);
        let error = Store::open_with(ROOT, Bench::on(&disk).options()).expect_err(text);
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.starts_with(&format!("{FILE}{start}")), "{text}: {message}");
    }
}

#[test]
fn switches_of_a_tenant_go_before_the_general_ones() {
    let disk = SimDisk::new(1);
    put(&disk, "/store/profiles/desk.toml", OWN);
    let text = "profiles = [\"desk\"]\n[capture]\nvisits = \"off\"\nother = \"off\"\n\
                [capture.tenant.\"a b\"]\nvisits = \"on\"\n";
    put(&disk, FILE, text);
    let store = Bench::on(&disk).open();
    let (policy, snapshot): (CapturePolicy, _) = (store.capture(), store.snapshot());
    let captures = |tenant, category| {
        policy.captures(snapshot.profiles(), tenant, Some("front_desk"), category)
    };
    assert!(!captures(None, "visits") && !captures(Some("c"), "visits"));
    assert!(captures(Some("a b"), "visits") && !captures(Some("a b"), "other"));
    assert!(captures(None, "keys") && captures(None, "annals"));
}

#[test]
fn rules_change_and_profiles_and_capture_stay() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let text = "# ours\nprofiles = [\"calenso\"] # first\nunknown_codes = \"refuse\"\n\n\
                [capture]\nappointments = \"off\" # why\n";
    put(&disk, FILE, text);
    let store = bench.open();
    let mut rules = store.retention();
    rules.change_class(&"short:kept=7d".parse().expect("sound"));
    store.set_retention(rules.clone()).expect("sets");
    assert_eq!(names(&store.snapshot()), ["calenso"]);
    assert!(!store.capture().is_everything());
    let io = bench.disk.load(Path::new(FILE), crate::io::Access::Heap).expect("is there");
    let now = String::from_utf8(io.to_vec()).expect("text");
    assert!(now.starts_with(text.trim_end()), "{now}");
    put(&disk, FILE, "profiles = 1\n");
    store.set_retention(rules).expect("what was in force replaces what is wrong");
    assert_eq!(names(&store.snapshot()), ["calenso"]);
    assert_eq!(store.unknown_codes(), UnknownCodes::Refuse);
    assert!(!store.capture().is_everything() && store.settings_problem().is_none());
}

#[test]
fn profiles_and_capture_travel_with_a_backup() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    put(&disk, "/store/profiles/desk.toml", OWN);
    put(&disk, FILE, "profiles = [\"desk\"]\nunknown_codes = \"refuse\" # ours\n");
    let store = bench.open();
    let off =
        |policy: &mut CapturePolicy, profiles: &_| policy.set(profiles, None, "visits", false);
    store.change_capture(off).expect("changes");
    // What is wrong now is not in force, and no part of the backup.
    put(&disk, "/store/profiles/desk.toml", "[profile");
    store.backup("/backup", crate::store::BackupMode::Link).expect("backs up");
    let copy = Store::open_with("/backup", Bench::seeded(&disk, 9).options()).expect("opens");
    assert_eq!(names(&copy.snapshot()), ["desk"]);
    assert_eq!(copy.unknown_codes(), UnknownCodes::Refuse);
    assert_eq!(copy.capture(), store.capture());
    let entry = br#"{"occurred_at":"2026-03-19T00:00:00Z","data_source":"front_desk",
        "category":"visits","activity":"checked_in"}"#;
    assert!(copy.append(Event::from_json(entry).expect("sound")).expect("appends").skipped);
    assert_eq!(contents(&copy.snapshot()).len(), 1, "the change is not recorded again");
    assert_eq!(copy.verify().expect("verifies").findings, []);
}

#[test]
fn a_repair_takes_out_what_is_wrong_of_the_settings_and_keeps_the_rest() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    put(&disk, "/store/profiles/desk.toml", OWN);
    put(&disk, FILE, "profiles = [\"desk\", \"calendly\"]\n[class.short]\nkept_for = \"7d\"\n");
    let store = bench.open();
    store.append(event(1)).expect("appends");
    store.close().expect("closes");
    put(&disk, "/store/profiles/desk.toml", "[profile");
    put(&disk, "/store/captured.toml", "[");
    let builder = StoreBuilder::from(bench.options());
    let files: Vec<String> =
        builder.verify(ROOT).expect("looks").findings.into_iter().map(|it| it.file).collect();
    assert_eq!(files, ["profiles/desk.toml", "captured.toml"]);
    assert!(builder.open(ROOT).is_err());
    let report = builder.repair(ROOT).expect("repairs");
    assert_eq!(report.profiles_removed, ["desk"]);
    assert!(!report.rules_reset && report.left.is_empty(), "{report:?}");
    let store = Bench::seeded(&disk, 9).open();
    assert_eq!(names(&store.snapshot()), ["calendly"]);
    assert!(store.retention().class("short").is_some());
    assert_eq!(contents(&store.snapshot()).len(), 1);
    store.close().expect("closes");
    put(&disk, FILE, "profiles = [\"clockify\"]\n[capture]\nusers = \"off\"\ntags = \"off\"\n");
    let report = builder.repair(ROOT).expect("repairs");
    assert_eq!(report.switches_removed, ["users"]);
    let store = Bench::seeded(&disk, 10).open();
    assert_eq!(store.capture().general.keys().collect::<Vec<_>>(), ["tags"]);
}
