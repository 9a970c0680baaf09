//! Reports of simulated sessions, of hostile ones, and of next to nothing.

mod fixture;

use f1lake_report::{ReportData, render_html, render_text};
use std::path::Path;

/// Keeps a page below the target folder, to be looked at.
fn keep(name: &str, page: &str) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), page).unwrap();
}

#[tokio::test]
async fn a_race() {
    let data = ReportData::from_rows(fixture::session("Race").await).unwrap();
    let page = render_html(&data).unwrap();
    keep("race.html", &page);
    keep("race.txt", &render_text(&data, 120, true));
    insta::assert_snapshot!(render_text(&data, 100, false));
}

#[tokio::test]
async fn a_qualifying() {
    let data = ReportData::from_rows(fixture::session("Qualifying").await).unwrap();
    let page = render_html(&data).unwrap();
    keep("qualifying.html", &page);
    insta::assert_snapshot!(render_text(&data, 80, false));
}
