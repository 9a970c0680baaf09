//! Every command stops within seconds at any point, and the next run resumes.

use crate::zone::{Zone, driver, lap, no_checks, session};
use f1lake_bronze::{LoadSettings, LoadStatus};
use f1lake_lake::{BuildSettings, LakeError, MaintainSettings, build, check, load, maintain};
use openf1_client::Endpoint;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Far above the promised two seconds, because other tests share the machine.
const MOST: Duration = Duration::from_secs(8);
/// Number of telemetry samples in the session: enough for seconds of work per step.
const SAMPLES: i64 = 400_000;

/// A session with much telemetry.
fn large() -> Zone {
    let mut zone = Zone::new();
    for endpoint in Endpoint::ALL {
        zone.land(9488, *endpoint, &[]);
    }
    zone.land(9488, Endpoint::Sessions, &[session(9488, "Race")]);
    let drivers = [(1, "Max", "Verstappen"), (4, "Lando", "Norris")];
    let drivers = drivers.map(|(number, first, last)| driver(9488, number, first, last, "McLaren"));
    zone.land(9488, Endpoint::Drivers, &drivers);
    let laps: Vec<_> = (1..=50_i16).map(|number| lap(9488, 1, number.into(), 90.0)).collect();
    zone.land(9488, Endpoint::Laps, &laps);
    let start: jiff::Timestamp = "2024-03-24T04:01:00Z".parse().unwrap();
    let sample = |index: i64| {
        let date = start + jiff::SignedDuration::from_millis(index * 10);
        format!(
            r#"{{"meeting_key": 1229, "session_key": 9488, "driver_number": {}, "date": "{date}", "speed": {}, "rpm": {}, "n_gear": 8, "throttle": 100, "brake": 0, "drs": 12}}"#,
            if index % 2 == 0 { 1 } else { 4 },
            200 + index % 100,
            10_000 + index % 1000,
        )
    };
    let samples: Vec<String> = (0..SAMPLES).map(sample).collect();
    zone.land_texts(9488, Endpoint::CarData, &samples);
    zone
}

/// Stops work after a while; it must still be running then, and end soon afterwards.
async fn stopped<T: std::fmt::Debug>(
    what: &str,
    after: Duration,
    work: impl AsyncFnOnce(CancellationToken) -> Result<T, LakeError>,
) {
    let cancel = CancellationToken::new();
    let teller = cancel.clone();
    let told = tokio::spawn(async move {
        tokio::time::sleep(after).await;
        teller.cancel();
        Instant::now()
    });
    let ended = work(cancel).await;
    let took = told.await.unwrap().elapsed();
    eprintln!("{what}: stopped in {:.3} s", took.as_secs_f64());
    assert!(matches!(ended, Err(LakeError::Interrupted)), "{what}: {ended:?}");
    assert!(took < MOST, "{what}: stopped only after {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn load_build_test_and_maintain_stop_within_seconds_and_resume() {
    let zone = large();
    let (lake, landing) = (zone.lake(), zone.landing());
    let settings = LoadSettings::default();
    stopped("load", Duration::from_millis(200), async |cancel| {
        load(&lake, &landing, &settings, Arc::new(|_| {}), &cancel).await
    })
    .await;
    let report = zone.load().await;
    assert_eq!(report.count(LoadStatus::Loaded), 1, "{report:?}");
    assert_eq!(zone.one("select count(*) from bronze_raw.bronze_car_data").await, SAMPLES.to_string());
    stopped("rebuild", Duration::from_millis(200), async |cancel| {
        let settings = LoadSettings { rebuild: true, ..LoadSettings::default() };
        load(&lake, &landing, &settings, Arc::new(|_| {}), &cancel).await
    })
    .await;
    assert_eq!(zone.one("select count(*) from bronze_raw.bronze_car_data").await, SAMPLES.to_string());

    let telemetry = BuildSettings {
        models: vec!["silver_car_data".to_owned()],
        checks: false,
        ..BuildSettings::default()
    };
    stopped("model", Duration::from_millis(300), async |cancel| {
        build(&lake, &telemetry, Arc::new(|_| {}), &cancel).await
    })
    .await;
    zone.build(&no_checks()).await;
    assert_eq!(zone.one("select count(*) from silver_clean.silver_car_data").await, SAMPLES.to_string());
    stopped("check", Duration::from_millis(300), async |cancel| check(&lake, &cancel).await).await;
    stopped("upkeep", Duration::from_millis(100), async |cancel| {
        maintain(&lake, MaintainSettings::default(), &cancel).await
    })
    .await;
    zone.maintain().await;
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 1);
    assert_eq!(zone.one("select count(*) from silver_clean.silver_car_data").await, SAMPLES.to_string());
}
