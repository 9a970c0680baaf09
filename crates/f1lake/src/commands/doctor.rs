//! `f1lake doctor`: what can be checked before a long run.

use super::Context;
use crate::cli::DoctorArgs;
use crate::config::LoadTo;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, print};
use crate::setup::{self, Zone};
use serde::Serialize;

/// Beyond this the clock matters: sessions count as over too early or too late.
const CLOCK_TOLERANCE_S: i64 = 120;

#[derive(Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
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
                self.done.push(Check { check, ok: true, detail });
                Some(value)
            }
            Err(error) => {
                self.worst.get_or_insert(error.exit_code());
                self.done.push(Check { check, ok: false, detail: error.to_string() });
                None
            }
        }
    }
}

pub(crate) async fn run(context: &Context, args: &DoctorArgs) -> Result<ExitCode, Error> {
    let mut checks = Checks::default();
    let loaded = context.load(&[&args.warehouse, &args.out, &args.api]).map(|loaded| {
        let file = loaded
            .file
            .as_ref()
            .map_or_else(|| "defaults, environment and flags".to_owned(), |file| file.display().to_string());
        (file, loaded)
    });
    if let Some(loaded) = checks.add("configuration", loaded) {
        let zone = Zone::open(&loaded.config).await.map(|zone| {
            zone.forget_when_empty();
            (format!("{} is writable", zone.landing.describe()), ())
        });
        checks.add("landing zone", zone);
        if loaded.config.load_to == LoadTo::Databricks || loaded.config.databricks_warehouse.is_some() {
            let warehouse = setup::warehouse(&loaded.config).await;
            let warehouse = warehouse
                .map(|found| (format!("id {}; loads into {}", found.warehouse_id, found.describe()), ()));
            checks.add("warehouse", warehouse);
        }
        let client = setup::client(&loaded).map(|client| {
            let limits = client.limiter().limits();
            let tier = if client.is_authenticated() { "account set" } else { "no account" };
            (format!("{} a second, {} a minute ({tier})", limits.per_second, limits.per_minute), client)
        });
        if let Some(client) = checks.add("rate limits", client) {
            let health = client.check_health().await.map_err(Error::from).map(|health| {
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
                (format!("{} answers in {answered} ms; {newest}", client.base_url()), health)
            });
            if let Some(health) = checks.add("OpenF1", health) {
                if client.is_authenticated() {
                    checks.add("login", Ok(("token granted".to_owned(), ())));
                }
                let clock = match health.clock_difference {
                    None => Ok(("the server sends no time to compare with".to_owned(), ())),
                    Some(difference) if difference.as_secs().abs() <= CLOCK_TOLERANCE_S => {
                        Ok((format!("{} s from the server's", difference.as_secs()), ()))
                    }
                    Some(difference) => Err(Error::Usage(format!(
                        "this machine's clock is {} s from the server's; set it right",
                        difference.as_secs()
                    ))),
                };
                checks.add("clock", clock);
            }
        }
    }
    print(
        context.output(),
        &checks.done,
        &checks.done,
        &[Column::Left("check"), Column::Left(""), Column::Left("detail")],
        |check| {
            let state = if check.ok { "ok" } else { "FAILED" };
            vec![check.check.to_owned(), state.to_owned(), check.detail.clone()]
        },
    )?;
    Ok(checks.worst.unwrap_or(ExitCode::Done))
}
