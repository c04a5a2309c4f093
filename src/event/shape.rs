//! Record shredding: splits canonical bytes into a shape, the structure of an event without its
//! scalar values, and leaves, the values.
//!
//! A shape is a string of operations. Keys stand in it as nodes of a [`PathTree`]; the elements
//! of a list share the node of the list. A run of elements of equal shape is written once; its
//! length is a value of kind [`Kind::Length`] at the node of the list. Walking the shape with one
//! cursor per (node, kind) gives the canonical bytes again.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// What a column of values holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) enum Kind {
    /// `null`; the values are all alike.
    Null,
    /// `true` or `false`.
    Bool,
    /// The characters of a number.
    Number,
    /// The text of a string.
    String,
    /// The lengths of runs of list elements; not a value of the event.
    Length,
    /// The bytes of `raw`; not a value of the event.
    Raw,
    /// Whole leaves of events that have no shape here: path, kind and text.
    Overflow,
}

impl Kind {
    /// Number of kinds that hang at a node.
    pub(crate) const AT_NODE: usize = 6;

    /// Those whose values queries see.
    pub(crate) const SCALARS: [Kind; 4] = [Kind::Null, Kind::Bool, Kind::Number, Kind::String];

    /// Whether queries see the values.
    pub(crate) fn is_scalar(self) -> bool {
        Kind::SCALARS.contains(&self)
    }
}

/// The opcodes of a shape.
pub(crate) mod op {
    /// Ends an object, a list or a run.
    pub(crate) const END: u8 = 0;
    /// Begins an object.
    pub(crate) const OBJECT: u8 = 1;
    /// A key: its node follows as a varint, then the operations of its value.
    pub(crate) const KEY: u8 = 2;
    /// Begins a list.
    pub(crate) const LIST: u8 = 3;
    /// Begins a run of elements of one shape.
    pub(crate) const RUN: u8 = 4;
    /// A string.
    pub(crate) const STRING: u8 = 5;
    /// A number.
    pub(crate) const NUMBER: u8 = 6;
    /// A boolean.
    pub(crate) const BOOL: u8 = 7;
    /// A null.
    pub(crate) const NULL: u8 = 8;
    /// An object without members.
    pub(crate) const EMPTY_OBJECT: u8 = 9;
    /// A list without elements.
    pub(crate) const EMPTY_LIST: u8 = 10;
    /// The instant of the event.
    pub(crate) const TIME: u8 = 11;
    /// The member `raw`, whole.
    pub(crate) const RAW: u8 = 12;
}

/// A key under its parent.
#[derive(Debug, Clone)]
pub(crate) struct PathNode {
    /// The node above; the root is its own.
    pub parent: u32,
    /// The key as it stands between quotes in JSON.
    pub key: Box<[u8]>,
}

/// A trie of the paths of keys that were met; node 0 is the event.
#[derive(Debug, Clone)]
pub(crate) struct PathTree {
    nodes: Vec<PathNode>,
    index: HashTable<u32>,
    hasher: FixedState,
}

impl PathTree {
    /// A trie of the root alone.
    pub(crate) fn new() -> Self {
        let root = PathNode { parent: 0, key: Box::from(&b""[..]) };
        PathTree { nodes: vec![root], index: HashTable::new(), hasher: FixedState::default() }
    }

    /// Number of nodes, with the root.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The nodes in the order in which they were met; parents before children.
    pub(crate) fn nodes(&self) -> &[PathNode] {
        &self.nodes
    }

    fn hash(&self, parent: u32, key: &[u8]) -> u64 {
        self.hasher.hash_one((parent, key))
    }

    /// The node of `key` under `parent`, new if it was not met before.
    pub(crate) fn node(&mut self, parent: u32, key: &[u8]) -> u32 {
        let hash = self.hash(parent, key);
        let is_it = |node: &u32| {
            let node = &self.nodes[*node as usize];
            node.parent == parent && *node.key == *key
        };
        if let Some(node) = self.index.find(hash, is_it) {
            return *node;
        }
        let node = self.nodes.len() as u32;
        self.nodes.push(PathNode { parent, key: Box::from(key) });
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        self.index.insert_unique(hash, node, |node| {
            let node = &nodes[*node as usize];
            hasher.hash_one((node.parent, &*node.key))
        });
        node
    }

    /// Removes the nodes from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        for number in len..self.nodes.len() {
            let node = &self.nodes[number];
            let hash = self.hash(node.parent, &node.key);
            if let Ok(found) = self.index.find_entry(hash, |other| *other == number as u32) {
                found.remove();
            }
        }
        self.nodes.truncate(len);
    }

    /// The keys from the event to `node`, as JSON spells them without quotes.
    pub(crate) fn path(&self, mut node: u32) -> Vec<&[u8]> {
        let mut keys = Vec::new();
        while node != 0 {
            let at = &self.nodes[node as usize];
            keys.push(&*at.key);
            node = at.parent;
        }
        keys.reverse();
        keys
    }
}

