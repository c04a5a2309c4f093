//! What the rules look at in a file: the paths that it names, its types, functions and modules.
//!
//! A walk over the token trees. Macro bodies are token trees too, so that a path in a macro counts
//! as anywhere else.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, LexError, TokenStream, TokenTree};

/// A path that shipped code names, such as `super::plan::Plan`.
pub(crate) struct NamedPath {
    pub(crate) line: usize,
    /// The inline modules around it, outermost first.
    pub(crate) inside: Vec<String>,
    pub(crate) segments: Vec<String>,
    /// The name that it brings into scope, if it stands in a `use`.
    pub(crate) gives: Option<String>,
}

pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// From the line of `fn` to the line of the closing brace.
    pub(crate) len: usize,
}

#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) paths: Vec<NamedPath>,
    /// Structs, enums, traits and aliases of shipped code outside of functions, with their lines.
    pub(crate) types: Vec<(String, usize)>,
    /// Functions with a body, those of tests too.
    pub(crate) functions: Vec<Function>,
    /// Modules in files of their own: `mod name;`.
    pub(crate) modules: Vec<String>,
    /// Those of them that only tests have.
    pub(crate) test_modules: Vec<String>,
}

impl Facts {
    /// # Errors
    /// If `text` is not made of Rust tokens.
    pub(crate) fn of(text: &str) -> Result<Facts, LexError> {
        let mut walk = Walk::default();
        walk.stream(TokenStream::from_str(text)?, true);
        Ok(walk.facts)
    }
}

#[derive(Default)]
struct Walk {
    facts: Facts,
    inside: Vec<String>,
    in_test: bool,
}

impl Walk {
    /// `items`: the stream is the body of a file or of a module.
    fn stream(&mut self, stream: TokenStream, items: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        self.trees(&trees, items);
    }

    fn trees(&mut self, mut trees: &[TokenTree], items: bool) {
        while !trees.is_empty() {
            let taken = self.step(trees, items);
            trees = &trees[taken..];
        }
    }

    /// Reads what begins here and returns the number of token trees that it takes.
    fn step(&mut self, trees: &[TokenTree], items: bool) -> usize {
        if let Some(attribute) = attribute_len(trees) {
            return match is_test_only(&trees[attribute - 1]) {
                true => attribute + self.test_element(&trees[attribute..], items),
                false => attribute,
            };
        }
        if is_path_separator(trees) {
            // The path before it has ended with generics, or it begins with the name of a crate.
            return 2 + path_len(&trees[2..]);
        }
        match &trees[0] {
            TokenTree::Ident(word) => self.word(word, trees, items),
            TokenTree::Group(group) => {
                self.stream(group.stream(), false);
                1
            }
            _ => 1,
        }
    }

    fn word(&mut self, word: &Ident, trees: &[TokenTree], items: bool) -> usize {
        let line = word.span().start().line;
        let next = trees.get(1).and_then(name);
        match (word.to_string().as_str(), next) {
            ("use", next) if next.is_some() || is_path_separator(&trees[1..]) => {
                self.use_item(trees)
            }
            ("pub", _) if trees.get(1).and_then(parenthesis).is_some_and(is_scope) => 2,
            ("mod", Some(module)) => self.module(module, trees),
            ("fn", Some(function)) => {
                self.function(function, line, trees);
                2
            }
            ("struct" | "enum" | "trait" | "type", Some(name)) if items && !self.in_test => {
                self.facts.types.push((name, line));
                2
            }
            _ => self.path(trees),
        }
    }

    fn test_element(&mut self, trees: &[TokenTree], items: bool) -> usize {
        let taken = element_len(trees);
        let before = std::mem::replace(&mut self.in_test, true);
        self.trees(&trees[..taken], items);
        self.in_test = before;
        taken
    }

    fn module(&mut self, module: String, trees: &[TokenTree]) -> usize {
        match trees.get(2) {
            Some(TokenTree::Group(body)) => {
                self.inside.push(module);
                self.stream(body.stream(), true);
                self.inside.pop();
                3
            }
            _ => {
                let modules = match self.in_test {
                    true => &mut self.facts.test_modules,
                    false => &mut self.facts.modules,
                };
                modules.push(module);
                2
            }
        }
    }

    fn function(&mut self, name: String, line: usize, trees: &[TokenTree]) {
        let end = trees.iter().find(|tree| is_punct(tree, ';') || brace(tree).is_some());
        if let Some(body) = end.and_then(brace) {
            let len = body.span_close().end().line + 1 - line;
            self.facts.functions.push(Function { name, line, len });
        }
    }

    fn use_item(&mut self, trees: &[TokenTree]) -> usize {
        let end = trees.iter().position(|tree| is_punct(tree, ';')).unwrap_or(trees.len());
        if !is_path_separator(&trees[1..]) {
            self.use_tree(&trees[1..end], Vec::new());
        }
        end
    }

