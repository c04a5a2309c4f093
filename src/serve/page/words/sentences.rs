//! Sentences with places for texts.

/// Why an answer is empty; `{0}` and `{1}` are the places of texts.
#[derive(Debug)]
pub(super) struct NoteWords {
    pub(super) times_reversed: &'static str,
    pub(super) no_events: &'static str,
    pub(super) no_events_of: &'static str,
    pub(super) none_of_these_times: &'static str,
    pub(super) rest_finds: &'static str,
    pub(super) without_part: &'static str,
    pub(super) at_other_times: &'static str,
    pub(super) every_event_has: &'static str,
    pub(super) no_event_has: &'static str,
    pub(super) times: &'static str,
    pub(super) no_times: &'static str,
    pub(super) different_objects: &'static str,
    pub(super) no_value_at: &'static str,
    pub(super) nearest_is: &'static str,
    pub(super) no_word: &'static str,
    pub(super) star_at_end: &'static str,
    pub(super) words_in_no_event: &'static str,
    pub(super) words_apart: &'static str,
    pub(super) has: &'static str,
    pub(super) star_is_ordinary: &'static str,
    pub(super) write_contains: &'static str,
    pub(super) nearest_value: &'static str,
    pub(super) frequent_values: &'static str,
}

/// What is said of a kind of problem.
#[derive(Debug)]
pub(super) struct ProblemWords {
    /// The parameter or field that is wrong, or the code of the problem.
    pub(super) about: &'static str,
    /// The sentence; `{0}` is the value of the parameter.
    pub(super) sentence: &'static str,
    /// Whether what the server says, in English, says more.
    pub(super) is_part: bool,
}

/// A sentence that says all.
pub(super) const fn whole(about: &'static str, sentence: &'static str) -> ProblemWords {
    ProblemWords { about, sentence, is_part: false }
}

/// A sentence beside which the server says more.
pub(super) const fn part(about: &'static str, sentence: &'static str) -> ProblemWords {
    ProblemWords { about, sentence, is_part: true }
}

/// A sentence with texts in its places `{0}` to `{9}`.
pub(super) fn filled(sentence: &str, texts: &[&str]) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let (place, after) = behind.split_once('}').unwrap_or((behind, ""));
        let text = place.parse::<usize>().ok().and_then(|place| texts.get(place));
        out.push_str(text.copied().unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}
