//! Conditions on an actor that name a person, spelled out as conditions on all names of the person.
//!
//! What is written in a query stays as it is; beside it stand, joined by OR, the names that the
//! table of the store has, each within the times in which it is one of the person.

use crate::query::ast::{Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term};
use crate::store::{Aliases, Tenure};
use crate::{Error, Result, limits};
use std::collections::{BTreeMap, BTreeSet};

/// Where the names of an actor stand.
const NAME_PATHS: [&[&str]; 3] =
    [&["actor", "id"], &["actor", "email"], &["actor", "display_name"]];

/// Whether a query has a condition that could name a person: only then names are looked at.
pub(super) fn may_name(query: &Query) -> bool {
    asks_for_actor(query.root(), &[])
}

fn asks_for_actor(expr: &Expr, object: &[String]) -> bool {
    match expr {
        Expr::All => false,
        Expr::And(operands) | Expr::Or(operands) => {
            operands.iter().any(|operand| asks_for_actor(operand, object))
        }
        Expr::Not(operand) => asks_for_actor(operand, object),
        Expr::Term(Term::Field { path, test }) => {
            is_name(path, object) && !texts_of(test).is_empty()
        }
        Expr::Term(Term::Element { path, condition }) => {
            object.is_empty()
                && path.segments() == ["actor"]
                && asks_for_actor(condition, path.segments())
        }
        Expr::Term(_) => false,
    }
}

/// Whether a path is that of a name of the actor, or of the actor as a whole.
fn is_name(path: &Path, object: &[String]) -> bool {
    let keys: Vec<&str> = object.iter().chain(path.segments()).map(String::as_str).collect();
    keys == ["actor"] || NAME_PATHS.contains(&keys.as_slice())
}

/// A text that may name a person.
enum NameText<'t> {
    /// Byte for byte.
    Same(&'t str),
    /// By its words.
    Words(&'t str),
}

/// The texts of a test that may name a person; none of one that looks for parts of names.
fn texts_of(test: &FieldTest) -> Vec<NameText<'_>> {
    match test {
        FieldTest::Equals(values) | FieldTest::Differs(values) => {
            values.iter().map(|value| NameText::Same(value.text())).collect()
        }
        FieldTest::Text(text) if text.last == LastWord::Exact => {
            vec![NameText::Words(&text.text)]
        }
        _ => Vec::new(),
    }
}

/// The query with all names of the persons that its conditions name; `None` when they name nobody.
///
/// # Errors
/// [`Error::Invalid`] when the names are too many for a query.
pub(super) fn renamed(query: &Query, aliases: &Aliases) -> Result<Option<Query>> {
    let mut rewriter = Rewriter { aliases, values: 0, has_changed: false };
    let root = rewriter.expr(query.root());
    if rewriter.values > limits::QUERY_ALIASES_MAX {
        let problem = format!(
            "stands for {} names of persons; at most {}; ask without them (--no-alias)",
            rewriter.values,
            limits::QUERY_ALIASES_MAX
        );
        return Err(Error::invalid("query", problem));
    }
    Ok(rewriter.has_changed.then(|| Query::new(root)))
}

struct Rewriter<'a> {
    aliases: &'a Aliases,
    /// Values that were written.
    values: usize,
    has_changed: bool,
}

