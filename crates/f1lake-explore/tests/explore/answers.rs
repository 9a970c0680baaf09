//! Queries within their limits.

use crate::served::{Answer, Served};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn sql(served: &Served, text: &str, accept: &str) -> Answer {
    let body = format!(r#"{{"sql": "{text}"}}"#);
    served.ask("POST", "/api/sql", &[("accept", accept)], &body).await
}

#[tokio::test]
async fn rows_come_as_arrow_or_as_json_when_asked() {
    let served = Served::start().await;
    let arrow = sql(&served, "select", "").await;
    assert_eq!(arrow.header("content-type"), Some("application/vnd.apache.arrow.stream"));
    let json = sql(&served, "select", "application/json").await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert!(json.text.contains("[3]"), "{}", json.text);
    assert!(json.header("x-f1lake-elapsed").is_some());
    assert_eq!(json.header("x-f1lake-truncated"), None);
}

#[tokio::test]
async fn an_answer_is_cut_after_100_000_rows_and_says_so() {
    let served = Served::start().await;
    let answer = sql(&served, "many", "application/json").await;
    assert_eq!(answer.header("x-f1lake-truncated"), Some("rows"));
    assert!(answer.text.contains("[100000]"), "{}", answer.text);
    // An export has all of them.
    let body = r#"{"sql": "many", "format": "csv"}"#;
    let export = served.ask("POST", "/api/export", &[], body).await;
    assert!(export.text.contains("[200000]"), "{}", export.text);
    assert_eq!(export.header("content-disposition"), Some("attachment; filename=query.csv"));
}

#[tokio::test]
async fn errors_are_json_for_programs_and_people() {
    let served = Served::start().await;
    let answer = sql(&served, "wrong", "").await;
    assert_eq!(answer.status(), 422);
    assert!(
        answer.text.contains(r#"{"kind":"no_column","message":"There is no column x""#),
        "{}",
        answer.text
    );
    for body in ["", "{", "[]", r#"{"query": "x"}"#, r#"{"sql": 1}"#, r#"{"sql": "x", "limit": 1}"#] {
        let answer = served.ask("POST", "/api/sql", &[], body).await;
        assert_eq!(answer.status(), 400, "{body}: {}", answer.text);
        assert!(answer.text.contains(r#""kind":"parameter""#), "{}", answer.text);
    }
    let not_json = served.ask("POST", "/api/sql", &[("content-type", "text/plain")], "{}").await;
    assert_eq!(not_json.status(), 400);
    let large = format!(r#"{{"sql": "{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(served.ask("POST", "/api/sql", &[], &large).await.status(), 413);
}

#[tokio::test]
async fn an_export_that_fails_breaks_off() {
    let served = Served::start().await;
    let body = r#"{"sql": "broken", "format": "arrow"}"#;
    let answer = served.ask("POST", "/api/export", &[], body).await;
    // The last chunk of a whole body is empty.
    assert!(!answer.text.ends_with("0\r\n\r\n"), "{}", answer.text);
}

#[tokio::test]
async fn a_query_is_stopped_after_ten_seconds_and_leaves_room() {
    let served = Served::start().await;
    let began = Instant::now();
    let (first, second, third) =
        tokio::join!(sql(&served, "forever", ""), sql(&served, "forever", ""), sql(&served, "forever", ""),);
    for answer in [first, second, third] {
        assert_eq!(answer.status(), 408);
        assert!(answer.text.contains("Stopped after 10 s"), "{}", answer.text);
    }
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(served.running.load(Ordering::SeqCst), 0);
    assert_eq!(sql(&served, "select", "").await.status(), 200);
}

#[tokio::test]
async fn a_page_that_goes_away_cancels_its_query() {
    let served = Served::start().await;
    let body = r#"{"sql": "forever"}"#;
    let request = format!(
        "POST /api/sql HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        served.port,
        served.token,
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    until(&served, 1).await;
    drop(stream);
    let began = Instant::now();
    until(&served, 0).await;
    assert!(began.elapsed() < Duration::from_secs(5), "long before its time is over");
}

async fn until(served: &Served, running: usize) {
    for _ in 0..1000 {
        if served.running.load(Ordering::SeqCst) == running {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} queries run", served.running.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_file_of_the_page_is_sent_once() {
    let served = Served::start().await;
    let first = served.ask("GET", "/assets/app.js", &[], "").await;
    let tag = first.header("etag").unwrap();
    let again = served.ask("GET", "/assets/app.js", &[("if-none-match", tag)], "").await;
    assert_eq!(again.status(), 304);
}
