//! Settings of object stores from the environment: which ones are passed on, and which never are.

use crate::error::ZoneError;
#[cfg(feature = "cloud")]
use std::sync::Arc;

/// Schemes of object store URLs.
pub const SCHEMES: [&str; 8] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"];

/// Opens the store of a URL such as `s3://bucket/path`, with the settings of the process's environment, and
/// returns it with the path in it. See [`settings`].
///
/// # Errors
/// [`ZoneError::Address`] when an address uses plain http without permission; [`ZoneError::Store`]
/// when the URL's scheme is unknown, or settings are missing.
#[cfg(feature = "cloud")]
pub fn open(
    url: &url::Url,
    plain_http: bool,
) -> Result<(Arc<dyn object_store::ObjectStore>, object_store::path::Path), ZoneError> {
    if !SCHEMES.contains(&url.scheme()) {
        return Err(ZoneError::Address(format!(
            "{}:// is not a supported store; use a folder, or s3://, gs://, az:// or abfss://",
            url.scheme()
        )));
    }
    // Variables that are not valid text cannot be settings of a store.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (store, path) = object_store::parse_url_opts(url, settings(variables, plain_http)?)
        .map_err(ZoneError::store("cannot open", &object_store::path::Path::default()))?;
    Ok((Arc::from(store), path))
}

/// Prefixes of variables meant for a store. All others are ignored: a CI system's `TOKEN` or `ENDPOINT` would
/// be taken for a session token or the store's address.
const PREFIXES: [&str; 3] = ["aws_", "azure_", "google_"];
/// Switches that would send secrets unprotected: they disable certificate checks or TLS.
const NEVER: [&str; 3] = ["allow_http", "allow_invalid_certificates", "use_emulator"];

/// The settings for a store: the `variables` named `AWS_...`, `AZURE_...` or `GOOGLE_...`, except those that
/// disable TLS or its checks. With `plain_http`, addresses of this machine may use `http://`.
///
/// # Errors
/// [`ZoneError::Address`] when an address uses plain http without permission.
pub fn settings(
    variables: impl IntoIterator<Item = (String, String)>,
    plain_http: bool,
) -> Result<Vec<(String, String)>, ZoneError> {
    let mut settings = Vec::new();
    let mut insecure = false;
    for (name, value) in variables {
        let key = name.to_ascii_lowercase();
        let Some(rest) = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)) else { continue };
        if NEVER.iter().any(|never| rest.ends_with(never)) {
            continue;
        }
        if is_plain_http(&value) {
            if !plain_http || !is_loopback(&value) {
                return Err(ZoneError::Address(format!(
                    "{name} is a plain http address; stores need https (store_plain_http = true allows http \
                     to this machine)"
                )));
            }
            insecure = true;
        }
        settings.push((key, value));
    }
    // Landed files are created, never overwritten; S3 needs this setting to enforce that for copies.
    if !settings.iter().any(|(key, _)| key == "aws_copy_if_not_exists") {
        settings.push(("aws_copy_if_not_exists".to_owned(), "multipart".to_owned()));
    }
    if insecure {
        settings.push(("aws_allow_http".to_owned(), "true".to_owned()));
        settings.push(("azure_allow_http".to_owned(), "true".to_owned()));
    }
    Ok(settings)
}

fn is_plain_http(value: &str) -> bool {
    value.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
}

/// Whether a plain http address is on this machine, so that nothing leaves it.
fn is_loopback(value: &str) -> bool {
    url::Url::parse(value).is_ok_and(|url| {
        url.username().is_empty() && url.password().is_none() && f1lake_http::is_loopback(&url)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)], plain_http: bool) -> Result<Vec<(String, String)>, ZoneError> {
        settings(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), plain_http)
    }

    fn names(variables: &[(&str, &str)]) -> Vec<String> {
        of(variables, false).unwrap().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn only_variables_meant_for_a_store_reach_it() {
        let environment = [
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AZURE_STORAGE_ACCOUNT_NAME", "account"),
            ("GOOGLE_SERVICE_ACCOUNT", "file"),
            ("TOKEN", "ci"),
            ("ENDPOINT", "https://elsewhere"),
            ("REGION", "x"),
            ("PROXY_URL", "http://elsewhere"),
            ("ALLOW_INVALID_CERTIFICATES", "true"),
            ("HOME", "/root"),
        ];
        assert_eq!(
            names(&environment),
            [
                "aws_access_key_id",
                "azure_storage_account_name",
                "google_service_account",
                "aws_copy_if_not_exists"
            ]
        );
    }

    #[test]
    fn no_variable_switches_tls_or_its_checks_off() {
        for name in [
            "AWS_ALLOW_HTTP",
            "AWS_ALLOW_INVALID_CERTIFICATES",
            "aws_allow_invalid_certificates",
            "AZURE_ALLOW_HTTP",
            "AZURE_ALLOW_INVALID_CERTIFICATES",
            "AZURE_STORAGE_USE_EMULATOR",
            "GOOGLE_ALLOW_HTTP",
            "GOOGLE_ALLOW_INVALID_CERTIFICATES",
        ] {
            assert_eq!(names(&[(name, "true")]), ["aws_copy_if_not_exists"], "{name}");
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_only_and_only_when_asked() {
        let at = |address, plain_http| of(&[("AWS_ENDPOINT_URL", address)], plain_http);
        for address in ["http://127.0.0.1:5000", "HTTP://localhost:1/x", "http://[::1]:9"] {
            assert!(at(address, false).is_err(), "{address}");
            let settings = at(address, true).unwrap();
            assert!(settings.contains(&("aws_allow_http".to_owned(), "true".to_owned())), "{address}");
        }
        for address in [
            "http://10.0.0.1",
            "http://localhost.evil.org",
            "http://127.0.0.1@evil.org",
            "http://",
            "http://127.0.0.1.evil.org:80",
        ] {
            let refused = at(address, true).unwrap_err().to_string();
            assert!(refused.contains("AWS_ENDPOINT_URL is a plain http address"), "{refused}");
        }
        let safe = at("https://minio.example", true).unwrap();
        assert!(!safe.iter().any(|(name, _)| name.contains("allow_http")), "{safe:?}");
    }
}
