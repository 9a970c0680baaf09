//! Masks secrets that a server repeats in its messages.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// Replacement for a secret.
pub const MASK: &str = "********";

/// Masks secrets in a text: verbatim, form-encoded, percent-encoded and JSON-escaped; and what follows
/// `Basic` or `Bearer`, because an encoded pair of name and password is a secret too.
///
/// ```
/// let secret = f1lake_http::SecretString::from("s3cr3t");
/// assert_eq!(f1lake_http::redact("no user me:s3cr3t", &[&secret]), "no user me:********");
/// ```
pub fn redact(text: &str, secrets: &[&SecretString]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let secret = secret.expose_secret();
        let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::Value::from(secret).to_string();
        for form in [secret, &form, &percent, json.trim_matches('"')] {
            if !form.is_empty() {
                text = text.replace(form, MASK);
            }
        }
    }
    ["Basic ", "Bearer "].into_iter().fold(text, |text, scheme| {
        let mut parts = text.split(scheme);
        let mut masked = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | ','));
            masked.extend([scheme, MASK, &part[end.unwrap_or(part.len())..]]);
        }
        masked
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_redacted_in_every_encoding() {
        let secret = SecretString::from("a \"b\"&ü");
        let words = r#"a "b"&ü, a+%22b%22%26%C3%BC, a%20%22b%22%26%C3%BC, {"input":"a \"b\"&ü"}, b"#;
        let masked = redact(words, &[&secret, &SecretString::from("")]);
        assert_eq!(masked, r#"********, ********, ********, {"input":"********"}, b"#);
    }

    #[test]
    fn credentials_after_a_scheme_are_redacted_unseen() {
        let secret = SecretString::from("dapi-canary");
        let words = "token dapi-canary (Basic YTpi\"), Bearer x-y<br>; Basic";
        assert_eq!(
            redact(words, &[&secret]),
            "token ******** (Basic ********\"), Bearer ********<br>; Basic"
        );
    }
}
