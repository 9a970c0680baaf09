//! `f1lake databricks init`: the bundle of a workspace. Its contents are checked by `examples/checks`.

use crate::Place;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A wheel as far as its name goes.
const WHEEL: &str = "f1lake-0.1.0-cp310-abi3-manylinux_2_28_x86_64.whl";

/// The published package.
const PACKAGE: &str = concat!("f1lake==", env!("CARGO_PKG_VERSION"));

/// Contents of the files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn lines(contents: &[u8]) -> std::str::Lines<'_> {
    std::str::from_utf8(contents).unwrap().lines()
}

/// Number of files by status, as the program reports it.
fn reported(stdout: &str) -> BTreeMap<String, u64> {
    let lines: Vec<Value> = serde_json::from_str(stdout).unwrap();
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line["status"].as_str().unwrap().to_owned()).or_default() +=
            line["files"].as_u64().unwrap();
    }
    counts
}

#[test]
fn one_command_writes_the_bundle_and_a_second_one_changes_nothing() {
    let place = Place::new();
    let first = place.run(&["databricks", "init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let written = files(&place.path().join("databricks"));
    assert!(written.contains_key("databricks.yml") && written.contains_key("dbt/models/gold/fact_laps.sql"));
    assert!(!written.keys().any(|name| name.contains("__pycache__") || name.contains("/target/")));
    for line in ["dev_f1", "cd databricks && databricks bundle deploy", "databricks bundle run f1lake"] {
        assert!(first.stderr.contains(line), "{}", first.stderr);
    }
    assert!(first.stdout.contains("resources/job.yml"), "{}", first.stdout);

    let second = place.run(&["databricks", "init", "--output", "json"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(reported(&second.stdout), BTreeMap::from([("unchanged".to_owned(), written.len() as u64)]));
    assert!(files(&place.path().join("databricks")) == written);
}

#[test]
fn changed_files_are_kept_until_force_and_nothing_else_is_written() {
    let place = Place::new();
    assert_eq!(place.run(&["databricks", "init", "b"]).code, 0);
    place.write("b/databricks.yml", "bundle:\n  name: mine\n");
    std::fs::remove_file(place.path().join("b/README.md")).unwrap();
    let changed = files(&place.path().join("b"));

    let refused = place.run(&["databricks", "init", "b"]);
    assert_eq!(refused.code, 2);
    for part in ["1 file in b differs", "nothing was: databricks.yml\nhint: ", "--force"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    assert!(files(&place.path().join("b")) == changed);

    let forced = place.run(&["databricks", "init", "b", "--force", "--output", "json"]);
    assert_eq!(forced.code, 0, "{}", forced.stderr);
    let counts = reported(&forced.stdout);
    assert_eq!((counts["replaced"], counts["written"]), (1, 1));
    assert!(place.path().join("b/README.md").is_file());
}

#[test]
fn names_and_a_wheel_reach_the_places_that_use_them() {
    let place = Place::new();
    assert_eq!(place.run(&["databricks", "init", "plain"]).code, 0);
    place.write(WHEEL, "wheel");
    let named = place.run(&[
        "databricks",
        "init",
        "named",
        "--bundle-name",
        "pitwall",
        "--dev-catalog",
        "ada_f1",
        "--prod-catalog",
        "race",
        "--wheel",
        WHEEL,
    ]);
    assert_eq!(named.code, 0, "{}", named.stderr);
    assert!(named.stderr.contains("ada_f1") && named.stderr.contains("cd named"), "{}", named.stderr);
    let (plain, named) = (files(&place.path().join("plain")), files(&place.path().join("named")));
    let mut seen = String::new();
    for (name, contents) in &named {
        let Some(before) = plain.get(name) else {
            seen.push_str(&format!("+ {name}\n"));
            continue;
        };
        for (before, after) in lines(before).zip(lines(contents)).filter(|(before, after)| before != after) {
            seen.push_str(&format!("{name}\n- {}\n+ {}\n", before.trim(), after.trim()));
        }
    }
    let wanted = format!(
        "databricks.yml\n- name: f1lake\n+ name: pitwall\n\
         databricks.yml\n- catalog: dev_f1\n+ catalog: ada_f1\n\
         databricks.yml\n- catalog: prod_f1\n+ catalog: race\n\
         + dist/{WHEEL}\n\
         resources/job.yml\n- - {PACKAGE}\n+ - ../dist/{WHEEL}\n\
         src/notebook.py\n- # MAGIC %pip install {PACKAGE}\n+ # MAGIC %pip install ../dist/{WHEEL}\n"
    );
    assert_eq!(seen, wanted);
}

#[test]
fn what_cannot_be_written_or_used_is_explained() {
    let place = Place::new();
    place.write("file", "");
    place.write("f1lake-0.1.0.tar.gz", "");
    std::fs::create_dir_all(place.path().join("taken/databricks.yml")).unwrap();
    let cases: &[(&[&str], &str)] = &[
        (&["file"], "cannot write file/"),
        (&["taken"], "cannot write taken/databricks.yml"),
        (
            &["--dev-catalog", "my-catalog"],
            "--dev-catalog my-catalog: expected letters, digits and underscores",
        ),
        (&["--bundle-name", ""], "expected letters, digits and underscores"),
        (
            &["--wheel", "f1lake-0.1.0.tar.gz"],
            "--wheel f1lake-0.1.0.tar.gz: expected a wheel of f1lake for Linux",
        ),
        (&["--wheel", WHEEL], "cannot read it"),
        (&["one", "two"], "two"),
    ];
    for (arguments, why) in cases {
        let refused = place.run(&[&["databricks", "init"][..], arguments].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.starts_with("error: "), "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(why), "{arguments:?}: {}", refused.stderr);
    }
    assert!(!place.path().join("databricks").exists());
}

#[test]
fn help_names_the_flags() {
    let help = Place::new().run(&["databricks", "init", "--help"]).stdout;
    for flag in ["[FOLDER]", "--bundle-name", "--dev-catalog", "--prod-catalog", "--wheel", "--force"] {
        assert!(help.contains(flag), "{help}");
    }
}
