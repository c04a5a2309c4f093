//! Names of attributes: what a name that a profile gives to a field stands for in a query.

use crate::profile::{Attribute, Operator, Registry};
use crate::query::ast::{Comparison, Expr, FieldTest, Literal, Path, Term};
use crate::query::predicate::compile::{TermError, TermPart, check_path};
use crate::query::predicate::equals::range_ends;
use std::net::IpAddr;

/// Where the values of a field are.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The path from the event, or from the object of the brackets around.
    pub(super) path: Path,
    named: Option<Named>,
}

/// What a profile says of a field that was named.
#[derive(Debug, Clone)]
struct Named {
    name: String,
    operators: Vec<Operator>,
    element: Option<Elements>,
}

/// Objects of a list that meet a condition, and the path from them to the values.
#[derive(Debug, Clone)]
struct Elements {
    list: Path,
    condition: Expr,
    member: Path,
}

impl Target {
    /// The field at a path or of a name; names are those of the profiles, fields of the schema
    /// come first.
    ///
    /// # Errors
    /// For what is neither, with the nearest names.
    pub(super) fn of(path: Path, object: &[String], names: &Registry) -> Result<Target, TermError> {
        let problem = match check_path(&path, object) {
            Ok(()) => return Ok(Target { path, named: None }),
            Err(problem) => problem,
        };
        if !object.is_empty() || problem.place != TermPart::Name {
            return Err(problem);
        }
        let name = path.segments().join(".");
        match names.attribute(&name) {
            Ok(Some(attribute)) => Ok(Target::named(name, attribute)),
            Ok(None) if names.profiles().next().is_none() => Err(problem),
            Ok(None) => {
                let nearest = names.nearest_names(&name);
                let nearest: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
                let text = match nearest.is_empty() {
                    true => format!("there is no field `{path}`"),
                    false => {
                        format!("there is no field `{path}`; the nearest: {}", nearest.join(", "))
                    }
                };
                Err(TermError { place: TermPart::Name, text })
            }
            Err(several) => Err(TermError { place: TermPart::Path, text: several.to_string() }),
        }
    }

    fn named(name: String, attribute: &Attribute) -> Target {
        let keys = attribute.path.keys();
        let element = attribute.path.element().map(|element| {
            let (list, member) = keys.split_at(element.list_keys);
            let test = FieldTest::Equals(vec![Literal::quoted(&element.value)]);
            let path = Path::new(vec![element.member.clone()]);
            Elements {
                list: Path::new(list.to_vec()),
                condition: Expr::Term(Term::Field { path, test }),
                member: Path::new(member.to_vec()),
            }
        });
        let named = Named { name, operators: attribute.operators.clone(), element };
        Target { path: Path::new(keys.to_vec()), named: Some(named) }
    }

    /// The condition that the field passes a test, which has been checked with the path.
    pub(super) fn expr(&self, test: FieldTest) -> Expr {
        let element = self.named.as_ref().and_then(|named| named.element.as_ref());
        let Some(Elements { list, condition, member }) = element else {
            return Expr::Term(Term::Field { path: self.path.clone(), test });
        };
        let met = |test: FieldTest| {
            let value = match member.segments().is_empty() {
                true => Expr::All,
                false => Expr::Term(Term::Field { path: member.clone(), test }),
            };
            let condition = match value {
                Expr::All => condition.clone(),
                value => Expr::and(vec![condition.clone(), value]),
            };
            Expr::Term(Term::Element { path: list.clone(), condition: Box::new(condition) })
        };
        match test {
            FieldTest::Differs(values) => {
                Expr::and(vec![met(FieldTest::Has), Expr::negate(met(FieldTest::Equals(values)))])
            }
            test => met(test),
        }
    }

    /// The list, what its objects must meet, and the path from them to the values; else the path.
    pub(super) fn into_elements(self) -> Result<(Path, Expr, Path), Path> {
        match self.named.and_then(|named| named.element) {
            Some(Elements { list, condition, member }) => Ok((list, condition, member)),
            None => Err(self.path),
        }
    }

    /// Refuses a test with an operator that the attribute does not take.
    ///
    /// # Errors
    /// With those it does.
    pub(super) fn check(&self, test: &FieldTest) -> Result<(), TermError> {
        let Some(Named { name, operators, .. }) = &self.named else {
            return Ok(());
        };
        let (sign, suitable) = needed(test);
        if suitable.is_empty() || operators.iter().any(|one| suitable.contains(one)) {
            return Ok(());
        }
        let taken: Vec<String> = operators
            .iter()
            .map(|operator| format!("{} (`{}`)", operator.name(), spelling(*operator)))
            .collect();
        let text = format!("`{name}` does not take `{sign}`; it takes {}", taken.join(", "));
        Err(TermError { place: TermPart::Operator, text })
    }
}

/// The sign of a test, and the operators of which an attribute needs one to take it; none: all do.
fn needed(test: &FieldTest) -> (&'static str, &'static [Operator]) {
    use Operator::{
        Above, After, Before, Below, Between, Contains, In, InCidr, Is, IsNot, Phrase, StartsWith,
        Under,
    };
    match test {
        FieldTest::Has => ("has:", &[]),
        FieldTest::Text(_) => (":", &[Contains, Phrase, Is]),
        FieldTest::Equals(values) => match &values[..] {
            [one] if range_ends(one).is_some() => {
                ("=a..b", &[Between, Above, Below, Before, After])
            }
            [one] if is_network(one) => ("=", &[InCidr, Is, In]),
            // A date is its whole day.
            [_] => ("=", &[Is, In, Between]),
            _ => ("=(a,b)", &[In, Is, InCidr]),
        },
        FieldTest::Differs(_) => ("!=", &[IsNot]),
        FieldTest::Begins(_) => ("^=", &[StartsWith]),
        FieldTest::Contains(_) => ("*=", &[Contains]),
        FieldTest::Ends(_) => ("$=", &[Contains]),
        FieldTest::Matches(_) => ("~=", &[Contains]),
        FieldTest::Under(_) => ("/=", &[Under, StartsWith]),
        FieldTest::Compare(comparison @ (Comparison::Above | Comparison::AtLeast), _) => {
            (comparison.symbol(), &[After, Above, Between])
        }
        FieldTest::Compare(comparison, _) => (comparison.symbol(), &[Before, Below, Between]),
    }
}

/// Whether a value is an address with the bits of a network.
fn is_network(literal: &Literal) -> bool {
    let parts = literal.text().split_once('/').filter(|_| !literal.is_quoted());
    parts.is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok())
}

/// How an operator is written in a query.
fn spelling(operator: Operator) -> &'static str {
    match operator {
        Operator::Is => "=",
        Operator::IsNot => "!=",
        Operator::In => "=(a,b)",
        Operator::Contains => ":",
        Operator::Phrase => ":\"a b\"",
        Operator::StartsWith => "^=",
        Operator::Under => "/=",
        Operator::Before | Operator::Below => "<",
        Operator::After | Operator::Above => ">",
        Operator::Between => "=a..b",
        Operator::InCidr => "=203.0.113.0/24",
        _ => "has:",
    }
}
