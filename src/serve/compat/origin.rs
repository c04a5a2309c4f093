//! The scheme and the host by which a client reached the server.

use crate::serve::state::options::ServeOptions;
use axum::http::{HeaderMap, header};

/// The header in which a proxy says by which scheme it was asked.
const FORWARDED_SCHEME: &str = "x-forwarded-proto";

/// What the addresses of the server begin with, such as `https://log.example.com`: the `Host` that
/// was asked, which the guard has checked, and `https` where that is how the server is reached,
/// unless the proxy before it says otherwise.
pub(super) fn origin(options: &ServeOptions, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = match (options.is_secure, text(FORWARDED_SCHEME)) {
        (false, _) | (true, Some("http")) => "http",
        (true, _) => "https",
    };
    format!("{scheme}://{}", text(header::HOST.as_str()).unwrap_or_default())
}
