//! Where the values at a path are: from keys to columns and back.

use super::segment::Segment;
use crate::event::shape::Kind;
use crate::segment::file::keys::{Key, KeyTree};

impl Segment {
    /// The number of the column with the values of one kind at a path.
    pub(crate) fn column_at(&self, path: &[&str], kind: Kind) -> Option<u32> {
        self.columns_at.at(self.keys(), path, kind)
    }

    /// The number of the column with the values of one kind at a node of the tree of keys.
    pub(crate) fn column_of(&self, node: u32, kind: Kind) -> Option<u32> {
        self.columns_at.get(node, kind)
    }

    /// The keys of the path of a column; none for the leaves of rows that are stored whole.
    pub(crate) fn path_of(&self, number: u32) -> Vec<String> {
        let column = &self.contents.columns[number as usize];
        match column.kind {
            Kind::Overflow => Vec::new(),
            _ => self.keys().path_of(column.node),
        }
    }

    /// The tree of keys.
    pub(crate) fn keys(&self) -> &KeyTree {
        &self.contents.keys
    }

    /// The nodes of keys that lead to columns, each with a value that is made of that of its
    /// parent and its key; that of the event is given.
    pub(crate) fn fold_keys<S: Copy>(
        &self,
        event: S,
        step: impl Fn(S, Key<'_>) -> S,
    ) -> impl Iterator<Item = (u32, S)> {
        self.columns_at.fold(self.keys(), event, step)
    }

    /// The columns of values at some nodes of the tree of keys, ascending.
    pub(crate) fn scalars_at(&self, nodes: impl Iterator<Item = u32>) -> Vec<u32> {
        let of_node = |node| self.columns_at.scalars_at(node);
        let mut columns: Vec<u32> = nodes.flat_map(of_node).collect();
        columns.sort_unstable();
        columns
    }

    /// All columns of values that queries see, ascending.
    pub(crate) fn scalars(&self) -> &[u32] {
        &self.columns_at.scalars
    }

    /// The column of the leaves of rows that are stored whole, if there are any.
    pub(crate) fn overflow_column(&self) -> Option<u32> {
        self.columns_at.overflow
    }
}

#[cfg(test)]
mod tests {
    use crate::event::shape::Kind;
    use crate::event::{Event, Timestamp};
    use crate::segment::SegmentBuilder;

    #[test]
    fn keys_without_values_are_not_walked() {
        const KEYS: usize = 10_000;
        let empty: Vec<String> = (0..KEYS).map(|key| format!("\"k{key}\":{{}}")).collect();
        let text = format!(
            r#"{{"occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a",
            "details":{{"a":{{"b":"x"}},{}}}}}"#,
            empty.join(",")
        );
        let event = Event::from_json(text.as_bytes()).unwrap();
        let mut builder = SegmentBuilder::in_memory();
        builder.push(1, Timestamp(0), Timestamp(0), event.canonical()).unwrap();
        let segment = builder.finish_in_memory().unwrap();
        assert!(segment.keys().len() > KEYS);
        assert!(
            segment.fold_keys((), |(), _| ()).count() <= 1 + 3 * segment.contents.columns.len()
        );
        let number = segment.column_at(&["details", "a", "b"], Kind::String).unwrap();
        assert_eq!(segment.path_of(number), ["details", "a", "b"]);
        assert_eq!(segment.column_at(&["details", "k7"], Kind::String), None);
    }
}
