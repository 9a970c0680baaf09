//! Files of rows, and rows in pipes: `sql --to`, `export`, `--output csv`.

use crate::{Ended, Place, ended};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// 20 KB of rows in any text format, and no table needed.
const NUMBERS: &str =
    "select value, value * 1.5 as more, 'row number ' || value as text from generate_series(1, 300)";

/// A folder with a lake without tables.
fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path().join("lake")).unwrap();
    place
}

fn write_to(place: &Place, file: &str, more: &[&str]) -> Ended {
    place.run(&[&["sql", NUMBERS, "--to", file][..], more].concat())
}

#[test]
fn the_ending_chooses_the_format_and_a_contradiction_is_refused() {
    let place = place();
    for (file, start) in [
        ("rows.csv", "value,more,text\n1,1.5,"),
        ("ROWS.CSV", "value,more,text\n"),
        ("rows.json", "[{\"value\":1,"),
        ("rows.ndjson", "{\"value\":1,"),
        ("rows.jsonl", "{\"value\":1,"),
        ("rows.parquet", "PAR1"),
    ] {
        let written = write_to(&place, file, &[]);
        assert_eq!(written.code, 0, "{file}: {}", written.stderr);
        assert!(written.stderr.contains("300 rows"), "{}", written.stderr);
        let bytes = std::fs::read(place.path().join(file)).unwrap();
        assert!(bytes.starts_with(start.as_bytes()), "{file}: {}", String::from_utf8_lossy(&bytes[..40]));
        std::fs::remove_file(place.path().join(file)).unwrap();
    }
    assert_eq!(write_to(&place, "named", &["--format", "csv"]).code, 0);
    std::fs::remove_file(place.path().join("named")).unwrap();
    let mut seen = String::new();
    for arguments in [
        &["sql", "select 1", "--to", "rows.xlsx"][..],
        &["sql", "select 1", "--to", "rows.csv.gz"],
        &["sql", "select 1", "--to", "rows"],
        &["sql", "select 1", "--to", "rows.csv", "--format", "json"],
        &["sql", "select 1", "--format", "json"],
        &["sql", "select 1; select 2", "--to", "rows.csv"],
        &["sql", "select 1", "--to", "nowhere/rows.csv"],
        &["export", "fact_laps", "--to", "laps.xlsx"],
        &["export", "fact_laps", "--to", "laps.csv", "--format", "parquet"],
        &["export", "fact_laps", "--to", "nowhere/laps.csv"],
    ] {
        let refused = place.run(arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        seen.push_str(&format!("f1lake {}\n{}", arguments.join(" "), refused.stderr));
    }
    assert_eq!(place.files("."), ["lake"], "something was written");
    insta::assert_snapshot!(seen);
}

/// A command under limits set by a shell.
#[cfg(unix)]
fn under(place: &Place, limits: &str, arguments: &[&str]) -> Ended {
    let whole = place.command(arguments);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_f1lake")]);
    command.args(arguments).current_dir(place.path()).stdin(Stdio::null());
    for (name, value) in whole.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    ended(command)
}

#[cfg(unix)]
#[test]
fn unfinished_file_is_reported_and_the_old_one_kept() {
    let place = place();
    // Blocks of 512 bytes, or 1,024 in some shells: only the rest in the buffer, which is written last, does
    // not fit.
    for (file, blocks) in [("rows.ndjson", 24), ("rows.json", 24), ("rows.csv", 12), ("rows.parquet", 2)] {
        std::fs::write(place.path().join(file), "before").unwrap();
        let limits = format!("trap '' XFSZ; ulimit -f {blocks}");
        let full = under(&place, &limits, &["sql", NUMBERS, "--to", file]);
        assert_eq!(full.code, 1, "{file}: {}", full.stderr);
        assert!(full.stderr.contains(file) && full.stderr.contains("large"), "{}", full.stderr);
        assert!(!full.stderr.contains("rows\n"), "{}", full.stderr);
        assert_eq!(std::fs::read_to_string(place.path().join(file)).unwrap(), "before", "{file}");
    }
    let left: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp-")), "{left:?}");
    // The device that is always full is written directly.
    if std::path::Path::new("/dev/full").exists() {
        for format in ["csv", "json", "ndjson", "parquet"] {
            let full = place.run(&["sql", NUMBERS, "--to", "/dev/full", "--format", format]);
            assert_eq!(full.code, 1, "{format}: {}", full.stderr);
            assert!(full.stderr.contains("No space left"), "{}", full.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn files_have_the_mode_of_the_umask_and_links_are_followed() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let mode = |file: &str| std::fs::metadata(place.path().join(file)).unwrap().permissions().mode() & 0o777;
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let done = under(&place, &format!("umask {umask}"), &["sql", NUMBERS, "--to", "rows.csv"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert_eq!(mode("rows.csv"), expected, "umask {umask}");
        std::fs::remove_file(place.path().join("rows.csv")).unwrap();
    }
    std::fs::create_dir(place.path().join("elsewhere")).unwrap();
    std::fs::write(place.path().join("elsewhere/rows.csv"), "old").unwrap();
    std::os::unix::fs::symlink("elsewhere/rows.csv", place.path().join("rows.csv")).unwrap();
    assert_eq!(write_to(&place, "rows.csv", &[]).code, 0);
    assert!(place.path().join("rows.csv").is_symlink());
    assert!(std::fs::read_to_string(place.path().join("elsewhere/rows.csv")).unwrap().starts_with("value,"));
    let straight = write_to(&place, "/dev/stdout", &["--format", "csv"]);
    assert_eq!((straight.code, straight.stdout.lines().count()), (0, 301), "{}", straight.stderr);
}

#[test]
fn closed_pipe_ends_quietly() {
    let place = place();
    let many = "select value, 'a row that is long enough to fill the pipe soon' as text from generate_series(1, 200000)";
    for arguments in [
        &["sql", many, "--output", "csv"][..],
        &["sql", many, "--output", "json"],
        &["sql", many, "--to", "-", "--format", "ndjson"],
        &["sql", many, "--to", "-", "--format", "parquet"],
        &["sql", many],
        &["sql", many, "--expanded"],
        &["completions", "bash"],
        &["config"],
        &["config", "--output", "json"],
    ] {
        let mut child =
            place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = Vec::new();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        reader.read_until(b'\n', &mut line).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
        assert!(!told.contains("rror") && !told.contains("panicked"), "{arguments:?}: {told}");
    }
    // Standard error is closed too.
    for arguments in [&["sql", "select nothing"][..], &["sql", "select 1"], &["-vv", "sql", "select 1"]] {
        let mut child =
            place.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stderr.take());
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(if arguments[1] == "select nothing" { 2 } else { 0 }), "{arguments:?}");
    }
}

#[test]
fn several_statements_give_several_results_and_none_when_one_is_wrong() {
    let place = place();
    let sql = "select 1 as a; select 'x;y' as b, 2 as c;";
    let shown = place.run(&["sql", sql]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(shown.stdout, " a\n 1\n b    c\n x;y  2\n", "{}", shown.stdout);
    let json = place.run(&["sql", sql, "--output", "json"]);
    let documents: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(&json.stdout).into_iter().map(Result::unwrap).collect();
    assert_eq!(documents.len(), 2, "{}", json.stdout);
    assert_eq!(place.run(&["sql", sql, "--output", "csv"]).stdout, "a\n1\n\nb,c\nx;y,2\n");
    let wrong = place.run(&["sql", "select 1; select nothing"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""), "{}", wrong.stderr);
}

/// Runs in a terminal of this width, if this machine has the program `script`.
#[cfg(target_os = "linux")]
fn in_terminal(place: &Place, width: usize, arguments: &[&str]) -> Option<String> {
    let quoted: Vec<String> =
        arguments.iter().map(|argument| format!("'{}'", argument.replace('\'', "'\\''"))).collect();
    let line = format!(
        "stty cols {width} rows 50; NO_COLOR=1 {} {}",
        env!("CARGO_BIN_EXE_f1lake"),
        quoted.join(" ")
    );
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(place.path()).stdin(Stdio::null());
    command.env("HOME", place.path()).env("TERM", "xterm");
    match command.output() {
        Ok(output) if output.status.success() => {
            Some(String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"))
        }
        other => {
            eprintln!("SKIPPED: no terminal by `script`: {other:?}");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_as_many_columns_as_fit_and_how_to_see_the_others() {
    let place = place();
    let columns: Vec<String> = (1..=20).map(|number| format!("{number} as the_column_{number}")).collect();
    let sql = format!("select {}", columns.join(", "));
    let Some(narrow) = in_terminal(&place, 80, &["sql", &sql]) else { return };
    assert!(narrow.lines().all(|line| console::measure_text_width(line) <= 80), "{narrow}");
    insta::assert_snapshot!(narrow);
    let expanded = in_terminal(&place, 80, &["sql", &sql, "-x"]).unwrap();
    assert!(expanded.contains("the_column_11  11"), "{expanded}");
    // Without a terminal, all columns are shown.
    assert!(place.run(&["sql", &sql]).stdout.contains("the_column_11"));
}
