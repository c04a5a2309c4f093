//! When two spellings of a name are the same to people: the key under which names are looked up.

use crate::text::fold;

/// The lookup key (normal form) of a spelling: folded as text is, and what stands between words
/// (`_`, `-`, a space, a dot; one or several) is one `_`. `API.Token_Created` and
/// `api token-created` have the same.
pub(super) fn key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len());
    for word in folded.split(is_between_words).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push('_');
        }
        key.push_str(word);
    }
    key
}

/// The key of a category and an activity that are written side by side.
pub(super) fn joined_key(category: &str, activity: &str) -> String {
    key(&format!("{category}.{activity}"))
}

fn is_between_words(character: char) -> bool {
    matches!(character, '_' | '-' | '.') || character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for spelling in [
            "API.Token_Created",
            "api.token_created",
            "Api Token-Created",
            " api__token  created. ",
            "api\u{a0}token\u{2011}created",
        ] {
            assert_eq!(key(spelling), "api_token_created", "{spelling:?}");
        }
        assert_eq!(key("Profil d’utilisateur"), key("profil d'utilisateur"));
        assert_eq!(key("Begrüßungsnachricht"), "begrussungsnachricht");
        assert_eq!(key("-._ "), "");
        assert_eq!(joined_key("User_Management", "Invite_Sent"), "user_management_invite_sent");
    }
}
