//! Loads of three extracts at the same time, whose statements are lost, late, repeated and refused at random.

use crate::service::Service;
use crate::zone::{Zone, driver, grid, pit};
use f1lake_bronze::LoadStatus;
use serde_json::Value;

const EXTRACTS: [&str; 3] = ["2024-04-01T10:00:00Z", "2024-04-08T10:00:00Z", "2024-04-15T10:00:00Z"];
const SESSIONS: [i64; 3] = [9480, 9484, 9488];
const INTERLEAVINGS: u64 = 100;

/// Rows of some drivers, sometimes two with the same key. Each extract has others: an equal file is not loaded again,
/// even when it was asked for later.
fn rows(random: &mut fastrand::Rng, extract: usize, row: impl Fn(i64) -> Value) -> Vec<Value> {
    let mut rows: Vec<Value> = (1..=random.i64(1..4)).map(row).collect();
    if random.u8(..4) == 0 {
        rows.push(rows[0].clone());
        rows[0]["meeting_key"] = 1230.into();
    }
    rows.iter_mut().for_each(|row| row["of_extract"] = extract.into());
    rows
}

/// The three extracts; of each file, one of them or none is without rows.
fn zones(random: &mut fastrand::Rng) -> [Zone; 3] {
    let zones = EXTRACTS.map(|_| Zone::new());
    for key in SESSIONS {
        let empty: [usize; 3] = std::array::from_fn(|_| random.usize(..4));
        for (extract, (zone, at)) in zones.iter().zip(EXTRACTS).enumerate() {
            let files = [
                ("drivers", rows(random, extract, |number| driver(key, number, at))),
                ("pit", rows(random, extract, |number| pit(key, number, number + 10))),
                ("starting_grid", rows(random, extract, |number| grid(key - 1, number, number))),
            ];
            let files: Vec<_> = files
                .into_iter()
                .zip(empty)
                .map(|((name, rows), empty)| (name, if empty == extract { Vec::new() } else { rows }))
                .collect();
            zone.land(key, at, &files);
        }
    }
    zones
}

/// Loads until nothing fails, as a schedule does.
async fn load(service: &Service, zone: &Zone) {
    for _ in 0..30 {
        if service.load(zone).await.count(LoadStatus::Failed) == 0 {
            return;
        }
    }
    panic!("no load succeeds");
}

#[tokio::test]
async fn the_newest_extract_wins_in_a_hundred_interleavings() {
    for seed in 0..INTERLEAVINGS {
        let mut random = fastrand::Rng::with_seed(seed);
        let zones = zones(&mut random);
        let alone = Service::start().await;
        load(&alone, &zones[2]).await;

        let service = Service::start().await;
        service.prepare().await.unwrap();
        service.inner().random = Some(random);
        let [first, second, third] = &zones;
        tokio::join!(load(&service, first), load(&service, second), load(&service, third));
        service.inner().flush();

        let (ours, newest) = (service.inner(), alone.inner());
        for table in newest.tables.tables.keys() {
            assert_eq!(ours.tables.rows(table), newest.tables.rows(table), "seed {seed}: {table}");
        }
    }
}
