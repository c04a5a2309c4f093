//! Changes of single classes and rules, as people write them in one line.

use super::policy::{Class, Keep, Retention, Rule};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A change of one class: `business:kept=7d,visible=nothing`. What it does not name stays, and a
/// class that is not there is made, for ever where it says nothing.
///
/// # Examples
/// ```
/// use annals::store::{ClassChange, Keep, Retention};
/// let mut retention = Retention::default();
/// retention.change_class(&"default:kept=1y".parse::<ClassChange>()?);
/// assert_eq!(retention.classes[0].kept_for.to_string(), "366d");
/// assert_eq!(retention.classes[0].visible_for, Keep::Forever);
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassChange {
    /// The class.
    pub name: String,
    /// Its new `kept_for`, if it gets one.
    pub kept_for: Option<Keep>,
    /// Its new `visible_for`, if it gets one.
    pub visible_for: Option<Keep>,
}

impl FromStr for ClassChange {
    type Err = Error;

    fn from_str(text: &str) -> Result<ClassChange> {
        let wrong = |problem: String| Error::invalid("class", problem);
        let form = "expected CLASS:kept=90d,visible=30d";
        let (name, settings) =
            text.split_once(':').ok_or_else(|| wrong(format!("`{text}` has no colon; {form}")))?;
        let mut change = ClassChange { name: name.into(), kept_for: None, visible_for: None };
        for setting in settings.split(',') {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{setting}` is not KEY=DURATION; {form}")))?;
            let place = match key.trim() {
                "kept" | "kept_for" => &mut change.kept_for,
                "visible" | "visible_for" => &mut change.visible_for,
                _ => return Err(wrong(format!("`{key}` is neither kept nor visible; {form}"))),
            };
            if place.replace(value.trim().parse()?).is_some() {
                return Err(wrong(format!("`{key}` is there twice")));
            }
        }
        Ok(change)
    }
}

impl FromStr for Rule {
    type Err = Error;

    /// `tenant=biz,source=calendar,category=access:short`, where what stands behind the last colon
    /// is the class; a value with a comma stands in quotes.
    fn from_str(text: &str) -> Result<Rule> {
        let (criteria, class) = text.rsplit_once(':').ok_or_else(|| {
            Error::invalid("rule", format!("`{text}` names no class; expected tenant=biz:CLASS"))
        })?;
        Ok(Rule { class: class.trim().into(), ..Rule::matching(criteria)? })
    }
}

impl Rule {
    /// A rule for what `criteria` names, such as `tenant=biz,category=access`, without a class.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that rules do not know, one that is there twice, or none.
    pub fn matching(criteria: &str) -> Result<Rule> {
        let wrong = |problem: String| Error::invalid("rule", problem);
        let keys = "tenant, source, category, activity";
        let mut rule = Rule::default();
        for criterion in split_criteria(criteria) {
            let (key, value) = criterion
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{criterion}` is not KEY=VALUE ({keys})")))?;
            let place = match key.trim() {
                "tenant" => &mut rule.tenant,
                "source" | "data_source" => &mut rule.data_source,
                "category" => &mut rule.category,
                "activity" => &mut rule.activity,
                _ => return Err(wrong(format!("`{}` is none of {keys}", key.trim()))),
            };
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            if place.replace(quoted.unwrap_or(value).to_owned()).is_some() {
                return Err(wrong(format!("`{}` is there twice", key.trim())));
            }
        }
        Ok(rule)
    }
}

/// Splits at commas outside of quotes.
fn split_criteria(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |one: char| {
        is_quoted ^= one == '"';
        one == ',' && !is_quoted
    })
}

impl fmt::Display for Rule {
    /// As [`Rule::matching`] reads it, without the class.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("tenant", &self.tenant),
            ("source", &self.data_source),
            ("category", &self.category),
            ("activity", &self.activity),
        ];
        let named = parts.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        for (number, (key, value)) in named.enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let quote = if value.contains(',') { "\"" } else { "" };
            write!(formatter, "{comma}{key}={quote}{value}{quote}")?;
        }
        Ok(())
    }
}

