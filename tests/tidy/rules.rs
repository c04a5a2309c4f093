//! The rules as functions of a tree. Each returns one text for each violation: the place, what is
//! wrong, what to do.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::{House, Import, Source, without_comments};

/// Modules import from lower layers and from their own folder.
pub(crate) fn layers(house: &House, layers: &[&str]) -> Vec<String> {
    let has = |layer: &str, top: &str| layer.split_whitespace().any(|module| module == top);
    let layer_of = |top: &str| layers.iter().position(|layer| has(layer, top));
    let is_root = |source: &Source| ["lib", "main"].contains(&source.top());
    let mut problems = Vec::new();
    for source in house.in_src().filter(|source| !is_root(source)) {
        if layer_of(source.top()).is_none() {
            let (path, top) = (&source.path, source.top());
            problems.push(format!("{path}: give `{top}` a layer in tests/tidy/tables.rs"));
        }
    }
    for import in &house.imports {
        let (from, to) = (&house.sources[import.from], &house.sources[import.to]);
        let Some(layer) = layer_of(from.top()) else {
            continue;
        };
        let is_below = layer_of(to.top()).is_some_and(|below| below < layer);
        if from.top() != to.top() && !is_below {
            problems.push(format!(
                "{}: `{}` does not stand below `{}` in the layers; move what is needed to a lower \
                 layer, or the code that needs it to a higher one",
                place(house, import),
                to.top(),
                from.top(),
            ));
        }
    }
    problems
}

/// Imports within a folder run down the order of its rooms.
pub(crate) fn rooms(house: &House, rooms: &[(&str, &str)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (folder, order) in rooms {
        let order: Vec<&str> = order.split_whitespace().collect();
        let found: BTreeSet<&str> =
            house.in_src().filter_map(|source| room(&source.path, folder)).collect();
        let table = "the table ROOMS of tests/tidy/tables.rs";
        for room in found.iter().filter(|room| !order.contains(room) && **room != "tests") {
            problems.push(format!("{folder}: give `{room}` its place in {table}"));
        }
        for room in order.iter().filter(|room| !found.contains(*room)) {
            problems.push(format!("{folder}: there is no `{room}`; delete it in {table}"));
        }
        for import in &house.imports {
            let room = |index: usize| room(&house.sources[index].path, folder);
            let position = |name| order.iter().position(|room| *room == name);
            let (Some(from), Some(to)) = (room(import.from), room(import.to)) else {
                continue;
            };
            if position(to) > position(from) && position(from).is_some() {
                problems.push(format!(
                    "{}: in {folder}, `{from}` stands below `{to}`; move what is needed to \
                     `{from}` or below, or the code that needs it to `{to}` or above",
                    place(house, import),
                ));
            }
        }
    }
    problems
}

/// The file or folder right below `folder` in which a file stands, without `.rs`.
fn room<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let below = path.strip_prefix(folder)?.strip_prefix('/')?;
    let room = below.split('/').next()?;
    Some(room.strip_suffix(".rs").unwrap_or(room))
}

/// Where an import stands and what it names.
fn place(house: &House, import: &Import) -> String {
    let (from, to) = (&house.sources[import.from].path, &house.sources[import.to].path);
    format!("{from}:{} imports {to} (`{}`)", import.line, import.written)
}

/// No two files import each other, directly or round about. Returns the shortest circle of each
/// group of files that reach each other.
pub(crate) fn circles(house: &House) -> Vec<String> {
    // The first import of each pair of files.
    let mut imports: BTreeMap<usize, BTreeMap<usize, &Import>> = BTreeMap::new();
    for import in &house.imports {
        imports.entry(import.from).or_default().entry(import.to).or_insert(import);
    }
    // Each file's shortest way back to itself.
    let mut waiting: Vec<Vec<&Import>> = Vec::new();
    for file in imports.keys() {
        waiting.extend(way_back(&imports, *file));
    }
    waiting.sort_by_key(Vec::len);
    let mut problems = Vec::new();
    let mut reported = BTreeSet::new();
    for circle in waiting {
        let group = group_of(&imports, circle[0].from);
        if reported.insert(group.clone()) {
            let mut lines = vec![format!(
                "{} files import each other in a circle, the shortest is:",
                group.len()
            )];
            lines.extend(circle.iter().map(|import| format!("  {}", place(house, import))));
            lines.push(
                "  move the type, constant or function that they share to a file below both, or \
                 the code that uses both to a file above"
                    .into(),
            );
            problems.push(lines.join("\n"));
        }
    }
    problems
}

type Graph<'a> = BTreeMap<usize, BTreeMap<usize, &'a Import>>;

/// The imports of the shortest circle through `file`, found breadth first.
fn way_back<'a>(imports: &Graph<'a>, file: usize) -> Option<Vec<&'a Import>> {
    // How each file was reached.
    let mut reached: BTreeMap<usize, &Import> = BTreeMap::new();
    let mut waiting = vec![file];
    while !waiting.is_empty() && !reached.contains_key(&file) {
        let mut next = Vec::new();
        for from in waiting {
            for (to, import) in imports.get(&from).into_iter().flatten() {
                if !reached.contains_key(to) {
                    reached.insert(*to, import);
                    next.push(*to);
                }
            }
        }
        waiting = next;
    }
    let mut circle = vec![*reached.get(&file)?];
    while circle[circle.len() - 1].from != file {
        circle.push(reached[&circle[circle.len() - 1].from]);
    }
    circle.reverse();
    Some(circle)
}

