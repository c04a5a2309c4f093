//! Each rule finds its violation in a small tree that is made up, and passes a sound one.

use crate::facts::Facts;
use crate::house::{House, without_comments};
use crate::rules;

const LAYERS: &[&str] = &["error", "io text", "store", "cli"];

/// The imports of a tree, as `from:line to`.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let house = House::made_up(files);
    let file = |index: usize| house.sources[index].path.trim_start_matches("src/");
    let text = |import: &crate::house::Import| {
        format!("{}:{} {}", file(import.from), import.line, file(import.to))
    };
    house.imports.iter().map(text).collect()
}

/// The imports of `src/store/write/seal.rs` with this text, in a tree of some modules.
fn imports_of(text: &str) -> Vec<String> {
    let found = imports(&[
        ("src/lib.rs", "mod error; mod io; mod store; pub use error::{Error, Result as Answer};"),
        ("src/error.rs", ""),
        ("src/io/mod.rs", "mod disk;"),
        ("src/io/disk.rs", ""),
        ("src/store/mod.rs", "mod write; mod view;"),
        ("src/store/view.rs", ""),
        ("src/store/write/mod.rs", "mod log; mod seal;"),
        ("src/store/write/log.rs", ""),
        ("src/store/write/seal.rs", text),
        ("src/store/write/seal/run.rs", ""),
    ]);
    let of_seal = |import: &String| {
        let (from, to) = import.split_once(' ')?;
        from.starts_with("store/write/seal.rs").then(|| to.to_string())
    };
    found.iter().filter_map(of_seal).collect()
}

