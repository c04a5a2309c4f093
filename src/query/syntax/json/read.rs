//! From JSON to the tree of a query. While reading, the place of an error is a path of keys; its
//! byte offset is looked up in the text once an error occurs.

use super::words::{FILTERS, JOINER, NODE_KEYS, NodeKey, WHERE, find, unknown};
use crate::event::schema::nearest_of;
use crate::json::{End, Member, Node, PathStep, offset_of, read_tree};
use crate::limits::{QUERY_JSON_BYTES_MAX, QUERY_JSON_DEPTH_MAX};
use crate::profile::Registry;
use crate::query::ast::{Expr, LastWord, Nesting, Query, Term, Text, TimeRelation};
use crate::query::predicate::compile::{TermError, TermPart, check_term};
use crate::query::syntax::complexity::Complexity;
use crate::{Error, Result};

/// An error and the path to its place.
#[derive(Debug)]
pub(super) struct JsonError {
    steps: Vec<PathStep>,
    end: End,
    problem: String,
}

/// A result whose error has its place.
pub(super) type JsonResult<T> = Result<T, Box<JsonError>>;

/// Reads a query or a flat list of filters.
pub(super) fn read(json: &str, names: &Registry) -> Result<Query> {
    let refuse = |position: usize, problem: String| Error::Query {
        query: json.to_owned(),
        position,
        problem,
    };
    let len = json.len();
    if len > QUERY_JSON_BYTES_MAX {
        let problem = format!("the query has {len} bytes; the limit is {QUERY_JSON_BYTES_MAX}");
        return Err(refuse(0, problem));
    }
    let tree = read_tree(json, QUERY_JSON_DEPTH_MAX);
    let tree = tree.map_err(|(position, problem)| refuse(position, problem))?;
    let mut reader = JsonReader {
        steps: Vec::new(),
        parentheses: 0,
        objects: Vec::new(),
        size: Complexity::default(),
        names: names.clone(),
    };
    match reader.query(&tree) {
        Ok(root) => {
            let query = Query::new(root);
            query.check_printed().map_err(|problem| refuse(0, problem))?;
            Ok(query)
        }
        Err(refusal) => {
            let JsonError { steps, end, problem } = *refusal;
            let place = match pointer(&steps) {
                place if place.is_empty() => problem,
                place => format!("at `{place}`: {problem}"),
            };
            Err(refuse(offset_of(json, &steps, end), place))
        }
    }
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(steps: &[PathStep]) -> String {
    let step = |step: &PathStep| match step {
        PathStep::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        PathStep::Index(index) => format!("/{index}"),
    };
    steps.iter().map(step).collect()
}

/// Where an operand stands: what needs parentheses there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Top,
    And,
    Or,
    Not,
}

/// Walks the tree of the JSON.
pub(super) struct JsonReader {
    /// The path to the node that is being read.
    steps: Vec<PathStep>,
    /// Parentheses that the text of the query has open at the node.
    pub(super) parentheses: usize,
    /// For each element condition around the node, the path from the event to the object.
    pub(super) objects: Vec<Vec<String>>,
    size: Complexity,
    /// Profiles whose names of attributes are fields.
    pub(super) names: Registry,
}

impl JsonReader {
    /// The error of a place.
    pub(super) fn refuse<T>(&self, problem: impl Into<String>) -> JsonResult<T> {
        self.refuse_at(End::Value, problem)
    }

    fn refuse_at<T>(&self, end: End, problem: impl Into<String>) -> JsonResult<T> {
        Err(Box::new(JsonError { steps: self.steps.clone(), end, problem: problem.into() }))
    }

    /// Does something one step further in.
    pub(super) fn within<T>(
        &mut self,
        step: PathStep,
        inner: impl FnOnce(&mut Self) -> JsonResult<T>,
    ) -> JsonResult<T> {
        self.steps.push(step);
        let outcome = inner(self);
        self.steps.pop();
        outcome
    }

    /// Does something with the member of this key.
    pub(super) fn under<T>(
        &mut self,
        key: &str,
        inner: impl FnOnce(&mut Self) -> JsonResult<T>,
    ) -> JsonResult<T> {
        self.within(PathStep::Key(key.to_owned()), inner)
    }

    fn query(&mut self, node: &Node<'_>) -> JsonResult<Expr> {
        match node {
            Node::Object(members) if is_list(members) => self.filters(members),
            node => self.condition(node, Within::Top),
        }
    }

    /// The path from the event to where paths begin.
    pub(super) fn object(&self) -> &[String] {
        self.objects.last().map_or(&[], Vec::as_slice)
    }

