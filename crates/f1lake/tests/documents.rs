//! `docs/configuration.md` lists every setting; this test writes its table from the settings.

use f1lake::config::{SETTINGS, Setting};
use serde_json::Value;
use std::path::Path;

const HEAD: &str = "| setting | flag | default | meaning |\n|---|---|---|---|\n";

fn row(setting: &Setting) -> String {
    let default = match setting.default() {
        None => "unset".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(other) => format!("`{other}`"),
    };
    let flag = setting.flag.map(|flag| match flag.short {
        Some(short) => format!("`-{short}`, `--{}`", flag.long),
        None => format!("`--{}`", flag.long),
    });
    format!("| `{}` | {} | {default} | {} |\n", setting.name, flag.unwrap_or_default(), setting.meaning())
}

#[test]
fn every_setting_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let read = || std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let present = read();
    let (before, rest) = present.split_once("## Settings\n\n").unwrap();
    let (_, after) = rest.split_once("\n## ").unwrap();
    let table: String = SETTINGS.iter().map(row).collect();
    let wanted = format!("{before}## Settings\n\n{HEAD}{table}\n## {after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(read() == wanted, "docs/configuration.md is out of date: run the tests with UPDATE_DOCS=1");
}
