//! What a token says of itself. It is not verified: the service does that.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use f1lake_http::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// The claims of a JSON Web Token; none when it is another kind of token.
pub(super) fn claims(token: &SecretString) -> Map<String, Value> {
    let parts: Vec<&str> = token.expose_secret().split('.').collect();
    let [_, payload, _] = parts.as_slice() else { return Map::new() };
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_tokens_of_three_parts_only() {
        // {"upn":"me"}
        let claims = |token: &str| claims(&SecretString::from(token));
        assert_eq!(claims("eyJ.eyJ1cG4iOiJtZSJ9.sig")["upn"], "me");
        assert_eq!(claims("eyJ.eyJ1cG4iOiJtZSJ9==.sig")["upn"], "me");
        for none in ["dapi-1", "a.b", "a.b.c", "a.b.c.d", "..", "eyJ.WzFd.sig"] {
            assert!(claims(none).is_empty(), "{none}");
        }
    }
}