    /// A condition.
    pub(super) fn condition(&mut self, node: &Node<'_>, within: Within) -> JsonResult<Expr> {
        let members = self.members(node, "a condition such as {\"text\":\"budget\"}")?;
        let (head, value) = self.head(members)?;
        let is_in_parentheses = match head {
            NodeKey::And => within == Within::Not,
            NodeKey::Or => matches!(within, Within::And | Within::Not),
            _ => false,
        };
        self.parentheses += usize::from(is_in_parentheses);
        let nesting = Nesting { parentheses: self.parentheses, brackets: self.objects.len() };
        if let Some(problem) = nesting.problem() {
            return self.refuse(problem);
        }
        let expr = self.headed(head, value, members)?;
        self.parentheses -= usize::from(is_in_parentheses);
        Ok(expr)
    }

    fn headed(
        &mut self,
        head: NodeKey,
        value: &Node<'_>,
        members: &[Member<'_>],
    ) -> JsonResult<Expr> {
        match head {
            NodeKey::And => self.operands(head, value, Within::And).map(Expr::and),
            NodeKey::Or => self.operands(head, value, Within::Or).map(Expr::or),
            NodeKey::Not => {
                let operand = |reader: &mut Self| reader.condition(value, Within::Not);
                self.under(head.key(), operand).map(Expr::negate)
            }
            NodeKey::All => self.all(value),
            NodeKey::Text => {
                let text = self.text(members, head.key())?;
                self.term(Term::Text(text), members)
            }
            NodeKey::Field => self.field(members),
            NodeKey::After => self.time(TimeRelation::After, head, members),
            NodeKey::Before => self.time(TimeRelation::Before, head, members),
            NodeKey::On => self.time(TimeRelation::On, head, members),
            NodeKey::Since => self.time(TimeRelation::Since, head, members),
        }
    }

    pub(super) fn members<'n, 't>(
        &self,
        node: &'n Node<'t>,
        expected: &str,
    ) -> JsonResult<&'n [Member<'t>]> {
        match node {
            Node::Object(members) => Ok(members),
            other => self.refuse(format!("expected {expected}, not {}", other.kind())),
        }
    }

