//! Rules that change while stores are open: by a command, by hand, wrongly, all at once.

use super::*;
use crate::Error;
use crate::io::Io;
use crate::query::Query;
use crate::store::ClassChange;
use crate::store::retention::policy::{Keep, Retention};

const FILE: &str = "/store/store.toml";

fn put(disk: &SimDisk, text: &str) {
    let text = text.as_bytes().to_vec();
    disk.damage(Path::new(FILE), |bytes| *bytes = text).expect("is there");
}

fn change(bench: &Bench, text: &str) -> crate::Result<Retention> {
    let change: ClassChange = text.parse()?;
    StoreBuilder::from(bench.options()).change_retention(ROOT, |mut rules| {
        rules.change_class(&change);
        Ok(rules)
    })
}

#[test]
fn a_change_beside_a_writer_counts_at_once_for_it_and_its_readers() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let reader = bench.reader();
    store.append(event_at(0, TODAY - 10 * DAY)).expect("appends");
    let counts = || {
        let count = |snapshot: Snapshot| snapshot.query(&Query::all()).count().expect("counts");
        (count(store.snapshot()), count(reader.snapshot()))
    };
    assert_eq!(counts(), (1, 1));
    change(&bench, "default:visible=nothing").expect("takes no lock of the writer");
    assert_eq!(counts(), (0, 0));
    change(&bench, "default:visible=30d").expect("changes");
    assert_eq!(counts(), (1, 1));
    change(&bench, "default:kept=5d").expect("changes");
    assert_eq!(counts(), (0, 0));
    assert_eq!(store.retain(None).expect("sweeps").events_removed, 1);
    assert_eq!(store.retention(), reader.retention());
}

#[test]
fn a_wrong_file_changes_nothing_drops_nothing_and_is_told() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(event_at(0, TODAY - 100 * DAY)).expect("appends");
    put(&disk, "[class.default]\nkept_for = \"90d\"\n");
    let ninety = store.retention();
    assert_eq!(ninety.classes[0].kept_for, Keep::Micros(90 * DAY));
    assert_eq!(store.settings_problem().map(|error| error.to_string()), None);
    put(&disk, "[class.default]\nkept_for = \"90 days\"\n");
    assert_eq!(store.retention(), ninety);
    let problem = store.settings_problem().expect("is wrong").to_string();
    assert!(problem.starts_with("/store/store.toml:2: "), "{problem}");
    assert!(matches!(store.retain(None), Err(Error::Invalid { .. })));
    assert!(change(&bench, "default:kept=1d").is_err(), "what is wrong is for people to mend");
    disk.remove(Path::new(FILE)).expect("removes");
    assert_eq!(store.retention(), ninety);
    assert!(store.retain(None).is_err());
    store.set_retention(ninety.clone()).expect("sets");
    assert_eq!(store.retain(None).expect("sweeps").events_removed, 1);
    assert!(store.settings_problem().is_none());
}

#[test]
fn comments_and_order_stay_where_rules_change() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    put(
        &disk,
        "# ours\n\n[class.long]  # for the auditors\nkept_for='10y' # by law\n\n\
         # the rest\n[class.default]\nvisible_for = \"30d\"\n\n\
         # logins\n[[rule]]\nclass = \"long\"\ncategory = \"login\"\n",
    );
    change(&bench, "default:kept=90d").expect("changes");
    change(&bench, "long:kept=11y").expect("changes");
    change(&bench, "new:visible=nothing").expect("changes");
    let mut rules = store.retention();
    rules.put_rule("tenant=t,category=login:new".parse().expect("a rule")).expect("puts");
    store.set_retention(rules.clone()).expect("sets");
    let text = String::from_utf8(disk.contents(Path::new(FILE)).expect("is there"));
    assert_eq!(
        text.expect("text"),
        "# ours\n\n[class.long]  # for the auditors\nkept_for=\"4026d\" # by law\n\n\
         # the rest\n[class.default]\nvisible_for = \"30d\"\nkept_for = \"90d\"\n\n\
         [class.new]\nkept_for = \"forever\"\nvisible_for = \"nothing\"\n\n\
         [[rule]]\nclass = \"new\"\ntenant = \"t\"\ncategory = \"login\"\n\n\
         # logins\n[[rule]]\nclass = \"long\"\ncategory = \"login\"\n"
    );
    assert_eq!(store.retention(), rules);
}

#[test]
fn a_file_in_another_form_is_refused_by_a_change_and_replaced_by_a_setting() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    let text = "rule = []\n[class]\ndefault = { kept_for = \"90d\" }\n";
    put(&disk, text);
    let error = change(&bench, "default:kept=30d").expect_err("another form").to_string();
    assert!(error.contains("by hand"), "{error}");
    assert_eq!(disk.contents(Path::new(FILE)).expect("is there"), text.as_bytes());
    store.set_retention(Retention::default()).expect("sets");
    assert_eq!(store.retention(), Retention::default());
}

#[test]
fn changes_at_once_lose_nothing() {
    const EACH: usize = 8;
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let root = folder.path();
            scope.spawn(move || {
                for number in 0..EACH {
                    let change: ClassChange =
                        format!("c{thread}-{number}:kept=1d").parse().expect("a change");
                    let changed = Store::builder().change_retention(root, |mut rules| {
                        rules.change_class(&change);
                        Ok(rules)
                    });
                    changed.expect("changes");
                }
            });
        }
    });
    assert_eq!(store.retention().classes.len(), 1 + 3 * EACH);
    // An opening leaves the file of a change that runs alone, and removes what one has left.
    let leftover = folder.path().join("store.toml.tmp");
    let lock = RealDisk.lock(&folder.path().join("store.toml.lock")).expect("locks");
    std::fs::write(&leftover, "half").expect("writes");
    store.close().expect("closes");
    Store::open(folder.path()).expect("opens").close().expect("closes");
    assert!(leftover.exists());
    drop(lock);
    Store::open(folder.path()).expect("opens").close().expect("closes");
    assert!(!leftover.exists());
}
