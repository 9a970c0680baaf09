//! Every file of the corpus through its target's check, without the fuzzer.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

use std::path::Path;

fn replay(name: &str) {
    let (_, check) = f1lake_fuzz::TARGETS.into_iter().find(|(target, _)| *target == name).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        std::panic::catch_unwind(|| check(&bytes)).unwrap_or_else(|_| panic!("{}", file.display()));
    }
    assert!(files.len() >= 10, "{}: {} files only", folder.display(), files.len());
    println!("{name}: {} files", files.len());
}

#[test]
fn configuration() {
    replay("configuration");
}

#[test]
fn dates() {
    replay("dates");
}

#[test]
fn decoder() {
    replay("decoder");
}

#[test]
fn filters() {
    replay("filters");
}

#[test]
fn manifest() {
    replay("manifest");
}
