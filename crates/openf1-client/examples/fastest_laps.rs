//! Prints the fastest lap of each driver of a session: `cargo run -p openf1-client --example fastest_laps -- 9158`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use openf1_client::OpenF1;
use std::collections::BTreeMap;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let session: i64 = std::env::args().nth(1).as_deref().unwrap_or("9158").parse()?;
    let client = OpenF1::builder().build()?;
    let mut best: BTreeMap<i64, (f64, i64)> = BTreeMap::new();
    for lap in client.laps().session(session).await? {
        if let (Some(driver), Some(time), Some(number)) =
            (lap.driver_number, lap.lap_duration, lap.lap_number)
        {
            let entry = best.entry(driver).or_insert((time, number));
            if time < entry.0 {
                *entry = (time, number);
            }
        }
    }
    let mut ranking: Vec<_> = best.into_iter().collect();
    ranking.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
    for (driver, (time, lap)) in ranking {
        println!("{driver:>3}  {time:.3} s  lap {lap}");
    }
    Ok(())
}
