//! Addresses of source systems: some come with a port, or as the list of a proxy.

use super::members::{MemberList, put_free};
use crate::json::Value;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Under `details`: the address as the source wrote it, where something was split off.
const ORIGINAL_KEY: &str = "ip_source";

/// The address in a text that is more than an address: `1.2.3.4:443`, `[::1]:443`, `[::1]`, and
/// the first of a list as in `X-Forwarded-For`, which is the client.
///
/// `None` for what is an address already, and for a text that is no address and stays as it is.
pub(in crate::import) fn address_in(text: &str) -> Option<String> {
    if text.parse::<IpAddr>().is_ok() {
        return None;
    }
    let mut first = None;
    for part in text.split(',') {
        let part = part.trim();
        if let Some(address) = one_address(part) {
            first = first.or(Some(address));
        } else if !part.eq_ignore_ascii_case("unknown") {
            return None;
        }
    }
    first.map(str::to_owned)
}

/// Keeps the original of an address under `details`.
pub(in crate::import) fn keep_original(details: &mut MemberList, original: String) {
    put_free(details, ORIGINAL_KEY, Value::String(original));
}

/// The address as it is written, without port and brackets.
fn one_address(text: &str) -> Option<&str> {
    if text.parse::<IpAddr>().is_ok() {
        return Some(text);
    }
    let in_brackets = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((address, behind)) = in_brackets {
        let is_port = behind.is_empty() || text.parse::<SocketAddr>().is_ok();
        return (is_port && address.parse::<Ipv6Addr>().is_ok()).then_some(address);
    }
    let (address, _) = text.split_once(':')?;
    text.parse::<SocketAddr>().is_ok().then_some(address)
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn ports_brackets_and_proxies_are_split_off() {
        for (text, address) in [
            ("1.2.3.4:443", "1.2.3.4"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[::1]", "::1"),
            ("203.0.113.7, 10.0.0.1", "203.0.113.7"),
            ("203.0.113.7:5,10.0.0.1:6", "203.0.113.7"),
            ("unknown, [2001:db8::1]:1, 10.0.0.1", "2001:db8::1"),
            (" 1.2.3.4 ", "1.2.3.4"),
        ] {
            assert_eq!(address_in(text).as_deref(), Some(address), "{text}");
        }
    }

    #[test]
    fn addresses_and_other_texts_stay_as_they_are() {
        for text in [
            "1.2.3.4",
            "::1",
            "2001:db8::1:443",
            "ec2.amazonaws.com",
            "ec2.amazonaws.com:443",
            "1.2.3.4:99999",
            "1.2.3.4, somebody",
            "[1.2.3.4]:5x",
            "unknown",
            "",
            ",",
        ] {
            assert_eq!(address_in(text), None, "{text}");
        }
    }
}
