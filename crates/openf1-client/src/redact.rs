//! Masks secrets that a server repeats in its messages.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// Replacement for a secret.
const MASK: &str = "********";

/// Masks secrets in a text: verbatim, form-encoded, and JSON-escaped.
pub(crate) fn redact(text: &str, secrets: &[&SecretString]) -> String {
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
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_redacted_in_every_encoding() {
        let secret = SecretString::from("a \"b\"&ü");
        let words = r#"a "b"&ü, a+%22b%22%26%C3%BC, a%20%22b%22%26%C3%BC, {"input":"a \"b\"&ü"}, b"#;
        let blanked = redact(words, &[&secret, &SecretString::from("")]);
        assert_eq!(blanked, r#"********, ********, ********, {"input":"********"}, b"#);
    }
}
