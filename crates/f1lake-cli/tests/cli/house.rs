//! The order of docs/architecture.md: crates depend on lower floors only, modules do not import each other in
//! circles, and files that documents name exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Imports of each module of a crate among its own modules, such as `limit::log`.
type Imports = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Git on Windows writes CRLF.
    text.replace("\r\n", "\n")
}

/// The folders of all crates.
fn crates() -> Vec<PathBuf> {
    let listed = std::fs::read_dir(root().join("crates")).unwrap();
    let mut folders: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    folders.push(root().join("fuzz"));
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    folders.sort();
    folders
}

/// The floor of each crate in docs/architecture.md.
fn floors() -> BTreeMap<String, u32> {
    let text = read(&root().join("docs/architecture.md"));
    let (_, rest) = text.split_once("<!-- floors -->").unwrap();
    let (block, _) = rest.split_once("<!-- /floors -->").unwrap();
    let mut floors = BTreeMap::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(
            words.len() > 3 && words[0] == "floor",
            "expected `floor N  crate-name   what it is`: {line}"
        );
        let floor =
            words[1].parse::<u32>().unwrap_or_else(|_| panic!("expected a number after `floor`: {line}"));
        assert!(floors.insert(words[2].to_owned(), floor).is_none(), "{} is shown twice", words[2]);
    }
    floors
}

#[test]
fn crates_depend_on_lower_floors_only() {
    let floors = floors();
    let mut crates_found = BTreeSet::new();
    let mut wrong = Vec::new();
    for folder in crates() {
        let manifest: toml::Table = toml::from_str(&read(&folder.join("Cargo.toml"))).unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        let floor = floors.get(&name).copied();
        if floor.is_none() {
            wrong.push(format!("{name} is not in the picture of the floors"));
        }
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            let below = floors.get(dependency).copied();
            if let (Some(floor), Some(below)) = (floor, below)
                && below >= floor
            {
                wrong.push(format!("{name} on floor {floor} depends on {dependency} on floor {below}"));
            }
        }
        crates_found.insert(name);
    }
    let gone = floors.keys().filter(|name| !crates_found.contains(*name));
    wrong.extend(
        gone.map(|name| format!("{name} is in the picture of the floors, and no crate has this name")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documents_name_files_that_exist() {
    let mut documents = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    documents.extend(std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    for document in documents.iter().filter(|path| path.is_file()) {
        let text = read(document);
        for name in text.split(|c: char| !c.is_alphanumeric() && !"_-./".contains(c)) {
            let exists = !name.starts_with("crates/") || root().join(name.trim_end_matches('.')).exists();
            assert!(exists, "{} names {name}", document.display());
        }
    }
}

#[test]
fn modules_do_not_import_each_other_in_circles() {
    let mut circles = Vec::new();
    for folder in crates() {
        let imports = imports(&folder.join("src"));
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            imports.keys().map(|module| (module.as_str(), reached(module, &imports))).collect();
        for (module, beyond) in &reached {
            let circle: BTreeSet<&str> =
                beyond.iter().copied().filter(|other| reached[other].contains(module)).collect();
            // Each circle is reported once.
            if circle.first() != Some(module) {
                continue;
            }
            circles.push(format!("{}:", folder.file_name().unwrap().display()));
            for member in &circle {
                let inside: Vec<&str> =
                    imports[*member].iter().map(String::as_str).filter(|to| circle.contains(to)).collect();
                circles.push(format!("    {member} imports {}", inside.join(", ")));
            }
        }
    }
    assert!(circles.is_empty(), "modules import each other:\n{}", circles.join("\n"));
}

/// All modules that a module imports, directly or through others.
fn reached<'a>(module: &str, imports: &'a Imports) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&'a str> = imports[module].iter().map(String::as_str).collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(imports[next].iter().map(String::as_str));
        }
    }
    found
}

fn imports(src: &Path) -> Imports {
    let mut files = BTreeMap::new();
    module_files(src, &[], &mut files);
    let mut imports = Imports::new();
    for (module, path) in &files {
        let mut found = BTreeSet::new();
        for path in paths(&read(path), module) {
            // The longest part of the path that is a module; the rest names an item.
            let mut names = (1..=path.len()).rev().map(|length| path[..length].join("::"));
            found.extend(names.find(|name| files.contains_key(name)).filter(|name| name != module));
        }
        imports.insert(module.clone(), found);
    }
    imports
}

/// The file of each module in a folder. The root of the crate is none: everything reaches it.
fn module_files(folder: &Path, parents: &[String], files: &mut BTreeMap<String, PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut module = parents.to_vec();
        module.push(path.file_stem().unwrap().to_string_lossy().into_owned());
        let is_root = parents.is_empty() && (module[0] == "lib" || module[0] == "main");
        if path.is_dir() {
            module_files(&path, &module, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_root {
            files.insert(module.join("::"), path);
        }
    }
}

/// Paths in a source that begin with `crate` or `super`, from the root of the crate.
fn paths(source: &str, module: &str) -> Vec<Vec<String>> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let without_comment = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let source: String = source.lines().map(without_comment).collect::<Vec<_>>().join("\n");
    let parents: Vec<&str> = module.split("::").collect();
    let parents = &parents[..parents.len() - 1];
    let mut found = Vec::new();
    for (start, from) in [("crate::", &[] as &[&str]), ("super::", parents)] {
        for (at, _) in source.match_indices(start) {
            if source[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before)) {
                continue;
            }
            let mut rest = &source[at + start.len()..];
            let mut from = from;
            while let Some(after) = rest.strip_prefix("super::") {
                rest = after;
                from = from.split_last().map_or(from, |(_, parents)| parents);
            }
            let mut tails = Vec::new();
            read_path(rest, Vec::new(), &mut tails);
            // `super::*` alone names nothing.
            for tail in tails.iter().filter(|tail| !tail.is_empty()) {
                found.push(from.iter().chain(tail).map(|name| (*name).to_owned()).collect());
            }
        }
    }
    found
}

/// Adds the paths of `a::b` or `a::{b, c::d}` at the beginning of a text; returns the text behind them.
fn read_path<'t>(mut text: &'t str, mut path: Vec<&'t str>, found: &mut Vec<Vec<&'t str>>) -> &'t str {
    loop {
        if let Some(inner) = text.strip_prefix('{') {
            text = inner.trim_start();
            while !text.is_empty() && !text.starts_with('}') {
                // What follows may be `as name`.
                let behind =
                    read_path(text, path.clone(), found).trim_start_matches(|c| c != ',' && c != '}');
                text = behind.strip_prefix(',').unwrap_or(behind).trim_start();
            }
            return text.strip_prefix('}').unwrap_or(text);
        }
        let (name, rest) =
            text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()));
        if !name.is_empty() {
            path.push(name);
        }
        let Some(further) = rest.strip_prefix("::").filter(|_| !name.is_empty()) else {
            found.push(path);
            return rest;
        };
        text = further;
    }
}
