//! Sessions of the page: a one-time code becomes a cookie.

use super::role::{Caller, Role};
use super::token::{hash_of, random_text};
use axum::http::{HeaderMap, header};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a session lasts.
pub(crate) const SESSION_LASTS: Duration = Duration::from_secs(12 * 3600);
/// The name of the cookie.
pub(crate) const COOKIE: &str = "annals_session";
/// The cookie in which the page keeps why an auditor looks.
pub(crate) const REASON_COOKIE: &str = "annals_reason";
/// The name of whoever has the printed code.
pub(crate) const SIGN_IN: &str = "sign-in";
/// Sessions of the holder of a token at once; the one that ends first makes room.
const SESSIONS_OF_ONE_MAX: usize = 64;
/// Sessions at once; the one that ends first makes room.
const SESSIONS_MAX: usize = 1024;

/// Codes that were not used yet, and sessions that run, by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    codes: HashMap<String, Caller>,
    sessions: HashMap<String, (Instant, Holder)>,
}

/// Whose session it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Whoever had the code.
    Caller(Caller),
    /// Whoever holds the token of this hash, as long as it counts.
    Token(String),
}

/// The value of a cookie of a request, as it was sent.
pub(crate) fn cookie_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The text that the page has put into a cookie: its bytes that are no plain letters are as in
/// addresses.
pub(crate) fn unpacked(value: &str) -> Option<String> {
    form_urlencoded::parse(value.as_bytes()).next().map(|(text, _)| text.into_owned())
}

impl Sessions {
    /// A code that makes one session of an administrator.
    pub(crate) fn new_code(&self) -> String {
        let code = random_text();
        let caller =
            Caller { name: SIGN_IN.to_owned(), role: Role::Admin, tenant: None, sources: None };
        self.lock().codes.insert(hash_of(&code), caller);
        code
    }

    /// Turns a code into the secret of a session, once.
    pub(crate) fn sign_in(&self, code: &str) -> Option<String> {
        let caller = self.lock().codes.remove(&hash_of(code))?;
        Some(self.begin(Holder::Caller(caller)))
    }

    /// Begins a session for the holder of a token, which ends with it.
    pub(crate) fn sign_in_by(&self, token: &str) -> String {
        self.begin(Holder::Token(hash_of(token)))
    }

    /// Begins a session.
    fn begin(&self, holder: Holder) -> String {
        let secret = random_text();
        let mut state = self.lock();
        let now = Instant::now();
        state.sessions.retain(|_, (end, _)| *end > now);
        make_room(&mut state, SESSIONS_OF_ONE_MAX, |other| *other == holder);
        make_room(&mut state, SESSIONS_MAX, |_| true);
        state.sessions.insert(hash_of(&secret), (now + SESSION_LASTS, holder));
        secret
    }

    /// Whose session it is, while it lasts.
    pub(crate) fn holder(&self, secret: &str) -> Option<Holder> {
        let state = self.lock();
        let (end, holder) = state.sessions.get(&hash_of(secret))?;
        (*end > Instant::now()).then(|| holder.clone())
    }

    /// Ends a session.
    pub(crate) fn sign_out(&self, secret: &str) {
        self.lock().sessions.remove(&hash_of(secret));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the oldest of the sessions that `counts` holds for until there are fewer than `most`.
fn make_room(state: &mut State, most: usize, counts: impl Fn(&Holder) -> bool) {
    let counted = state.sessions.iter().filter(|(_, (_, holder))| counts(holder));
    let mut counted: Vec<(Instant, String)> =
        counted.map(|(hash, (end, _))| (*end, hash.clone())).collect();
    if counted.len() < most {
        return;
    }
    counted.sort();
    let over = counted.len() + 1 - most;
    counted.iter().take(over).for_each(|(_, hash)| drop(state.sessions.remove(hash)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_makes_one_session_which_can_be_ended() {
        let sessions = Sessions::default();
        let code = sessions.new_code();
        assert_eq!(sessions.sign_in("x"), None);
        let secret = sessions.sign_in(&code).unwrap();
        assert_eq!(sessions.sign_in(&code), None);
        let holder = |secret: &str| sessions.holder(secret);
        assert!(
            matches!(holder(&secret), Some(Holder::Caller(caller)) if caller.role == Role::Admin)
        );
        assert_eq!(holder(&code), None);
        sessions.sign_out(&secret);
        assert_eq!(holder(&secret), None);
    }

    #[test]
    fn there_are_at_most_so_many_sessions() {
        let sessions = Sessions::default();
        let code = sessions.new_code();
        let first = sessions.sign_in(&code).unwrap();
        let oldest = sessions.sign_in_by("greedy");
        for _ in 0..2 * SESSIONS_MAX {
            sessions.sign_in_by("greedy");
        }
        assert_eq!(sessions.holder(&oldest), None);
        assert!(sessions.holder(&first).is_some(), "one holder takes nobody else's place");
        for holder in 0..SESSIONS_MAX {
            sessions.sign_in_by(&holder.to_string());
        }
        assert_eq!(sessions.holder(&first), None);
        assert_eq!(sessions.lock().sessions.len(), SESSIONS_MAX);
    }
}
