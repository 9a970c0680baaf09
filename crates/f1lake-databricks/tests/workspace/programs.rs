//! Stand-ins for `databricks` and `az`, which note how they were called.

use std::path::{Path, PathBuf};

/// A folder with programs, to be used as `PATH`.
pub(crate) struct Programs {
    folder: tempfile::TempDir,
}

impl Programs {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a program there: a shell script that begins with noting its arguments.
    pub(crate) fn put(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let file = self.file(name);
        let log = self.file("calls");
        let text = format!("#!/bin/sh\necho \"{name} $*\" >> '{}'\n{script}\n", log.display());
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The calls since the last time, each kind once.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file("calls")).unwrap_or_default();
        drop(std::fs::remove_file(self.file("calls")));
        let mut calls: Vec<String> = Vec::new();
        for line in text.lines() {
            if !calls.iter().any(|call| call == line) {
                calls.push(line.to_owned());
            }
        }
        calls
    }

    /// A Databricks CLI of a version that prints this token.
    pub(crate) fn databricks(&self, version: &str, token: &str) {
        let [major, minor, patch] = version.split('.').collect::<Vec<_>>()[..] else { panic!("{version}") };
        self.put(
            "databricks",
            &format!(
                r#"if [ "$1" = version ]; then
  echo '{{"Major":{major},"Minor":{minor},"Patch":{patch},"Version":"{version}"}}'
else
  echo '{{"access_token":"{token}","token_type":"Bearer","expiry":"2099-01-01T00:00:00.000000Z"}}'
fi"#
            ),
        );
    }

    /// An `az` that prints this token; `account` is who is logged in, and `refused` makes it fail.
    pub(crate) fn az(&self, token: &str, account: &str, refused: &str) {
        self.put(
            "az",
            &format!(
                r#"case "$*" in
  "account show"*) echo '{account}' ;;
  {refused}) echo "refused here" >&2; exit 1 ;;
  *) echo '{{"accessToken":"{token}","tokenType":"Bearer","expiresOn":"2099-01-01 00:00:00.000000"}}' ;;
esac"#
            ),
        );
    }
}
