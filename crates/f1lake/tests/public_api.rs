//! Compares the public API of the libraries with the lists in `public_api/`, so that a change shows in the diff.
//!
//! `.ci/api` writes rustdoc's JSON and names its folder in `RUSTDOC_JSON`; `UPDATE_DOCS=1` rewrites the lists.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;

fn compare(library: &str) {
    let Some(folder) = std::env::var_os("RUSTDOC_JSON") else {
        eprintln!("SKIPPED: RUSTDOC_JSON is not set; `.ci/api` writes the JSON and sets it");
        return;
    };
    let json = Path::new(&folder).join(format!("{library}.json"));
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .unwrap();
    let mut listed = String::new();
    for item in api.items() {
        writeln!(listed, "{item}").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/public_api/{library}.txt"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &listed).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let mut changes: Vec<String> = Vec::new();
    changes.extend(
        known.lines().filter(|line| !listed.contains(&format!("{line}\n"))).map(|line| format!("- {line}")),
    );
    changes.extend(
        listed.lines().filter(|line| !known.contains(&format!("{line}\n"))).map(|line| format!("+ {line}")),
    );
    assert!(
        known == listed,
        "the public API of {library} has changed; if that is intended, run `UPDATE_DOCS=1 .ci/api`:\n{}",
        changes.join("\n")
    );
}

#[test]
fn openf1_client_offers_what_is_listed() {
    compare("openf1_client");
}

#[test]
fn f1lake_offers_what_is_listed() {
    compare("f1lake");
}
