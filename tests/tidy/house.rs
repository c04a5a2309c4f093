//! The sources, the tree of their modules, and who imports whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::facts::{Facts, NamedPath};

/// The name by which the program imports the library.
const LIBRARY: &str = "annals";
const FOLDERS: [&str; 4] = ["src", "tests", "benches", "fuzz"];

pub(crate) struct Source {
    /// Below the crate, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) facts: Facts,
    /// The file belongs to the tests, as a whole.
    pub(crate) is_test: bool,
}

impl Source {
    fn new(path: String, text: String) -> Source {
        let facts = Facts::of(&text).unwrap_or_else(|_| panic!("{path}: brackets do not match"));
        let is_test =
            !path.starts_with("src/") || path.contains("/tests/") || path.ends_with("tests.rs");
        Source { path, text, facts, is_test }
    }

    /// The folder or file right below `src`, as a module name.
    pub(crate) fn top(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let top = below.split('/').next().unwrap_or(below);
        top.strip_suffix(".rs").unwrap_or(top)
    }

    /// The code that is shipped: without comments and without the tests at the end of the file.
    pub(crate) fn shipped(&self) -> String {
        if self.is_test {
            return String::new();
        }
        let tests = self.text.find("#[cfg(test)]\nmod tests");
        without_comments(&self.text[..tests.unwrap_or(self.text.len())])
    }
}

pub(crate) fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        let comment = match line.trim_start().starts_with("//") {
            true => Some(0),
            false => line.find(" // "),
        };
        line[..comment.unwrap_or(line.len())].to_string()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The path of a module from the root of its crate: `["lib", "query", "plan"]`.
type ModulePath = Vec<String>;

/// One file names another: indexes of [`House::sources`].
pub(crate) struct Import {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) line: usize,
    /// The path as it is written there.
    pub(crate) written: String,
}

#[derive(Default)]
pub(crate) struct House {
    pub(crate) sources: Vec<Source>,
    /// Of shipped code, one for each line and file that it names; none within a file.
    pub(crate) imports: Vec<Import>,
    modules: BTreeMap<ModulePath, usize>,
    /// What the root of the library re-exports: the module that has it, `None` for another crate.
    root_exports: BTreeMap<String, Option<ModulePath>>,
}

/// Where a path leads: to the last module on it and the number of segments up to there.
struct Resolved {
    module: ModulePath,
    len: usize,
}

