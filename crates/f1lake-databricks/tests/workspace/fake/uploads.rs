//! Uploads in parts, and the cloud storage that takes the parts.

use super::response::{fail, give, respond};
use super::state::{Inner, SIGNATURE, Seen, Upload};
use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

impl Inner {
    pub(super) fn multipart_call(
        &mut self,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        match query.get("action").map(String::as_str) {
            Some("initiate-upload") => {
                self.expect(seen.body.is_empty(), seen, "initiate has no body");
                if self.no_multipart {
                    return give(200, json!({ "resumable_upload": { "session_token": "gcp" } }));
                }
                self.serial += 1;
                let token = format!("tok-{}", self.serial);
                let overwrite = query.get("overwrite").is_some_and(|value| value == "true");
                let upload = Upload { path: place.to_owned(), overwrite, parts: BTreeMap::new() };
                self.uploads.insert(token.clone(), upload);
                give(200, json!({ "multipart_upload": { "session_token": token } }))
            }
            Some("complete-upload") => {
                self.expect(
                    query.get("upload_type").is_some_and(|kind| kind == "multipart"),
                    seen,
                    "no type",
                );
                let token = query.get("session_token").cloned().unwrap_or_default();
                let Some(upload) = self.uploads.remove(&token) else {
                    return fail(404, "NOT_FOUND", "no such upload");
                };
                let sent: Value = serde_json::from_slice(&seen.body).unwrap();
                let expected: Vec<Value> = upload
                    .parts
                    .keys()
                    .map(|number| json!({ "part_number": number, "etag": format!("\"etag-{number}\"") }))
                    .collect();
                self.expect(sent == json!({ "parts": expected }), seen, "other parts than were sent");
                let bytes: Vec<u8> = upload.parts.values().flatten().copied().collect();
                self.store_file(&upload.path, bytes.into(), upload.overwrite)
                    .unwrap_or_else(|| give(200, json!({})))
            }
            Some("abort-upload") => {
                self.expect(
                    query.get("upload_type").is_some_and(|kind| kind == "multipart"),
                    seen,
                    "no type",
                );
                let token = query.get("session_token").cloned().unwrap_or_default();
                if self.uploads.remove(&token).is_none() {
                    return fail(404, "NOT_FOUND", "no such upload");
                }
                self.aborted += 1;
                give(200, json!({}))
            }
            _ => {
                self.expect(false, seen, "no such action");
                fail(400, "BAD_REQUEST", "action")
            }
        }
    }

    pub(super) fn address_request(&mut self, seen: &Seen, fields: &[&str]) -> Value {
        let sent: Value = serde_json::from_slice(&seen.body).unwrap();
        let names: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
        self.expect(names == fields, seen, &format!("fields {names:?}"));
        self.expect(seen.header("content-type") == Some("application/json"), seen, "no JSON");
        let expiry = sent["expire_time"].as_str().unwrap_or_default();
        self.expect(expiry.len() == 20 && expiry.ends_with('Z'), seen, "another form of time");
        sent
    }

    pub(super) fn part_address(&mut self, seen: &Seen) -> Response<Body> {
        let fields = ["path", "session_token", "start_part_number", "count", "expire_time"];
        let sent = self.address_request(seen, &fields);
        let (token, first) =
            (sent["session_token"].as_str().unwrap(), sent["start_part_number"].as_u64().unwrap());
        if !self.uploads.contains_key(token) {
            return fail(404, "NOT_FOUND", "no such upload");
        }
        let path = sent["path"].as_str().unwrap().replace(' ', "%20");
        let addresses: Vec<Value> = (first..first + sent["count"].as_u64().unwrap())
            .map(|number| {
                let url = format!("{}/cloud{path}?token={token}&partNumber={number}&sig={SIGNATURE}", self.url);
                json!({ "url": url, "part_number": number, "headers": [{ "name": "x-amz-demo", "value": "1" }] })
            })
            .collect();
        give(200, json!({ "upload_part_urls": addresses }))
    }

    /// Cloud storage: it accepts signed addresses and must never see the workspace's token.
    pub(super) fn cloud(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        self.expect(seen.header("authorization").is_none(), seen, "the token went to cloud storage");
        self.expect(query.get("sig").is_some_and(|sig| sig == SIGNATURE), seen, "not signed");
        if self.cloud_blocked && method == Method::PUT {
            return respond(403, "<Error>blocked by a firewall</Error>");
        }
        let token = query.get("token").cloned().unwrap_or_default();
        self.expect(seen.header("x-amz-demo") == Some("1"), seen, "the address's headers are missing");
        let number: u64 = query["partNumber"].parse().unwrap();
        let Some(upload) = self.uploads.get_mut(&token) else { return respond(404, Body::empty()) };
        let same_file = upload.path == place;
        upload.parts.insert(number, seen.body.clone());
        self.expect(same_file, seen, "another file");
        let mut response = respond(200, Body::empty());
        response.headers_mut().insert("etag", format!("\"etag-{number}\"").parse().unwrap());
        response
    }
}
