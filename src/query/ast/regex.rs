//! Regular expressions: a Thompson NFA, run as a lazy DFA within the budget of a search.
//!
//! The simulation of an NFA takes time in the product of its states and the bytes of the text
//! (K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968): some nanoseconds for
//! nearly all patterns, half a minute for the largest on the longest value. A search whose product
//! is small is one call of the `regex-automata` crate, which cannot be interrupted. Any other one
//! goes through a lazy DFA byte by byte and checks the budget on the way.

use crate::error::Limit;
use crate::limits::REGEX_BYTES_MAX;
use crate::query::budget::{Budget, Limited};
use regex_automata::MatchKind;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta;
use regex_automata::nfa::thompson::{Config, NFA, State, WhichCaptures};
use regex_automata::util::{start, syntax};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Steps up to which a search is not interrupted: some ten milliseconds at most.
const STEPS_MAX: usize = 1 << 24;
/// States and branches of an NFA times the bytes of a text, up to which a search that the lazy DFA
/// gives up is not interrupted: 0.6 s at most, as each takes 1 to 8 ns.
const BORDER_STEPS_MAX: usize = 1 << 26;
/// Bytes of an NFA for each step that a byte of text may cost. The number of states is no bound:
/// one may have thousands of branches.
const STEP_BYTES: usize = 4;

/// Heap of the cache of lazy DFA states, as in the `regex` crate.
const DFA_CACHE_BYTES_MAX: usize = 2 << 20;

/// A regular expression of a query: its text, and the automata that it compiles to.
///
/// It is compiled once, when it is parsed or first searched for; clones share the result, a few
/// MiB at most, for as long as one of them is kept. Equality and printing are those of the text.
#[derive(Clone)]
pub struct RegexLiteral {
    text: String,
    compiled: Arc<OnceLock<Result<Arc<Pattern>, String>>>,
}

impl RegexLiteral {
    /// The regular expression of a text in the syntax of the `regex` crate. It is not checked: a
    /// wrong one is refused by the search.
    pub(in crate::query) fn new(text: impl Into<String>) -> RegexLiteral {
        RegexLiteral { text: text.into(), compiled: Arc::default() }
    }

    /// The text, without the slashes around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The compiled form; cheap but for the first call.
    ///
    /// # Errors
    /// What is wrong with the regular expression.
    pub(in crate::query) fn compiled(&self) -> Result<Arc<Pattern>, String> {
        self.compiled.get_or_init(|| Pattern::new(&self.text).map(Arc::new)).clone()
    }
}

impl PartialEq for RegexLiteral {
    fn eq(&self, other: &RegexLiteral) -> bool {
        self.text == other.text
    }
}

impl Eq for RegexLiteral {}

impl fmt::Debug for RegexLiteral {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

/// A regular expression that is searched for anywhere in a text.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: meta::Regex,
    /// The lazy DFA of the same pattern: its states are built as the text reaches them.
    dfa: DFA,
}

