//! Templates: shapes compiled to the steps that write an event of them.

use super::columns_at::ColumnsAt;
use super::contents::{Codec, ColumnContents, Contents};
use super::keys::KeyTree;
use crate::event::shape::{Kind, op};
use crate::json::append_escaped;
use crate::limits::EVENT_DEPTH_MAX;
use crate::segment::codec::blocks::Blocks;
use crate::segment::codec::varint;
use std::sync::OnceLock;

/// A step of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateStep {
    /// `len` bytes of [`Template::literals`].
    Literal {
        /// The first of them.
        start: u32,
        /// How many.
        len: u32,
    },
    /// The next value of a column, escaped where it is a string.
    Value(u32),
    /// The instant of the row.
    Time,
    /// As many repetitions of the steps up to `end` as the next value of `lengths` says, with
    /// commas between; `is_first` says whether no element of the list comes before.
    Run {
        /// The column of lengths.
        lengths: u32,
        /// The step after the body.
        end: usize,
        /// Whether the run is the first of its list.
        is_first: bool,
    },
}

/// The steps that write an event of one shape.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(crate) steps: Vec<TemplateStep>,
    /// The literals one after the other, which are UTF-8, and [`SHORT`] bytes more, so that short
    /// ones can be copied with a fixed length.
    pub(crate) literals: Vec<u8>,
    /// The columns whose values are needed, each once.
    pub(crate) columns: Vec<u32>,
}

/// The templates of the shapes of a segment, each compiled when a row of it is first read: a
/// segment has hundreds of shapes, and a page needs a few.
#[derive(Debug)]
pub(crate) struct Templates {
    /// `None` for a shape that makes no sense.
    compiled: Vec<OnceLock<Option<Template>>>,
}

impl Templates {
    /// Compiles nothing yet.
    pub(crate) fn new(contents: &Contents) -> Templates {
        Templates { compiled: (0..contents.shapes.len()).map(|_| OnceLock::new()).collect() }
    }

    /// The template of a shape, which `compile` makes when it is asked for first.
    pub(crate) fn get(
        &self,
        shape: usize,
        compile: impl FnOnce() -> Option<Template>,
    ) -> Option<&Template> {
        self.compiled.get(shape)?.get_or_init(compile).as_ref()
    }
}

impl Template {
    /// Compiles a shape; `None` if it makes no sense.
    pub(crate) fn compile(
        contents: &Contents,
        columns_at: &ColumnsAt,
        blocks: &Blocks,
        shape: usize,
    ) -> Option<Template> {
        let mut compiler = Compiler {
            rest: contents.shapes.get(shape)?,
            keys: &contents.keys,
            columns_at,
            columns: &contents.columns,
            blocks,
            literal: 0,
            template: Template::default(),
        };
        compiler.value(0, 0)?;
        compiler.end_literal();
        let mut template = compiler.template;
        // A literal begins and ends with a mark of JSON: values do not split its characters.
        std::str::from_utf8(&template.literals).ok()?;
        template.literals.extend_from_slice(&[0; SHORT]);
        compiler.rest.is_empty().then_some(template)
    }
}

struct Compiler<'l> {
    rest: &'l [u8],
    keys: &'l KeyTree,
    columns_at: &'l ColumnsAt,
    columns: &'l [ColumnContents],
    blocks: &'l Blocks,
    /// Where the literal that is being put together begins.
    literal: usize,
    template: Template,
}

impl Compiler<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn literal(&mut self, bytes: &[u8]) {
        self.template.literals.extend_from_slice(bytes);
    }

    /// Ends the literal that is being put together: what follows is not part of it.
    fn end_literal(&mut self) {
        let end = self.template.literals.len();
        if self.literal < end {
            let (start, len) = (self.literal as u32, (end - self.literal) as u32);
            self.template.steps.push(TemplateStep::Literal { start, len });
            self.literal = end;
        }
    }

    fn step(&mut self, step: TemplateStep) {
        self.end_literal();
        self.template.steps.push(step);
    }

    /// The next value of a column; one that all rows have in common becomes part of the literal.
    fn next_value(&mut self, node: u32, kind: Kind) -> Option<()> {
        let column = self.columns_at.get(node, kind)?;
        match common_value(self.columns.get(column as usize)?, self.blocks) {
            Some(value) if kind == Kind::String => {
                append_escaped(&mut self.template.literals, value);
            }
            Some(value) => self.literal(value),
            None => {
                self.needs(column);
                self.step(TemplateStep::Value(column));
            }
        }
        Some(())
    }

    fn needs(&mut self, column: u32) {
        if !self.template.columns.contains(&column) {
            self.template.columns.push(column);
        }
    }

    fn value(&mut self, node: u32, depth: usize) -> Option<()> {
        if depth > EVENT_DEPTH_MAX + 1 {
            return None;
        }
        match self.next()? {
            op::OBJECT => self.object(depth)?,
            op::LIST => self.list(node, depth)?,
            op::STRING => {
                self.literal(b"\"");
                self.next_value(node, Kind::String)?;
                self.literal(b"\"");
            }
            op::NUMBER => self.next_value(node, Kind::Number)?,
            op::BOOL => self.next_value(node, Kind::Bool)?,
            op::RAW => self.next_value(node, Kind::Raw)?,
            op::NULL => self.literal(b"null"),
            op::EMPTY_OBJECT => self.literal(b"{}"),
            op::EMPTY_LIST => self.literal(b"[]"),
            op::TIME => {
                self.literal(b"\"");
                self.step(TemplateStep::Time);
                self.literal(b"\"");
            }
            _ => return None,
        }
        Some(())
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        let mut opening = b'{';
        loop {
            match self.next()? {
                op::KEY => {
                    let child = varint::read_u32(&mut self.rest)?;
                    let key = self.keys.spelling(child)?;
                    self.literal(&[opening, b'"']);
                    self.literal(key);
                    self.literal(b"\":");
                    self.value(child, depth + 1)?;
                    opening = b',';
                }
                op::END => break,
                _ => return None,
            }
        }
        self.literal(b"}");
        Some(())
    }

    fn list(&mut self, node: u32, depth: usize) -> Option<()> {
        self.literal(b"[");
        let mut is_first = true;
        loop {
            match self.next()? {
                op::RUN => {
                    let lengths = self.columns_at.get(node, Kind::Length)?;
                    self.needs(lengths);
                    self.end_literal();
                    let place = self.template.steps.len();
                    self.step(TemplateStep::Run { lengths, end: 0, is_first });
                    self.value(node, depth + 1)?;
                    (self.next()? == op::END).then_some(())?;
                    self.end_literal();
                    let end = self.template.steps.len();
                    self.template.steps[place] = TemplateStep::Run { lengths, end, is_first };
                    is_first = false;
                }
                op::END => break,
                _ => return None,
            }
        }
        self.literal(b"]");
        Some(())
    }
}

/// The value of a column that has no other, of some bytes at most. A damaged one is left for the
/// read of a row to find.
fn common_value<'b>(column: &ColumnContents, blocks: &'b Blocks) -> Option<&'b [u8]> {
    const BYTES_MAX: usize = 256;
    let Codec::Dictionary { dictionary, .. } = &column.codec else {
        return None;
    };
    let value = if dictionary.len() == 1 { dictionary.bytes(blocks, 0).ok() } else { None };
    value.filter(|value| value.len() <= BYTES_MAX)
}

/// Pieces of up to this many bytes are copied with a fixed length, which is a few moves of a vector
/// register instead of a call.
pub(crate) const SHORT: usize = 64;
