//! `f1lake databricks init`: writes the bundle of a whole workspace.

use crate::cli::InitArgs;
use crate::commands::Context;
use crate::error::Error;
use crate::output::Table;
use f1lake::ExitCode;
use f1lake_zone::files::{Existing, write_file};
use include_dir::{Dir, include_dir};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// A valid bundle by itself: with the default flags, its files are written as they are.
static BUNDLE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/bundle");
/// How its files name the published package.
const PACKAGE: &str = concat!("f1lake==", env!("CARGO_PKG_VERSION"));
/// The folder with the dbt project; its files are counted, not listed.
const DBT: &str = "dbt/";
/// At most so many differing files are named.
const NAMED: usize = 20;

/// Contents of the bundle's files by path.
type Files = BTreeMap<String, Cow<'static, [u8]>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Written,
    Replaced,
    Unchanged,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A file, or the files of the dbt project with the same status.
#[derive(Serialize)]
struct Line {
    path: String,
    status: Status,
    files: usize,
}

pub(super) fn run(context: &Context, args: &InitArgs) -> Result<ExitCode, Error> {
    let files = files(args)?;
    let statuses = compared(&files, &args.folder)?;
    let differing: Vec<&str> = statuses
        .iter()
        .filter(|(_, status)| **status == Status::Replaced)
        .map(|(path, _)| path.as_str())
        .collect();
    if !args.force && !differing.is_empty() {
        return Err(refused(&differing, &args.folder));
    }
    for (path, contents) in &files {
        if statuses.get(path) != Some(&Status::Unchanged) {
            let target = args.folder.join(path);
            write_file(&target, contents, Existing::Replace).map_err(failed(&target))?;
        }
    }
    let lines = lines(&statuses);
    Table::of(&lines)
        .left("path", |line| line.path.clone())
        .left("status", |line| line.status.name().to_owned())
        .right("files", |line| line.files.to_string())
        .print(context.output(), &lines)?;
    context.say(&format!(
        "\nWhen catalog {} exists, deploy the workspace and fill it:\n  cd {} && databricks bundle deploy\n  \
         databricks bundle run f1lake",
        args.dev_catalog,
        args.folder.display()
    ));
    Ok(ExitCode::Done)
}

/// The bundle with the user's names.
fn files(args: &InitArgs) -> Result<Files, Error> {
    let wheel = args.wheel.as_deref().map(wheel).transpose()?;
    let mut files = Files::new();
    collect(&BUNDLE, &mut files);
    for (path, contents) in files.iter_mut().filter(|(path, _)| !path.starts_with(DBT)) {
        let Ok(text) = std::str::from_utf8(contents) else { continue };
        let mut text = Cow::Borrowed(text);
        if path == "databricks.yml" {
            let edits = [
                ("  name: f1lake\n", format!("  name: {}\n", args.bundle_name)),
                ("catalog: dev_f1\n", format!("catalog: {}\n", args.dev_catalog)),
                ("catalog: prod_f1\n", format!("catalog: {}\n", args.prod_catalog)),
            ];
            for (before, after) in edits {
                text = text.replace(before, &after).into();
            }
        }
        if let Some((name, _)) = &wheel {
            text = text.replace(PACKAGE, &format!("../dist/{name}")).into();
        }
        *contents = text.into_owned().into_bytes().into();
    }
    files.extend(wheel.map(|(name, contents)| (format!("dist/{name}"), contents.into())));
    Ok(files)
}

fn collect(folder: &'static Dir<'static>, files: &mut Files) {
    for file in folder.files() {
        files.insert(file.path().to_string_lossy().replace('\\', "/"), file.contents().into());
    }
    for folder in folder.dirs() {
        collect(folder, files);
    }
}

/// Name and contents of a wheel that serverless compute can install.
fn wheel(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !(name.starts_with("f1lake-") && name.contains("linux") && name.ends_with(".whl")) {
        return Err(Error::Usage(format!(
            "--wheel {}: expected a wheel of f1lake for Linux, such as \
             f1lake-0.1.0-cp310-abi3-manylinux_2_28_x86_64.whl\nhint: `maturin build --release` builds one",
            path.display()
        )));
    }
    let contents = std::fs::read(path)
        .map_err(|error| Error::Usage(format!("--wheel {}: cannot read it: {error}", path.display())))?;
    Ok((name, contents))
}

/// What writing each file would mean.
fn compared<'a>(files: &'a Files, folder: &Path) -> Result<BTreeMap<&'a String, Status>, Error> {
    let status = |path: &str, contents: &[u8]| match std::fs::read(folder.join(path)) {
        Ok(present) if present == contents => Ok(Status::Unchanged),
        Ok(_) => Ok(Status::Replaced),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Status::Written),
        Err(error) => Err(failed(&folder.join(path))(error)),
    };
    files.iter().map(|(path, contents)| Ok((path, status(path, contents)?))).collect()
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::File { path, source }
}

fn refused(differing: &[&str], folder: &Path) -> Error {
    let (count, verb) = match differing.len() {
        1 => ("1 file".to_owned(), "differs"),
        many => (format!("{many} files"), "differ"),
    };
    let mut named = differing.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if differing.len() > NAMED {
        named.push_str(", ...");
    }
    Error::Usage(format!(
        "{count} in {} {verb} from what would be written, so nothing was: {named}\nhint: commit your changes, \
         replace the files with --force, and compare",
        folder.display()
    ))
}

fn lines(statuses: &BTreeMap<&String, Status>) -> Vec<Line> {
    let mut counts: BTreeMap<(&str, Status), usize> = BTreeMap::new();
    for (path, status) in statuses {
        let path = if path.starts_with(DBT) { DBT } else { path.as_str() };
        *counts.entry((path, *status)).or_default() += 1;
    }
    let line =
        |((path, status), files): ((&str, Status), usize)| Line { path: path.to_owned(), status, files };
    counts.into_iter().map(line).collect()
}
