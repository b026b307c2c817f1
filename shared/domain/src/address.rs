//! Client addresses are personal data: only the network part is ever kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Truncates an address to its /24 (IPv4) or /48 (IPv6) network, written without the prefix length.
///
/// Returns `None` for text that is not an IP address. An IPv4 address mapped into IPv6 is treated as IPv4.
#[must_use]
pub fn truncate_address(address: &str) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).to_string()
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_string()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::truncate_address;

    #[test]
    fn only_the_network_of_an_address_is_kept() {
        assert_eq!(truncate_address("203.0.113.77").as_deref(), Some("203.0.113.0"));
        assert_eq!(truncate_address("2001:db8:1:2:3:4:5:6").as_deref(), Some("2001:db8:1::"));
        assert_eq!(truncate_address("::ffff:203.0.113.77").as_deref(), Some("203.0.113.0"));
        assert_eq!(truncate_address("203.0.113.77, 10.0.0.1"), None);
    }
}