impl Pattern {
    /// Compiles a text in the syntax of the `regex` crate, as that crate would.
    ///
    /// # Errors
    /// What is wrong with it: also that it takes more than 1 MiB compiled.
    fn new(text: &str) -> Result<Pattern, String> {
        // Parsing is the largest part of the cost where classes ignore case: both automata are
        // built from one tree.
        let tree = syntax::parse(text).map_err(|error| {
            format!("the regular expression is wrong: {}", last_line(&error.to_string()))
        })?;
        // The tree is sound: nothing but the size of an automaton can be in the way.
        let too_large = || {
            format!(
                "the regular expression is too large when compiled; the limit is \
                 {REGEX_BYTES_MAX} bytes"
            )
        };
        let config = meta::Config::new().nfa_size_limit(Some(REGEX_BYTES_MAX));
        let config = config.hybrid_cache_capacity(DFA_CACHE_BYTES_MAX);
        let regex = meta::Builder::new().configure(config).build_from_hir(&tree);
        let regex = regex.map_err(|_| too_large())?;
        let config = Config::new().which_captures(WhichCaptures::None);
        let config = config.nfa_size_limit(Some(REGEX_BYTES_MAX));
        let nfa = NFA::compiler().configure(config).build_from_hir(&tree);
        let nfa = nfa.map_err(|_| too_large())?;
        // All matches are followed, not only the leftmost: an empty one within a character does not
        // count and must not hide others. At a Unicode word boundary beside a character beyond
        // ASCII a DFA gives up, as its states hold one byte of context.
        let config = DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true);
        let config = config.skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).map_err(|_| too_large())?;
        Ok(Pattern { regex, dfa })
    }

    /// Whether the pattern matches somewhere. Time: the states of the NFA times the bytes of the
    /// text at most.
    ///
    /// # Errors
    /// When a limit is exceeded; the limits are checked every few milliseconds.
    pub(in crate::query) fn is_match(&self, text: &str, budget: &Budget) -> Limited<bool> {
        let steps = self.steps_of_a_byte().saturating_mul(text.len());
        if steps > STEPS_MAX {
            return self.is_match_in_steps(text, budget);
        }
        budget.charge_steps(steps)?;
        Ok(self.is_match_at_once(text))
    }

    /// Upper bound of the steps for a byte of text.
    fn steps_of_a_byte(&self) -> usize {
        self.dfa.get_nfa().memory_usage() / STEP_BYTES + 1
    }

    /// `is_match` of the crate ends at an empty match within a character and reports none; `find`
    /// goes on behind it.
    fn is_match_at_once(&self, text: &str) -> bool {
        match self.dfa.get_nfa().has_empty() {
            true => self.regex.find(text).is_some(),
            false => self.regex.is_match(text),
        }
    }

    fn is_match_in_steps(&self, text: &str, budget: &Budget) -> Limited<bool> {
        match self.walk(text, &mut self.dfa.create_cache(), budget)? {
            Some(is_match) => Ok(is_match),
            None => self.is_match_beside_wide_borders(text, budget),
        }
    }

    /// Searches with the Pike VM of the crate, where [`Pattern::walk`] gave up. The Pike VM cannot
    /// be interrupted: a search with a deadline or a handle ends with an error instead if this
    /// could take longer than some hundred milliseconds.
    fn is_match_beside_wide_borders(&self, text: &str, budget: &Budget) -> Limited<bool> {
        let threads = threads_max(self.dfa.get_nfa()).saturating_mul(text.len());
        if threads > BORDER_STEPS_MAX && budget.can_be_stopped() {
            return Err(Limit::Steps);
        }
        Ok(self.is_match_at_once(text))
    }

    /// Runs the lazy DFA; `None` where it gives up: at a Unicode word boundary beside a character
    /// beyond ASCII.
    fn walk(&self, text: &str, cache: &mut Cache, budget: &Budget) -> Limited<Option<bool>> {
        let dfa = &self.dfa;
        let steps = self.steps_of_a_byte();
        let Ok(mut state) = dfa.start_state(cache, &start::Config::new()) else {
            return Ok(None);
        };
        for (at, byte) in text.bytes().enumerate() {
            budget.charge_steps(steps)?;
            state = match dfa.next_state(cache, state, byte) {
                Ok(next) if next.is_quit() => return Ok(None),
                Ok(next) if next.is_dead() => return Ok(Some(false)),
                // A DFA of this crate reports a match one byte late.
                Ok(next) if next.is_match() && text.is_char_boundary(at) => return Ok(Some(true)),
                Ok(next) => next,
                Err(_) => return Ok(None),
            };
        }
        Ok(dfa.next_eoi_state(cache, state).ok().map(|state| state.is_match()))
    }
}

/// The message in an error of the parser; the lines before it show the place.
fn last_line(text: &str) -> &str {
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ")
}

