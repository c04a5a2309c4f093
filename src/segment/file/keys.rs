//! The tree of the keys that lead to the values of a segment.

use super::byte_strings::ByteStrings;
use crate::event::shape::unescape;
use std::borrow::Cow;

/// A tree of keys: node 0 is the event, its own parent; parents stand before children.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyTree {
    parents: Vec<u32>,
    /// As JSON spells them between quotes.
    keys: ByteStrings,
}

/// The key of a node, which is looked up when something is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'t> {
    tree: &'t KeyTree,
    node: usize,
}

impl<'t> Key<'t> {
    /// As JSON spells it between quotes.
    fn spelling(self) -> &'t [u8] {
        self.tree.keys.get(self.node).unwrap_or_default()
    }

    /// Whether the key may begin as a text does: `false` is certain, and found at the first byte.
    pub(crate) fn may_begin(self, text: &str) -> bool {
        match (self.spelling().first(), text.as_bytes().first()) {
            (Some(b'\\'), _) | (_, None) => true,
            (own, other) => own == other,
        }
    }

    /// The key with its escapes resolved; nothing if it is no text.
    pub(crate) fn text(self) -> Option<Cow<'t, str>> {
        let spelling = self.spelling();
        if memchr::memchr(b'\\', spelling).is_none() {
            return std::str::from_utf8(spelling).ok().map(Cow::Borrowed);
        }
        let mut plain = Vec::new();
        unescape(spelling, &mut plain);
        String::from_utf8(plain).ok().map(Cow::Owned)
    }
}

impl KeyTree {
    /// Adds a node.
    pub(crate) fn push(&mut self, parent: u32, key: &[u8]) {
        self.parents.push(parent);
        self.keys.push(key);
    }

    /// Number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.parents.len()
    }

    /// The key of a node as JSON spells it between quotes.
    pub(crate) fn spelling(&self, node: u32) -> Option<&[u8]> {
        self.keys.get(node as usize)
    }

    /// The nodes in their order: parent and key as JSON spells it between quotes.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.parents.iter().copied().zip(self.keys.iter())
    }

    /// The key of a node.
    pub(super) fn key(&self, node: u32) -> Key<'_> {
        Key { tree: self, node: node as usize }
    }

    /// The node above; the event is its own.
    pub(super) fn parent(&self, node: u32) -> Option<u32> {
        self.parents.get(node as usize).copied()
    }

    /// Whether a path leads to a node.
    pub(super) fn is_at(&self, mut node: u32, path: &[&str]) -> bool {
        for wanted in path.iter().rev() {
            let key = self.key(node);
            if node == 0 || !key.may_begin(wanted) || key.text().is_none_or(|own| own != *wanted) {
                return false;
            }
            node = self.parent(node).unwrap_or(0);
        }
        node == 0
    }

    /// Whether parents stand before children, and every key is a text.
    pub(crate) fn is_sound(&self) -> bool {
        let are_texts = match self.keys.contain(b'\\') {
            true => (0..self.len() as u32).all(|node| self.key(node).text().is_some()),
            false => self.keys.are_texts(),
        };
        let mut parents = (0usize..).zip(&self.parents);
        are_texts && parents.all(|(node, parent)| (*parent as usize) < node.max(1))
    }

    /// The keys that lead to a node, escapes resolved.
    pub(crate) fn path_of(&self, node: u32) -> Vec<String> {
        let parent = |node: &u32| self.parent(*node);
        let way = std::iter::successors(Some(node), parent).take_while(|node| *node != 0);
        let key = |node: u32| self.key(node).text().unwrap_or_default().into_owned();
        let mut path: Vec<String> = way.map(key).collect();
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(nodes: &[(u32, &[u8])]) -> KeyTree {
        let mut tree = KeyTree::default();
        nodes.iter().for_each(|(parent, key)| tree.push(*parent, key));
        tree
    }

    #[test]
    fn nodes_lead_to_paths_and_are_at_them() {
        let tree = tree(&[(0, b""), (0, b"a"), (1, b"a"), (0, br#"\"x\n"#), (3, b""), (3, b"a")]);
        assert!(tree.is_sound());
        let paths: [&[&str]; 6] =
            [&[], &["a"], &["a", "a"], &["\"x\n"], &["\"x\n", ""], &["\"x\n", "a"]];
        for (node, path) in (0u32..).zip(paths) {
            assert_eq!(tree.path_of(node), path);
            for (other, other_path) in (0u32..).zip(paths) {
                assert_eq!(tree.is_at(node, other_path), node == other, "{other_path:?}");
            }
            assert!(!tree.is_at(node, &["a", "b"]) && !tree.is_at(node, &["b", "a"]));
        }
    }

    #[test]
    fn unsound_trees_are_found() {
        let sound: &[(u32, &[u8])] = &[(0, b""), (0, "ä".as_bytes()), (1, br"\u001f")];
        assert!(tree(sound).is_sound());
        for (nodes, problem) in [
            (&[(1, &b""[..]), (0, b"a")][..], "the event has a parent"),
            (&[(0, b""), (1, b"a")], "a node is its own parent"),
            (&[(0, b""), (2, b"a"), (0, b"b")], "a child before its parent"),
            (&[(0, b""), (0, b"\xff")], "a key is no text"),
            (&[(0, b""), (0, b"\xc3"), (0, b"\xa4")], "a letter is split between two keys"),
            (&[(0, b""), (0, br"\u00ff")], "an escape makes no letter"),
        ] {
            assert!(!tree(nodes).is_sound(), "{problem}");
        }
    }
}
