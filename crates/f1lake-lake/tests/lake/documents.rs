//! `docs/tables.md` lists every column of every table; this test writes it from the schemas.

use f1lake_bronze::{BRONZE, BronzeTable, Column};
use f1lake_lake::{ModelGrain, Models};
use std::fmt::Write;
use std::path::Path;

fn columns(text: &mut String, columns: &[Column]) {
    text.push_str("\n| column | type | meaning |\n|---|---|---|\n");
    for column in columns {
        let doc = column.doc.replace('|', "\\|").replace('\n', " ");
        writeln!(text, "| `{}` | {} | {doc} |", column.name, column.column_type.sql()).unwrap();
    }
}

fn document() -> String {
    let mut text = "# Tables\n\nEvery column of every table. Written from the endpoint table and the dbt project; do not edit.\n\
        Times are UTC; keys, layers and rules are explained in [data-model.md](data-model.md).\n"
        .to_owned();
    writeln!(text, "\n## {BRONZE}").unwrap();
    for table in BronzeTable::all() {
        writeln!(text, "\n### {}\n\n{}", table.name, table.endpoint.spec().doc).unwrap();
        columns(&mut text, &table.columns);
    }
    let carried = Models::carried().unwrap();
    for schema in ["silver_clean", "gold_analytics"] {
        writeln!(text, "\n## {schema}").unwrap();
        for model in &carried.models {
            let Some(name) = model.name.strip_prefix(&format!("{schema}.")) else { continue };
            let built = match model.grain {
                ModelGrain::Session => "built by session",
                ModelGrain::Lake => "built whole",
            };
            let key = model.key.join("`, `");
            writeln!(text, "\n### {name}\n\n{}\n\nKey: `{key}`; {built}.", model.description.trim()).unwrap();
            columns(&mut text, &model.columns);
        }
    }
    text
}

#[test]
fn every_column_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tables.md");
    let wanted = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(!wanted.contains("|  |"), "a column has no description");
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(present == wanted, "docs/tables.md is out of date: run the tests with UPDATE_DOCS=1");
}
