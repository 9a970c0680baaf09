//! Renders a report from a JSON file of rows by part, as the queries of `Part::sql` return them:
//! `{"session": [{...}], "laps": [{...}], ...}`.
//!
//!     cargo run -p f1lake-report --example render -- rows.json report.html

use f1lake_report::{ReportData, Rows, render_html, render_text};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(rows), Some(page)) = (arguments.next(), arguments.next()) else {
        return Err("usage: render rows.json report.html".into());
    };
    let rows: Rows = serde_json::from_slice(&std::fs::read(rows)?)?;
    let data = ReportData::from_rows(rows)?;
    std::fs::write(page, render_html(&data)?)?;
    std::io::stdout().write_all(render_text(&data, 120, false).as_bytes())?;
    Ok(())
}
