//! The short way from native JSON to an event: one walk over a text whose layout was met before.
//!
//! What the schema says of a layout is worked out once, when the tree way has accepted an event of
//! it: which member stands where in canonical form, which values have rules of their own. The next
//! event of the layout needs its values checked and its pieces copied, no tree. What follows no
//! layout goes the tree way, which alone refuses: so both ways accept, store and refuse the same.
//!
//! Layouts are kept for each thread, so that no lock is taken and [`Event::from_json`] stays a
//! function of its text.
//!
//! [`Event::from_json`]: crate::Event::from_json

use super::check::{check_len, check_scalar};
use crate::event::instant::parse_instant;
use crate::event::schema::{FieldType, Known, lookup};
use crate::event::time::{Timestamp, append_instant};
use crate::json::{Layouts, Node, Scan, Step, Token, TokenKind, for_each_token};
use crate::limits::{EVENT_BYTES_MAX, SHORT_TEXT_BYTES_MAX};
use foldhash::fast::FixedState;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};

/// Values of an event that is learned; larger ones hardly come in the same layout again.
const VALUES_MAX: usize = 256;
/// Texts of unknown layout that are passed over after one that could not be learned: what it costs
/// to try is then a small part of what they cost in any case.
const PASSED_OVER: u32 = 32;
/// Texts that a thread reads by the tree before it learns. Learning a layout costs as much as some
/// events of it save, which a small input of many layouts does not get back.
const TEXTS_BEFORE: u32 = 512;
/// Layouts that came once and are remembered.
const MET_MAX: usize = 4096;

thread_local! {
    static LEARNED: RefCell<LearnedEvents> = RefCell::default();
}

/// Counts a text that is about to be read; whether this thread has read enough to know layouts.
pub(in crate::event) fn is_learning() -> bool {
    let is_learning = |learned: &RefCell<LearnedEvents>| {
        let texts = &mut learned.borrow_mut().texts;
        *texts = texts.saturating_add(1);
        *texts > TEXTS_BEFORE
    };
    // A thread that ends has nothing to learn any more.
    LEARNED.try_with(is_learning).unwrap_or(false)
}

/// Reads an event of a known layout: its canonical form and its time. `None` leaves it to the tree.
///
/// Cost: one walk over the text, one copy, no allocation but that of the canonical form.
pub(in crate::event) fn read(json: &[u8]) -> Option<(Vec<u8>, Timestamp)> {
    LEARNED.try_with(|learned| learned.borrow_mut().read(json)).ok().flatten()
}

/// Learns the layout of a text that the tree way has brought into canonical form.
pub(in crate::event) fn learn(json: &[u8], canonical: &[u8]) {
    let _ = LEARNED.try_with(|learned| learned.borrow_mut().learn_if_it_pays(json, canonical));
}

#[derive(Debug, Default)]
struct LearnedEvents {
    layouts: Layouts<EventLayout>,
    /// The values of the text being read.
    tokens: Vec<Token>,
    /// Texts that this thread has read.
    texts: u32,
    /// Hashes of layouts that came once: many never come again, and learning one costs more than
    /// reading its event by the tree.
    met: HashSet<u64, FixedState>,
    /// Texts that are not looked at, because one before could not be learned.
    passed_over: u32,
}

/// What the events of one layout of input have in common.
#[derive(Debug)]
struct EventLayout {
    /// The canonical form, piece by piece.
    pieces: Vec<Piece>,
    /// The text of [`Piece::Literal`].
    literals: Vec<u8>,
    /// Values that the schema has a rule for.
    rules: Vec<(u32, FieldType)>,
    /// Which value is `occurred_at`.
    time: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Bytes of `literals`, from and to.
    Literal(u32, u32),
    /// The input from the start of one value to the end of another one.
    Values(u32, u32),
    /// The value of `occurred_at`, printed anew.
    Time,
}

impl LearnedEvents {
    fn read(&mut self, json: &[u8]) -> Option<(Vec<u8>, Timestamp)> {
        let text = std::str::from_utf8(json).ok()?;
        let layout = self.layouts.follow(json, Scan::Checked, &mut self.tokens)?;
        layout.apply(text, &self.tokens)
    }

    fn learn_if_it_pays(&mut self, json: &[u8], canonical: &[u8]) {
        if self.passed_over > 0 {
            self.passed_over -= 1;
        } else if self.was_met(json) && self.learn(json, canonical).is_none() {
            self.passed_over = PASSED_OVER;
        }
    }

    /// Whether the layout of a text came before; it has come now.
    fn was_met(&mut self, json: &[u8]) -> bool {
        let Some(layout) = hash_of_layout(json) else { return false };
        if self.met.remove(&layout) {
            return true;
        }
        if self.met.len() >= MET_MAX {
            self.met.clear();
        }
        self.met.insert(layout);
        false
    }

    fn learn(&mut self, json: &[u8], canonical: &[u8]) -> Option<()> {
        let text = std::str::from_utf8(json).ok()?;
        let input = InputValues::of(json)?;
        let layout = EventLayout::new(json, &input, canonical)?;
        // Paths were compared by their hashes only.
        let (applied, _) = layout.apply(text, &input.tokens)?;
        (applied == canonical).then_some(())?;
        self.layouts.learn(json, &input.tokens, layout)
    }
}

/// The values of an input, and which of them is at a path.
struct InputValues {
    tokens: Vec<Token>,
    /// By the hash of the path; two paths of one hash make a layout that is not kept.
    places: HashMap<u64, u32, FixedState>,
}

impl InputValues {
    fn of(json: &[u8]) -> Option<InputValues> {
        let mut values = InputValues { tokens: Vec::new(), places: HashMap::default() };
        for_each_token(json, |path, token| {
            values.places.insert(hash_of(path), values.tokens.len() as u32);
            values.tokens.push(token);
        })?;
        (values.tokens.len() <= VALUES_MAX).then_some(values)
    }

