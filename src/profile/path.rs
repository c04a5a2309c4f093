//! The path of an attribute: keys of an event, of which one may pick the members of a list.

use crate::event::schema::{FieldType, Known, lookup, nearest};
use std::fmt;

/// Keys joined by dots. A list of objects may have a condition on one member, so that
/// `targets[type=project].name` is the name of the project and of nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributePath {
    text: String,
    keys: Vec<String>,
    element: Option<ElementCondition>,
}

/// What an element of a list must have to be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ElementCondition {
    /// How many keys of the path lead to the list.
    pub list_keys: usize,
    /// The member of the element.
    pub member: String,
    /// What that member must equal.
    pub value: String,
}

impl AttributePath {
    /// The keys from the top of an event, without the condition.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The condition on the elements of a list, if there is one.
    pub fn element(&self) -> Option<&ElementCondition> {
        self.element.as_ref()
    }

    /// Reads a path; what is wrong is a problem for a message.
    pub(super) fn parse(text: &str) -> Result<AttributePath, String> {
        let (plain, element) = take_condition(text)?;
        let keys: Vec<&str> = plain.split('.').collect();
        if keys.iter().any(|key| key.is_empty()) {
            return Err(format!("`{text}` has an empty key; write keys joined by dots"));
        }
        match lookup(&keys) {
            Known::Field(_) | Known::Free => {}
            Known::Raw => {
                return Err(format!("`{text}` lies in `raw`, which queries do not reach"));
            }
            Known::Unknown => {
                let nearest = nearest(&keys).join("`, `");
                return Err(format!("`{text}` is no field of an event; the nearest: `{nearest}`"));
            }
        }
        if let Some(element) = &element {
            check_list(text, &keys[..element.list_keys], &element.member)?;
        }
        let keys = keys.into_iter().map(str::to_owned).collect();
        Ok(AttributePath { text: text.to_owned(), keys, element })
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Takes `[member=value]` out of a path.
fn take_condition(text: &str) -> Result<(String, Option<ElementCondition>), String> {
    let Some((list, rest)) = text.split_once('[') else {
        return Ok((text.to_owned(), None));
    };
    let wrong = || format!("`{text}` is not written like `targets[type=project].name`");
    let (condition, behind) = rest.split_once(']').ok_or_else(wrong)?;
    let (member, value) = condition.split_once('=').ok_or_else(wrong)?;
    let follows = behind.is_empty() || behind.starts_with('.');
    if member.is_empty() || value.is_empty() || !follows || behind.contains(['[', ']']) {
        return Err(wrong());
    }
    let element = ElementCondition {
        list_keys: list.split('.').count(),
        member: member.to_owned(),
        value: value.to_owned(),
    };
    Ok((format!("{list}{behind}"), Some(element)))
}

/// Only a list of objects has elements with members.
fn check_list(text: &str, list: &[&str], member: &str) -> Result<(), String> {
    if !matches!(lookup(list), Known::Field(FieldType::ObjectList(_))) {
        let list = list.join(".");
        return Err(format!("`{text}`: `{list}` is no list of objects, so it takes no [ ]"));
    }
    let mut keys = list.to_vec();
    keys.push(member);
    match lookup(&keys) {
        Known::Field(_) => Ok(()),
        _ => Err(format!("`{text}`: `{member}` is no member of `{}`", list.join("."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_free_places_are_paths() {
        for text in ["actor.email", "details.event_title", "targets", "attributes.start", "seq"] {
            let path = AttributePath::parse(text).expect(text);
            assert_eq!((path.to_string().as_str(), path.element()), (text, None));
        }
    }

    #[test]
    fn a_condition_picks_elements_of_a_list() {
        let path = AttributePath::parse("targets[type=project].name").expect("valid");
        assert_eq!(path.keys(), ["targets", "name"]);
        let element = path.element().expect("has one");
        assert_eq!(
            (element.list_keys, element.member.as_str(), element.value.as_str()),
            (1, "type", "project")
        );
        assert!(AttributePath::parse("targets[relation=owner]").is_ok());
    }

    #[test]
    fn other_paths_are_refused_with_the_reason() {
        for (text, part) in [
            ("actor.email.x", "the nearest: `actor"),
            ("catgory", "the nearest: `category`"),
            ("raw.x", "which queries do not reach"),
            ("actor..email", "has an empty key"),
            ("", "has an empty key"),
            ("actor[type=user].email", "`actor` is no list of objects"),
            ("targets[colour=red].name", "`colour` is no member of `targets`"),
            ("targets[type=].name", "is not written like"),
            ("targets[type=a]name", "is not written like"),
            ("targets[type=a", "is not written like"),
            ("targets[type=a][id=b]", "is not written like"),
        ] {
            let problem = AttributePath::parse(text).expect_err(text);
            assert!(problem.contains(part), "{problem}");
        }
    }
}
