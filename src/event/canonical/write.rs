//! Checks a tree against the schema while writing its canonical form: one walk does both.

use std::borrow::Cow;

use super::check::{check_depth, check_key, check_len, check_scalar, wrong_kind};
use crate::event::instant::parse_instant;
use crate::event::schema::{ENGINE_FIELDS, EVENT_FIELDS, FieldType, SchemaField};
use crate::event::time::{Timestamp, append_instant};
use crate::json::{Checked, Problem};
use crate::json::{Member, Node};
use crate::json::{append_comma, append_key, append_scalar};
use crate::limits::{EVENT_BYTES_MAX, EVENT_LEAVES_MAX, SHORT_TEXT_BYTES_MAX};

/// Where unknown top-level fields are kept in `details`.
const EXTRA: &str = "_extra";
/// The most fields that an object of the schema has: those of the event.
const FIELDS_MAX: usize = EVENT_FIELDS.len();

/// Checks an event and writes its canonical form, `raw` included.
///
/// `len_expected` is a guess at the length of it.
pub(in crate::event) fn write_event(
    root: Node<'_>,
    len_expected: usize,
) -> Checked<(Vec<u8>, Timestamp)> {
    let Node::Object(members) = root else {
        return Err(Problem::new("is not a JSON object"));
    };
    let mut writer = CanonicalWriter {
        out: Vec::with_capacity(len_expected.min(EVENT_BYTES_MAX)),
        leaves: 0,
        occurred_at: Timestamp(0),
    };
    writer.object(EVENT_FIELDS, &mut keep_unknown(members)?, 1)?;
    if writer.leaves > EVENT_LEAVES_MAX {
        let leaves = writer.leaves;
        return Err(beyond("values", leaves, EVENT_LEAVES_MAX));
    }
    if writer.out.len() > EVENT_BYTES_MAX {
        let len = writer.out.len();
        return Err(beyond("bytes in canonical form", len, EVENT_BYTES_MAX));
    }
    if writer.out.capacity() > 2 * writer.out.len() {
        writer.out.shrink_to_fit();
    }
    Ok((writer.out, writer.occurred_at))
}

fn beyond(what: &str, count: usize, limit: usize) -> Box<Problem> {
    Problem::new(format!("has {count} {what}; the limit is {limit}"))
}