    /// The value that stands at a path of the canonical form: unknown members of the event were
    /// moved under `details._extra`.
    fn place(&self, path: &[Step<'_>]) -> Option<u32> {
        let place = self.places.get(&hash_of(path)).copied();
        place.or_else(|| match path {
            [Step::Key(b"details"), Step::Key(b"_extra"), moved @ ..] => {
                self.places.get(&hash_of(moved)).copied()
            }
            _ => None,
        })
    }
}

/// A hash of the literals of a text and the kinds of its values.
fn hash_of_layout(json: &[u8]) -> Option<u64> {
    let mut hasher = FixedState::default().build_hasher();
    let mut end = 0;
    for_each_token(json, |_, token| {
        hasher.write(json.get(end..token.start as usize).unwrap_or_default());
        hasher.write_u8(token.kind as u8);
        end = token.end();
    })?;
    hasher.write(json.get(end..)?);
    Some(hasher.finish())
}

fn hash_of(path: &[Step<'_>]) -> u64 {
    FixedState::default().hash_one(path)
}

impl EventLayout {
    /// The layout of an input, from the values of it and of its canonical form.
    fn new(json: &[u8], input: &InputValues, canonical: &[u8]) -> Option<EventLayout> {
        let mut layout =
            EventLayout { pieces: Vec::new(), literals: Vec::new(), rules: Vec::new(), time: 0 };
        let (mut end, mut is_whole) = (0, true);
        for_each_token(canonical, |path, token| {
            let place = input.place(path);
            let (Some(place), Some(literal)) = (place, canonical.get(end..token.start as usize))
            else {
                is_whole = false;
                return;
            };
            end = token.end();
            if path == [Step::Key(b"occurred_at")] {
                layout.time = place;
                layout.literal(literal);
                layout.pieces.push(Piece::Time);
                return;
            }
            layout.value(place, literal, json, &input.tokens);
            if let Some(rule) = rule_of(path, token.kind) {
                layout.rules.push((place, rule));
            }
        })?;
        layout.literal(canonical.get(end..)?);
        is_whole.then_some(layout)
    }

    fn literal(&mut self, literal: &[u8]) {
        let start = self.literals.len() as u32;
        self.literals.extend_from_slice(literal);
        self.pieces.push(Piece::Literal(start, self.literals.len() as u32));
    }

    /// Adds a literal and the value behind it. Where both follow the last value in the input as
    /// well, its piece goes on.
    fn value(&mut self, place: u32, literal: &[u8], json: &[u8], input: &[Token]) {
        if let Some(Piece::Values(_, last)) = self.pieces.last_mut()
            && *last + 1 == place
            && let (Some(before), Some(next)) =
                (input.get(*last as usize), input.get(place as usize))
            && json.get(before.end()..next.start as usize) == Some(literal)
        {
            *last = place;
            return;
        }
        self.literal(literal);
        self.pieces.push(Piece::Values(place, place));
    }

    /// The canonical form of a text of this layout; `None` if a value breaks a rule.
    fn apply(&self, text: &str, tokens: &[Token]) -> Option<(Vec<u8>, Timestamp)> {
        let value = |place: u32| {
            let token = tokens.get(place as usize)?;
            text.get(token.start as usize..token.end())
        };
        for (place, rule) in &self.rules {
            let is_escaped = tokens.get(*place as usize)?.is_escaped;
            let value = value(*place)?;
            match rule {
                // What it stands for is shorter than it is; a code or choice has to be read.
                FieldType::Code | FieldType::Choice(_) if is_escaped => return None,
                FieldType::Text { bytes_max } => (value.len() <= *bytes_max).then_some(())?,
                FieldType::TextList => check_len(value, SHORT_TEXT_BYTES_MAX).ok()?,
                FieldType::Integer => check_scalar(*rule, &Node::Number(value)).ok()?,
                _ => check_scalar(*rule, &Node::String(Cow::Borrowed(value))).ok()?,
            }
        }
        let time = value(self.time)?;
        let instant = parse_instant(time).ok()?;
        let mut out = Vec::with_capacity(text.len() + 16);
        for piece in &self.pieces {
            match *piece {
                Piece::Literal(start, end) => {
                    out.extend_from_slice(self.literals.get(start as usize..end as usize)?);
                }
                Piece::Values(first, last) => {
                    let (first, last) = (tokens.get(first as usize)?, tokens.get(last as usize)?);
                    out.extend_from_slice(text.as_bytes().get(first.start as usize..last.end())?);
                }
                Piece::Time if instant.is_canonical(time) => {
                    out.extend_from_slice(time.as_bytes());
                }
                Piece::Time => append_instant(&mut out, instant.timestamp, instant.offset_minutes),
            }
        }
        (out.len() <= EVENT_BYTES_MAX).then_some((out, instant.timestamp))
    }
}

/// The rule of the schema for a value, if its layout does not say all of it.
fn rule_of(path: &[Step<'_>], kind: TokenKind) -> Option<FieldType> {
    let keys = path.iter().filter_map(|step| match step {
        Step::Key(key) => std::str::from_utf8(key).ok(),
        Step::Index(_) => None,
    });
    let keys: Vec<&str> = keys.collect();
    let Known::Field(rule) = lookup(&keys) else { return None };
    let is_ruled = match rule {
        FieldType::Text { .. } | FieldType::Code | FieldType::Choice(_) | FieldType::TextList => {
            kind == TokenKind::String
        }
        FieldType::Integer => kind == TokenKind::Number,
        _ => false,
    };
    is_ruled.then_some(rule)
}
