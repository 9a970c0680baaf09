//! Cost of an extract against the simulator: requests, time within the free limits, throughput and memory.
//!
//!     cargo run --release -p f1lake-extract --example bench_extract -- throughput
//!     cargo run --release -p f1lake-extract --example bench_extract -- requests
//!     cargo run --release -p f1lake-extract --example bench_extract -- seasons
//!
//! The simulator runs in a separate process, so that peak memory is that of the extract alone.

use f1lake_extract::{ExtractSettings, Extractor, RunReport, Selection, SessionStatus, silent};
use f1lake_zone::Landing;
use jiff::Timestamp;
use openf1_client::{Endpoint, Limits, OpenF1, RateLimiter};
use openf1_sim::{Budget, GeneratedConfig, SimConfig, SimLimits, Simulator, Source, Stats};
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The race of the generated season's last weekend.
const RACE: i64 = 9647;
/// Limits of the API without an account.
const ALLOWED: Limits = Limits { per_second: 3.0, per_minute: 30 };
/// A run may take this much longer than the least possible time for its requests.
const SLACK: f64 = 1.05;
/// Requests for the catalogue of a session.
const CATALOGUE: usize = 3;
/// Cars in a generated session.
const CARS: usize = 20;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A simulator in a separate process, which ends with this one.
struct Server(Child, String);

