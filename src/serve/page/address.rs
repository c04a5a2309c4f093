//! The query of an address: what is shown stands there, and every link is another one of it.

/// What of an address is about the events themselves, whatever is shown of them.
pub(super) const QUESTION: [&str; 11] = [
    "q",
    "from",
    "to",
    "since",
    "tz",
    "lang",
    "tenant",
    "profile",
    "include_hidden",
    "fold",
    "order",
];
/// What every page of the program goes by.
const SPEECH: [&str; 2] = ["tz", "lang"];

/// Names and values, each name once, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    pairs: Vec<(String, String)>,
}

impl Address {
    /// Reads what follows `?`; what has no value is not there.
    pub(super) fn of(query: &str) -> Address {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let pairs = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Address { pairs: pairs.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// With another value, in the place of the one before; an empty one takes it out.
    pub(super) fn with(&self, name: &str, value: &str) -> Address {
        let mut changed = self.clone();
        match changed.pairs.iter_mut().find(|(known, _)| known == name) {
            _ if value.is_empty() => return self.without(&[name]),
            Some((_, old)) => *old = value.to_owned(),
            None => changed.pairs.push((name.to_owned(), value.to_owned())),
        }
        changed
    }

    /// Without these names.
    pub(super) fn without(&self, names: &[&str]) -> Address {
        let is_kept = |name: &str| !names.contains(&name);
        self.kept(is_kept)
    }

    /// These names only.
    pub(super) fn only(&self, names: &[&str]) -> Address {
        self.kept(|name| names.contains(&name))
    }

    fn kept(&self, is_kept: impl Fn(&str) -> bool) -> Address {
        let kept = self.pairs.iter().filter(|(name, _)| is_kept(name));
        Address { pairs: kept.cloned().collect() }
    }

    /// Language and zone only, for links to other pages.
    pub(super) fn speech(&self) -> Address {
        self.only(&SPEECH)
    }

    /// The first page of another query.
    pub(super) fn asking(&self, query: &str) -> Address {
        self.without(&["after", "filter"]).with("q", query)
    }

    /// As it follows `?`.
    pub(super) fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// A link to a place with it.
    pub(super) fn at(&self, place: &str) -> String {
        match self.pairs.is_empty() {
            true => place.to_owned(),
            false => format!("{place}?{}", self.to_query()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_address_with_one_thing_changed() {
        let address = Address::of("q=a+b&from=2026-05-04&after=00&tz=");
        assert_eq!(address.get("q"), Some("a b"));
        assert_eq!(address.get("tz"), None);
        assert_eq!(address.with("from", "2026-06-01").at("/"), "/?q=a+b&from=2026-06-01&after=00");
        assert_eq!(address.with("from", "").at("/"), "/?q=a+b&after=00");
        assert_eq!(address.asking("c&d").at("/"), "/?q=c%26d&from=2026-05-04");
        assert_eq!(address.asking("").without(&["from"]).at("/"), "/");
        assert_eq!(address.speech().at("/searches"), "/searches");
    }
}