impl House {
    /// All Rust sources of the package, and of those beside it.
    pub(crate) fn read() -> House {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut waiting: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
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
                let path = path.strip_prefix(root).expect("below the crate");
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                sources.push(Source::new(parts.join("/"), text));
            }
        }
        House::of(sources)
    }

    /// A small tree for a test of the rules.
    pub(crate) fn made_up(files: &[(&str, &str)]) -> House {
        let source = |(path, text): &(&str, &str)| Source::new((*path).into(), (*text).into());
        House::of(files.iter().map(source).collect())
    }

    fn of(mut sources: Vec<Source>) -> House {
        sources.sort_by(|one, two| one.path.cmp(&two.path));
        let in_program = program_modules(&sources);
        let mut house = House { sources, ..House::default() };
        for (index, source) in house.sources.iter().enumerate() {
            if let Some(module) = module_path(&source.path, &in_program) {
                house.modules.insert(module, index);
            }
        }
        house.mark_test_modules();
        house.find_root_exports();
        house.imports = house.find_imports();
        house
    }

    pub(crate) fn in_src(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.path.starts_with("src/"))
    }

    pub(crate) fn shipped(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.is_test)
    }

    /// Marks the files of the modules that stand behind `cfg(test)`, and those below them.
    fn mark_test_modules(&mut self) {
        let mut behind = BTreeSet::new();
        for (module, index) in &self.modules {
            for name in &self.sources[*index].facts.test_modules {
                behind.insert([module.as_slice(), std::slice::from_ref(name)].concat());
            }
        }
        for (module, index) in &self.modules {
            let is_behind = (1..=module.len()).any(|len| behind.contains(&module[..len]));
            self.sources[*index].is_test |= is_behind;
        }
    }

    fn find_root_exports(&mut self) {
        let root = vec!["lib".to_string()];
        let Some(lib) = self.modules.get(&root) else {
            return;
        };
        let mut exports = BTreeMap::new();
        for path in &self.sources[*lib].facts.paths {
            if let Some(name) = &path.gives {
                let to = self.resolve(&root, path, &BTreeMap::new());
                exports.insert(name.clone(), to.map(|to| to.module));
            }
        }
        self.root_exports = exports;
    }

    fn find_imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        let by_file: BTreeMap<usize, &ModulePath> =
            self.modules.iter().map(|(module, index)| (*index, module)).collect();
        for (from, module) in by_file {
            let source = &self.sources[from];
            if source.is_test {
                continue;
            }
            // Modules that a `use` has brought into scope.
            let mut in_scope = BTreeMap::new();
            // Each `use` first, wherever it stands.
            let mut paths: Vec<_> = source.facts.paths.iter().collect();
            paths.sort_by_key(|path| path.gives.is_none());
            for path in paths {
                let Some(Resolved { module, len }) = self.resolve(module, path, &in_scope) else {
                    continue;
                };
                let to = self.file_of(&module);
                if to != from {
                    let written = path.segments.join("::");
                    imports.push(Import { from, to, line: path.line, written });
                }
                if let Some(name) = path.gives.as_ref().filter(|_| len == path.segments.len()) {
                    in_scope.insert(name.clone(), module);
                }
            }
        }
        imports.sort_by_key(|import| (import.from, import.line, import.to));
        imports.dedup_by_key(|import| (import.from, import.line, import.to));
        imports
    }

    /// Follows a path as far as modules go; `None` if it leads out of the crate.
    fn resolve(
        &self,
        module: &ModulePath,
        path: &NamedPath,
        in_scope: &BTreeMap<String, ModulePath>,
    ) -> Option<Resolved> {
        let mut at = [module.as_slice(), &path.inside].concat();
        let mut len = 0;
        match path.segments.first()?.as_str() {
            "crate" => at.truncate(1),
            "self" => {}
            "super" => {
                at.pop();
                while path.segments.get(len + 1).is_some_and(|segment| segment == "super") {
                    at.pop();
                    len += 1;
                }
            }
            LIBRARY if module[0] == "main" => at = vec!["lib".into()],
            first => match in_scope.get(first) {
                Some(known) => at.clone_from(known),
                None => {
                    at.push(first.into());
                    self.modules.get(&at)?;
                }
            },
        }
        len += 1;
        for segment in &path.segments[len..] {
            let root_export = self.root_exports.get(segment).filter(|_| at == ["lib"]);
            let child = [at.as_slice(), std::slice::from_ref(segment)].concat();
            if self.modules.contains_key(&child) {
                at = child;
            } else if let Some(export) = root_export {
                at.clone_from(export.as_ref()?);
                if at.last() != Some(segment) {
                    break;
                }
            } else {
                break;
            }
            len += 1;
        }
        Some(Resolved { module: at, len })
    }

    /// The file of a module; an inline one stands in the file around it.
    fn file_of(&self, module: &[String]) -> usize {
        let file = (1..=module.len()).rev().find_map(|len| self.modules.get(&module[..len]));
        *file.expect("the root of a crate is a file")
    }
}

/// The modules below `src` that the program declares, and not the library.
fn program_modules(sources: &[Source]) -> Vec<String> {
    let main = sources.iter().find(|source| source.path == "src/main.rs");
    main.map(|main| main.facts.modules.clone()).unwrap_or_default()
}

fn module_path(path: &str, in_program: &[String]) -> Option<ModulePath> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if ["lib", "main"].contains(&path) {
        return Some(vec![path.into()]);
    }
    let names: Vec<String> = path.split('/').map(Into::into).collect();
    let root = match in_program.contains(&names[0]) {
        true => "main",
        false => "lib",
    };
    Some([vec![root.into()], names].concat())
}
