//! Every file of the corpus through its target's check, without the fuzzer.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

fn files(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let (_, check) = f1lake_fuzz::TARGETS.into_iter().find(|(target, _)| *target == name).unwrap();
    let files = files(name);
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        std::panic::catch_unwind(|| check(&bytes)).unwrap_or_else(|_| panic!("{}", file.display()));
    }
    assert!(files.len() >= 10, "{name}: {} files only", files.len());
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
fn guard() {
    replay("guard");
}

#[test]
fn manifest() {
    replay("manifest");
}

/// A manifest that is refused reaches little of what its seed was written for.
#[test]
fn seeds_of_the_manifest_are_read() {
    let seed = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().starts_with("seed-");
    let seeds: Vec<_> = files("manifest").into_iter().filter(seed).collect();
    assert!(!seeds.is_empty());
    for file in seeds {
        let read = serde_json::from_slice::<f1lake_zone::Manifest>(&std::fs::read(&file).unwrap());
        read.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