impl Server {
    fn start(limits: &str, budget: &str) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", limits, budget])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Self(child, url.trim().to_owned()))
    }

    /// A client with these limits; on loopback, it has none by default.
    fn client(&self, limits: Limits) -> Outcome<OpenF1> {
        Ok(OpenF1::builder().base_url(&self.1).limiter(RateLimiter::new(limits)).build()?)
    }

    async fn stats(&self) -> Outcome<Stats> {
        let stats = reqwest::get(self.1.replace("/v1", "/_sim/stats")).await?.text().await?;
        Ok(serde_json::from_str(&stats)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may already have ended; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn serve(limits: SimLimits, budget: Budget) -> Outcome<()> {
    // The number of requests does not depend on the samples where no response is too long.
    let telemetry_hz = if budget.max_rows.is_none() { 0.2 } else { 3.7 };
    let source = Source::Generated(GeneratedConfig { telemetry_hz, ..GeneratedConfig::default() });
    let simulator: Simulator =
        openf1_sim::start(SimConfig { source, limits, budget, ..SimConfig::default() }).await?;
    writeln!(std::io::stdout(), "{}", simulator.base_url())?;
    // Ends when the parent closes the pipe.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

/// What to extract.
#[derive(Clone)]
struct Work {
    name: &'static str,
    selection: Selection,
    telemetry: bool,
    /// Most drivers in a request.
    most: Option<usize>,
}

/// A folder that is removed in the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("f1lake-bench-{}", std::process::id())))
    }

    fn extractor(&self, client: &OpenF1, work: &Work) -> Outcome<Extractor> {
        let landing = Landing::open(self.0.to_str().ok_or("temporary folder is not UTF-8")?)?;
        let mut settings = ExtractSettings::new(self.0.join("_work"));
        settings.selection = work.selection.clone();
        settings.max_drivers_per_request = work.most;
        settings.refresh = true;
        settings.now = Some("2025-01-10T00:00:00Z".parse::<Timestamp>()?);
        settings.endpoints.retain(|endpoint: &Endpoint| work.telemetry || !endpoint.is_telemetry());
        Ok(Extractor::new(client.clone(), landing, settings)?)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left is in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn run(extractor: &Extractor) -> Outcome<RunReport> {
    let report = extractor.run(silent(), Default::default()).await?;
    let good = [SessionStatus::Landed, SessionStatus::Unchanged];
    match report.sessions.iter().find(|session| !good.contains(&session.status)) {
        Some(session) => Err(format!("not landed: {session:?}").into()),
        None => Ok(report),
    }
}

/// Peak memory of this process, MiB; available on Linux only.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

async fn throughput(out: &mut impl Write) -> Outcome<bool> {
    let (server, place) = (Server::start("none", "four")?, Place::new());
    let work = Work { name: "one race", selection: Selection::sessions([RACE]), telemetry: true, most: None };
    let report = run(&place.extractor(&server.client(Limits::unlimited())?, &work)?).await?;
    let rows: u64 = report.sessions.iter().map(|session| session.rows()).sum();
    let bytes: u64 = report.sessions.iter().flat_map(|session| &session.endpoints).map(|e| e.bytes).sum();
    writeln!(out, "one race, all 18 endpoints, no limits, simulator on the same cores")?;
    writeln!(out, "  rows            {rows}")?;
    writeln!(out, "  landed          {} MiB of JSON", bytes >> 20)?;
    writeln!(out, "  seconds         {:.2}", report.seconds)?;
    writeln!(out, "  rows a second   {:.0}", rows as f64 / report.seconds)?;
    match peak_memory() {
        Some(mib) => writeln!(out, "  peak memory     {mib} MiB")?,
        None => writeln!(out, "  peak memory     unknown on this system")?,
    }
    Ok(true)
}

/// Requests of plans that do not share: of the Python extractor for its four endpoints (for each of 20 drivers laps and
/// twelve windows of location), and of one request for each driver and telemetry endpoint.
fn other_plans(sessions: usize, races: usize, telemetry: bool) -> (usize, usize) {
    let each = 9 * sessions + 5 * races;
    let python = sessions * (2 + CARS * if telemetry { 13 } else { 1 });
    (python, each + if telemetry { 2 * CARS * sessions } else { 0 })
}

fn minutes(requests: usize) -> f64 {
    ALLOWED.least_time(requests).as_secs_f64() / 60.0
}

/// Extracts several times into one place, and prints a line for each; `bounds` are the most requests of each.
async fn rounds(
    out: &mut impl Write,
    server: &Server,
    work: &Work,
    limited: bool,
    bounds: &[(&str, usize)],
) -> Outcome<bool> {
    let (place, mut good) = (Place::new(), true);
    let client = server.client(if limited { Limits::FREE } else { Limits::unlimited() })?;
    for (index, (round, bound)) in bounds.iter().enumerate() {
        let extractor = place.extractor(&client, work)?;
        let plan = extractor.plan().await?;
        let before = server.stats().await?;
        let report = run(&extractor).await?;
        let stats = server.stats().await?;
        let requests = usize::try_from(report.requests)?;
        let violations = stats.violations - before.violations;
        let counted = stats.requests - before.requests;
        let least = minutes(requests);
        let took =
            if limited { format!("{:.1} took", report.seconds / 60.0) } else { "not timed".to_owned() };
        writeln!(
            out,
            "  {:28} {round:24} {requests:5} requests (at most {bound}; plan {}; server {counted}), {least:5.1} min at 30 a \
             minute, {took}, {violations} violations",
            work.name, plan.requests
        )?;
        out.flush()?;
        good &= requests <= *bound && counted == report.requests && violations == 0;
        // The plan has requested the catalogue before; later rounds wait for the windows of earlier ones.
        let all = minutes(requests + CATALOGUE) * 60.0;
        good &= !limited || index > 0 || report.seconds <= SLACK * all + 2.0;
        if index == 0 {
            let races = report.sessions.iter().filter(|s| s.session.name.ends_with("_Race")).count();
            let (python, single) = other_plans(report.sessions.len(), races, work.telemetry);
            writeln!(
                out,
                "  {:28} {:24} {python:5} requests, {:5.1} min; one request a driver: {single}, {:.1} min",
                "",
                "the Python extractor",
                minutes(python),
                minutes(single)
            )?;
        }
    }
    Ok(good)
}

fn race(most: Option<usize>) -> Work {
    Work { name: "one race", selection: Selection::sessions([RACE]), telemetry: true, most }
}

fn latest(most: Option<usize>) -> Work {
    Work { name: "ten latest sessions", selection: Selection::latest(10), telemetry: true, most }
}

/// A race and ten sessions, within the free limits.
async fn requests(out: &mut impl Write) -> Outcome<bool> {
    writeln!(out, "requests, simulator with free limits, {CARS} cars")?;
    let mut good = true;
    for (budget, most, bounds) in [
        ("four", Some(4), &[("groups of four", 27)][..]),
        ("all", None, &[("groups grow", 23), ("", 21), ("learned", 19)]),
    ] {
        good &= rounds(out, &Server::start("free", budget)?, &race(most), true, bounds).await?;
    }
    for (budget, most, bounds) in [
        ("four", Some(4), &[("groups of four", 125)][..]),
        ("all", None, &[("groups grow", 125), ("learned", 70)]),
    ] {
        good &= rounds(out, &Server::start("free", budget)?, &latest(most), true, bounds).await?;
    }
    Ok(good)
}

/// Whole seasons, without waiting for the limits.
async fn seasons(out: &mut impl Write) -> Outcome<bool> {
    writeln!(out, "requests of a season, simulator without limits, {CARS} cars")?;
    let season = |telemetry, most| Work {
        name: if telemetry { "season with telemetry" } else { "season without telemetry" },
        selection: Selection::year(2024),
        telemetry,
        most,
    };
    let mut good = true;
    let four = Server::start("none", "four")?;
    good &= rounds(out, &four, &season(false, Some(4)), false, &[("", 150)]).await?;
    good &= rounds(out, &four, &season(true, Some(4)), false, &[("groups of four", 1450)]).await?;
    let all = Server::start("none", "all")?;
    good &= rounds(out, &all, &season(true, None), false, &[("groups grow", 1450), ("learned", 500)]).await?;
    Ok(good)
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout();
    let good = match arguments.as_slice() {
        ["serve", limits, budget] => {
            let limits = if *limits == "free" { SimLimits::Free } else { SimLimits::None };
            let all = Budget { max_rows: None, ..Budget::default() };
            return serve(limits, if *budget == "all" { all } else { Budget::default() }).await;
        }
        ["throughput"] => throughput(&mut out).await?,
        ["requests"] => requests(&mut out).await?,
        ["seasons"] => seasons(&mut out).await?,
        _ => return Err("say `throughput`, `requests` or `seasons`".into()),
    };
    if good { Ok(()) } else { Err("a bound is broken, see above".into()) }
}
