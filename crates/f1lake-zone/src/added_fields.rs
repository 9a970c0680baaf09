//! Fields that every landed row carries beside the API's.

use openf1_client::Endpoint;
use openf1_client::endpoint::FieldSpec;
use openf1_client::field::FieldType;

/// Column for unknown fields and unexpected types, as a JSON object.
pub const RESCUED: &str = "_rescued_data";

const fn added(name: &'static str, field_type: FieldType, doc: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, nullable: true, doc }
}

/// Fields added to landed rows, in the order in which they are appended.
pub static ADDED: [FieldSpec; 6] = [
    added("session_key", FieldType::Int, "Session that the row was landed with."),
    added("session_name", FieldType::Text, "Session's name, such as `Race` or `Practice 1`."),
    added("batch_day", FieldType::Text, "Day on which the session started, UTC."),
    added(
        "season_meetings",
        FieldType::IntList,
        "Calendar of the season when the row was landed: meetings with a race or sprint, in the order of their races.",
    ),
    added(
        "season_races",
        FieldType::IntList,
        "Sessions of their races, in the same order; null where there is none.",
    ),
    added(
        "season_sprints",
        FieldType::IntList,
        "Sessions of their sprints, in the same order; null where there is none.",
    ),
];
/// How many of [`ADDED`] all endpoints have; the others are the calendar, which lands with `meetings`.
pub const OF_ALL: usize = 3;

/// Fields added to an endpoint's landed rows, unless the API sends one of that name.
pub fn added_fields(endpoint: Endpoint) -> impl Iterator<Item = &'static FieldSpec> {
    let count = if endpoint == Endpoint::Meetings { ADDED.len() } else { OF_ALL };
    ADDED[..count].iter().filter(move |added| endpoint.spec().field(added.name).is_none())
}
