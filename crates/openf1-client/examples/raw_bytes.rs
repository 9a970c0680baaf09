//! Fetches the checked bytes of an answer, for a pipeline that keeps them as they came:
//! `cargo run -p openf1-client --example raw_bytes -- 9158 1`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use openf1_client::{Credentials, Endpoint, OpenF1, Query};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let session: i64 = arguments.next().as_deref().unwrap_or("9158").parse()?;
    let driver: i64 = arguments.next().as_deref().unwrap_or("1").parse()?;
    let client = OpenF1::builder().credentials(Credentials::from_env()).build()?;
    let answer = client.fetch(&Query::new(Endpoint::CarData).session(session).driver(driver)).await?;
    println!("{} rows in {} bytes after {} tries", answer.rows, answer.body.len(), answer.tries);
    Ok(())
}