/// A scalar value, by its place in the canonical bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// The node of its path.
    pub node: u32,
    /// What it is.
    pub kind: Kind,
    /// First byte in the canonical bytes (strings: after the quote).
    pub start: u32,
    /// Length in bytes; of [`Kind::Length`], the length of the run.
    pub len: u32,
    /// Whether it is a string with escapes in it.
    pub is_escaped: bool,
}

impl Leaf {
    /// The text of the leaf; `scratch` is used where escapes must be resolved.
    pub(crate) fn text<'a>(&self, canonical: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let bytes = canonical
            .get(self.start as usize..(self.start + self.len) as usize)
            .unwrap_or_default();
        if !self.is_escaped {
            return bytes;
        }
        scratch.clear();
        unescape(bytes, scratch);
        scratch
    }
}

/// Shreds events into shape and leaves; its buffers are reused for the next event.
#[derive(Debug, Default)]
pub(crate) struct Flattener {
    /// The shape of the last event.
    pub shape: Vec<u8>,
    /// The values of the last event, in the order of the walk.
    pub leaves: Vec<Leaf>,
    /// Start and length of the text of `occurred_at`.
    time: (u32, u32),
}

/// Objects and lists deeper than this are not canonical.
const DEPTH_MAX: usize = crate::limits::EVENT_DEPTH_MAX + 1;

impl Flattener {
    /// Splits canonical bytes into `shape` and `leaves`; `None` if they are not canonical enough to
    /// be walked. One pass; strings are not copied.
    pub(crate) fn flatten(&mut self, canonical: &[u8], tree: &mut PathTree) -> Option<()> {
        // Then every place and length below fits as well.
        u32::try_from(canonical.len()).ok()?;
        self.shape.clear();
        self.leaves.clear();
        let mut walk = ShapeWalk { bytes: canonical, at: 0, tree, out: self };
        walk.value(0, 0)?;
        (walk.at == canonical.len()).then_some(())
    }

    /// Start and length of the text of `occurred_at` of the last event.
    pub(crate) fn time(&self) -> (u32, u32) {
        self.time
    }

    /// The offset from UTC in minutes that `occurred_at` of the last event was given with.
    pub(crate) fn offset_minutes(&self, canonical: &[u8]) -> Option<i16> {
        let (start, len) = (self.time.0 as usize, self.time.1 as usize);
        offset_minutes(canonical.get(start..start + len)?)
    }
}

/// The offset from UTC in minutes of an instant in canonical form.
pub(crate) fn offset_minutes(text: &[u8]) -> Option<i16> {
    if text.last() == Some(&b'Z') {
        return Some(0);
    }
    let [sign, h1, h0, b':', m1, m0] = text.get(text.len().checked_sub(6)?..)? else {
        return None;
    };
    let digit = |byte: &u8| byte.checked_sub(b'0').filter(|digit| *digit < 10).map(i16::from);
    let minutes = (digit(h1)? * 10 + digit(h0)?) * 60 + digit(m1)? * 10 + digit(m0)?;
    Some(if *sign == b'-' { -minutes } else { minutes })
}

struct ShapeWalk<'a> {
    bytes: &'a [u8],
    at: usize,
    tree: &'a mut PathTree,
    out: &'a mut Flattener,
}

