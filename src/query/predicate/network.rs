//! A set of networks as sorted disjoint intervals of addresses: a look-up is a binary search.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of several networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Networks {
    /// First and last address of each; sorted and disjoint once they are merged. All v4 addresses
    /// come before all v6 ones.
    intervals: Vec<(IpAddr, IpAddr)>,
}

impl Networks {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Adds a text if it is an address, or an address, `/` and the count of leading bits that
    /// matter; says whether it is.
    pub(super) fn add(&mut self, text: &str) -> bool {
        let network = read(text);
        self.intervals.extend(network);
        network.is_some()
    }

    /// Adds all of others.
    pub(super) fn extend(&mut self, others: &Networks) {
        self.intervals.extend_from_slice(&others.intervals);
    }

    /// Sorts the networks and joins those that overlap.
    pub(super) fn merge(&mut self) {
        self.intervals.sort_unstable();
        self.intervals.dedup_by(|(first, last), (_, last_before)| {
            let overlaps = first <= last_before && first.is_ipv4() == last_before.is_ipv4();
            if overlaps {
                *last_before = (*last_before).max(*last);
            }
            overlaps
        });
    }

    /// Whether `text` is an address in one of the networks. A v4-mapped v6 address is that v4
    /// address (RFC 4291, section 2.5.5.2).
    pub(crate) fn contain(&self, text: &str) -> bool {
        if self.intervals.is_empty() {
            return false;
        }
        let Ok(address) = text.parse::<IpAddr>() else {
            return false;
        };
        let address = address.to_canonical();
        let after = self.intervals.partition_point(|(first, _)| *first <= address);
        let before = after.checked_sub(1).and_then(|index| self.intervals.get(index));
        before.is_some_and(|(_, last)| address <= *last)
    }
}

/// Length of the prefix that v4-mapped addresses share.
const MAPPED_BITS: u32 = 96;

/// Whether `text` is written as a network is and is none: `203.0.113.0/33`, or `203.0.113/24` with
/// a group too few.
pub(in crate::query) fn looks_like_network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let is_v4 = address.contains('.') && address.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_v6 = address.matches(':').count() > 1
        && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.');
    let is_length = bits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (is_v4 || is_v6) && is_length && read(text).is_none()
}

/// The first and last address of a network; a single address is one of full length.
fn read(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    let prefix_bits: u32 = match bits {
        None => bits_max,
        Some(bits) if bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit()) => {
            bits.parse().ok().filter(|count| *count <= bits_max)?
        }
        Some(_) => return None,
    };
    // A network of v4-mapped addresses only is a v4 network; a wider one holds v6 addresses only,
    // as no value is a v4-mapped one.
    let (address, prefix_bits) = match (address, address.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(mapped)) if prefix_bits >= MAPPED_BITS => {
            (mapped.into(), prefix_bits - MAPPED_BITS)
        }
        (address, _) => (address, prefix_bits),
    };
    // Shifting by all bits leaves no bit that may differ.
    Some(match address {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(prefix_bits).unwrap_or(0);
            let (first, last) = (address.to_bits() & !host, address.to_bits() | host);
            (Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(last).into())
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(prefix_bits).unwrap_or(0);
            let (first, last) = (address.to_bits() & !host, address.to_bits() | host);
            (Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(last).into())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the definition: the leading bits are the same.
    fn is_within(network: (u32, u32), address: u32) -> bool {
        let (start, bits) = network;
        (0..bits).all(|bit| start >> (31 - bit) & 1 == address >> (31 - bit) & 1)
    }

    proptest! {
        #[test]
        fn an_address_is_in_the_networks_that_begin_with_its_bits(
            networks in prop::collection::vec((0_u32..1 << 10, 22_u32..=32), 0..12),
            addresses in prop::collection::vec(0_u32..1 << 10, 1..24),
        ) {
            let mut all = Networks::default();
            for (start, bits) in &networks {
                all.add(&format!("{}/{bits}", Ipv4Addr::from_bits(*start)));
            }
            all.merge();
            for address in addresses {
                let expected = networks.iter().any(|network| is_within(*network, address));
                let text = Ipv4Addr::from_bits(address).to_string();
                prop_assert_eq!(all.contain(&text), expected, "{} in {:?}", text, networks);
            }
        }
    }

    #[test]
    fn the_widest_networks_hold_all_addresses_of_their_kind_only() {
        for (network, inside, outside) in [
            ("0.0.0.0/0", "::ffff:1.2.3.4", "::fffe:1.2.3.4"),
            ("255.255.255.255/0", "0.0.0.0", "::"),
            ("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0"),
            ("::/0", "::fffe:1.2.3.4", "::ffff:1.2.3.4"),
            ("::ffff:0:0/95", "::fffe:1.2.3.4", "1.2.3.4"),
            ("::ffff:0:0/96", "1.2.3.4", "::1.2.3.4"),
            ("::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"),
            ("::FFFF:a00:7", "10.0.0.7", "10.0.0.8"),
            ("10.0.0.7", "0:0:0:0:0:ffff:10.0.0.7", "::10.0.0.7"),
            ("ffff::/16", "ffff:1::", "255.255.255.255"),
            ("10.0.0.7", "10.0.0.7", "10.0.0.8"),
        ] {
            let mut networks = Networks::default();
            networks.add(network);
            networks.merge();
            assert!(networks.contain(inside) && !networks.contain(outside), "{network}");
        }
        for text in ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_network_and_is_none_is_told_from_other_texts() {
        for text in [
            "203.0.113.0/33",
            "203.0.113/24",
            "10.0.0.0/",
            "10.0.0.0/255.0.0.0",
            "300.0.0.0/8",
            "1.2.3.4.5/6",
            "2001:db8::/129",
            "2001:db8:/32",
            "::ffff:1.2.3.4/200",
        ] {
            assert!(looks_like_network(text), "{text}");
        }
        for text in [
            "10.0.0.0/8",
            "::/0",
            "10/8",
            "a/b",
            "/24",
            "1.2.3.4",
            "1.2.3.4/index.html",
            "v1.2/3",
            "12:30/5",
            "application/json",
            "",
        ] {
            assert!(!looks_like_network(text), "{text}");
        }
    }
}
