//! Notes about paths at which no event has a value: the nearest path by edit distance.

use super::Notes;
use super::nearest::nearest;
use super::reason::{NearPath, NoteHint};
use crate::Result;
use crate::query::ast::{Expr, FieldTest, Path, Query, Term};

impl Notes<'_> {
    /// The note about a field term that no event meets: about its test if events have the path,
    /// else about the path.
    pub(super) fn hint_of_field(&self, path: &Path, test: &FieldTest) -> Result<Option<NoteHint>> {
        let has = Expr::Term(Term::Field { path: path.clone(), test: FieldTest::Has });
        if self.count(&has)? > 0 {
            return self.hint_of_test(path, test);
        }
        let fields = self.instead(Query::all()).fields()?;
        let paths: Vec<Path> = fields.into_iter().map(|field| field.path).collect();
        let near = nearest_path(path, &paths).map(|near| -> Result<NearPath> {
            let moved = Expr::Term(Term::Field { path: near.clone(), test: test.clone() });
            let count = self.count(&moved)?;
            let found = (count > 0).then(|| (moved.to_string(), count));
            Ok(NearPath { path: near.to_string(), found })
        });
        let near = near.transpose()?;
        Ok(Some(NoteHint::NoValueAt { path: path.to_string(), near }))
    }
}

/// The path with the last segment of `wanted`, in any case of ASCII letters. If there is none, the
/// path that is [`nearest`] as a whole, and then the one whose last segment is nearest.
fn nearest_path<'p>(wanted: &Path, paths: &'p [Path]) -> Option<&'p Path> {
    let last = |path: &Path| path.segments().last().cloned().unwrap_or_default();
    let wanted_last = last(wanted);
    let by_last: Vec<String> = paths.iter().map(last).collect();
    let whole: Vec<String> = paths.iter().map(Path::to_string).collect();
    let is_same = |name: &&String| name.eq_ignore_ascii_case(&wanted_last);
    let found = by_last.iter().position(|name| is_same(&name)).or_else(|| {
        let near = nearest(&wanted.to_string(), whole.iter().map(String::as_str))?;
        whole.iter().position(|name| name == near)
    });
    let found = found.or_else(|| {
        let near = nearest(&wanted_last, by_last.iter().map(String::as_str))?;
        by_last.iter().position(|name| name == near)
    });
    found.and_then(|index| paths.get(index))
}
