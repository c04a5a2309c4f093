//! Which columns of a segment have the values that a scope is about.

use crate::query::ast::path_pattern::{PathPattern, behind_key};
use crate::query::predicate::tree::{FieldPredicate, Scope};
use crate::segment::Segment;

/// Columns with values of the scope, ascending; among them that of the rows that are stored whole,
/// which may have such values.
pub(in crate::query) fn columns_of(leaf: &FieldPredicate, segment: &Segment) -> Vec<u32> {
    let mut columns = match &leaf.scope {
        Scope::Path(pattern) => columns_within(pattern, segment),
        Scope::AnyText => segment.scalars().to_vec(),
        Scope::TextExcept(mask) => {
            let masked: Vec<_> = mask.paths().map(|path| columns_within(path, segment)).collect();
            let is_masked =
                |column: &u32| masked.iter().any(|of_path| of_path.binary_search(column).is_ok());
            segment.scalars().iter().copied().filter(|column| !is_masked(column)).collect()
        }
        _ => Vec::new(),
    };
    if let Some(overflow) = segment.overflow_column() {
        columns.insert(columns.partition_point(|column| *column < overflow), overflow);
    }
    columns
}

/// Columns of the values at a path and below it, ascending.
fn columns_within(pattern: &PathPattern, segment: &Segment) -> Vec<u32> {
    columns_where(pattern, segment, true)
}

/// Columns of the values at a path, ascending.
pub(in crate::query) fn columns_at(pattern: &PathPattern, segment: &Segment) -> Vec<u32> {
    columns_where(pattern, segment, false)
}

fn columns_where(pattern: &PathPattern, segment: &Segment, with_below: bool) -> Vec<u32> {
    // How many segments of the path are left behind each node; `None` where it leads elsewhere.
    let segments = pattern.segments();
    let left = segment.fold_keys(Some(segments.len()), |left, key| match left {
        Some(0) => left.filter(|_| with_below),
        Some(left) if key.may_begin(&segments[segments.len() - left]) => {
            behind_key(&segments[segments.len() - left..], &key.text()?).map(<[String]>::len)
        }
        _ => None,
    });
    let nodes = left.filter(|(_, left)| *left == Some(0));
    segment.scalars_at(nodes.map(|(node, _)| node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::shape::Kind;
    use crate::event::{Event, Timestamp};
    use crate::query::ast::mask::Mask;
    use crate::query::predicate::value_predicate::ValuePredicate;
    use crate::segment::SegmentBuilder;
    use proptest::prelude::*;

    /// Keys that are alike, that JSON spells with escapes, and that have dots.
    const KEYS: [&str; 10] = ["a", "b", "ab", "a.b", ".", "\"", "\n", "\\", "ä", "a.b.a"];

    fn segment(objects: &[Vec<usize>]) -> Segment {
        let mut builder = SegmentBuilder::in_memory();
        for (number, path) in (1i64..).zip(objects) {
            let leaf = match number % 2 {
                0 => serde_json::json!("text"),
                _ => serde_json::json!(number),
            };
            let nested =
                path.iter().rev().fold(leaf, |below, key| serde_json::json!({ KEYS[*key]: below }));
            let event = serde_json::json!({
                "occurred_at": "2026-01-01T00:00:00Z", "category": "c", "activity": "a",
                "details": { "x": nested }
            });
            let event = Event::from_json(event.to_string().as_bytes()).unwrap();
            let time = Timestamp(number);
            builder.push(number as u64, time, time, event.canonical()).unwrap();
        }
        builder.finish_in_memory().unwrap()
    }

    /// By the definition, column by column.
    fn expected(segment: &Segment, is_asked: impl Fn(&[String]) -> bool) -> Vec<u32> {
        let all = 0..segment.column_count();
        let is_in = |number: &u32| {
            let kind = segment.column(*number).kind();
            kind == Kind::Overflow || kind.is_scalar() && is_asked(&segment.path_of(*number))
        };
        all.filter(is_in).collect()
    }

    fn leaf(scope: Scope) -> FieldPredicate {
        FieldPredicate { scope, test: ValuePredicate::Has }
    }

    proptest! {
        #[test]
        fn columns_are_those_whose_paths_are_covered(
            objects in proptest::collection::vec(
                proptest::collection::vec(0..KEYS.len(), 0..4), 1..12),
            asked in proptest::collection::vec(0..KEYS.len(), 0..4),
        ) {
            let segment = segment(&objects);
            let mut segments = vec!["details".to_owned(), "x".to_owned()];
            segments.extend(asked.iter().map(|key| KEYS[*key].to_owned()));
            let pattern = PathPattern::new(&segments);
            let mut mask = Mask::default();
            mask.add(&segments);
            mask.add(&["category".to_owned()]);
            let found = columns_of(&leaf(Scope::Path(pattern.clone())), &segment);
            prop_assert_eq!(found, expected(&segment, |path| pattern.covers(path)));
            let found = columns_of(&leaf(Scope::TextExcept(mask.clone().into())), &segment);
            prop_assert_eq!(found, expected(&segment, |path| !mask.covers(path)));
            let found = columns_of(&leaf(Scope::AnyText), &segment);
            prop_assert_eq!(found, expected(&segment, |_| true));
            let found = columns_at(&pattern, &segment);
            let mut at = expected(&segment, |path| pattern.equals(path));
            at.retain(|number| segment.column(*number).kind() != Kind::Overflow);
            prop_assert_eq!(found, at);
            for number in 0..segment.column_count() {
                let (path, kind) = (segment.path_of(number), segment.column(number).kind());
                let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                let at = (kind != Kind::Overflow).then(|| segment.column_at(&keys, kind));
                prop_assert!(at.is_none_or(|at| at == Some(number)), "{:?}", path);
            }
        }
    }
}
