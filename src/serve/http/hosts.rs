//! The names that a server goes by.

/// Which hosts a server goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Whatever stands there: a proxy, or the certificate, vouches for it.
    Any,
    /// These, such as `127.0.0.1:7311`, in lower case.
    Only(Vec<String>),
}

impl Hosts {
    /// Whether it goes by this one.
    pub(crate) fn has(&self, host: &str) -> bool {
        match self {
            Hosts::Any => !host.is_empty(),
            Hosts::Only(names) => names.iter().any(|name| name.eq_ignore_ascii_case(host)),
        }
    }
}
