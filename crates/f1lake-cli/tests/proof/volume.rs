//! A volume inside Databricks accepts whole files in one pass and refuses rename, link, locks, appending and
//! seeking. The program lands there anyway, and is killed in the middle of its writes.

use crate::place::{Ended, PROGRAM, Place, Simulated, Step, WORKERS, compiled, ended};
use crate::tables;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const ZONE: &str = "/Volumes/main/f1/raw/landing";

/// An environment inside Databricks: lake and working folder are on the driver's disk, the landing zone in a
/// volume.
struct Inside {
    place: Place,
    volumes: TempDir,
    shim: PathBuf,
}

impl Inside {
    fn new(shim: &Path) -> Self {
        let volumes = tempfile::tempdir().unwrap();
        // Catalog, schema and volume already exist.
        std::fs::create_dir_all(volumes.path().join("main/f1/raw")).unwrap();
        Self { place: Place::new(), volumes, shim: shim.to_owned() }
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = self.place.command(PROGRAM);
        command
            .env("LD_PRELOAD", &self.shim)
            .env("PROOF_VOLUMES", self.volumes.path())
            .env("PROOF_VOLUMES_LOG", self.refusals())
            .env("DATABRICKS_RUNTIME_VERSION", "16.4")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[String]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// Runs a command that must succeed.
    fn succeed(&self, arguments: &[String]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.told());
        ended.text
    }

    fn refusals(&self) -> PathBuf {
        self.place.path().join("refused.log")
    }

    /// No operation was attempted that a volume refuses.
    fn was_never_refused(&self) {
        let log = std::fs::read_to_string(self.refusals()).unwrap_or_default();
        assert_eq!(log, "", "refused by the volume");
    }

    fn zone(&self) -> PathBuf {
        self.volumes.path().join("main/f1/raw/landing")
    }

    /// Every file matches its manifest.
    fn is_whole(&self) {
        self.succeed(&words(&["verify", "--out", ZONE]));
    }

    /// Loads the landing zone into the lake and returns the rows of its tables.
    fn loaded(&self) -> BTreeMap<String, Vec<String>> {
        self.succeed(&words(&["load", "--quiet", "--out", ZONE, "--lake", "lake"]));
        let mut tables = tables::lake(&self.place.path().join("lake")).unwrap();
        // The next version lands next to a truncated file.
        for rows in tables.values_mut() {
            rows.iter_mut().for_each(|row| {
                *row = row.replace(".v2.", ".").replace("file_version=2;", "file_version=1;")
            });
            rows.sort_unstable();
        }
        tables
    }

    /// Loads the landing zone and compares its rows with these.
    fn holds(&self, rows: &BTreeMap<String, Vec<String>>, when: &str) {
        let found = self.loaded();
        assert_eq!(found.keys().collect::<Vec<_>>(), rows.keys().collect::<Vec<_>>(), "{when}");
        for (table, expected) in rows {
            let differing = expected.iter().zip(&found[table]).find(|(expected, found)| expected != found);
            assert_eq!((differing, found[table].len()), (None, expected.len()), "{when}: {table}");
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The arguments of a step, with the volume as its landing zone.
fn extract(server: &Simulated) -> Vec<String> {
    let arguments = Step::Extract.arguments(server).into_iter();
    arguments
        .filter(|word| word != "--quiet")
        .map(|word| if word == "landing" { ZONE.to_owned() } else { word })
        .collect()
}

/// The rows of a run on an ordinary disk.
fn calm(server: &Simulated) -> (BTreeMap<String, Vec<String>>, u64) {
    let place = Place::new();
    let before = server.data_requests();
    place.run(Step::Extract, server).unwrap();
    let requests = server.data_requests() - before;
    place.run(Step::Load, server).unwrap();
    (tables::lake(&place.path().join("lake")).unwrap(), requests)
}

#[test]
fn mounted_volume_supports_a_whole_run() {
    let tools = tempfile::tempdir().unwrap();
    let Some(shim) = compiled("volume.c", &["-shared", "-fPIC"], tools.path()) else { return };
    let server = Simulated::start(0);
    let (rows, _) = calm(&server);
    let inside = Inside::new(&shim);

    let looked = inside.succeed(&words(&["doctor", "--base-url", &server.base_url, "--out", ZONE]));
    assert!(looked.contains("landing zone") && looked.contains("writable"), "{looked}");
    let told = inside.succeed(&extract(&server));
    let first = told.lines().find(|line| line.contains("landing in")).unwrap_or_default();
    assert_eq!(first, format!("landing in {ZONE}, the volume's mount"), "{told}");
    inside.is_whole();
    inside.holds(&rows, "as from a disk");

    let again =
        inside.succeed(&extract(&server).into_iter().chain(words(&["--refresh"])).collect::<Vec<_>>());
    assert!(again.contains("unchanged"), "{again}");

    // Lost and damaged files are restored without a rename.
    let files: Vec<PathBuf> = std::fs::read_dir(inside.zone())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    std::fs::remove_file(&files[0]).unwrap();
    std::fs::write(&files[1], "[]").unwrap();
    assert_eq!(inside.run(&words(&["verify", "--out", ZONE])).code, 1);
    let api =
        words(&["--base-url", &server.base_url, "--rate-per-second", "1000", "--rate-per-minute", "100000"]);
    inside.succeed(&words(&["repair", "--out", ZONE]).into_iter().chain(api).collect::<Vec<_>>());
    inside.is_whole();
    inside.holds(&rows, "as from a disk");
    inside.was_never_refused();
}

#[test]
fn killed_in_the_middle_of_a_write_to_a_volume_nothing_is_lost() {
    let tools = tempfile::tempdir().unwrap();
    let Some(shim) = compiled("volume.c", &["-shared", "-fPIC"], tools.path()) else { return };
    let server = Simulated::start(0);
    let (rows, requests) = calm(&server);

    let counted = Inside::new(&shim);
    let count = counted.place.path().join("writes");
    let whole = ended(counted.command(&extract(&server)).env("PROOF_VOLUMES_WRITES", &count));
    assert_eq!(whole.code, 0, "{}", whole.told());
    let writes: u64 = std::fs::read_to_string(&count).unwrap().trim().parse().unwrap();
    assert!(writes > 30, "{writes} writes only");

    // Files at the beginning and the end, and finally a manifest's journal and the manifest itself.
    let mut strikes: Vec<u64> = (0..6).map(|step| 1 + step * (writes - 5) / 5).collect();
    strikes.extend(writes - 3..=writes);
    strikes.dedup();
    for strike in strikes {
        let inside = Inside::new(&shim);
        let before = server.data_requests();
        let killed = ended(inside.command(&extract(&server)).env("PROOF_VOLUMES_KILL", strike.to_string()));
        assert_eq!(killed.code, -1, "write {strike} of {writes}: {}", killed.told());
        inside.succeed(&extract(&server));
        let asked = server.data_requests() - before;
        assert!(asked <= requests + WORKERS, "write {strike}: {asked} requests for {requests} answers");
        inside.is_whole();
        inside.holds(&rows, &format!("killed in write {strike} of {writes}"));
        inside.was_never_refused();
    }
}
