//! OAuth tokens, and which requests are logged in.

use super::response::{fail, give};
use super::state::{ACCESS_TOKEN, BASIC, Inner, PAT, Seen, USER};
use axum::body::Body;
use axum::http::Response;
use serde_json::json;

impl Inner {
    pub(super) fn login(&mut self, seen: &Seen) -> Option<Response<Body>> {
        let bearer = seen.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match bearer {
            None if seen.header("authorization") == Some(USER) => None,
            None => {
                self.expect(false, seen, "no bearer token");
                Some(fail(401, "UNAUTHENTICATED", "Credential was not sent"))
            }
            Some(token) if token == PAT || self.tokens.contains(token) => None,
            // The real service would not repeat the token; a proxy may.
            Some(token) => Some(fail(401, "UNAUTHENTICATED", &format!("Invalid access token {token}"))),
        }
    }

    pub(super) fn token(&mut self, seen: &Seen) -> Response<Body> {
        let form = Some("application/x-www-form-urlencoded");
        self.expect(seen.header("content-type") == form, seen, "another content type");
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        let federated =
            body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&");
        if federated {
            self.expect(seen.header("authorization").is_none(), seen, "an exchange needs no other secret");
            if !body.contains("subject_token=idp-canary-") {
                let words = format!("unknown token in {body}");
                return give(400, json!({ "error": "invalid_request", "error_description": words }));
            }
        } else {
            let plain = body.trim_end_matches("&assume_group=g1");
            self.expect(plain == "grant_type=client_credentials&scope=all-apis", seen, "another form");
            if seen.header("authorization") != Some(BASIC) {
                let words = seen.header("authorization").unwrap_or_default();
                return give(401, json!({ "error": "invalid_client", "error_description": words }));
            }
        }
        self.issue()
    }

    /// A new token of the workspace.
    pub(super) fn issue(&mut self) -> Response<Body> {
        self.serial += 1;
        let token = format!("{ACCESS_TOKEN}{}", self.serial);
        self.tokens.insert(token.clone());
        let expires_in = self.expires_in.unwrap_or(3600);
        give(200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": expires_in }))
    }
}
