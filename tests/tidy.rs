//! The rules of the house that the compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from low to high; a module imports from lower layers and from its own folder only.
const LAYERS: [&[&str]; 10] = [
    &["error", "limits", "planted"],
    &["io", "json", "text"],
    &["event"],
    &["log", "segment"],
    &["tail"],
    &["store"],
    &["query"],
    &["import", "export"],
    &["testing"],
    &["cli"],
];
const LINE_LEN_MAX: usize = 100;

/// A source file: its path below the crate, and its text.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The folder or file right below `src`, as a module name.
    fn module(&self) -> Option<&str> {
        let mut parts = self.path.strip_prefix("src").ok()?.iter();
        Path::new(parts.next()?).file_stem()?.to_str()
    }

    /// How many modules it stands below the crate: 1 for `src/io/mod.rs`, 2 for `src/io/map.rs`.
    fn depth(&self) -> usize {
        let depth = self.path.components().count() - 1;
        depth - usize::from(self.path.ends_with("mod.rs"))
    }

    fn is_test(&self) -> bool {
        let name = self.path.file_stem().and_then(|name| name.to_str());
        let in_tests = self.path.iter().any(|part| part == "tests");
        in_tests || name.is_some_and(|name| name.ends_with("tests"))
    }

    /// The code that is shipped: without comments and without the tests at the end of the file.
    fn shipped(&self) -> String {
        if self.is_test() {
            return String::new();
        }
        let tests = self.text.find("#[cfg(test)]\nmod tests");
        without_comments(&self.text[..tests.unwrap_or(self.text.len())])
    }
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        let comment = match line.trim_start().starts_with("//") {
            true => Some(0),
            false => line.find(" // "),
        };
        line[..comment.unwrap_or(line.len())].to_string()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// All Rust sources below the given folders of the crate.
fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut sources = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.ends_with("target") {
            // What the build scripts of a package of its own have made.
            continue;
        }
        if path.is_dir() {
            let items = fs::read_dir(&path).expect("a folder that is there");
            waiting.extend(items.map(|item| item.expect("a readable folder").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a readable source");
            let path = path.strip_prefix(root).expect("below the crate").into();
            sources.push(Source { path, text });
        }
    }
    sources.sort_by(|one, two| one.path.cmp(&two.path));
    sources
}

/// The modules right below the crate that a piece of code names.
fn crate_modules(code: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => modules.extend(group_heads(group)),
            None => modules.push(head(rest)),
        }
    }
    // `crate::Error` and the like are re-exports from the lowest layer.
    modules.retain(|module| module.starts_with(|first: char| first.is_lowercase()));
    modules
}

/// The first names of a braced import, up to its closing brace.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(head(group[start..at].trim_start()));
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> String {
    let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    path.chars().take_while(is_name).collect()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The longest run of `super::` in a piece of code.
fn supers(code: &str) -> usize {
    let run = |at| code[at..].split("super::").take_while(|gap: &&str| gap.is_empty()).count();
    let runs = code.match_indices("super::").map(|(at, _)| run(at));
    runs.max().unwrap_or(0)
}

/// Fails with one line for each problem.
fn report(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn modules_import_from_lower_layers_and_their_own_folder_only() {
    let mut problems = Vec::new();
    for source in sources(&["src"]) {
        let module = source.module().expect("below src");
        if ["lib", "main"].contains(&module) {
            continue;
        }
        let path = source.path.display();
        let Some(layer) = layer_of(module) else {
            problems.push(format!("{path}: no layer is named for {module}"));
            continue;
        };
        let code = source.shipped();
        for used in crate_modules(&code) {
            let allowed = used == module || layer_of(&used).is_some_and(|used| used < layer);
            if !allowed {
                problems.push(format!("{path}: {module} must not import {used}"));
            }
        }
        if supers(&code) >= source.depth() {
            problems.push(format!("{path}: `super` must not leave the folder {module}"));
        }
    }
    report(problems);
}

#[test]
fn only_io_and_the_program_touch_the_file_system() {
    let mut problems = Vec::new();
    for source in sources(&["src"]) {
        let allowed = ["io", "cli", "main"].contains(&source.module().expect("below src"));
        let touches = ["std::fs", "rustix", "memmap2", "std::os::", "fs::File", "fs::read"];
        let code = source.shipped();
        for found in touches.iter().filter(|name| code.contains(**name)) {
            if !allowed {
                problems.push(format!("{}: {found}", source.path.display()));
            }
        }
    }
    report(problems);
}

#[test]
fn unsafe_code_stands_in_the_memory_map_only() {
    let mut problems = Vec::new();
    for source in sources(&["src", "tests", "benches", "fuzz"]) {
        let code = without_comments(&source.text);
        let words = |line: &str| {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let forbidden = concat!("uns", "afe");
            words.any(|word| word == forbidden)
        };
        if source.path != Path::new("src/io/map.rs") && code.lines().any(words) {
            problems.push(source.path.display().to_string());
        }
        if source.text.contains(concat!("uns", "afe {")) && !source.text.contains("SAFETY:") {
            problems.push(format!("{}: no SAFETY comment", source.path.display()));
        }
    }
    report(problems);
}

#[test]
fn lines_are_short_and_nothing_is_left_to_do() {
    let left = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("dbg", "!("),
        concat!("to", "do!("),
    ];
    let mut problems = Vec::new();
    for source in sources(&["src", "tests", "benches", "fuzz"]) {
        for (line, number) in source.text.lines().zip(1..) {
            let place = format!("{}:{number}", source.path.display());
            // JSON as a source sends it is not broken into lines.
            let is_json = line.contains("\":");
            if line.chars().count() > LINE_LEN_MAX && !is_json {
                problems.push(format!("{place}: longer than {LINE_LEN_MAX} characters"));
            }
            let found = left.iter().filter(|word| line.contains(**word));
            problems.extend(found.map(|word| format!("{place}: {word}")));
        }
    }
    report(problems);
}

#[test]
fn imports_are_recognised_in_every_form() {
    let code = "use crate::{Error, error::{self, Kind}, store::Store};\nlet x = crate::io::map();";
    assert_eq!(crate_modules(code), ["error", "store", "io"]);
    assert_eq!(crate_modules("use other_crate::thing; crate::Result"), [""; 0]);
    assert_eq!(without_comments("a // crate::b\n/// crate::c"), "a\n");
    assert_eq!(supers("use super::super::x; super::y"), 2);
    assert_eq!(supers("use crate::x;"), 0);
}