    /// One of the paths of a `use`, which can end in a group of more.
    fn use_tree(&mut self, trees: &[TokenTree], mut segments: Vec<String>) {
        let Some(first) = trees.first() else {
            return;
        };
        let line = first.span().start().line;
        let mut gives = None;
        for (at, tree) in trees.iter().enumerate() {
            if let Some(group) = brace(tree) {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for path in inner.split(|tree| is_punct(tree, ',')) {
                    self.use_tree(path, segments.clone());
                }
                return;
            }
            match name(tree).as_deref() {
                Some("as") => {
                    gives = trees.get(at + 1).and_then(name);
                    break;
                }
                // `{self}` names what stands before the braces.
                Some("self") if !segments.is_empty() => gives = segments.last().cloned(),
                Some(segment) => {
                    segments.push(segment.into());
                    gives = Some(segment.into());
                }
                None if is_punct(tree, '*') => gives = None,
                None => {}
            }
        }
        self.name_path(NamedPath { line, inside: Vec::new(), segments, gives });
    }

    /// A path in an expression, a type or a pattern.
    fn path(&mut self, trees: &[TokenTree]) -> usize {
        let taken = path_len(trees);
        let segments: Vec<String> = trees[..taken].iter().filter_map(name).collect();
        if segments.len() > 1 {
            let line = trees[0].span().start().line;
            let inside = Vec::new();
            self.name_path(NamedPath { line, inside, segments, gives: None });
        }
        taken.max(1)
    }

    fn name_path(&mut self, path: NamedPath) {
        if !self.in_test {
            self.facts.paths.push(NamedPath { inside: self.inside.clone(), ..path });
        }
    }
}

/// The token trees of an attribute, if one begins here: `#`, perhaps `!`, brackets.
fn attribute_len(trees: &[TokenTree]) -> Option<usize> {
    let hash = trees.first().is_some_and(|tree| is_punct(tree, '#'));
    let len = 2 + usize::from(trees.get(1).is_some_and(|tree| is_punct(tree, '!')));
    let is_bracket = |group: &Group| group.delimiter() == Delimiter::Bracket;
    let brackets = trees.get(len - 1).and_then(group).is_some_and(is_bracket);
    (hash && brackets).then_some(len)
}

/// Whether the brackets of an attribute are `[cfg(test)]` or a `cfg` that implies it.
fn is_test_only(brackets: &TokenTree) -> bool {
    let text: String = brackets.to_string().split_whitespace().collect();
    let starts = ["[cfg(test)", "[cfg(doctest)", "[cfg(all(test,", "[cfg(all(test)"];
    starts.iter().any(|start| text.starts_with(start))
}

/// The token trees of an item, a statement, a field or an arm.
fn element_len(trees: &[TokenTree]) -> usize {
    let mut head = 0;
    while let Some(attribute) = attribute_len(&trees[head..]) {
        head += attribute;
    }
    if trees.get(head).and_then(name).as_deref() == Some("pub") {
        head += 1 + usize::from(trees.get(head + 1).and_then(parenthesis).is_some());
    }
    let word = |at: usize| trees.get(at).and_then(name).unwrap_or_default();
    let function_words = ["fn", concat!("uns", "afe"), "extern", "async"];
    let (is_item, has_value) = match word(head).as_str() {
        "use" | "let" | "static" | "type" => (true, true),
        "const" => (true, !function_words.contains(&word(head + 1).as_str())),
        "impl" | "struct" | "enum" | "trait" | "mod" | "macro_rules" => (true, false),
        first => (function_words.contains(&first), false),
    };
    let is_end = |tree: &TokenTree| {
        is_punct(tree, ';')
            || (!is_item && is_punct(tree, ','))
            || (!has_value && brace(tree).is_some())
    };
    let end = trees[head..].iter().position(is_end);
    end.map_or(trees.len(), |end| head + end + 1)
}

/// The token trees of `a::b::c`, if a path begins here.
fn path_len(trees: &[TokenTree]) -> usize {
    if trees.first().and_then(name).is_none() {
        return 0;
    }
    let mut len = 1;
    while is_path_separator(&trees[len..]) && trees.get(len + 2).and_then(name).is_some() {
        len += 3;
    }
    len
}

fn is_path_separator(trees: &[TokenTree]) -> bool {
    trees.len() > 1 && trees[..2].iter().all(|tree| is_punct(tree, ':'))
}

/// Whether parentheses after `pub` restrict it; those of a tuple are a type.
fn is_scope(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    let first = first.as_ref().and_then(name).unwrap_or_default();
    ["crate", "self", "super", "in"].contains(&first.as_str())
}

fn is_punct(tree: &TokenTree, letter: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == letter)
}

fn name(tree: &TokenTree) -> Option<String> {
    match tree {
        TokenTree::Ident(word) => Some(word.to_string().trim_start_matches("r#").into()),
        _ => None,
    }
}

fn group(tree: &TokenTree) -> Option<&Group> {
    match tree {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

fn brace(tree: &TokenTree) -> Option<&Group> {
    group(tree).filter(|group| group.delimiter() == Delimiter::Brace)
}

fn parenthesis(tree: &TokenTree) -> Option<&Group> {
    group(tree).filter(|group| group.delimiter() == Delimiter::Parenthesis)
}