    /// What the condition is, and the value of that key; all other keys belong to it.
    fn head<'n, 't>(&mut self, members: &'n [Member<'t>]) -> JsonResult<(NodeKey, &'n Node<'t>)> {
        let heads = || NODE_KEYS.iter().map(|(key, _)| *key);
        let found = members.iter().find_map(|(key, value)| Some((find(&NODE_KEYS, key)?, value)));
        let Some((head, value)) = found else {
            let Some((key, _)) = members.first() else {
                let heads = heads().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                return self.refuse(format!("expected one of {heads}"));
            };
            return self.under(key, |reader| {
                reader.refuse_at(End::Key, unknown("condition", key, heads()))
            });
        };
        self.only(members, head.key(), head.beside())?;
        Ok((head, value))
    }

    /// Refuses members with other keys than `head` and `known`.
    pub(super) fn only(
        &mut self,
        members: &[Member<'_>],
        head: &str,
        known: &[&str],
    ) -> JsonResult<()> {
        let is_strange = |key: &&str| *key != head && !known.contains(key);
        let mut keys = members.iter().map(|(key, _)| key.as_ref());
        let Some(strange) = keys.find(is_strange) else {
            return Ok(());
        };
        let problem = match (find(&NODE_KEYS, strange), nearest_of(strange, known.iter().copied()))
        {
            (Some(_), _) => format!("`{strange}` cannot stand beside `{head}`; join them by `and`"),
            (None, None) => format!("nothing stands beside `{head}`, not `{strange}` either"),
            (None, Some(nearest)) => {
                format!("there is no `{strange}` beside `{head}`; the nearest: `{nearest}`")
            }
        };
        self.under(strange, |reader| reader.refuse_at(End::Key, problem))
    }

    fn operands(
        &mut self,
        head: NodeKey,
        node: &Node<'_>,
        within: Within,
    ) -> JsonResult<Vec<Expr>> {
        self.under(head.key(), |reader| {
            let nodes = reader.elements(node, "conditions")?;
            if nodes.is_empty() {
                return reader.refuse("expected at least one condition");
            }
            let mut operands = Vec::with_capacity(nodes.len());
            for (index, node) in nodes.iter().enumerate() {
                let operand = |reader: &mut Self| reader.condition(node, within);
                operands.push(reader.within(PathStep::Index(index), operand)?);
            }
            Ok(operands)
        })
    }

    pub(super) fn elements<'n, 't>(
        &self,
        node: &'n Node<'t>,
        what: &str,
    ) -> JsonResult<&'n [Node<'t>]> {
        match node {
            Node::List(nodes) => Ok(nodes),
            other => self.refuse(format!("expected a list of {what}, not {}", other.kind())),
        }
    }

    fn all(&mut self, node: &Node<'_>) -> JsonResult<Expr> {
        self.under(NodeKey::All.key(), |reader| match node {
            Node::Bool(true) => match reader.size.add_all() {
                Ok(()) => Ok(Expr::All),
                Err(problem) => reader.refuse(problem),
            },
            other => reader.refuse(format!("expected true, not {}", other.kind())),
        })
    }

    fn time(
        &mut self,
        relation: TimeRelation,
        head: NodeKey,
        members: &[Member<'_>],
    ) -> JsonResult<Expr> {
        let when = self.string(members, head.key())?.to_owned();
        self.term(Term::Time { relation, when }, members)
    }

    /// The text under `key` and how its last word is compared.
    pub(super) fn text(&mut self, members: &[Member<'_>], key: &str) -> JsonResult<Text> {
        let text = self.string(members, key)?.to_owned();
        let kind = match member(members, "match") {
            Some(_) => self.string(members, "match")?,
            None => "phrase",
        };
        let last = match kind {
            "phrase" => LastWord::Exact,
            "prefix" => LastWord::Prefix,
            "fuzzy" => LastWord::Fuzzy(self.distance(members)?),
            other => {
                let known = ["phrase", "prefix", "fuzzy"].into_iter();
                return self.under("match", |reader| reader.refuse(unknown("match", other, known)));
            }
        };
        if !matches!(last, LastWord::Fuzzy(_)) && member(members, "distance").is_some() {
            let problem = "`distance` goes with \"match\":\"fuzzy\" only";
            return self.under("distance", |reader| reader.refuse_at(End::Key, problem));
        }
        Ok(Text { text, last })
    }

    fn distance(&mut self, members: &[Member<'_>]) -> JsonResult<u8> {
        match member(members, "distance") {
            None => Ok(1),
            Some(Node::Number("1")) => Ok(1),
            Some(Node::Number("2")) => Ok(2),
            Some(_) => self.under("distance", |reader| reader.refuse("expected 1 or 2")),
        }
    }

    /// The string under a key that must be there.
    pub(super) fn string<'n>(
        &mut self,
        members: &'n [Member<'_>],
        key: &str,
    ) -> JsonResult<&'n str> {
        match member(members, key) {
            Some(Node::String(text)) => Ok(text),
            Some(other) => self.under(key, |reader| {
                reader.refuse(format!("expected a string, not {}", other.kind()))
            }),
            None => self.refuse(format!("`{key}` is missing")),
        }
    }

    /// The term, if it is one that some event could meet.
    pub(super) fn term(&mut self, term: Term, members: &[Member<'_>]) -> JsonResult<Expr> {
        self.size.add(&term).or_else(|problem| self.refuse(problem))?;
        match check_term(&term, self.object()) {
            Ok(()) => Ok(Expr::Term(term)),
            Err(problem) => self.refuse_term(&term, problem, members),
        }
    }

    fn refuse_term(
        &mut self,
        term: &Term,
        problem: TermError,
        members: &[Member<'_>],
    ) -> JsonResult<Expr> {
        let TermError { place, text } = problem;
        let key = match (place, term) {
            (TermPart::Name | TermPart::Path, _) => NodeKey::Field.key(),
            (TermPart::Operator, _) => "op",
            (TermPart::Value(_), Term::Field { .. }) => "value",
            (TermPart::Value(_), Term::Element { .. }) => WHERE,
            (TermPart::Value(_), Term::Text(_)) => NodeKey::Text.key(),
            (TermPart::Value(_), Term::Time { relation, .. }) => relation_key(*relation),
        };
        let list_index = match (place, member(members, key)) {
            (TermPart::Value(index), Some(Node::List(_))) => Some(index),
            _ => None,
        };
        self.under(key, |reader| match list_index {
            Some(index) => reader.within(PathStep::Index(index), |reader| reader.refuse(text)),
            None => reader.refuse(text),
        })
    }
}

/// Whether an object is a list of filters, perhaps a wrong one.
fn is_list(members: &[Member<'_>]) -> bool {
    members.iter().any(|(key, _)| key == FILTERS || key == JOINER)
}

/// The key of a relation to a time.
pub(super) fn relation_key(relation: TimeRelation) -> &'static str {
    match relation {
        TimeRelation::After => NodeKey::After.key(),
        TimeRelation::Before => NodeKey::Before.key(),
        TimeRelation::On => NodeKey::On.key(),
        TimeRelation::Since => NodeKey::Since.key(),
    }
}

/// The member with this key.
pub(super) fn member<'n, 't>(members: &'n [Member<'t>], key: &str) -> Option<&'n Node<'t>> {
    members.iter().find(|(name, _)| name == key).map(|(_, node)| node)
}
