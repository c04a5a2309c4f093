//! Refuses conditions on masked fields, and keeps text without a field away from them.

use crate::query::ast::mask::Mask;
use crate::query::predicate::paths::FacetPath;
use crate::query::predicate::simplify::union;
use crate::query::predicate::tree::{ElementPredicate, FieldPredicate, Predicate, Scope};
use crate::{Error, Result};
use std::sync::Arc;

/// The predicate for a reader who does not get masked values.
///
/// # Errors
/// [`Error::Invalid`] for a condition on a masked path or one above it.
pub(super) fn guarded(predicate: Predicate, mask: &Arc<Mask>) -> Result<Predicate> {
    if mask.is_empty() {
        return Ok(predicate);
    }
    let all = |parts: Vec<Predicate>| -> Result<Vec<Predicate>> {
        parts.into_iter().map(|part| guarded(part, mask)).collect()
    };
    Ok(match predicate {
        Predicate::All => Predicate::All,
        Predicate::And(parts) => Predicate::all_of(all(parts)?),
        Predicate::Or(parts) => union(all(parts)?),
        Predicate::Not(part) => Predicate::Not(Box::new(guarded(*part, mask)?)),
        Predicate::Element(element) => {
            check_element(&[], &element, mask)?;
            Predicate::Element(element)
        }
        Predicate::Field(leaf) if matches!(leaf.scope, Scope::AnyText) => {
            // The index answers for the columns that are left.
            let scope = Scope::TextExcept(Arc::clone(mask));
            let FieldPredicate { test, .. } = Arc::unwrap_or_clone(leaf);
            Predicate::Field(Arc::new(FieldPredicate { scope, test }))
        }
        Predicate::Field(leaf) => {
            check_scope(&[], &leaf.scope, mask)?;
            Predicate::Field(leaf)
        }
    })
}

/// Refuses to count the values at a path that is masked.
///
/// # Errors
/// [`Error::Invalid`] as for a condition on it.
pub(super) fn check_facet(path: &FacetPath, mask: &Mask) -> Result<()> {
    match path {
        FacetPath::Seq => Ok(()),
        FacetPath::Action => check_scope(&[], &Scope::Action, mask),
        FacetPath::Values(values) => check_path(values.segments(), mask),
        FacetPath::Members(element, member) => {
            check_element(&[], element, mask)?;
            check_path(&[element.path.segments(), member.segments()].concat(), mask)
        }
    }
}

/// Checks what is asked of an object that `object` leads to.
fn check_object(object: &[String], condition: &Predicate, mask: &Mask) -> Result<()> {
    match condition {
        Predicate::All => Ok(()),
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().try_for_each(|part| check_object(object, part, mask))
        }
        Predicate::Not(part) => check_object(object, part, mask),
        Predicate::Element(element) => check_element(object, element, mask),
        Predicate::Field(leaf) => check_scope(object, &leaf.scope, mask),
    }
}

/// Checks an element condition below `object`: that there is an object tells of a masked value,
/// too.
fn check_element(object: &[String], element: &ElementPredicate, mask: &Mask) -> Result<()> {
    let inner = [object, element.path.segments()].concat();
    match mask.hides(&inner) {
        true => check_path(&inner, mask),
        false => check_object(&inner, &element.condition, mask),
    }
}

fn check_scope(object: &[String], scope: &Scope, mask: &Mask) -> Result<()> {
    match scope {
        Scope::OccurredAt | Scope::RecordedAt | Scope::Seq => Ok(()),
        Scope::Action => {
            check_path(&["category".into()], mask)?;
            check_path(&["activity".into()], mask)
        }
        Scope::Path(path) => check_path(&[object, path.segments()].concat(), mask),
        // Text in brackets is looked for in the whole object.
        Scope::AnyText | Scope::TextExcept(_) => check_path(object, mask),
    }
}

fn check_path(segments: &[String], mask: &Mask) -> Result<()> {
    match mask.touches(segments) {
        true => {
            let problem = "is masked for this reader, or something below it is; it is neither \
                           searched nor counted";
            Err(Error::invalid(segments.join("."), problem))
        }
        false => Ok(()),
    }
}
