//! `docs/features.md` is true: each feature has one row, each test and call that a row names
//! exists, and the counts at its top are right.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What ids begin with, how many digits follow, and how many ids there are.
const PREFIXES: [(&str, usize, usize); 9] = [
    ("CAL-", 2, 26),
    ("CAL-T", 3, 108),
    ("CSO-", 2, 31),
    ("GOO-", 2, 48),
    ("GOO-A", 2, 35),
    ("GOO-S", 2, 17),
    ("CLO-", 2, 31),
    ("CLO-F", 2, 17),
    ("CLO-X", 2, 30),
];

const SYSTEMS: [(&str, &str); 4] =
    [("Calendly", "CAL-"), ("Calenso", "CSO-"), ("Google Calendar", "GOO-"), ("Clockify", "CLO-")];

/// What a row says of itself, in the order of the columns of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Works,
    Embedder,
    Server,
    LeftOut,
}

#[derive(Debug)]
struct Row {
    id: String,
    how: String,
    shown_by: String,
}

impl Row {
    fn status(&self) -> Status {
        match &self.shown_by {
            text if text.starts_with("embedder: ") => Status::Embedder,
            text if text == "server" || text.starts_with("server: ") => Status::Server,
            text if text.starts_with("left out: ") => Status::LeftOut,
            _ => Status::Works,
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join("docs/features.md")).expect("the page is there")
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").map(str::trim).collect())
}

/// Whether a text is an id of the features.
fn is_id(text: &str) -> bool {
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let prefix = &text[..text.len() - digits];
    PREFIXES.iter().any(|(known, count, _)| *known == prefix && *count == digits)
}

fn rows(page: &str) -> Vec<Row> {
    let row = |line: &str| {
        let cells =
            cells(line).filter(|cells| SYSTEMS.iter().any(|(_, id)| cells[0].starts_with(id)))?;
        let [id, how, shown_by] = cells[..] else { panic!("a row has three cells: {line}") };
        Some(Row { id: id.into(), how: how.into(), shown_by: shown_by.into() })
    };
    page.lines().filter_map(row).collect()
}

/// The table that the page answers; says loudly that it is not there.
fn table() -> Option<String> {
    let data = std::env::var_os("ANNALS_DATA");
    let data = data.map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let path = data.join("../features.md");
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        let note = format!("SKIPPED: {} is not there\n", path.display());
        // Not by a macro: those are silent in a test that passes.
        let _ = std::io::stderr().write_all(note.as_bytes());
    }
    text
}

/// All ids by the numbers of each prefix.
fn all_ids() -> BTreeSet<String> {
    let of = |(prefix, digits, count): (&str, usize, usize)| {
        let prefix = prefix.to_owned();
        (1..=count).map(move |number| format!("{prefix}{number:0digits$}"))
    };
    PREFIXES.into_iter().flat_map(of).collect()
}

#[test]
fn each_feature_has_one_row_and_no_other_has() {
    let rows = rows(&page());
    let ids: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids.len(), rows.len(), "an id has two rows");
    assert_eq!(ids, all_ids());
    let Some(table) = table() else { return };
    let first = |line: &str| cells(line).map(|cells| cells[0].to_owned());
    let listed: Vec<String> = table.lines().filter_map(first).filter(|id| is_id(id)).collect();
    assert_eq!(listed.len(), 343);
    assert_eq!(ids, listed.into_iter().collect(), "the table of the features");
}

/// Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub ").unwrap_or(line.trim_start());
    let rest = rest.strip_prefix("fn ")?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// The tests of a file: functions behind `#[test]`, with attributes and comments between, also
/// within `proptest!`.
fn tests_of(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        match function(line) {
            _ if line == "#[test]" => is_test = true,
            Some(name) if is_test => found.push(name),
            _ => {}
        }
        is_test &= line.starts_with('#') || line.starts_with("//") || line.is_empty();
    }
    found
}