/// The files that `file` reaches and that reach it.
fn group_of(imports: &Graph, file: usize) -> BTreeSet<usize> {
    let reach = |start: usize| {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![start];
        while let Some(from) = waiting.pop() {
            let next = imports.get(&from).into_iter().flatten();
            waiting.extend(next.map(|(to, _)| *to).filter(|to| reached.insert(*to)));
        }
        reached
    };
    reach(file).into_iter().filter(|other| reach(*other).contains(&file)).collect()
}

/// No file is longer than `max` lines.
pub(crate) fn file_lengths(house: &House, max: usize) -> Vec<String> {
    let mut problems = Vec::new();
    for source in &house.sources {
        let lines = source.text.lines().count();
        if lines > max {
            let path = &source.path;
            problems.push(format!("{path}: {lines} lines, over {max}; make two ideas two files"));
        }
    }
    problems
}

/// No function is longer than `max` lines.
pub(crate) fn function_lengths(house: &House, max: usize) -> Vec<String> {
    let mut problems = Vec::new();
    for source in &house.sources {
        for function in source.facts.functions.iter().filter(|function| function.len > max) {
            problems.push(format!(
                "{}:{}: `{}` has {} lines, over {max}; give each of its steps a function",
                source.path, function.line, function.name, function.len,
            ));
        }
    }
    problems
}

/// No folder below `src` has more than `max` files and folders, `mod.rs` and `tests` left out. A
/// file and the folder of its name are one. The table of layers keeps what is right below `src`.
pub(crate) fn siblings(house: &House, max: usize) -> Vec<String> {
    let mut folders: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for source in house.in_src() {
        let parts: Vec<&str> = source.path.split('/').collect();
        for at in 2..parts.len() {
            let name = parts[at].strip_suffix(".rs").unwrap_or(parts[at]);
            if !["mod", "tests"].contains(&name) {
                folders.entry(parts[..at].join("/")).or_default().insert(name);
            }
        }
    }
    folders.retain(|_, names| names.len() > max);
    let text = |(folder, names): (&String, &BTreeSet<&str>)| {
        let count = names.len();
        format!(
            "{folder}: {count} files and folders, over {max}; put those of one idea in a folder"
        )
    };
    folders.iter().map(text).collect()
}

/// Within a layer, a type name has one meaning.
pub(crate) fn homonyms(house: &House) -> Vec<String> {
    let mut places: BTreeMap<(&str, &str), Vec<(&Source, usize)>> = BTreeMap::new();
    for source in house.shipped() {
        for (name, line) in &source.facts.types {
            places.entry((source.top(), name)).or_default().push((source, *line));
        }
    }
    let mut problems = Vec::new();
    for ((top, name), mut places) in places {
        // In one file, the two are variants of one type, behind different `cfg`.
        places.dedup_by_key(|(source, _)| &source.path);
        if places.len() > 1 {
            let places: Vec<String> =
                places.iter().map(|(source, line)| format!("{}:{line}", source.path)).collect();
            problems.push(format!(
                "{}: `{name}` has {} meanings in {top}; name each for what it alone is",
                places.join(", "),
                places.len(),
            ));
        }
    }
    problems
}

/// Files of a store are touched through `io`, so that the simulated disk can fail like a real one.
/// The program and the server have files of their own beside it.
pub(crate) fn file_system(house: &House) -> Vec<String> {
    let touches = ["std::fs", "rustix", "memmap2", "std::os::", "fs::File", "fs::read"];
    let mut problems = Vec::new();
    for source in house.shipped() {
        if ["io", "testing", "serve", "cli", "main"].contains(&source.top()) {
            continue;
        }
        let code = source.shipped();
        for found in touches.iter().filter(|name| code.contains(**name)) {
            problems.push(format!("{}: {found}; go through `io::Io`", source.path));
        }
    }
    problems
}

/// Where code may stand that the compiler cannot check: the memory map, and two numbers for the
/// allocator of the program (ADR 18).
const UNCHECKED: [&str; 2] = ["src/io/map.rs", "src/cli/heap.rs"];

/// Code that the compiler cannot check stands in few places.
pub(crate) fn unsafe_code(house: &House) -> Vec<String> {
    let forbidden = concat!("uns", "afe");
    let mut problems = Vec::new();
    for source in &house.sources {
        let code = without_comments(&source.text);
        let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if !UNCHECKED.contains(&&*source.path) && words.any(|word| word == forbidden) {
            problems.push(format!("{}: {forbidden} belongs in {UNCHECKED:?}", source.path));
        }
        if source.text.contains(concat!("uns", "afe {")) && !source.text.contains("SAFETY:") {
            problems.push(format!("{}: say in a SAFETY comment what keeps it sound", source.path));
        }
    }
    problems
}

/// Lines are short, and carry no marks of work to come.
pub(crate) fn lines(house: &House, max: usize) -> Vec<String> {
    let left = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("dbg", "!("),
        concat!("to", "do!("),
    ];
    let mut problems = Vec::new();
    for source in &house.sources {
        for (line, number) in source.text.lines().zip(1..) {
            let place = format!("{}:{number}", source.path);
            // JSON as a source sends it is not broken into lines.
            let is_json = line.contains("\":");
            if line.chars().count() > max && !is_json {
                problems.push(format!("{place}: longer than {max} characters; break the line"));
            }
            let found = left.iter().filter(|word| line.contains(**word));
            problems.extend(found.map(|word| format!("{place}: {word}; do it, or file an issue")));
        }
    }
    problems
}
