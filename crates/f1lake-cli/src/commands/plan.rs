//! `f1lake plan`: requests, time and bytes before anything is fetched.

use super::Context;
use crate::cli::ExtractArgs;
use crate::error::Error;
use crate::output::Table;
use f1lake::summary::counted;
use f1lake::{ExitCode, Pipeline};
use indicatif::{HumanBytes, HumanDuration};
use serde::Serialize;

#[derive(Serialize)]
struct Plan {
    #[serde(flatten)]
    plan: f1lake_extract::RunPlan,
    /// Least time that the rate limits allow from now, seconds.
    seconds: f64,
}

pub(crate) async fn run(context: &Context, args: &ExtractArgs) -> Result<ExitCode, Error> {
    let pipeline = Pipeline::of(context.load(&args.settings)?);
    let plan = pipeline.plan(pipeline.config().selection()).refresh(args.how.refresh).await?;
    let time = pipeline.client()?.limiter().estimate(plan.requests);
    let plan = Plan { seconds: time.as_secs_f64(), plan };
    let sessions = &plan.plan.sessions;
    Table::of(sessions)
        .left("session", |session| session.session.name.clone())
        .right("key", |session| session.session.session_key.to_string())
        .right("endpoints", |session| session.due.len().to_string())
        .right("requests", |session| session.requests.to_string())
        .right("bytes", |session| HumanBytes(session.bytes).to_string())
        .left("why", |session| session.reason.clone())
        .print(context.output(), &plan)?;
    if let Some(text) = &plan.plan.not_yet {
        context.say(text);
        return Ok(ExitCode::Done);
    }
    let shared = match plan.plan.shared_requests {
        0 => String::new(),
        shared => format!(" ({shared} of them for several sessions each)"),
    };
    context.say(&format!(
        "{}: about {}{shared}, {} of JSON, at least {} within the rate limits",
        counted(sessions.len(), "session"),
        counted(plan.plan.requests, "request"),
        HumanBytes(plan.plan.bytes),
        HumanDuration(time),
    ));
    if plan.plan.results_checked > 0 {
        context.say(&format!(
            "included: results, grids and standings of {}, checked every {} hours",
            counted(plan.plan.results_checked, "other landed session"),
            pipeline.config().recheck_results_hours,
        ));
    }
    Ok(ExitCode::Done)
}
