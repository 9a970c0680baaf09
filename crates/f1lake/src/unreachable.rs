//! Explains why a server cannot be reached: offline, refused, a proxy, TLS, slow. The HTTP library's messages
//! name neither host nor remedy.

use crate::config::Config;
use openf1_client::Error;
use url::Url;

/// What is wrong on the way to the server, followed by advice; `None` for errors that came from the server.
pub(crate) fn explain(error: &Error, config: &Config) -> Option<String> {
    let Error::Transport { detail, timeout, tries, .. } = error else { return None };
    Some(way(detail, *timeout, *tries, config, proxy_of(&config.base_url).as_deref()))
}

fn way(detail: &str, timeout: bool, tries: u32, config: &Config, proxy: Option<&str>) -> String {
    let host = host_of(&config.base_url);
    let words = detail.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let tries = if tries == 1 { "1 attempt".to_owned() } else { format!("{tries} attempts") };
    let (problem, advice) = if let Some(proxy) =
        proxy.filter(|_| has(&["tunnel", "proxy", "connect", "dns"]) && !has(&["certificate"]))
    {
        (
            format!("cannot reach {host} through the proxy {proxy}"),
            "check HTTPS_PROXY and HTTP_PROXY; list hosts that need no proxy in NO_PROXY".to_owned(),
        )
    } else if has(&["dns error", "failed to lookup", "name or service not known", "no such host"]) {
        (
            format!(
                "cannot resolve {host}: this machine is offline, or its DNS server does not know the name"
            ),
            "check the network and base_url; behind a proxy, set HTTPS_PROXY".to_owned(),
        )
    } else if has(&["network is unreachable", "no route to host", "network is down"]) {
        (format!("cannot reach {host}: this machine is offline"), "check the network".to_owned())
    } else if has(&["connection refused"]) {
        (
            format!("{host} refused the connection: no server listens there, or a firewall blocks it"),
            "check base_url and its port; behind a proxy, set HTTPS_PROXY".to_owned(),
        )
    } else if has(&["invalidcontenttype", "corrupt message", "wrong version number"]) {
        (
            format!("{host} does not speak TLS: this port speaks plain http"),
            "use http:// for a server on this machine, or correct the port".to_owned(),
        )
    } else if has(&["certificate", "unknownissuer", "certnotvalid", "tls", "handshake"]) {
        (
            format!("the certificate of {host} is not trusted ({})", last_part(detail)),
            "if a proxy inspects TLS, add its CA to the system certificates; also check the clock".to_owned(),
        )
    } else if timeout || has(&["timed out"]) {
        (
            format!("no response from {host} after {tries}"),
            format!("the server or the network is slow; try again, or raise {}", config.names.of("timeout")),
        )
    } else {
        (format!("{host} closed the connection after {tries}: {}", last_part(detail)), "try again".to_owned())
    };
    format!("{problem}\nhint: {advice}")
}

/// Host, with the port if it is not the default.
pub fn host_of(base_url: &str) -> String {
    let Ok(url) = Url::parse(base_url) else { return base_url.to_owned() };
    let host = url.host_str().unwrap_or(base_url);
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The proxy in force for an address, without its password.
fn proxy_of(base_url: &str) -> Option<String> {
    let url = Url::parse(base_url).ok()?;
    let host = url.host_str()?;
    let names: &[&str] = match url.scheme() {
        "https" => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let value = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let without = ["NO_PROXY", "no_proxy"].iter().find_map(value).unwrap_or_default();
    let exempt = |entry: &str| {
        let entry = entry.trim().trim_start_matches("*.").trim_start_matches('.');
        entry == "*" || (!entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}"))))
    };
    if without.split(',').any(exempt) {
        return None;
    }
    let proxy = names.iter().find_map(value)?;
    let with_scheme = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    Some(host_of(&with_scheme))
}

/// The innermost cause in a chain of causes.
fn last_part(detail: &str) -> &str {
    detail.rsplit(": ").next().unwrap_or(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Names;

    #[test]
    fn connection_failures_are_distinguished() {
        let refused = "client error (Connect): tcp connect error: Connection refused (os error 111)";
        let cases = [
            (
                "client error (Connect): dns error: error resolving DNS: failed to lookup address information: Name or service not known",
                false,
                None,
            ),
            ("client error (Connect): tcp connect error: Network is unreachable (os error 101)", false, None),
            (refused, false, None),
            (refused, false, Some("proxy.example:3128")),
            ("client error (Connect): tunnel error: unsuccessful", false, Some("proxy.example:3128")),
            ("client error (Connect): received corrupt message of type InvalidContentType", false, None),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", false, None),
            ("timed out: operation timed out", true, None),
            ("client error (SendRequest): connection closed before message completed", false, None),
        ];
        let config = Config { names: Names::Flags, ..Config::default() };
        let mut seen = String::new();
        for (detail, timeout, proxy) in cases {
            seen.push_str(&format!("{}\n", way(detail, timeout, 2, &config, proxy)));
        }
        insta::assert_snapshot!(seen);
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        assert_eq!(host_of("http://me:secret@proxy.example:3128"), "proxy.example:3128");
        assert_eq!(host_of("https://api.openf1.org/v1"), "api.openf1.org");
    }
}
