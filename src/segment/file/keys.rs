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

    fn key(&self, node: usize) -> Key<'_> {
        Key { tree: self, node }
    }

    /// Whether parents stand before children, and every key is a text.
    pub(crate) fn is_sound(&self) -> bool {
        let are_texts = match self.keys.contain(b'\\') {
            true => (0..self.len()).all(|node| self.key(node).text().is_some()),
            false => self.keys.are_texts(),
        };
        let mut parents = (0usize..).zip(&self.parents);
        are_texts && parents.all(|(node, parent)| (*parent as usize) < node.max(1))
    }

    /// The first node below `parent` with a key.
    fn child(&self, parent: u32, key: &str) -> Option<u32> {
        // The event is its own parent, and no child.
        let nodes = (1u32..).zip(self.parents.iter().skip(1));
        let mut children = nodes.filter(|(_, of)| **of == parent).map(|(node, _)| node);
        let is_it = |own: Key<'_>| own.may_begin(key) && own.text().is_some_and(|own| own == key);
        children.find(|node| is_it(self.key(*node as usize)))
    }

    /// The node that `path` leads to.
    pub(crate) fn node_at(&self, path: &[&str]) -> Option<u32> {
        path.iter().try_fold(0, |node, key| self.child(node, key))
    }

    /// The keys that lead to a node, escapes resolved.
    pub(crate) fn path_of(&self, node: u32) -> Vec<String> {
        let parent = |node: &u32| self.parents.get(*node as usize).copied();
        let way = std::iter::successors(Some(node), parent).take_while(|node| *node != 0);
        let key = |node: u32| self.key(node as usize).text().unwrap_or_default().into_owned();
        let mut path: Vec<String> = way.map(key).collect();
        path.reverse();
        path
    }

    /// A value for each node, made of that of its parent and its key; that of the event is given.
    ///
    /// Cost: one walk over all nodes; keys are looked up only where `step` asks.
    pub(crate) fn fold<S: Copy>(&self, event: S, step: impl Fn(S, Key<'_>) -> S) -> Vec<S> {
        let mut values = Vec::with_capacity(self.len());
        for (node, parent) in self.parents.iter().enumerate() {
            let above = values.get(*parent as usize);
            values.push(above.map_or(event, |above| step(*above, self.key(node))));
        }
        values
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
    fn paths_lead_to_nodes_and_back() {
        let tree = tree(&[(0, b""), (0, b"a"), (1, b"a"), (0, br#"\"x\n"#), (3, b""), (3, b"a")]);
        assert!(tree.is_sound());
        for (path, node) in [
            (&[][..], 0),
            (&["a"], 1),
            (&["a", "a"], 2),
            (&["\"x\n"], 3),
            (&["\"x\n", ""], 4),
            (&["\"x\n", "a"], 5),
        ] {
            assert_eq!(tree.node_at(path), Some(node), "{path:?}");
            assert_eq!(tree.path_of(node), path, "{path:?}");
        }
        for path in [&[""][..], &["b"], &["a", ""], &["a", "a", "a"], &["\\\"x\\n"]] {
            assert_eq!(tree.node_at(path), None, "{path:?}");
        }
        let depths = tree.fold(0, |above, _| above + 1);
        assert_eq!(depths, [0, 1, 2, 1, 2, 2]);
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
