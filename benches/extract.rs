//! Cost of an extract against the simulator, and how close it comes to the rate limits.
//!
//!     cargo run --release -p f1lake-extract --example bench_extract -- throughput
//!     cargo run --release -p f1lake-extract --example bench_extract -- limits
//!
//! The simulator runs in a separate process, so that peak memory is that of the extract alone.

use f1lake_extract::{ExtractSettings, Extractor, Mode, RunReport, SessionStatus, silent};
use f1lake_zone::Landing;
use openf1_client::{Limits, OpenF1, RateLimiter};
use openf1_sim::{GeneratedConfig, SimConfig, SimLimits, Simulator, Source, Stats};
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The race of the generated season's last weekend.
const RACE: i64 = 9647;
/// Requests of the Python extractor that f1lake replaces, for one race: sessions, drivers, and for each of 20
/// drivers laps and twelve windows of location. No car data, and 14 endpoints fewer.
const PREDECESSOR_REQUESTS: usize = 262;
const PREDECESSOR_ENDPOINTS: usize = 4;
/// Limits of the API without an account.
const ALLOWED: Limits = Limits { per_second: 3.0, per_minute: 30 };
/// A run may take this much longer than the least possible time for its requests.
const SLACK: f64 = 1.05;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A simulator in a separate process, which ends with this one.
struct Server(Child, String);

impl Server {
    fn start(limits: &str) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", limits])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Self(child, url.trim().to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may already have ended; then there is nothing to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn serve(limits: SimLimits) -> Outcome<()> {
    let source = Source::Generated(GeneratedConfig::default());
    let simulator: Simulator =
        openf1_sim::start(SimConfig { source, limits, ..SimConfig::default() }).await?;
    writeln!(std::io::stdout(), "{}", simulator.base_url())?;
    // Ends when the parent closes the pipe.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

async fn extract(client: &OpenF1, drivers_per_request: usize) -> Outcome<RunReport> {
    let folder = std::env::temp_dir().join(format!("f1lake-bench-{}", std::process::id()));
    let landing = Landing::open(folder.to_str().ok_or("temporary folder is not UTF-8")?)?;
    let mut settings = ExtractSettings::new(folder.join("_work"));
    settings.selection.mode = Mode::Keys { session_keys: vec![RACE], meeting_keys: Vec::new() };
    settings.drivers_per_request = drivers_per_request;
    let report = Extractor::new(client.clone(), landing, settings)?.run(silent(), Default::default()).await?;
    std::fs::remove_dir_all(&folder)?;
    let session = report.sessions.first().ok_or("no session")?;
    if session.status != SessionStatus::Landed || session.endpoints.len() != 18 {
        return Err(format!("not landed: {session:?}").into());
    }
    Ok(report)
}

/// Peak memory of this process, MiB; available on Linux only.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

async fn throughput(out: &mut impl Write) -> Outcome<bool> {
    let server = Server::start("none")?;
    let limiter = RateLimiter::new(Limits::unlimited());
    let client = OpenF1::builder().base_url(&server.1).limiter(limiter).build()?;
    let report = extract(&client, 4).await?;
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

async fn limits(out: &mut impl Write) -> Outcome<bool> {
    let mut good = true;
    for drivers in [4, 1] {
        let server = Server::start("free")?;
        // On loopback, a client has no limits by default.
        let client = OpenF1::builder().base_url(&server.1).limiter(RateLimiter::new(Limits::FREE)).build()?;
        let report = extract(&client, drivers).await?;
        let requests = usize::try_from(report.requests)?;
        let stats = reqwest::get(server.1.replace("/v1", "/_sim/stats")).await?.text().await?;
        let stats: Stats = serde_json::from_str(&stats)?;
        let ratio = |limits: Limits| report.seconds / limits.least_time(requests).as_secs_f64();
        writeln!(out, "one race, all 18 endpoints, free limits, {drivers} drivers in a telemetry request")?;
        writeln!(out, "  requests        {requests} (server counted {})", stats.requests)?;
        writeln!(out, "  violations      {} (counted by the server)", stats.violations)?;
        writeln!(out, "  seconds         {:.2}, landing included", report.seconds)?;
        writeln!(
            out,
            "  of least time   {:.3} at {} a second and {} a minute",
            ratio(ALLOWED),
            ALLOWED.per_second,
            ALLOWED.per_minute
        )?;
        good &= stats.violations == 0 && ratio(ALLOWED) <= SLACK && requests <= 57;
    }
    let theirs = ALLOWED.least_time(PREDECESSOR_REQUESTS).max(Duration::from_secs(1));
    writeln!(
        out,
        "the predecessor's plan: {PREDECESSOR_REQUESTS} requests for {PREDECESSOR_ENDPOINTS} endpoints, at least {:.0} s within the same limits",
        theirs.as_secs_f64()
    )?;
    Ok(good)
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout();
    let good = match arguments.as_slice() {
        ["serve", "free"] => return serve(SimLimits::Free).await,
        ["serve", "none"] => return serve(SimLimits::None).await,
        ["throughput"] => throughput(&mut out).await?,
        ["limits"] => limits(&mut out).await?,
        _ => return Err("say `throughput` or `limits`".into()),
    };
    if good { Ok(()) } else { Err("a bound is broken, see above".into()) }
}
