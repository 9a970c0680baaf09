//! Warehouses and SQL statements.

use super::response::{fail, give};
use super::state::{Inner, Query, Seen, WAREHOUSE};
use axum::body::Body;
use axum::http::{Method, Response};
use serde_json::{Value, json};
use std::collections::HashMap;

impl Inner {
    pub(super) fn warehouses(&mut self, query: &HashMap<String, String>) -> Response<Body> {
        match query.get("page_token") {
            None => give(
                200,
                json!({ "warehouses": [{ "id": WAREHOUSE, "name": "Starter Warehouse", "state": "STOPPED",
                    "cluster_size": "2X-Small" }], "next_page_token": "w2" }),
            ),
            Some(_) => give(
                200,
                json!({ "warehouses": [{ "id": "wh2", "name": "Twin", "state": "RUNNING" },
                    { "id": "wh3", "name": "twin", "state": "RUNNING" },
                    { "id": "wh4", "name": "TWIN", "state": "RUNNING" },
                    { "id": "wh5", "name": "Twin", "state": "RUNNING" }] }),
            ),
        }
    }

    pub(super) fn statement(&mut self, method: &Method, seen: &Seen, path: &str) -> Response<Body> {
        let rest = path.trim_start_matches("/api/2.0/sql/statements").trim_matches('/').to_owned();
        let accepts = seen.header("accept").filter(|kind| *kind != "*/*");
        let wanted = (!rest.ends_with("/cancel")).then_some("application/json");
        self.expect(accepts == wanted, seen, "accepts something else");
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", []) => self.submit(seen),
            ("GET", [id]) => match self.queries.get_mut(*id) {
                None => fail(404, "NOT_FOUND", "no such statement"),
                Some(query) if query.canceled => {
                    give(200, json!({ "statement_id": id, "status": { "state": "CANCELED" } }))
                }
                Some(query) if query.answers.len() > 1 => give(200, query.answers.remove(0)),
                Some(query) => give(200, query.answers[0].clone()),
            },
            ("GET", [id, "result", "chunks", index]) => {
                let index: usize = index.parse().unwrap();
                let chunk = self.queries.get(*id).and_then(|query| query.chunks.get(index)).cloned();
                chunk.map_or_else(|| fail(404, "NOT_FOUND", "no such chunk"), |chunk| give(200, chunk))
            }
            ("POST", [id, "cancel"]) => {
                self.expect(seen.body == "{}", seen, "cancel's body is {}");
                if let Some(query) = self.queries.get_mut(*id) {
                    query.canceled = true;
                }
                give(200, json!({}))
            }
            _ => {
                self.expect(false, seen, "no such endpoint");
                fail(404, "ENDPOINT_NOT_FOUND", "")
            }
        }
    }

    pub(super) fn submit(&mut self, seen: &Seen) -> Response<Body> {
        let sent: Value = serde_json::from_slice(&seen.body).unwrap();
        let known = [
            "warehouse_id",
            "statement",
            "wait_timeout",
            "on_wait_timeout",
            "disposition",
            "format",
            "catalog",
            "schema",
            "parameters",
            "query_tags",
        ];
        let names: Vec<String> = sent.as_object().unwrap().keys().cloned().collect();
        self.expect(names.iter().all(|name| known.contains(&name.as_str())), seen, &format!("{names:?}"));
        let fixed = [("on_wait_timeout", "CONTINUE"), ("disposition", "INLINE"), ("format", "JSON_ARRAY")];
        for (name, value) in fixed {
            self.expect(sent[name] == value, seen, name);
        }
        let hold: u32 = sent["wait_timeout"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
        self.expect(hold == 0 || (5..=50).contains(&hold), seen, "wait_timeout");
        match sent["warehouse_id"].as_str().unwrap() {
            WAREHOUSE => {}
            "closed" => {
                return fail(
                    403,
                    "PERMISSION_DENIED",
                    "You do not have permission to use the SQL Warehouse.",
                );
            }
            _ => return fail(404, "RESOURCE_DOES_NOT_EXIST", "SQL warehouse does not exist."),
        }
        self.serial += 1;
        let id = format!("01ef-{}", self.serial);
        let state = |state: &str| json!({ "statement_id": id, "status": { "state": state } });
        let error = |message: &str| {
            let error = json!({ "error_code": "BAD_REQUEST", "message": message });
            json!({ "statement_id": id, "status": { "state": "FAILED", "error": error } })
        };
        let columns = |names: &[(&str, &str)]| -> Value {
            names
                .iter()
                .map(|(name, kind)| json!({ "name": name, "type_text": kind, "type_name": kind }))
                .collect()
        };
        let success = |columns: Value, rows: Value, count: usize, next: Option<u64>| {
            let mut answer = state("SUCCEEDED");
            answer["manifest"] = json!({ "schema": { "columns": columns }, "total_row_count": count,
                "truncated": false });
            answer["result"] = json!({ "chunk_index": 0, "data_array": rows });
            if let Some(next) = next {
                answer["result"]["next_chunk_index"] = json!(next);
            }
            answer
        };
        let three = columns(&[("n", "BIGINT")]);
        let mut chunks = Vec::new();
        let mut answers = match sent["statement"].as_str().unwrap() {
            "SELECT :n, :nothing" => {
                let one = &sent["parameters"][0];
                self.expect(
                    *one == json!({ "name": "n", "type": "BIGINT", "value": "1" }),
                    seen,
                    "parameter",
                );
                let nothing = &sent["parameters"][1];
                self.expect(*nothing == json!({ "name": "nothing", "type": "DATE" }), seen, "NULL parameter");
                vec![success(
                    columns(&[("n", "BIGINT"), ("nothing", "DATE")]),
                    json!([[one["value"].clone(), nothing["value"].clone()]]),
                    1,
                    None,
                )]
            }
            "CREATE TABLE t (i INT)" => vec![state("PENDING"), state("RUNNING"), state("SUCCEEDED")],
            "SELECT n FROM many" | "SELECT n FROM short" => {
                chunks = vec![
                    json!({}),
                    json!({ "chunk_index": 1, "data_array": [["2"], ["3"]], "next_chunk_index": 2 }),
                    json!({ "chunk_index": 2, "data_array": [["4"]] }),
                ];
                let count = if sent["statement"] == "SELECT n FROM short" { 5 } else { 4 };
                vec![state("PENDING"), success(three, json!([["1"]]), count, Some(1))]
            }
            "SELECT n FROM circle" => {
                chunks = vec![json!({}), json!({ "data_array": [["2"]], "next_chunk_index": 1 })];
                vec![success(three, json!([["1"]]), 2, Some(1))]
            }
            "SELECT *\n  FORM laps" => vec![error(
                "[PARSE_SYNTAX_ERROR] Syntax error at or near 'FORM'. SQLSTATE: 42601 (line 2, pos 2)\n\n== SQL ==\nSELECT *\n  FORM laps\n--^^^\n",
            )],
            "CREATE SCHEMA s" => vec![
                state("RUNNING"),
                error(
                    "[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have CREATE SCHEMA on Catalog 'main'. SQLSTATE: 42501",
                ),
            ],
            "SELECT endless" => vec![state("RUNNING")],
            "SELECT closed" => vec![state("CLOSED")],
            other => {
                self.violations.push(format!("an unknown statement {other}"));
                vec![error("unknown")]
            }
        };
        let first = answers.remove(0);
        if answers.is_empty() {
            answers.push(first.clone());
        }
        self.queries.insert(id, Query { answers, chunks, canceled: false });
        give(200, first)
    }
}
