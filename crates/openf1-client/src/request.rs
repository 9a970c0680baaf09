//! Typed requests: filters, then rows.

use crate::answer::Answer;
use crate::client::OpenF1;
use crate::endpoint::{self, Row};
use crate::error::Error;
use crate::query::{Op, Operand, Query};
use jiff::Timestamp;
use std::marker::PhantomData;

/// A typed request. Add filters, then [`send`](Self::send).
#[derive(Debug, Clone)]
pub struct Request<'c, R> {
    client: &'c OpenF1,
    query: Query,
    row: PhantomData<R>,
}

impl<R: Row> Request<'_, R> {
    /// `session_key = key`.
    #[must_use]
    pub fn session(mut self, key: i64) -> Self {
        self.query = self.query.session(key);
        self
    }

    /// `meeting_key = key`.
    #[must_use]
    pub fn meeting(mut self, key: i64) -> Self {
        self.query = self.query.meeting(key);
        self
    }

    /// `driver_number = number`; repeated it means any of them.
    #[must_use]
    pub fn driver(mut self, number: i64) -> Self {
        self.query = self.query.driver(number);
        self
    }

    /// Adds any other condition.
    #[must_use]
    pub fn filter(mut self, field: &str, op: Op, value: impl Into<Operand>) -> Self {
        self.query = self.query.filter(field, op, value);
        self
    }

    /// The half-open window `from <= date < to`.
    #[must_use]
    pub fn between(mut self, from: Timestamp, to: Timestamp) -> Self {
        self.query = self.query.window("date", Some(from), Some(to));
        self
    }

    /// Sends the request and parses the rows.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Vec<R>, Error> {
        let answer = self.client.fetch(&self.query).await?;
        self.client.rows_of(&self.query, &answer)
    }

    /// Sends the request and returns the bytes.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_raw(self) -> Result<Answer, Error> {
        self.client.fetch(&self.query).await
    }
}

impl OpenF1 {
    /// A typed request from a query of that endpoint.
    pub fn query<R: Row>(&self, query: Query) -> Request<'_, R> {
        Request { client: self, query, row: PhantomData }
    }
}

macro_rules! typed_requests {
    ($($method:ident -> $row:ident: $what:literal),+ $(,)?) => {
        impl OpenF1 {
            $(
                #[doc = concat!("A typed request for ", $what, ".")]
                pub fn $method(&self) -> Request<'_, endpoint::$row> {
                    self.query(Query::new(<endpoint::$row as Row>::ENDPOINT))
                }
            )+
        }
    };
}

typed_requests! {
    car_data -> CarDataPoint: "telemetry of cars",
    championship_drivers -> ChampionshipDriver: "the drivers' championship",
    championship_teams -> ChampionshipTeam: "the teams' championship",
    drivers -> Driver: "drivers",
    intervals -> Interval: "gaps between cars",
    laps -> Lap: "laps",
    location -> LocationPoint: "positions of cars on the track",
    meetings -> Meeting: "meetings",
    overtakes -> Overtake: "overtakes",
    pit -> PitStop: "passages through the pit lane",
    position -> PositionChange: "changes of position",
    race_control -> RaceControlMessage: "messages of race control",
    session_result -> SessionResult: "results",
    sessions -> Session: "sessions",
    starting_grid -> GridSlot: "starting grids",
    stints -> Stint: "stints",
    team_radio -> RadioMessage: "team radio",
    weather -> WeatherSample: "weather",
}
