//! Files and folders of a volume.

use super::response::{bare, fail, give, respond};
use super::state::{File, Inner, Seen, VOLUME};
use axum::body::{Body, Bytes};
use axum::http::{Method, Response};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

impl Inner {
    /// The refusal when the volume may not be used.
    pub(super) fn volume_refusal(place: &str) -> Option<Response<Body>> {
        if place == VOLUME || place.starts_with(&format!("{VOLUME}/")) {
            return None;
        }
        if place.starts_with("/Volumes/main/f1/closed") {
            return Some(fail(
                403,
                "PERMISSION_DENIED",
                "User does not have READ VOLUME on Volume 'main.f1.closed'.",
            ));
        }
        Some(fail(404, "NOT_FOUND", "Volume does not exist."))
    }

    pub(super) fn store_file(
        &mut self,
        place: &str,
        bytes: Bytes,
        overwrite: bool,
    ) -> Option<Response<Body>> {
        let parent = place.rsplit_once('/').unwrap().0;
        if !self.folders.contains(parent) {
            return Some(fail(404, "NOT_FOUND", "The directory being accessed is not found."));
        }
        if !overwrite && self.files.contains_key(place) {
            return Some(fail(409, "ALREADY_EXISTS", "The file being created already exists."));
        }
        let modified_ms = self.now();
        self.files.insert(place.to_owned(), File { bytes, modified_ms });
        None
    }

    pub(super) fn file_call(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        if let Some(refusal) = Self::volume_refusal(place) {
            return bare(method, refusal);
        }
        match method.as_str() {
            "PUT" => {
                let octets = Some("application/octet-stream");
                self.expect(seen.header("content-type") == octets, seen, "not application/octet-stream");
                self.expect(
                    matches!(query.get("overwrite").map(String::as_str), Some("true" | "false")),
                    seen,
                    "overwrite is not said",
                );
                let overwrite = query.get("overwrite").is_none_or(|value| value == "true");
                self.store_file(place, seen.body.clone(), overwrite)
                    .unwrap_or_else(|| respond(204, Body::empty()))
            }
            "DELETE" => match self.files.remove(place) {
                Some(_) => respond(204, Body::empty()),
                None => fail(404, "NOT_FOUND", "The file being accessed is not found."),
            },
            "GET" | "HEAD" => self.read_file(method, seen, place),
            "POST" => self.multipart_call(seen, place, query),
            _ => {
                self.expect(false, seen, "no such method");
                fail(405, "NOT_ALLOWED", "")
            }
        }
    }

    pub(super) fn read_file(&mut self, method: &Method, seen: &Seen, place: &str) -> Response<Body> {
        if method == Method::GET {
            let octets = Some("application/octet-stream");
            self.expect(seen.header("accept") == octets, seen, "accepts something else");
        }
        let Some(file) = self.files.get(place) else {
            return bare(method, fail(404, "NOT_FOUND", "The file being accessed is not found."));
        };
        // Headers have whole seconds, lists have milliseconds.
        let modified = file.modified_ms / 1000 * 1000;
        let date = std::time::UNIX_EPOCH + Duration::from_millis(modified.unsigned_abs());
        if let Some(since) = seen.header("if-unmodified-since")
            && httpdate::parse_http_date(since).unwrap() < date
        {
            return bare(method, fail(412, "PRECONDITION_FAILED", "modified"));
        }
        let size = file.bytes.len();
        let range = seen.header("range").filter(|_| !self.no_ranges && method == Method::GET);
        let mut response = match range {
            None => respond(200, file.bytes.clone()),
            Some(range) => {
                let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
                let from: usize = from.parse().unwrap();
                let to = to.parse::<usize>().map_or(size, |to| (to + 1).min(size));
                if from >= size {
                    return fail(416, "INVALID_RANGE", "outside");
                }
                let mut part = respond(206, file.bytes.slice(from..to));
                let text = format!("bytes {from}-{}/{size}", to - 1);
                part.headers_mut().insert("content-range", text.parse().unwrap());
                part
            }
        };
        let headers = response.headers_mut();
        headers.insert("content-type", "application/octet-stream".parse().unwrap());
        headers.insert("last-modified", httpdate::fmt_http_date(date).parse().unwrap());
        if method == Method::HEAD {
            headers.insert("content-length", size.into());
            *response.body_mut() = Body::empty();
        }
        response
    }

    pub(super) fn folder_call(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        if let Some(refusal) = Self::volume_refusal(place) {
            return bare(method, refusal);
        }
        match method.as_str() {
            "PUT" => {
                self.expect(seen.body.is_empty(), seen, "a folder has no body");
                let mut folder = place;
                while folder.len() > VOLUME.len() {
                    self.folders.insert(folder.to_owned());
                    folder = folder.rsplit_once('/').unwrap().0;
                }
                respond(204, Body::empty())
            }
            "HEAD" if self.folders.contains(place) => respond(200, Body::empty()),
            "DELETE" if self.folders.remove(place) => respond(204, Body::empty()),
            "HEAD" | "DELETE" => bare(method, fail(404, "NOT_FOUND", "")),
            _ => {
                self.expect(
                    seen.header("accept") == Some("application/json"),
                    seen,
                    "accepts something else",
                );
                if !self.folders.contains(place) {
                    return fail(404, "NOT_FOUND", "The directory being accessed is not found.");
                }
                self.list(seen, place, query)
            }
        }
    }

    /// Pages of a folder. The first one is always short, and one in the middle is empty.
    pub(super) fn list(
        &mut self,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        let child = |path: &str| path.rsplit_once('/').is_some_and(|(parent, _)| parent == place);
        let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let mut contents: Vec<Value> = self
            .files
            .iter()
            .filter(|(path, _)| child(path))
            .map(|(path, file)| {
                json!({ "path": path, "is_directory": false, "file_size": file.bytes.len(),
                    "last_modified": file.modified_ms, "name": name(path) })
            })
            .collect();
        contents.extend(
            self.folders
                .iter()
                .filter(|path| child(path))
                .map(|path| json!({ "path": path, "is_directory": true, "name": name(path) })),
        );
        let token = query.get("page_token").map_or("p-0", String::as_str).to_owned();
        let Some(start) = token.strip_prefix("p-") else {
            self.expect(false, seen, "a page token that was never given");
            return fail(400, "INVALID_PARAMETER_VALUE", "token");
        };
        let (start, empty) = match start.strip_suffix("-empty") {
            Some(start) => (start, true),
            None => (start, false),
        };
        let start: usize = start.parse().unwrap();
        let size = if empty {
            0
        } else if start == 0 {
            self.page_size.div_ceil(2)
        } else {
            self.page_size
        };
        let end = (start + size).min(contents.len());
        let mut page = json!({ "contents": contents[start..end] });
        if end < contents.len() {
            let next = if start == 0 { format!("p-{end}-empty") } else { format!("p-{end}") };
            page["next_page_token"] = json!(next);
        }
        give(200, page)
    }
}
