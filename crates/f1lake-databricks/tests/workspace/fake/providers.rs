//! Identity providers beside the workspace: GitHub, Azure DevOps, Entra ID, a metadata service.

use super::response::{fail, give, respond};
use super::state::{ACCESS_TOKEN, Inner, Seen};
use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::json;
use std::collections::HashMap;

/// Tokens of jobs, for the providers.
pub(crate) const JOB: &str = "job-canary-71";
/// Tokens of providers begin with this.
pub(crate) const IDENTITY: &str = "idp-canary-";
/// Secret of a service principal of Entra ID.
pub(crate) const ENTRA_SECRET: &str = "entra-canary-8";

impl Inner {
    /// The answer of a provider; `None` when the request is for the workspace.
    pub(super) fn provider(
        &mut self,
        method: &Method,
        seen: &Seen,
        path: &str,
        query: &HashMap<String, String>,
    ) -> Option<Response<Body>> {
        let job = format!("Bearer {JOB}");
        let by_job = seen.header("authorization") == Some(&job);
        let identity = |what: &str| format!("{IDENTITY}{what}");
        Some(match (method.as_str(), path) {
            ("GET", "/github") => {
                let audience = query.get("audience").cloned().unwrap_or_default();
                self.expect(query.get("job").is_some_and(|job| job == "1"), seen, "the job's query is lost");
                match by_job {
                    true => give(200, json!({ "value": identity(&audience) })),
                    false => fail(401, "UNAUTHENTICATED", seen.header("authorization").unwrap_or("none")),
                }
            }
            ("POST", "/devops/proj/_apis/distributedtask/hubs/build/plans/plan/jobs/job/oidctoken") => {
                self.expect(by_job, seen, "not the pipeline's token");
                give(200, json!({ "oidcToken": identity("devops") }))
            }
            ("GET", "/metadata-service") => {
                let token = self.known_token();
                let granted =
                    json!({ "access_token": token, "token_type": "Bearer", "expires_on": 4_000_000_000_u64 });
                give(200, self.metadata_service.clone().unwrap_or(granted))
            }
            ("GET", "/aad/auth") => redirect(&format!("{}/ten-1/oauth2/authorize?x=1", self.url)),
            ("GET", "/oidc/oauth2/v2.0/authorize") => {
                redirect(&format!("{}/ten-1/oauth2/v2.0/authorize?x=1", self.url))
            }
            ("POST", "/ten-1/oauth2/token") => {
                let body = String::from_utf8_lossy(&seen.body).into_owned();
                let trusted = body.contains(&format!("client_secret={ENTRA_SECRET}"))
                    || body.contains(&format!("client_assertion={IDENTITY}"));
                match trusted {
                    true => self.issue(),
                    false => give(401, json!({ "error": "invalid_client", "error_description": body })),
                }
            }
            _ => return None,
        })
    }

    /// A token that the workspace accepts, always the same.
    pub(crate) fn known_token(&mut self) -> String {
        let token = format!("{ACCESS_TOKEN}known");
        self.tokens.insert(token.clone());
        token
    }
}

fn redirect(to: &str) -> Response<Body> {
    let mut response = respond(302, Body::empty());
    response.headers_mut().insert("location", to.parse().unwrap());
    response
}