/// Drops the fields that the engine sets, and moves unknown ones under `details._extra`.
fn keep_unknown(members: Vec<Member<'_>>) -> Checked<Vec<Member<'_>>> {
    if arrange(EVENT_FIELDS, &members).unknown == 0 {
        return Ok(members);
    }
    let engine = |key: &str| ENGINE_FIELDS.iter().any(|field| field.name == key);
    let members = members.into_iter().filter(|(key, _)| !engine(key));
    let known = |(key, _): &Member<'_>| place(EVENT_FIELDS, key, 0).is_some();
    let (mut kept, extra): (Vec<_>, Vec<_>) = members.partition(known);
    if extra.is_empty() {
        return Ok(kept);
    }
    let extra = (Cow::Borrowed(EXTRA), Node::Object(extra));
    match kept.iter_mut().find(|(key, _)| key == "details") {
        None => kept.push((Cow::Borrowed("details"), Node::Object(vec![extra]))),
        Some((_, Node::Object(details))) => {
            if details.iter().any(|(key, _)| key == EXTRA) {
                let problem = Problem::new("is taken, but the event has fields to keep there");
                return Err(problem.under_key(EXTRA).under_key("details"));
            }
            details.push(extra);
        }
        Some(_) => {
            let problem = Problem::new("is not an object, but the event has fields to keep there");
            return Err(problem.under_key("details"));
        }
    }
    Ok(kept)
}

/// Which member of an object stands where in its table.
struct Arrangement {
    /// Per field of the table, the index of its member.
    members: [Option<usize>; FIELDS_MAX],
    /// Members that the table does not name.
    unknown: usize,
}

fn arrange(fields: &[SchemaField], members: &[Member<'_>]) -> Arrangement {
    let mut arrangement = Arrangement { members: [None; FIELDS_MAX], unknown: 0 };
    let mut expected = 0;
    for (index, (key, _)) in members.iter().enumerate() {
        let place = place(fields, key, expected);
        match place.and_then(|place| arrangement.members.get_mut(place)) {
            Some(member) => *member = Some(index),
            None => arrangement.unknown += 1,
        }
        expected = place.map_or(expected, |place| place + 1);
    }
    arrangement
}

/// The place of a key in its table. Members often come in order, so `expected` is tried first.
fn place(fields: &[SchemaField], key: &str, expected: usize) -> Option<usize> {
    match fields.get(expected) {
        Some(field) if field.name == key => Some(expected),
        _ => fields.iter().position(|field| field.name == key),
    }
}

struct CanonicalWriter {
    out: Vec<u8>,
    /// Scalars so far, without those of `raw`.
    leaves: usize,
    occurred_at: Timestamp,
}

impl CanonicalWriter {
    /// Writes an object of the schema: its fields in order, then other members in byte order.
    ///
    /// `depth` is that of this object; the event has 1.
    fn object(
        &mut self,
        fields: &[SchemaField],
        members: &mut [Member<'_>],
        depth: usize,
    ) -> Checked<()> {
        check_depth(depth)?;
        let arrangement = arrange(fields, members);
        self.out.push(b'{');
        let mut written = 0;
        for (field, member) in fields.iter().zip(arrangement.members) {
            let Some((_, node)) = member.and_then(|index| members.get_mut(index)) else {
                if field.required {
                    return Err(Problem::new("is required").under_key(field.name));
                }
                continue;
            };
            append_comma(&mut self.out, written);
            append_key(&mut self.out, field.name);
            self.field(field, node, depth).map_err(|problem| problem.under_key(field.name))?;
            written += 1;
        }
        if arrangement.unknown > 0 {
            self.further(fields, members, depth, written)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Writes the members that the table does not name.
    fn further(
        &mut self,
        fields: &[SchemaField],
        members: &mut [Member<'_>],
        depth: usize,
        written: usize,
    ) -> Checked<()> {
        let members = members.iter_mut();
        let unknown = members.filter(|(key, _)| place(fields, key, 0).is_none());
        let mut unknown: Vec<_> = unknown.collect();
        unknown.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (index, (key, node)) in unknown.into_iter().enumerate() {
            append_comma(&mut self.out, written + index);
            self.free_member(key, node, depth)?;
        }
        Ok(())
    }

    /// Writes the value of a field of the schema that lies in an object of the given depth.
    fn field(&mut self, field: &SchemaField, node: &mut Node<'_>, depth: usize) -> Checked<()> {
        match (field.kind, node) {
            (_, Node::Null) if field.required => return Err(Problem::new("must not be null")),
            (FieldType::Raw, node) => {
                let leaves = self.leaves;
                self.free(node, depth + 1)?;
                self.leaves = leaves;
            }
            (FieldType::Json, node) => self.free(node, depth + 1)?,
            (FieldType::FreeObject, node @ Node::Object(_)) => self.free(node, depth + 1)?,
            (FieldType::Object(fields), Node::Object(members)) => {
                self.object(fields, members, depth + 1)?;
            }
            (FieldType::ObjectList(fields), Node::List(nodes)) => {
                self.object_list(fields, nodes, depth + 1)?;
            }
            (FieldType::TextList, Node::List(nodes)) => self.text_list(nodes, depth + 1)?,
            (FieldType::Instant, Node::String(text)) => self.instant(text)?,
            (kind, node) => {
                check_scalar(kind, node)?;
                self.scalar(node);
            }
        }
        Ok(())
    }

    fn instant(&mut self, text: &str) -> Checked<()> {
        let instant = parse_instant(text).map_err(Problem::new)?;
        self.occurred_at = instant.timestamp;
        self.leaves += 1;
        self.out.push(b'"');
        append_instant(&mut self.out, instant.timestamp, instant.offset_minutes);
        self.out.push(b'"');
        Ok(())
    }

    fn object_list(
        &mut self,
        fields: &[SchemaField],
        nodes: &mut [Node<'_>],
        depth: usize,
    ) -> Checked<()> {
        self.list(nodes, depth, |writer, node| match node {
            Node::Object(members) => writer.object(fields, members, depth + 1),
            other => Err(wrong_kind("an object", other)),
        })
    }

    fn text_list(&mut self, nodes: &mut [Node<'_>], depth: usize) -> Checked<()> {
        self.list(nodes, depth, |writer, node| match node {
            Node::String(text) => {
                check_len(text, SHORT_TEXT_BYTES_MAX)?;
                writer.scalar(node);
                Ok(())
            }
            other => Err(wrong_kind("a string", other)),
        })
    }

    /// Writes any value; keys in byte order.
    fn free(&mut self, node: &mut Node<'_>, depth: usize) -> Checked<()> {
        match node {
            Node::Object(members) => {
                check_depth(depth)?;
                members.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                self.out.push(b'{');
                for (index, (key, node)) in members.iter_mut().enumerate() {
                    append_comma(&mut self.out, index);
                    self.free_member(key, node, depth)?;
                }
                self.out.push(b'}');
            }
            Node::List(nodes) => {
                self.list(nodes, depth, |writer, node| writer.free(node, depth + 1))?;
            }
            scalar => self.scalar(scalar),
        }
        Ok(())
    }

    fn free_member(&mut self, key: &str, node: &mut Node<'_>, depth: usize) -> Checked<()> {
        check_key(key).map_err(|problem| problem.under_key(key))?;
        append_key(&mut self.out, key);
        self.free(node, depth + 1).map_err(|problem| problem.under_key(key))
    }

    fn list<'n>(
        &mut self,
        nodes: &mut [Node<'n>],
        depth: usize,
        mut write: impl FnMut(&mut Self, &mut Node<'n>) -> Checked<()>,
    ) -> Checked<()> {
        check_depth(depth)?;
        self.out.push(b'[');
        for (index, node) in nodes.iter_mut().enumerate() {
            append_comma(&mut self.out, index);
            write(self, node).map_err(|problem| problem.at_index(index))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn scalar(&mut self, node: &Node<'_>) {
        self.leaves += 1;
        append_scalar(&mut self.out, node);
    }
}
