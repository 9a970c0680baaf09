//! How connections are made.

use crate::address::is_loopback;
use reqwest::redirect::Policy;
use url::Url;

/// Settings of an HTTP client for one API: no redirect is followed, because it could carry a secret to
/// another host; bodies stay compressed as received; requests to this machine use no proxy.
///
/// TLS is rustls with ring, unless the program has installed another provider of rustls before.
///
/// Other proxies are taken from `HTTPS_PROXY` and `ALL_PROXY`, except for the hosts of `NO_PROXY`.
///
/// ```
/// let client = f1lake_http::client_builder(&"https://example.com".parse()?, "tool/1.0").build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn client_builder(base: &Url, user_agent: &str) -> reqwest::ClientBuilder {
    // An error says that the program has chosen a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().user_agent(user_agent).redirect(Policy::none()).no_gzip();
    // Proxies cannot reach this machine's own ports, and must not see its plain http.
    if is_loopback(base) { builder.no_proxy() } else { builder }
}