impl Rewriter<'_> {
    fn expr(&mut self, expr: &Expr) -> Expr {
        match expr {
            Expr::And(operands) => Expr::and(operands.iter().map(|one| self.expr(one)).collect()),
            Expr::Or(operands) => Expr::or(operands.iter().map(|one| self.expr(one)).collect()),
            Expr::Not(operand) => Expr::negate(self.expr(operand)),
            Expr::Term(Term::Field { path, test }) if is_name(path, &[]) => {
                self.field(expr, test, |test| Expr::Term(Term::Field { path: path.clone(), test }))
            }
            Expr::Term(Term::Element { path, condition })
                if path.segments() == ["actor"] && asks_for_actor(condition, path.segments()) =>
            {
                let before = self.has_changed;
                self.has_changed = false;
                let hoisted = self.actor(path, condition);
                let rewritten = if self.has_changed { hoisted } else { expr.clone() };
                self.has_changed |= before;
                rewritten
            }
            Expr::All | Expr::Term(_) => expr.clone(),
        }
    }

    /// A condition on the actor in brackets as conditions on the event. There is one actor, so each
    /// part may stand in brackets of its own; `NOT` still asks that there is one.
    fn actor(&mut self, actor: &Path, condition: &Expr) -> Expr {
        let within = |condition: Expr| {
            let condition = Box::new(condition);
            Expr::Term(Term::Element { path: actor.clone(), condition })
        };
        if !asks_for_actor(condition, actor.segments()) {
            return within(condition.clone());
        }
        match condition {
            Expr::And(operands) => {
                Expr::and(operands.iter().map(|one| self.actor(actor, one)).collect())
            }
            Expr::Or(operands) => {
                Expr::or(operands.iter().map(|one| self.actor(actor, one)).collect())
            }
            Expr::Not(operand) => {
                let not = Expr::negate(self.actor(actor, operand));
                Expr::and(vec![within(Expr::All), not])
            }
            Expr::Term(Term::Field { path, test }) => {
                let field = |test| within(Expr::Term(Term::Field { path: path.clone(), test }));
                self.field(&within(condition.clone()), test, field)
            }
            condition => within(condition.clone()),
        }
    }

    /// A condition `term` on names, made by `of` from its test.
    fn field(&mut self, term: &Expr, test: &FieldTest, of: impl Fn(FieldTest) -> Expr) -> Expr {
        let mut ids = BTreeSet::new();
        for text in texts_of(test) {
            match text {
                NameText::Same(text) => ids.extend(self.aliases.named(text).map(str::to_owned)),
                NameText::Words(text) => ids.extend(self.aliases.worded(text).map(str::to_owned)),
            }
        }
        if ids.is_empty() {
            return term.clone();
        }
        self.has_changed = true;
        let mut any = match test {
            // Not equal: there is a value, and equality, in all names, does not hold.
            FieldTest::Differs(values) => vec![of(FieldTest::Equals(values.clone()))],
            _ => vec![term.clone()],
        };
        any.extend(self.names(&ids));
        match test {
            FieldTest::Differs(_) => {
                Expr::and(vec![of(FieldTest::Has), Expr::negate(Expr::or(any))])
            }
            _ => Expr::or(any),
        }
    }

    /// One condition for each interval: the actor has one of the names that hold then.
    fn names(&mut self, ids: &BTreeSet<String>) -> Vec<Expr> {
        let mut by_tenure: BTreeMap<Tenure, BTreeSet<&str>> = BTreeMap::new();
        for id in ids {
            by_tenure.entry(Tenure::default()).or_default().insert(id);
            for (name, tenure) in self.aliases.names_of(id) {
                by_tenure.entry(tenure).or_default().insert(name);
            }
        }
        let mut conditions = Vec::new();
        for (tenure, names) in by_tenure {
            self.values = self.values.saturating_add(names.len());
            // What is refused anyway is not written.
            if self.values > limits::QUERY_ALIASES_MAX {
                continue;
            }
            let values: Vec<Literal> = names.into_iter().map(Literal::quoted).collect();
            let is_named = Expr::or(
                NAME_PATHS.map(|path| field(path, FieldTest::Equals(values.clone()))).to_vec(),
            );
            let bounds = [(Comparison::AtLeast, tenure.from), (Comparison::Below, tenure.until)];
            let mut all = vec![is_named];
            for (comparison, time) in bounds {
                let test = |time| FieldTest::Compare(comparison, format!("{time}"));
                all.extend(time.map(|time| field(&["occurred_at"], test(time))));
            }
            conditions.push(Expr::and(all));
        }
        conditions
    }
}

fn field(path: &[&str], test: FieldTest) -> Expr {
    let path = Path::new(path.iter().map(|key| (*key).to_owned()).collect());
    Expr::Term(Term::Field { path, test })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Timestamp;
    use crate::store::Alias;

    fn rewritten(query: &str) -> String {
        let at: Timestamp = "2026-05-04T00:00:00Z".parse().unwrap();
        let mut aliases = Aliases::default();
        aliases.add(Alias::new("u-1", "old@x").until(at)).unwrap();
        aliases.add(Alias::new("u-1", "Ada Roth")).unwrap();
        aliases.add(Alias::new("u-2", "old@x")).unwrap();
        let query = Query::parse(query).unwrap();
        assert_eq!(may_name(&query), asks_for_actor(query.root(), &[]));
        renamed(&query, &aliases).unwrap().map_or_else(String::new, |query| query.to_string())
    }

    #[test]
    fn a_condition_on_a_name_stands_for_all_names_at_their_times() {
        let any = |value: &str| {
            let paths = ["actor.id", "actor.email", "actor.display_name"];
            paths.map(|path| format!("{path}={value}")).join(" OR ")
        };
        let always = any(r#"("Ada Roth","u-1")"#);
        let once = format!(r#"({}) occurred_at<2026-05-04T00:00:00Z"#, any(r#""old@x""#));
        for (query, term) in [
            ("who.id=u-1", "actor.id=u-1"),
            ("who:\"ada roth\"", "actor:\"ada roth\""),
            ("actor.display_name=(\"Ada Roth\",x)", "actor.display_name=(\"Ada Roth\",x)"),
            ("actor[id=u-1]", "actor[id=u-1]"),
        ] {
            assert_eq!(rewritten(query), format!("{term} OR {always} OR {once}"), "{query}");
        }
        let negated = rewritten("actor.id!=u-1 x");
        assert_eq!(negated, format!("has:actor.id -(actor.id=u-1 OR {always} OR {once}) x"));
        let negated = rewritten("-actor[id!=u-1]");
        let is_not = format!("actor[has:id] -(actor[id=u-1] OR {always} OR {once})");
        assert_eq!(negated, format!("-({is_not})"));
        // The address is one of two persons, each at its time.
        let both = rewritten("who.email=old@x");
        assert!(both.contains("occurred_at>=2026-05-04T00:00:00Z"), "{both}");
        assert!(both.contains("\"u-2\"") && both.contains("\"u-1\""), "{both}");
        let member = rewritten("actor[role=admin -email=old@x]");
        assert!(member.starts_with("actor[role=admin] actor[*] -(actor[email=old@x] OR "));
    }

    #[test]
    fn other_conditions_stay_as_they_are() {
        for query in [
            "*",
            "ada roth",
            "who:ada",
            "who.id^=u-1",
            "who.id:u-1*",
            "who.role=u-1",
            "actor.on_behalf_of.id=u-1",
            "target.id=u-1",
            "who.email=new@x",
            "actor[role=u-1]",
            "targets[id=u-1]",
            "has:actor.id",
        ] {
            assert_eq!(rewritten(query), "", "{query}");
        }
    }
}