impl Retention {
    /// Changes a class, or makes it.
    pub fn change_class(&mut self, change: &ClassChange) {
        let known = self.classes.iter().position(|class| class.name == change.name);
        let place = known.unwrap_or_else(|| {
            self.classes.push(Class::forever(&change.name));
            self.classes.len() - 1
        });
        let class = &mut self.classes[place];
        class.kept_for = change.kept_for.unwrap_or(class.kept_for);
        class.visible_for = change.visible_for.unwrap_or(class.visible_for);
    }

    /// Puts a rule in the place of the one with the same criteria; else before the first one that
    /// would leave nothing for it, or behind all others.
    ///
    /// # Errors
    /// [`Error::Invalid`] where no class has that name.
    pub fn put_rule(&mut self, rule: Rule) -> Result<()> {
        if self.class(&rule.class).is_none() {
            let problem = format!("no class is called `{}`: make it first", rule.class);
            return Err(Error::invalid("rule", problem));
        }
        if let Some(same) = self.rules.iter_mut().find(|other| other.has_criteria_of(&rule)) {
            same.class = rule.class;
            return Ok(());
        }
        let wider = self.rules.iter().position(|other| other.covers(&rule));
        self.rules.insert(wider.unwrap_or(self.rules.len()), rule);
        Ok(())
    }

    /// Takes out the rule with these criteria, whatever its class.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there is none.
    pub fn remove_rule(&mut self, criteria: &Rule) -> Result<()> {
        let found = self.rules.iter().position(|rule| rule.has_criteria_of(criteria));
        let index = found.ok_or_else(|| {
            Error::invalid("rule", format!("there is none for exactly `{criteria}`"))
        })?;
        self.rules.remove(index);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        text.parse().expect(text)
    }

    #[test]
    fn a_change_of_a_class_names_what_changes() {
        let mut retention = Retention::default();
        for text in ["default:visible=nothing", "b:kept=2w", "default:kept=6mo"] {
            retention.change_class(&text.parse().expect(text));
        }
        let printed = |class: &Class| format!("{} {}", class.kept_for, class.visible_for);
        let classes: Vec<String> = retention.classes.iter().map(printed).collect();
        assert_eq!(classes, ["186d nothing", "14d forever"]);
        for wrong in
            ["a", "a:kept", "a:kept=soon", "a:seen=1d", "a:kept=1d,kept=2d", "a:", "a:kept=1d,"]
        {
            assert!(wrong.parse::<ClassChange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn rules_are_written_in_one_line() {
        let full = rule("tenant=urn:x:1,source=calendar,category=\"a,b\",activity=c:short");
        assert_eq!(full.class, "short");
        assert_eq!(full.tenant.as_deref(), Some("urn:x:1"));
        assert_eq!(full.data_source.as_deref(), Some("calendar"));
        assert_eq!(full.category.as_deref(), Some("a,b"));
        assert_eq!(full.activity.as_deref(), Some("c"));
        assert_eq!(Rule::matching(&full.to_string()).expect("printed").class, "");
        assert!(Rule::matching(&full.to_string()).expect("printed").has_criteria_of(&full));
        for wrong in ["tenant=a", ":short", "tenant:short", "who=a:short", "tenant=a,tenant=b:x"] {
            assert!(wrong.parse::<Rule>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rule_is_put_where_it_matters() {
        let mut retention = Retention::default();
        for class in ["a:kept=1d", "b:kept=2d"] {
            retention.change_class(&class.parse().expect("sound"));
        }
        let texts = ["tenant=t:a", "tenant=u:a", "tenant=t,category=c:b", "tenant=u:b"];
        for text in texts {
            retention.put_rule(rule(text)).expect(text);
        }
        let expected = ["tenant=t,category=c:b", "tenant=t:a", "tenant=u:b"].map(rule);
        assert_eq!(retention.rules, expected);
        assert!(retention.put_rule(rule("tenant=t:none")).is_err());
        let criteria = Rule::matching("tenant=t").expect("sound");
        retention.remove_rule(&criteria).expect("is there");
        assert!(retention.remove_rule(&criteria).is_err());
        assert_eq!(retention.rules.len(), 2);
    }
}
