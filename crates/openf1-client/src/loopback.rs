//! Which addresses are on this machine.

/// Whether an address is on this machine, so that nothing sent to it leaves it: `localhost`, `127.0.0.0/8` or
/// `::1`.
///
/// ```
/// assert!(openf1_client::is_loopback(&"http://127.0.0.1:8000/v1".parse()?));
/// assert!(!openf1_client::is_loopback(&"https://api.openf1.org/v1".parse()?));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
