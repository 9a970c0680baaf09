//! The catalogue: sessions and meetings, asked once a run, and the selection from it.

use crate::calendar::Calendar;
use crate::error::ExtractError;
use crate::manifest::{LandedRequest, Outcome};
use crate::session::SessionInfo;
use crate::settings::{ExtractSettings, FIRST_YEAR, Mode, Order, Selection};
use jiff::Timestamp;
use openf1_client::endpoint::{Meeting, Session};
use openf1_client::{Answer, Endpoint, OpenF1, Query};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// A row of the catalogue as it came, and the request that brought it.
#[derive(Debug, Clone)]
pub(crate) struct CatalogueRow {
    pub(crate) text: String,
    pub(crate) request: LandedRequest,
}

/// Sessions and meetings of the seasons at hand.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) sessions: BTreeMap<i64, (SessionInfo, CatalogueRow)>,
    pub(crate) meetings: BTreeMap<i64, CatalogueRow>,
    cancelled_meetings: BTreeSet<i64>,
    /// Years of which every session and meeting was asked for.
    years: BTreeSet<i64>,
    /// Rows that could not be used: no key or no start.
    pub(crate) unusable: usize,
}

impl Catalogue {
    /// Adds an answer; returns the meetings that its rows belong to.
    async fn add(&mut self, client: &OpenF1, query: Query) -> Result<BTreeSet<i64>, ExtractError> {
        let answer = client.fetch(&query).await?;
        let rows = raw_rows(&query, &answer)?;
        let mut found = BTreeSet::new();
        let request = LandedRequest {
            query: query.to_string(),
            outcome: if answer.rows == 0 { Outcome::Empty } else { Outcome::Rows },
            status: answer.status,
            rows: answer.rows as u64,
            tries: answer.tries,
            received_at: answer.received_at,
        };
        for text in &rows {
            let row = CatalogueRow { text: text.clone(), request: request.clone() };
            if query.endpoint() == Endpoint::Sessions {
                match serde_json::from_str::<Session>(text).ok().as_ref().and_then(SessionInfo::from_row) {
                    Some(info) => {
                        found.insert(info.meeting_key);
                        self.sessions.insert(info.session_key, (info, row));
                    }
                    None => self.unusable += 1,
                }
            } else if let Ok(meeting) = serde_json::from_str::<Meeting>(text)
                && let Some(key) = meeting.meeting_key
            {
                if meeting.is_cancelled == Some(true) {
                    self.cancelled_meetings.insert(key);
                }
                found.insert(key);
                self.meetings.insert(key, row);
            } else {
                self.unusable += 1;
            }
        }
        Ok(found)
    }

    /// Adds a year; returns the meetings of which it has sessions.
    async fn add_year(&mut self, client: &OpenF1, year: i64) -> Result<BTreeSet<i64>, ExtractError> {
        let found = self.add(client, Query::new(Endpoint::Sessions).year(year)).await?;
        self.add(client, Query::new(Endpoint::Meetings).year(year)).await?;
        self.years.insert(year);
        Ok(found)
    }

    /// Adds the sessions and meetings of these names, and the years they belong to: the calendar of a year lands with
    /// each of its sessions.
    async fn add_named(
        &mut self,
        client: &OpenF1,
        session_keys: &[i64],
        meeting_keys: &[i64],
    ) -> Result<(), ExtractError> {
        if !session_keys.is_empty() {
            let query =
                session_keys.iter().fold(Query::new(Endpoint::Sessions), |query, key| query.session(*key));
            self.add(client, query).await?;
        }
        let mut named: BTreeSet<i64> = meeting_keys.iter().copied().collect();
        named.extend(self.sessions.values().map(|(info, _)| info.meeting_key));
        let mut whole = self.add_years(client).await?;
        if named.iter().any(|key| !whole.contains(key)) {
            let lacking = named.iter().filter(|key| !whole.contains(key));
            let query = lacking.fold(Query::new(Endpoint::Sessions), |query, key| query.meeting(*key));
            self.add(client, query).await?;
            whole.extend(self.add_years(client).await?);
        }
        if named.iter().any(|key| !self.meetings.contains_key(key)) {
            let lacking = named.iter().filter(|key| !self.meetings.contains_key(key));
            let query = lacking.fold(Query::new(Endpoint::Meetings), |query, key| query.meeting(*key));
            self.add(client, query).await?;
        }
        Ok(())
    }

    /// Adds the years of the sessions that are here; returns the meetings of which they have sessions.
    async fn add_years(&mut self, client: &OpenF1) -> Result<BTreeSet<i64>, ExtractError> {
        let mut found = BTreeSet::new();
        let years: BTreeSet<i64> = self.sessions.values().map(|(info, _)| info.year).collect();
        for year in years.difference(&self.years.clone()) {
            found.extend(self.add_year(client, *year).await?);
        }
        Ok(found)
    }

    /// The rounds of a year; none when not all of its sessions are known.
    pub(crate) fn calendar(&self, year: i64) -> Option<Calendar> {
        self.years.contains(&year).then(|| {
            let held = self.sessions.values().map(|(info, _)| info).filter(|info| {
                info.year == year
                    && !info.is_cancelled
                    && !self.cancelled_meetings.contains(&info.meeting_key)
            });
            Calendar::of(held)
        })
    }

    /// The session that sets the grid of a race or sprint.
    pub(crate) fn grid_session(&self, race: &SessionInfo) -> Option<&SessionInfo> {
        self.sessions.values().map(|(info, _)| info).find(|info| info.sets_grid_of(race))
    }

