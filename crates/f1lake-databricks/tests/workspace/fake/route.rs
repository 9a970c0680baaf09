//! Which part of the service a request is for.

use super::response::{fail, give};
use super::state::{Inner, Seen, is_sdk};
use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;
use std::collections::HashMap;

/// `/a%20b` -> `/a b`, each segment by itself.
fn decode(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned()
}

impl Inner {
    pub(super) fn route(&mut self, method: &Method, seen: &Seen) -> Response<Body> {
        let url = url::Url::parse(&format!("{}{}", self.url, seen.target)).unwrap();
        let query: HashMap<String, String> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let path = seen.target.split('?').next().unwrap().to_owned();
        self.expect(
            seen.header("user-agent").is_some_and(|agent| {
                agent.contains("f1lake-databricks/")
                    || agent.contains("databricks-sdk-py/")
                    || agent.starts_with("python-requests/")
            }),
            seen,
            "no User-Agent",
        );
        if let Some(place) = path.strip_prefix("/cloud") {
            return self.cloud(method, seen, &decode(place), &query);
        }
        if let Some(answer) = self.provider(method, seen, &path, &query) {
            return answer;
        }
        match (method.as_str(), path.as_str()) {
            ("GET", "/.well-known/databricks-config") => {
                let oidc = format!("{}/oidc", self.url);
                let known = json!({ "oidc_endpoint": oidc, "workspace_id": "1234567890" });
                return give(200, self.metadata.clone().unwrap_or(known));
            }
            ("GET", "/oidc/.well-known/oauth-authorization-server")
            | ("GET", "/oidc/accounts/acc-1/.well-known/oauth-authorization-server") => {
                self.expect(seen.header("authorization").is_none(), seen, "discovery needs no login");
                if self.no_discovery {
                    return fail(404, "NOT_FOUND", "none");
                }
                let at = |name: &str| format!("{}/oidc/v1/{name}", self.url);
                return give(
                    200,
                    json!({ "authorization_endpoint": at("authorize"), "token_endpoint": at("token") }),
                );
            }
            ("POST", "/oidc/v1/token") => return self.token(seen),
            _ => {}
        }
        if let Some(refusal) = self.login(seen) {
            return refusal;
        }
        if method == Method::PUT || method == Method::POST || method == Method::DELETE {
            let length = seen.header("content-length").map(str::to_owned);
            let sdk_empty = seen.body.is_empty() && seen.header("transfer-encoding").is_some();
            self.expect(
                length == Some(seen.body.len().to_string()) || (sdk_empty && is_sdk(seen)),
                seen,
                "Content-Length is missing or wrong",
            );
        }
        if let Some(place) = path.strip_prefix("/api/2.0/fs/files") {
            let escaped_well = place
                .split('/')
                .all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            self.expect(escaped_well, seen, "a segment is not escaped as recorded");
            return self.file_call(method, seen, &decode(place), &query);
        }
        if let Some(place) = path.strip_prefix("/api/2.0/fs/directories") {
            return self.folder_call(method, seen, &decode(place), &query);
        }
        match (method.as_str(), path.as_str()) {
            ("POST", "/api/2.0/fs/create-upload-part-urls") => self.part_address(seen),
            ("POST", "/api/2.0/fs/create-download-url") if is_sdk(seen) => fail(404, "NOT_FOUND", "none"),
            ("GET", "/api/2.0/sql/warehouses") => self.warehouses(&query),
            _ if path.starts_with("/api/2.0/sql/statements") => self.statement(method, seen, &path),
            _ => {
                self.expect(false, seen, "no such endpoint");
                fail(404, "ENDPOINT_NOT_FOUND", "no such endpoint")
            }
        }
    }
}
