//! What a code is called, language by language.

/// The language that stands in where a code has no label in the one asked for.
pub(super) const FALLBACK_LANGUAGE: &str = "en";

/// The labels (display names) of one code, at most one for each language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Language and label, by language.
    by_language: Vec<(String, String)>,
}

impl Labels {
    pub(super) fn new(mut by_language: Vec<(String, String)>) -> Labels {
        by_language.sort();
        Labels { by_language }
    }

    /// The label in exactly this language.
    pub fn get(&self, language: &str) -> Option<&str> {
        let mut labels = self.by_language.iter();
        labels.find(|(known, _)| known == language).map(|(_, label)| label.as_str())
    }

    /// The label to show to a reader of this language: that of the language, else the English one;
    /// `None` where neither is there, and the code itself is shown.
    pub fn shown_in(&self, language: &str) -> Option<&str> {
        self.get(language).or_else(|| self.get(FALLBACK_LANGUAGE))
    }

    /// Languages and labels, by language.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_language.iter().map(|(language, label)| (language.as_str(), label.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_stands_in_for_a_language_without_a_label() {
        let label = |language: &str, text: &str| (language.to_owned(), text.to_owned());
        let labels = Labels::new(vec![label("en", "Deleted"), label("de", "Gelöscht")]);
        assert_eq!((labels.get("de"), labels.get("fr")), (Some("Gelöscht"), None));
        assert_eq!(labels.shown_in("fr"), Some("Deleted"));
        assert_eq!(Labels::default().shown_in("en"), None);
        assert_eq!(labels.iter().next(), Some(("de", "Gelöscht")));
    }
}