/// Upper bound of the threads and branches that a Pike VM visits for a byte of text.
fn threads_max(nfa: &NFA) -> usize {
    let of_state = |state: &State| match state {
        State::Union { alternates } => 1 + alternates.len(),
        _ => 1,
    };
    nfa.states().iter().map(of_state).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text).unwrap()
    }

    fn in_steps(pattern: &Pattern, text: &str) -> bool {
        pattern.is_match_in_steps(text, &Budget::unlimited()).unwrap()
    }

    const ATOMS: [&str; 26] = [
        r"(?-u:\B)",
        r"(?-u:\b{end-half})",
        "a",
        "b",
        "é",
        ".",
        r"\w",
        r"\W",
        r"\d",
        "[a-é]",
        "[^a]",
        r"\b",
        r"\B",
        "^",
        "$",
        r"(?m:^)",
        r"(?m:$)",
        r"(?R:(?m:$))",
        r"(?-u:\b)",
        r"\A",
        r"\z",
        r"\b{start}",
        r"\b{end-half}",
        "",
        "(?i:A)",
        "\n",
    ];

    fn any_pattern() -> impl Strategy<Value = String> {
        let atom = proptest::sample::select(&ATOMS[..]).prop_map(str::to_owned);
        atom.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(|all| all.concat()),
                proptest::collection::vec(inner.clone(), 1..4).prop_map(|all| all.join("|")),
                (inner, proptest::sample::select(&["*", "+", "?", "*?", "{2}", "{0,3}"][..]))
                    .prop_map(|(inner, times)| format!("(?:{inner}){times}")),
            ]
            .prop_map(|inner| format!("(?:{inner})"))
        })
    }

    proptest! {
        #[test]
        fn steps_find_what_the_crate_finds(
            source in any_pattern(),
            text in r"[abAé_ 1\r\n]{0,9}",
        ) {
            let pattern = pattern(&source);
            let expected = regex::Regex::new(&source).unwrap().find(&text).is_some();
            prop_assert_eq!(pattern.is_match_at_once(&text), expected);
            prop_assert_eq!(in_steps(&pattern, &text), expected, "{} in {:?}", source, text);
        }
    }

    #[test]
    fn clones_share_what_is_compiled_and_equality_is_that_of_the_text() {
        let literal = RegexLiteral::new("a+");
        let clone = literal.clone();
        assert!(Arc::ptr_eq(&literal.compiled().unwrap(), &clone.compiled().unwrap()));
        assert_eq!(literal, RegexLiteral::new("a+"));
        assert_ne!(literal, RegexLiteral::new("a"));
        assert_eq!(format!("{literal:?}"), r#""a+""#);
        let wrong = RegexLiteral::new("a(").compiled().unwrap_err();
        assert_eq!(wrong, "the regular expression is wrong: unclosed group");
    }

    #[test]
    fn a_match_within_a_character_is_none() {
        for (source, text) in [(r"(?-u:\B)", "é"), (r"(?-u:\b)", "é"), (r"\B", "é"), ("a*?", "é")]
        {
            let pattern = pattern(source);
            let expected = pattern.regex.is_match(text);
            assert_eq!(in_steps(&pattern, text), expected, "{source} in {text}");
        }
        // Here one within a character comes first, and hides another one from the crate.
        let pattern = pattern(r"é|(?-u:\B)");
        assert!(pattern.is_match("aéa", &Budget::unlimited()).unwrap());
        assert!(in_steps(&pattern, "aéa"));
    }

    #[test]
    fn what_the_crate_takes_is_not_too_big_in_steps() {
        for source in ["a", "é", r"[^b]", "(?:ab|c)", r"\bx?"] {
            let is_taken = |times: usize, steps: bool| {
                let source = format!("(?:{source}){{{times}}}");
                match steps {
                    true => Pattern::new(&source).is_ok(),
                    false => regex::RegexBuilder::new(&source)
                        .size_limit(REGEX_BYTES_MAX)
                        .build()
                        .is_ok(),
                }
            };
            let (mut taken, mut refused) = (1, 100_000);
            while refused - taken > 1 {
                let middle = (taken + refused) / 2;
                if is_taken(middle, false) { taken = middle } else { refused = middle }
            }
            assert_eq!((is_taken(taken, true), is_taken(refused, true)), (true, false), "{source}");
        }
    }

    #[test]
    fn borders_of_wide_words_have_a_cap_where_a_search_may_be_stopped() {
        let pattern = pattern(r"\B[éí]{100}2");
        let bytes_max = BORDER_STEPS_MAX / threads_max(pattern.dfa.get_nfa());
        let later = Some(Instant::now() + Duration::from_secs(600));
        let stoppable = || Budget::new(later, None, None);
        let (within, beyond) = ("é".repeat(bytes_max / 2), "é".repeat(bytes_max / 2 + 1));
        assert!(!pattern.is_match_in_steps(&within, &stoppable()).unwrap());
        assert_eq!(pattern.is_match_in_steps(&beyond, &stoppable()), Err(Limit::Steps));
        assert!(!in_steps(&pattern, &beyond));
    }

    #[test]
    fn the_largest_patterns_on_the_longest_texts_stop_at_the_deadline() {
        let mut bits = 1_u64;
        let mut bit = || {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            bits & 1 == 1
        };
        let ascii: String = (0..1 << 20).map(|_| if bit() { '1' } else { '0' }).collect();
        let wide = ascii.replace('1', "é");
        let spaced = "é ".repeat(170_000);
        let alternatives = format!(r"\b(?:{})\d", "|".repeat(25_000));
        for (source, text) in [
            ("1[01]{10000}2", &ascii),
            ("(0|1|é){3000}2", &wide),
            (r"\Bé[é0]{3000}2", &wide),
            (&alternatives, &spaced),
        ] {
            let budget = Budget::new(Some(Instant::now() + Duration::from_millis(50)), None, None);
            let began = Instant::now();
            assert!(pattern(source).is_match(text, &budget).is_err(), "{source}");
            // Without looks at the clock it is tens of seconds, optimized.
            assert!(began.elapsed() < Duration::from_secs(3), "{source}: {:?}", began.elapsed());
        }
    }
}