    /// Asks the API for the sessions that a selection needs, and chooses.
    pub(crate) async fn select(
        client: &OpenF1,
        settings: &ExtractSettings,
    ) -> Result<(Self, Vec<SessionInfo>), ExtractError> {
        let selection = &settings.selection;
        let now = settings.now();
        let mut catalogue = Self::default();
        let chosen = match &selection.mode {
            Mode::Latest { sessions } => {
                // Season by season, from the end that is asked for, until there are enough.
                let this_year = jiff::tz::TimeZone::UTC.to_datetime(now).year();
                let first = selection.from.map_or(FIRST_YEAR, |day| day.year().max(FIRST_YEAR));
                let last = selection.to.map_or(this_year, |day| day.year().min(this_year));
                let mut years: Vec<i16> = (first..=last).collect();
                if selection.order == Order::Latest {
                    years.reverse();
                }
                for year in years {
                    catalogue.add_year(client, i64::from(year)).await?;
                    if catalogue.candidates(selection, now).len() >= *sessions {
                        break;
                    }
                }
                ordered(catalogue.candidates(selection, now), selection.order, *sessions)
            }
            Mode::Year { year } => {
                catalogue.add_year(client, i64::from(*year)).await?;
                ordered(catalogue.candidates(selection, now), selection.order, usize::MAX)
            }
            Mode::Manual { days } => {
                for year in days.iter().map(|day| day.year()).collect::<BTreeSet<_>>() {
                    catalogue.add_year(client, i64::from(year)).await?;
                }
                let days: BTreeSet<String> = days.iter().map(ToString::to_string).collect();
                let mut found = catalogue.candidates(selection, now);
                found.retain(|info| days.contains(&info.batch_day()));
                ordered(found, selection.order, usize::MAX)
            }
            Mode::Keys { session_keys, meeting_keys } => {
                catalogue.add_named(client, session_keys, meeting_keys).await?;
                catalogue.by_key(session_keys, meeting_keys, selection, now)?
            }
        };
        Ok((catalogue, chosen))
    }

    /// Sessions that are over, not cancelled, and meet the conditions; oldest first.
    fn candidates(&self, selection: &Selection, now: Timestamp) -> Vec<SessionInfo> {
        let mut found: Vec<SessionInfo> = self
            .sessions
            .values()
            .map(|(info, _)| info)
            .filter(|info| info.date_end <= now)
            .filter(|info| !info.is_cancelled && !self.cancelled_meetings.contains(&info.meeting_key))
            .filter(|info| meets(selection, info))
            .cloned()
            .collect();
        found.sort_by_key(|info| (info.date_start, info.session_key));
        found
    }

    /// Sessions named by key: cancelled ones too, since they were asked for.
    fn by_key(
        &self,
        session_keys: &[i64],
        meeting_keys: &[i64],
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Vec<SessionInfo>, ExtractError> {
        for key in session_keys {
            match self.sessions.get(key) {
                None => {
                    return Err(ExtractError::Settings(format!(
                        "OpenF1 knows no session {key}; `f1lake sessions --year 2024` lists the keys"
                    )));
                }
                Some((info, _)) if info.date_end > now => {
                    return Err(ExtractError::Settings(format!(
                        "session {key} ({}) ends at {}; extract it after that",
                        info.name(),
                        info.date_end
                    )));
                }
                Some(_) => {}
            }
        }
        for key in meeting_keys {
            if !self.sessions.values().any(|(info, _)| info.meeting_key == *key) {
                return Err(ExtractError::Settings(format!(
                    "OpenF1 knows no sessions of meeting {key}; `f1lake sessions --year 2024` lists the keys"
                )));
            }
        }
        let named = |info: &&SessionInfo| {
            session_keys.contains(&info.session_key)
                || (meeting_keys.contains(&info.meeting_key) && !info.is_cancelled && meets(selection, info))
        };
        let mut found: Vec<SessionInfo> = self
            .sessions
            .values()
            .map(|(info, _)| info)
            .filter(named)
            .filter(|info| info.date_end <= now)
            .cloned()
            .collect();
        found.sort_by_key(|info| (info.date_start, info.session_key));
        Ok(ordered(found, selection.order, usize::MAX))
    }
}

fn raw_rows(query: &Query, answer: &Answer) -> Result<Vec<String>, ExtractError> {
    let rows: Vec<&RawValue> =
        serde_json::from_slice(&answer.body).map_err(|error| openf1_client::Error::Body {
            request: query.to_string(),
            tries: answer.tries,
            detail: error.to_string(),
        })?;
    Ok(rows.into_iter().map(|row| row.get().to_owned()).collect())
}

fn ordered(mut oldest_first: Vec<SessionInfo>, order: Order, most: usize) -> Vec<SessionInfo> {
    if order == Order::Latest {
        oldest_first.reverse();
    }
    oldest_first.truncate(most);
    oldest_first
}

fn meets(selection: &Selection, info: &SessionInfo) -> bool {
    let any = |wanted: &[String], values: &[&str]| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|want| values.iter().any(|value| want.trim().to_lowercase() == value.to_lowercase()))
    };
    let day = jiff::tz::TimeZone::UTC.to_datetime(info.date_start).date();
    any(&selection.countries, &[&info.country_name, &info.country_code])
        && any(&selection.locations, &[&info.location, &info.circuit_short_name])
        && any(&selection.session_types, &[&info.session_type, &info.session_name])
        && selection.from.is_none_or(|from| day >= from)
        && selection.to.is_none_or(|to| day <= to)
}