/// Exactly one problem, with all of these words in its text.
fn assert_found(problems: &[String], words: &[&str]) {
    assert_eq!(problems.len(), 1, "{problems:#?}");
    for word in words {
        assert!(problems[0].contains(word), "{word}: {}", problems[0]);
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let log = ["store/write/log.rs"];
    assert_eq!(imports_of("use super::log::Log;"), log);
    assert_eq!(imports_of("use super::log;"), log);
    assert_eq!(imports_of("use crate::store::write::log::{self, Log as Other};"), log);
    assert_eq!(imports_of("use super::super::write::log::*;"), log);
    assert_eq!(imports_of("pub(super) use super::log::Log;"), log);
    assert_eq!(imports_of("pub(in crate::store) fn a(log: &super::log::Log) {}"), log);
    assert_eq!(imports_of("fn a() { super::log::open::<u8>() }"), log);
    assert_eq!(imports_of("fn a() -> Vec<super::log::Log> { vec![] }"), log);
    assert_eq!(imports_of("fn a() { assert!(b, \"{}\", super::log::open()); }"), log);
    assert_eq!(imports_of("macro_rules! a { () => { $crate::store::write::log::open() } }"), log);
    assert_eq!(imports_of("mod inner { fn a() { super::super::log::open() } }"), log);
    assert_eq!(imports_of("use super::log as l;\nfn a() { l::open() }"), [log, log].concat());
    assert_eq!(
        imports_of("use crate::{io::{disk::Disk, Clock}, store::view};"),
        ["io/disk.rs", "io/mod.rs", "store/view.rs"],
    );
    assert_eq!(imports_of("use run::Run;"), ["store/write/seal/run.rs"]);
    assert_eq!(imports_of("fn a() { self::run::cut() }"), ["store/write/seal/run.rs"]);
}

#[test]
fn an_item_behind_a_module_is_an_import_of_its_file() {
    assert_eq!(imports_of("use crate::store::Store;"), ["store/mod.rs"]);
    assert_eq!(imports_of("use super::lock;"), ["store/write/mod.rs"]);
    assert_eq!(imports_of("use super::super::Store;"), ["store/mod.rs"]);
    assert_eq!(imports_of("use super::log::Kind::Whole;"), ["store/write/log.rs"]);
}

#[test]
fn what_the_root_re_exports_counts_as_that_of_its_file() {
    assert_eq!(imports_of("fn a() -> crate::Answer<crate::Error> {}"), ["error.rs"]);
    assert_eq!(imports_of("use crate::Thing;"), ["lib.rs"]);
}

#[test]
fn other_crates_tests_comments_and_declarations_are_no_imports() {
    let none: [&str; 0] = [];
    assert_eq!(imports_of("use other::log::Log;\nuse ::log::Log;\nfn a() { log::b() }"), none);
    assert_eq!(
        imports_of("// super::log::a\n/// super::log::a\nfn a() { \"super::log::a\"; }"),
        none
    );
    assert_eq!(imports_of("mod run;\nmod inner { use super::a; }\nfn a(x: self::A) {}"), none);
    assert_eq!(imports_of("pub(super) fn a() {}\npub(crate) struct A(pub(super) u8);"), none);
    assert_eq!(imports_of("#[cfg(test)]\nmod tests { use super::super::log::*; }"), none);
    assert_eq!(imports_of("#[cfg(test)]\nuse super::log::Log;"), none);
    assert_eq!(imports_of("struct A { #[cfg(test)] a: super::log::Log, b: u8 }"), none);
    assert_eq!(
        imports_of("#[cfg(test)]\nimpl A { fn a() { super::log::b() } }\nuse super::lock;"),
        ["store/write/mod.rs"],
    );
    assert_eq!(imports_of("#[cfg(not(test))]\nuse super::lock;"), ["store/write/mod.rs"]);
}

#[test]
fn files_of_tests_are_known_by_their_declaration() {
    let files = [
        ("src/lib.rs", "mod store;"),
        ("src/store/mod.rs", "#[cfg(test)]\npub(super) mod arbitrary;\nmod view;"),
        ("src/store/arbitrary/mod.rs", "mod deep;"),
        ("src/store/arbitrary/deep.rs", "use super::super::view::View;"),
        ("src/store/view.rs", "mod tests;"),
        ("src/store/view/tests.rs", "use super::super::Store;"),
    ];
    assert_eq!(imports(&files), [""; 0]);
}

#[test]
fn a_module_imports_from_lower_layers_only() {
    let layers = |path, text| {
        let house = House::made_up(&[
            ("src/error.rs", ""),
            ("src/io/mod.rs", ""),
            ("src/lib.rs", "pub use error::Error;\nmod error; mod io; mod store; mod text;"),
            ("src/main.rs", "mod cli;\nfn main() { cli::run() }"),
            ("src/store/mod.rs", ""),
            (path, text),
        ]);
        rules::layers(&house, LAYERS)
    };
    let none: [&str; 0] = [];
    assert_eq!(layers("src/store/view.rs", "use crate::{Error, io::Disk, store::Store};"), none);
    assert_eq!(layers("src/cli/mod.rs", "use annals::store::Store;"), none);
    let up = layers("src/text/mod.rs", "\nuse crate::store::Store;");
    assert_found(&up, &["src/text/mod.rs:2 ", "`store` does not stand below `text`", "move"]);
    let sideways = layers("src/text/fold.rs", "fn a() { super::super::io::open() }");
    assert_found(&sideways, &["`io` does not stand below `text`"]);
    assert_found(&layers("src/text/mod.rs", "use crate::Thing;"), &["src/lib.rs"]);
    let nameless = layers("src/news.rs", "");
    assert_found(&nameless, &["src/news.rs: give `news` a layer"]);
}

#[test]
fn imports_in_a_folder_run_down_its_rooms() {
    let order = [("src/store", "view write mod")];
    let rooms = |view: &str, more: &[(&str, &str)]| {
        let store = [
            ("src/store/mod.rs", "pub use write::Writer;"),
            ("src/store/view/mod.rs", "mod segments;"),
            ("src/store/view/segments.rs", view),
            ("src/store/write.rs", "use super::view::segments::Live;"),
            ("src/store/tests/mod.rs", "use super::*;"),
        ];
        rules::rooms(&House::made_up(&[&store, more].concat()), &order)
    };
    assert_eq!(rooms("use super::View;", &[]), [""; 0]);
    let up = rooms("use crate::store::write::Writer;", &[]);
    assert_found(&up, &["segments.rs:1 ", "`view` stands below `write`", "move"]);
    assert_found(&rooms("use super::super::Store;", &[]), &["`view` stands below `mod`"]);
    assert_found(&rooms("", &[("src/store/news.rs", "")]), &["give `news` its place"]);
    let house = House::made_up(&[("src/store/mod.rs", ""), ("src/store/view.rs", "")]);
    assert_found(&rules::rooms(&house, &order), &["there is no `write`; delete it"]);
}

#[test]
fn the_shortest_circle_of_each_group_is_shown() {
    let sound = [
        ("src/a/mod.rs", "mod b; mod c;\npub use b::B;"),
        ("src/a/b.rs", "use super::c::C;"),
        ("src/a/c.rs", "use self::c::D; mod c { struct D; }"),
    ];
    assert_eq!(rules::circles(&House::made_up(&sound)), [""; 0]);
    let through_mod =
        [("src/a/mod.rs", "mod b;\npub use b::B;"), ("src/a/b.rs", "\n\nuse super::lock;")];
    let found = rules::circles(&House::made_up(&through_mod));
    assert_found(
        &found,
        &["2 files", "src/a/mod.rs:2 imports src/a/b.rs", "b.rs:3", "a file below"],
    );

    let files = [
        ("src/lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f;"),
        ("src/a.rs", "use crate::b::B; use crate::c::C;"),
        ("src/b.rs", "use crate::c::C;"),
        ("src/c.rs", "use crate::d::D;"),
        ("src/d.rs", "use crate::a::A; use crate::b::B;"),
        ("src/e.rs", "fn e() { crate::f::f() }"),
        ("src/f.rs", "struct F(crate::e::E); use crate::a::A;"),
    ];
    let found = rules::circles(&House::made_up(&files));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("2 files") && found[0].contains("src/e.rs:1 imports src/f.rs"));
    assert!(found[1].contains("4 files") && found[1].matches(" imports ").count() == 3);
}

