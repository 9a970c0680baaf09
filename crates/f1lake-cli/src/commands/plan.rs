//! `f1lake plan`: requests, time and bytes before anything is fetched.

use super::Context;
use crate::cli::ExtractArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, print};
use crate::progress::plural;
use f1lake::Zone;
use f1lake_extract::Extractor;
use f1lake_zone::Landing;
use indicatif::{HumanBytes, HumanDuration};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct Plan {
    #[serde(flatten)]
    plan: f1lake_extract::RunPlan,
    /// Least time that the rate limits allow from now, seconds.
    seconds: f64,
}

pub(crate) async fn run(context: &Context, args: &ExtractArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    // A missing zone has nothing landed, and planning must not create it.
    let (landing, work_dir) = match Zone::open_existing(&loaded.config)? {
        Some(zone) => (zone.landing, zone.work_dir),
        None => (
            Landing::memory(),
            std::path::PathBuf::from(f1lake::volume_name::landing(&loaded.config)).join("_work"),
        ),
    };
    let mut settings = loaded.config.extract_settings(work_dir, Timestamp::now());
    settings.refresh = args.how.refresh;
    let client = f1lake::connect::client(&loaded)?;
    let limiter = client.limiter().clone();
    let plan = Extractor::new(client, landing, settings)?
        .plan()
        .await
        .map_err(|error| Error::of_extract(error, &loaded.config.base_url))?;
    let time = limiter.estimate(plan.requests);
    let plan = Plan { seconds: time.as_secs_f64(), plan };
    let sessions = &plan.plan.sessions;
    print(
        context.output(),
        &plan,
        sessions,
        &[
            Column::Left("session"),
            Column::Right("key"),
            Column::Right("endpoints"),
            Column::Right("requests"),
            Column::Right("bytes"),
            Column::Left("why"),
        ],
        |session| {
            vec![
                session.session.name.clone(),
                session.session.session_key.to_string(),
                session.due.len().to_string(),
                session.requests.to_string(),
                HumanBytes(session.bytes).to_string(),
                session.reason.clone(),
            ]
        },
    )?;
    if let Some(text) = &plan.plan.not_yet {
        context.say(text);
        return Ok(ExitCode::Done);
    }
    context.say(&format!(
        "{} {}: about {} requests, {} of JSON, at least {} within the rate limits",
        sessions.len(),
        plural(sessions.len(), "session", "sessions"),
        plan.plan.requests,
        HumanBytes(plan.plan.bytes),
        HumanDuration(time),
    ));
    Ok(ExitCode::Done)
}
