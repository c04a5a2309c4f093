//! Who may do what: roles, tokens, sessions.

pub(crate) mod access;
pub(crate) mod role;
pub(crate) mod session;
pub(crate) mod token;
