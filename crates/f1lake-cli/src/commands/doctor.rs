//! `f1lake doctor`: what can be checked before a long run.

use super::Context;
use crate::cli::DoctorFlags;
use crate::error::Error;
use crate::output::Table;
use f1lake::ExitCode;
use f1lake::Zone;
use f1lake::config::{Config, Loaded};
use openf1_client::{Health, OpenF1};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;

/// Above this the clock matters: sessions would count as over too early or too late.
const CLOCK_TOLERANCE_S: i64 = 120;

/// Timeout for one response of the API.
const ASKING: Duration = Duration::from_secs(2);
/// Timeout of each probe, so that all are done within five seconds.
const LONGEST: Duration = Duration::from_millis(4500);
/// Longer waits of the limiter are reported instead of waited out.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Serialize)]
struct Check {
    check: &'static str,
    /// Null when it was not probed.
    ok: Option<bool>,
    detail: String,
}

#[derive(Default)]
struct Checks {
    done: Vec<Check>,
    worst: Option<ExitCode>,
}

impl Checks {
    fn add<T>(&mut self, check: &'static str, result: Result<(String, T), Error>) -> Option<T> {
        match result {
            Ok((detail, value)) => {
                self.done.push(Check { check, ok: Some(true), detail });
                Some(value)
            }
            Err(error) => {
                self.worst.get_or_insert(error.exit_code());
                let detail = error.told().replace("\nhint: ", "; ");
                self.done.push(Check { check, ok: Some(false), detail });
                None
            }
        }
    }
}

/// Result of probing the API.
enum Answer {
    Health(Box<Health>),
    /// The limits are used up for this long.
    NotAsked(Duration),
}

pub(crate) async fn run(context: &Context, flags: &DoctorFlags) -> Result<ExitCode, Error> {
    let mut checks = Checks::default();
    let loaded = context.load(flags).map(|loaded| {
        let file = loaded
            .file
            .as_ref()
            .map_or_else(|| "defaults, environment and flags".to_owned(), |file| file.display().to_string());
        (file, loaded)
    });
    if let Some(loaded) = checks.add("configuration", loaded) {
        let client = quick_client(&loaded).map(|client| {
            let limits = client.limiter().limits();
            let tier = if client.is_authenticated() { "account set" } else { "no account" };
            let second = limits.per_second.is_finite().then(|| format!("{} per second", limits.per_second));
            let minute = (limits.per_minute < u32::MAX).then(|| format!("{} per minute", limits.per_minute));
            let rates: Vec<String> = second.into_iter().chain(minute).collect();
            let text = if rates.is_empty() {
                "none, because the server is on this machine".to_owned()
            } else {
                format!("{} ({tier})", rates.join(", "))
            };
            (text, client)
        });
        // In parallel, because each may wait for another network.
        let (zone, warehouse, answer) =
            tokio::join!(zone(&loaded.config), warehouse(&loaded.config), async {
                match &client {
                    Ok((_, client)) => Some(ask(&loaded.config, client).await),
                    Err(_) => None,
                }
            });
        checks.add("landing zone", zone);
        if let Some(warehouse) = warehouse {
            checks.add("warehouse", warehouse);
        }
        if let (Some(client), Some(answer)) = (checks.add("rate limits", client), answer) {
            match answer {
                Ok(Answer::NotAsked(wait)) => checks.done.push(Check {
                    check: "OpenF1",
                    ok: None,
                    detail: format!(
                        "not asked: another run has used up the limits for the next {} s",
                        wait.as_secs() + 1
                    ),
                }),
                Ok(Answer::Health(health)) => add_health(&mut checks, &client, &health),
                Err(error) => drop(checks.add::<()>("OpenF1", Err(error))),
            }
        }
    }
    let state = |check: &Check| match check.ok {
        Some(true) => "ok".to_owned(),
        Some(false) => "FAILED".to_owned(),
        None => "-".to_owned(),
    };
    Table::of(&checks.done)
        .left("check", |check| check.check.to_owned())
        .left("", state)
        .left("detail", |check| check.detail.clone())
        .print(context.output(), &checks.done)?;
    Ok(checks.worst.unwrap_or(ExitCode::Done))
}