/// All tests as `suite::name`; those beside the code belong to the suite `lib`.
fn all_tests() -> BTreeSet<String> {
    let (mut files, mut all) = (Vec::new(), BTreeSet::new());
    for folder in ["src", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    for file in files {
        let path = file.strip_prefix(root()).expect("below the root").to_path_buf();
        let mut parts = path.iter().map(|part| part.to_str().expect("a name of ASCII"));
        let suite = match (parts.next(), parts.next()) {
            (Some("tests"), Some(suite)) => suite.trim_end_matches(".rs").to_owned(),
            _ => "lib".to_owned(),
        };
        let text = fs::read_to_string(&file).expect("source is text");
        all.extend(tests_of(&text).into_iter().map(|name| format!("{suite}::{name}")));
    }
    all
}

/// The texts in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn each_test_that_a_row_names_exists() {
    let all = all_tests();
    assert!(all.contains("features::each_test_that_a_row_names_exists"));
    let mut unknown = BTreeSet::new();
    for row in rows(&page()) {
        if row.status() != Status::Works {
            continue;
        }
        let named: Vec<&str> = quoted(&row.shown_by).collect();
        let rest = row.shown_by.split('`').step_by(2).collect::<String>();
        assert!(rest.chars().all(|c| c == ',' || c == ' '), "{}: only names: {rest}", row.id);
        assert!(!named.is_empty(), "{} names no test", row.id);
        unknown.extend(
            named.iter().filter(|name| !all.contains(**name)).map(|name| (*name).to_owned()),
        );
    }
    assert!(unknown.is_empty(), "no such tests: {unknown:#?}");
}

#[test]
fn each_call_of_an_embedding_service_exists() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let public = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("source is text");
        let lines = text.lines().filter(|line| line.trim_start().starts_with("pub fn "));
        lines.filter_map(function).map(str::to_owned).collect::<Vec<_>>()
    };
    let functions: BTreeSet<String> = files.iter().flat_map(public).collect();
    for row in rows(&page()).iter().filter(|row| row.status() == Status::Embedder) {
        let calls: Vec<&str> = quoted(&row.shown_by).collect();
        assert!(!calls.is_empty(), "{} names no call", row.id);
        for call in calls {
            let (_, name) = call.rsplit_once("::").expect("`Type::call`");
            assert!(functions.contains(name), "{}: no public function {call}", row.id);
        }
    }
}

#[test]
fn each_row_says_how_and_none_says_that_it_works_in_part() {
    for row in rows(&page()) {
        assert!(row.how.len() > 10, "{}: `{}` says too little", row.id, row.how);
        let text = format!("{} {}", row.how, row.shown_by).to_lowercase();
        for word in ["partly", "partial", "in part"] {
            assert!(!text.contains(word), "{} says `{word}`", row.id);
        }
    }
}

#[test]
fn the_counts_at_the_top_are_those_of_the_rows() {
    let page = page();
    let mut counts: BTreeMap<(&str, Status), usize> = BTreeMap::new();
    for row in rows(&page) {
        let system = SYSTEMS.iter().find(|(_, id)| row.id.starts_with(id)).expect("a system").0;
        for of in [system, "all"] {
            *counts.entry((of, row.status())).or_default() += 1;
        }
    }
    for system in SYSTEMS.map(|(system, _)| system).into_iter().chain(["all"]) {
        let line = page.lines().filter_map(cells).find(|cells| cells[0] == system);
        let line = line.unwrap_or_else(|| panic!("{system} has no line of counts"));
        let number = |status| counts.get(&(system, status)).copied().unwrap_or(0);
        let by_status =
            [Status::Works, Status::Embedder, Status::Server, Status::LeftOut].map(number);
        let total: usize = by_status.iter().sum();
        let expected: Vec<String> =
            [&[total][..], &by_status].concat().iter().map(usize::to_string).collect();
        assert_eq!(line[1..], expected, "{system}: rows, works, embedder, server, left out");
    }
}

#[test]
fn tests_are_told_from_other_functions() {
    let text =
        "fn a() {}\n#[test]\nfn b() {}\n#[test]\n// why\n#[ignore]\nfn c(x in 0..1) {\nfn d() {}";
    assert_eq!(tests_of(text), ["b", "c"]);
    assert!(is_id("CAL-T001") && is_id("GOO-48") && !is_id("CAL-T01") && !is_id("x"));
}
