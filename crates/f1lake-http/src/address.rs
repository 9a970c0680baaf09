//! Where a secret may be sent.

use url::{Host, Url};

/// Whether an address is on this machine, so that nothing sent to it leaves it: `localhost`, `127.0.0.0/8` or
/// `::1`.
///
/// ```
/// assert!(f1lake_http::is_loopback(&"http://127.0.0.1:8000/v1".parse()?));
/// assert!(!f1lake_http::is_loopback(&"https://example.com".parse()?));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a secret may be sent there: over https, or over plain http within this machine.
///
/// ```
/// assert!(f1lake_http::may_carry_secrets(&"https://example.com".parse()?));
/// assert!(!f1lake_http::may_carry_secrets(&"http://example.com".parse()?));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn may_carry_secrets(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        for (address, expected) in [
            ("https://example.com", true),
            ("http://localhost:1/x", true),
            ("HTTP://127.0.0.2", true),
            ("http://[::1]:9", true),
            ("http://example.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://127.0.0.1@example.com", false),
            ("http://10.0.0.1", false),
            ("http://[::2]", false),
            ("ftp://localhost", false),
            ("file:///localhost", false),
        ] {
            assert_eq!(may_carry_secrets(&address.parse().unwrap()), expected, "{address}");
        }
    }
}