/// A client with at most two attempts and short timeouts.
fn quick_client(loaded: &Loaded) -> Result<OpenF1, Error> {
    let mut quick = loaded.clone();
    let config = &mut quick.config;
    config.timeout = config.timeout.min(ASKING.as_secs_f64());
    config.max_retries = config.max_retries.min(1);
    config.retry_delay = config.retry_delay.min(0.2);
    Ok(f1lake::connect::client(&quick)?)
}

async fn zone(config: &Config) -> Result<(String, ()), Error> {
    let opened = timeout(LONGEST, Zone::open(config)).await;
    let zone = opened.map_err(|_| unreachable(format!("no response within {} s", LONGEST.as_secs())))??;
    zone.forget_when_empty();
    Ok((format!("{} is writable", zone.landing.describe()), ()))
}

#[cfg(not(feature = "databricks"))]
async fn warehouse(_config: &Config) -> Option<Result<(String, ()), Error>> {
    None
}

#[cfg(feature = "databricks")]
async fn warehouse(config: &Config) -> Option<Result<(String, ()), Error>> {
    if config.load_to != f1lake::config::LoadTo::Databricks && config.databricks_warehouse.is_none() {
        return None;
    }
    Some(match timeout(LONGEST, f1lake::workspace::warehouse(config)).await {
        Ok(Ok(found)) => Ok((format!("id {}; loads into {}", found.warehouse_id, found.describe()), ())),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(unreachable(format!("no response within {} s", LONGEST.as_secs()))),
    })
}

fn unreachable(text: String) -> Error {
    f1lake::Error::Unreachable(text).into()
}

async fn ask(config: &Config, client: &OpenF1) -> Result<Answer, Error> {
    let wait = client.limiter().estimate(1);
    if wait > PATIENCE {
        return Ok(Answer::NotAsked(wait));
    }
    // The timeout applies to the response, not to the limiter.
    tokio::time::sleep(wait).await;
    match timeout(LONGEST, client.check_health()).await {
        Ok(Ok(health)) => Ok(Answer::Health(Box::new(health))),
        Ok(Err(error)) => Err(f1lake::Error::from(error).explained(config).into()),
        // Other processes had used up the limits: nothing was sent.
        Err(_) if client.traffic().requests == 0 => Ok(Answer::NotAsked(client.limiter().estimate(1))),
        Err(_) => Err(unreachable(format!(
            "no response from {} within {} s\nhint: the server or the network is slow; try again",
            f1lake::unreachable::host_of(client.base_url()),
            LONGEST.as_secs()
        ))),
    }
}

fn add_health(checks: &mut Checks, client: &OpenF1, health: &Health) {
    let newest = health.latest_session.as_ref().map_or_else(
        || "no session yet".to_owned(),
        |session| {
            format!(
                "newest session {} {}",
                session.session_key.unwrap_or_default(),
                session.session_name.as_deref().unwrap_or("")
            )
        },
    );
    let answered = health.round_trip.as_millis();
    let detail = format!("{} responds in {answered} ms; {newest}", client.base_url());
    checks.add("OpenF1", Ok((detail, ())));
    if client.is_authenticated() {
        checks.add("login", Ok(("token granted".to_owned(), ())));
    }
    let clock = match health.clock_difference {
        None => Ok(("not compared: the server sends no time".to_owned(), ())),
        Some(difference) if difference.as_secs().abs() <= CLOCK_TOLERANCE_S => {
            Ok((format!("differs from the server's by {} s", difference.as_secs()), ()))
        }
        Some(difference) => Err(Error::Usage(format!(
            "this machine's clock differs from the server's by {} s\nhint: correct it",
            difference.as_secs()
        ))),
    };
    checks.add("clock", clock);
}