impl ShapeWalk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, node: u32, depth: usize) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let (start, len, is_escaped) = self.string()?;
                self.leaf(op::STRING, Leaf { node, kind: Kind::String, start, len, is_escaped });
            }
            b'{' => self.object(node, depth)?,
            b'[' => self.list(node, depth)?,
            b't' => self.literal(b"true", op::BOOL, node, Kind::Bool)?,
            b'f' => self.literal(b"false", op::BOOL, node, Kind::Bool)?,
            b'n' => self.literal(b"null", op::NULL, node, Kind::Null)?,
            _ => self.number(node)?,
        }
        Some(())
    }

    fn leaf(&mut self, operation: u8, leaf: Leaf) {
        self.out.shape.push(operation);
        self.out.leaves.push(leaf);
    }

    /// Skips a string; returns start and length of the bytes between its quotes.
    fn string(&mut self) -> Option<(u32, u32, bool)> {
        self.expect(b'"')?;
        let start = self.at;
        let mut is_escaped = false;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                let len = self.at - 1 - start;
                return Some((start as u32, len as u32, is_escaped));
            }
            is_escaped = true;
            self.at += 2;
        }
    }

    fn literal(&mut self, text: &[u8], operation: u8, node: u32, kind: Kind) -> Option<()> {
        let start = self.at;
        (self.bytes.get(start..start + text.len())? == text).then_some(())?;
        self.at += text.len();
        let (start, len) = (start as u32, text.len() as u32);
        self.leaf(operation, Leaf { node, kind, start, len, is_escaped: false });
        Some(())
    }

    fn number(&mut self, node: u32) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let len = self.at - start;
        (len > 0).then_some(())?;
        let (start, len) = (start as u32, len as u32);
        self.leaf(op::NUMBER, Leaf { node, kind: Kind::Number, start, len, is_escaped: false });
        Some(())
    }

    fn object(&mut self, node: u32, depth: usize) -> Option<()> {
        (depth < DEPTH_MAX).then_some(())?;
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            self.out.shape.push(op::EMPTY_OBJECT);
            return Some(());
        }
        self.out.shape.push(op::OBJECT);
        loop {
            let (start, len, _) = self.string()?;
            self.expect(b':')?;
            let key = self.bytes.get(start as usize..(start + len) as usize)?;
            let child = self.tree.node(node, key);
            self.out.shape.push(op::KEY);
            push_varint(child, &mut self.out.shape);
            match key {
                b"occurred_at" if node == 0 => {
                    let (start, len, _) = self.string()?;
                    self.out.time = (start, len);
                    self.out.shape.push(op::TIME);
                }
                b"raw" if node == 0 => self.raw(child)?,
                _ => self.value(child, depth + 1)?,
            }
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return None,
            }
        }
        self.at += 1;
        self.out.shape.push(op::END);
        Some(())
    }

    /// Skips a whole value.
    fn raw(&mut self, node: u32) -> Option<()> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            if depth == 0 && matches!(self.peek()?, b',' | b'}') {
                break;
            }
        }
        let (start, len) = (start as u32, (self.at - start) as u32);
        self.leaf(op::RAW, Leaf { node, kind: Kind::Raw, start, len, is_escaped: false });
        Some(())
    }

    fn list(&mut self, node: u32, depth: usize) -> Option<()> {
        (depth < DEPTH_MAX).then_some(())?;
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            self.out.shape.push(op::EMPTY_LIST);
            return Some(());
        }
        self.out.shape.push(op::LIST);
        // The shape of the current run and the leaf that holds its length.
        let mut run: Option<(std::ops::Range<usize>, usize)> = None;
        loop {
            let start = self.out.shape.len();
            let place = self.out.leaves.len();
            if run.is_none() {
                self.begin_run(node);
            }
            let shape_start = self.out.shape.len();
            self.value(node, depth + 1)?;
            run = Some(match run {
                Some((shape, leaf))
                    if self.out.shape[shape.clone()] == self.out.shape[shape_start..] =>
                {
                    self.out.shape.truncate(start);
                    self.out.leaves[leaf].len += 1;
                    (shape, leaf)
                }
                Some(_) => self.split_run(node, shape_start, place),
                None => (shape_start..self.out.shape.len(), place),
            });
            match self.peek()? {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
        }
        self.at += 1;
        self.out.shape.extend_from_slice(&[op::END, op::END]);
        Some(())
    }

    fn begin_run(&mut self, node: u32) {
        self.out.shape.push(op::RUN);
        let length = Leaf { node, kind: Kind::Length, start: 0, len: 1, is_escaped: false };
        self.out.leaves.push(length);
    }

    /// Ends the run before the element whose shape begins at `shape_start` and whose leaves begin
    /// at `place`, and begins another one with it.
    fn split_run(
        &mut self,
        node: u32,
        shape_start: usize,
        place: usize,
    ) -> (std::ops::Range<usize>, usize) {
        self.out.shape.splice(shape_start..shape_start, [op::END, op::RUN]);
        let length = Leaf { node, kind: Kind::Length, start: 0, len: 1, is_escaped: false };
        self.out.leaves.insert(place, length);
        (shape_start + 2..self.out.shape.len(), place)
    }
}

fn push_varint(mut value: u32, out: &mut Vec<u8>) {
    let lowest = |value: u32| value.to_le_bytes()[0];
    while value >= 0x80 {
        out.push(lowest(value) | 0x80);
        value >>= 7;
    }
    out.push(lowest(value));
}

/// Appends a canonical JSON string, given without its quotes, with its escapes resolved.
pub(crate) fn unescape(mut inner: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(b'\\', inner) {
        let (plain, rest) = inner.split_at(at);
        out.extend_from_slice(plain);
        let (byte, len) = match rest.get(1) {
            Some(b'b') => (8, 2),
            Some(b't') => (b'\t', 2),
            Some(b'n') => (b'\n', 2),
            Some(b'f') => (12, 2),
            Some(b'r') => (b'\r', 2),
            Some(b'u') => {
                let digits = rest.get(4..6).and_then(|hex| std::str::from_utf8(hex).ok());
                (digits.and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0), 6)
            }
            other => (other.copied().unwrap_or(b'\\'), 2),
        };
        out.push(byte);
        inner = rest.get(len..).unwrap_or_default();
    }
    out.extend_from_slice(inner);
}
