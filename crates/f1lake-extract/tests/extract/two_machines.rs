//! Two machines land in one bucket, each with its own working folder, so no lock excludes them.

use super::*;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};

async fn extracted(
    sim: &Simulator,
    bucket: &Arc<InMemory>,
    race: i64,
    change: impl FnOnce(&mut ExtractSettings),
) -> RunReport {
    let work = tempfile::tempdir().unwrap();
    let mut settings = by_key(work.path(), race);
    settings.endpoints = [Endpoint::Laps, Endpoint::Pit, Endpoint::Weather].into();
    change(&mut settings);
    let landing = Landing::from_store(Arc::clone(bucket) as Arc<dyn ObjectStore>, "bucket");
    let extractor = Extractor::new(client(sim), landing, settings).unwrap();
    extractor.run(silent(), CancellationToken::new()).await.unwrap()
}

async fn whole(bucket: &Arc<InMemory>) -> Manifest {
    let landing = Landing::from_store(Arc::clone(bucket) as Arc<dyn ObjectStore>, "bucket");
    let checked = verify(&landing).await.unwrap();
    assert!(checked.problems.is_empty(), "{checked:#?}");
    landing.manifests().await.unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_session_at_the_same_time_lands_once_and_whole() {
    // Slow responses, so that both runs overlap.
    let mut config = generated();
    config.faults = FaultPlan::from_toml("[[fault]]\nkind = \"delay\"\ndelay_ms = 30\n").unwrap();
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    for _ in 0..5 {
        let bucket = Arc::new(InMemory::new());
        let (one, two, three) = tokio::join!(
            extracted(&sim, &bucket, race, |_| {}),
            extracted(&sim, &bucket, race, |_| {}),
            extracted(&sim, &bucket, race, |settings| settings.endpoints = [Endpoint::Stints].into()),
        );
        for report in [&one, &two, &three] {
            assert!(report.sessions[0].error.is_none(), "{report:#?}");
        }
        let manifest = whole(&bucket).await;
        assert_eq!(manifest.endpoints.len(), 4, "an endpoint that one of them landed is gone: {manifest:#?}");
        let names: Vec<_> = manifest.endpoints.values().filter_map(|landed| landed.file.clone()).collect();
        assert!(names.iter().all(|name| !name.contains(".v2")), "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landed_file_of_another_machine_is_never_overwritten() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let bucket = Arc::new(InMemory::new());
    let name = object_store::path::Path::from("laps_2024-12-08_Yas_Island_Race.json");
    bucket.put(&name, "of another machine, whose manifest is not there yet".into()).await.unwrap();
    extracted(&sim, &bucket, race, |_| {}).await;
    let kept = bucket.get(&name).await.unwrap().bytes().await.unwrap();
    assert_eq!(kept, "of another machine, whose manifest is not there yet");
    let manifest = whole(&bucket).await;
    let laps = manifest.endpoints[&Endpoint::Laps].file.clone().unwrap();
    assert!(laps.contains(".v2."), "{laps}");
}