#[test]
fn long_files_and_long_functions_are_found() {
    let lines = |count: usize| "let a = 1;\n".repeat(count);
    let text = format!("fn short() {{\n{}}}\n", lines(2));
    let house = House::made_up(&[("tests/a.rs", &text)]);
    assert_eq!(rules::file_lengths(&house, 4), [""; 0]);
    assert_eq!(rules::function_lengths(&house, 4), [""; 0]);
    assert_found(&rules::file_lengths(&house, 3), &["tests/a.rs: 4 lines", "two files"]);
    let text = format!("#[cfg(test)]\nmod tests {{\nfn long() where A: B {{\n{}}}\n}}", lines(3));
    let house = House::made_up(&[("src/a.rs", &text)]);
    assert_found(&rules::function_lengths(&house, 4), &["src/a.rs:3: `long` has 5 lines", "steps"]);
}

#[test]
fn crowded_folders_are_found() {
    let mut files = vec![
        ("src/a.rs", ""),
        ("src/b.rs", ""),
        ("src/a/mod.rs", ""),
        ("src/a/tests.rs", ""),
        ("src/a/one.rs", ""),
        ("src/a/one/tests.rs", ""),
        ("src/a/two/mod.rs", ""),
    ];
    assert_eq!(rules::siblings(&House::made_up(&files), 2), [""; 0]);
    files.push(("src/a/three.rs", ""));
    assert_found(&rules::siblings(&House::made_up(&files), 2), &["src/a: 3", "put"]);
}

#[test]
fn two_meanings_of_a_type_name_are_found() {
    let homonyms = |other: &str| {
        let files = [
            ("src/store/a.rs", "pub struct Step;\ntype Row = u8;"),
            ("src/store/deep/b.rs", other),
            ("src/query/c.rs", "enum Step {}"),
        ];
        rules::homonyms(&House::made_up(&files))
    };
    let none: [&str; 0] = [];
    assert_eq!(homonyms("#[cfg(test)]\nstruct Step;\nfn a() { struct Step; }"), none);
    assert_eq!(
        homonyms("impl A for B { type Row = u8; }\n#[cfg(test)]\nmod tests { enum Step {} }"),
        none
    );
    assert_eq!(homonyms("#[cfg(unix)]\nstruct A;\n#[cfg(not(unix))]\nstruct A;"), none);
    assert_found(&homonyms("\nenum Step {}"), &["a.rs:1, src/store/deep/b.rs:2: `Step`", "store"]);
    assert_found(&homonyms("trait Row {}"), &["`Row` has 2 meanings"]);
}

#[test]
fn text_that_does_not_belong_is_found() {
    let house = |path, text| House::made_up(&[(path, text)]);
    let none: [&str; 0] = [];
    assert_eq!(rules::file_system(&house("src/io/real.rs", "use std::fs;")), none);
    assert_eq!(rules::file_system(&house("src/store/a.rs", "// std::fs")), none);
    assert_found(&rules::file_system(&house("src/store/a.rs", "use std::fs;")), &["std::fs"]);

    let block = concat!("uns", "afe { a() }");
    let found = rules::unsafe_code(&house("src/store/a.rs", block));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_found(&rules::unsafe_code(&house("src/io/map.rs", block)), &["SAFETY"]);
    let reasoned = format!("// SAFETY: sealed.\n{block}");
    assert_eq!(rules::unsafe_code(&house("src/io/map.rs", &reasoned)), none);

    assert_eq!(rules::lines(&house("src/a.rs", "a; b;\n{\"\": \"longer\"}"), 5), none);
    assert_found(&rules::lines(&house("src/a.rs", "\nlonger"), 5), &["src/a.rs:2", "break"]);
    assert_found(&rules::lines(&house("src/a.rs", concat!("// TO", "DO")), 80), &["src/a.rs:1"]);
}

#[test]
fn comments_are_left_out() {
    assert_eq!(without_comments("a // crate::b\n/// crate::c"), "a\n");
    assert!(Facts::of("/* super::a::b */ // super::a::b").unwrap().paths.is_empty());
}
