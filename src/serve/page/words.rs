//! The words of the page, in its languages.

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageLanguage {
    English,
    German,
    French,
}

/// What the page says, in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) search: &'static str,
    pub(super) query: &'static str,
    pub(super) time: &'static str,
    pub(super) who: &'static str,
    pub(super) action: &'static str,
    pub(super) on: &'static str,
    pub(super) older: &'static str,
    pub(super) newest: &'static str,
    pub(super) nothing: &'static str,
    pub(super) incomplete: &'static str,
    pub(super) as_csv: &'static str,
    pub(super) event: &'static str,
    pub(super) field: &'static str,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) changes: &'static str,
    pub(super) whole: &'static str,
    pub(super) back: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) sign_in: &'static str,
    pub(super) wrong: &'static str,
}

const ENGLISH: Words = Words {
    code: "en",
    title: "Activity log",
    search: "Search",
    query: "What to look for",
    time: "Time",
    who: "By whom",
    action: "Activity",
    on: "On what",
    older: "Older",
    newest: "Newest",
    nothing: "No event matches.",
    incomplete: "Not complete: the search reached its limit. Ask for a shorter time.",
    as_csv: "Download as CSV",
    event: "Event",
    field: "Field",
    before: "Before",
    after: "After",
    changes: "Changes",
    whole: "All fields",
    back: "Back",
    sign_out: "Sign out",
    sign_in: "Open the address that the server printed when it started, or send a token.",
    wrong: "This cannot be answered",
};

const GERMAN: Words = Words {
    code: "de",
    title: "Aktivitätsprotokoll",
    search: "Suchen",
    query: "Wonach gesucht wird",
    time: "Zeit",
    who: "Von wem",
    action: "Aktivität",
    on: "Woran",
    older: "Ältere",
    newest: "Neueste",
    nothing: "Kein Ereignis passt.",
    incomplete: "Nicht vollständig: Die Suche hat ihre Grenze erreicht. Fragen Sie nach weniger.",
    as_csv: "Als CSV herunterladen",
    event: "Ereignis",
    field: "Feld",
    before: "Vorher",
    after: "Nachher",
    changes: "Änderungen",
    whole: "Alle Felder",
    back: "Zurück",
    sign_out: "Abmelden",
    sign_in: "Öffnen Sie die Adresse, die der Server beim Start zeigt, oder senden Sie ein Token.",
    wrong: "Das kann nicht beantwortet werden",
};

const FRENCH: Words = Words {
    code: "fr",
    title: "Journal d’activité",
    search: "Rechercher",
    query: "Ce que l’on cherche",
    time: "Heure",
    who: "Par qui",
    action: "Activité",
    on: "Sur quoi",
    older: "Plus anciens",
    newest: "Les plus récents",
    nothing: "Aucun événement ne correspond.",
    incomplete: "Incomplet : la recherche a atteint sa limite. Demandez une période plus courte.",
    as_csv: "Télécharger en CSV",
    event: "Événement",
    field: "Champ",
    before: "Avant",
    after: "Après",
    changes: "Modifications",
    whole: "Tous les champs",
    back: "Retour",
    sign_out: "Se déconnecter",
    sign_in: "Ouvrez l’adresse que le serveur a affichée au démarrage, ou envoyez un jeton.",
    wrong: "Impossible de répondre",
};

impl PageLanguage {
    /// The first language of a list, as browsers send it, that the page has; else English.
    pub(super) fn of(list: &str) -> PageLanguage {
        let known = list.split(',').filter_map(|language| match language.trim().get(..2)? {
            "en" => Some(PageLanguage::English),
            "de" => Some(PageLanguage::German),
            "fr" => Some(PageLanguage::French),
            _ => None,
        });
        known.into_iter().next().unwrap_or(PageLanguage::English)
    }

    /// Its words.
    pub(super) fn words(self) -> &'static Words {
        match self {
            PageLanguage::English => &ENGLISH,
            PageLanguage::German => &GERMAN,
            PageLanguage::French => &FRENCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_there_is_counts() {
        let code = |list: &str| PageLanguage::of(list).words().code;
        assert_eq!(code("de-DE,de;q=0.9,en;q=0.8"), "de");
        assert_eq!(code("it, fr;q=0.5"), "fr");
        assert_eq!(code(""), "en");
        assert_eq!(code("é"), "en");
    }
}
