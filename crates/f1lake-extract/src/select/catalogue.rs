//! The catalogue: sessions and meetings, requested once per run, and the selection from it.

use super::calendar::Calendar;
use super::filter::Filter;
use super::selected::Selected;
use super::session::SessionInfo;
use crate::error::ExtractError;
use crate::report::SessionLabel;
use crate::settings::{ExtractSettings, FIRST_YEAR, Mode, Order, Selection};
use f1lake_zone::{LandedRequest, Outcome};
use jiff::Timestamp;
use jiff::civil::Date;
use openf1_client::endpoint::{Meeting, Presence, Session};
use openf1_client::{Answer, Endpoint, OpenF1, Query};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// Keys in one request: servers and proxies refuse URLs of more than about 8 KB.
const KEYS_A_REQUEST: usize = 50;

/// A row of the catalogue as received, and the request that returned it.
#[derive(Debug, Clone)]
pub(crate) struct CatalogueRow {
    pub(crate) text: String,
    pub(crate) request: LandedRequest,
}

/// Sessions and meetings of the requested seasons.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    pub(crate) sessions: BTreeMap<i64, (SessionInfo, CatalogueRow)>,
    pub(crate) meetings: BTreeMap<i64, CatalogueRow>,
    cancelled_meetings: BTreeSet<i64>,
    /// Years whose sessions and meetings were all requested.
    years: BTreeSet<i64>,
    /// Unusable rows, without a key or a start.
    pub(crate) unusable: usize,
    /// Named sessions that cannot be extracted, and why, when others can.
    pub(crate) unknown: Vec<(SessionLabel, String)>,
}

impl Catalogue {
    /// Adds a response; returns the meetings of its rows.
    async fn add(&mut self, client: &OpenF1, query: Query) -> Result<BTreeSet<i64>, ExtractError> {
        let answer = client.fetch(&query).await?;
        let rows = raw_rows(&query, &answer)?;
        let mut found = BTreeSet::new();
        let request = LandedRequest {
            query: query.to_string(),
            shared_by: 1,
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

    /// Adds a year; returns the meetings of its sessions.
    async fn add_year(&mut self, client: &OpenF1, year: i64) -> Result<BTreeSet<i64>, ExtractError> {
        let found = self.add(client, Query::new(Endpoint::Sessions).year(year)).await?;
        self.add(client, Query::new(Endpoint::Meetings).year(year)).await?;
        self.years.insert(year);
        Ok(found)
    }

    /// Adds the sessions and meetings with these keys, and the years they belong to, because the calendar of
    /// a year lands with each of its sessions.
    async fn add_named(
        &mut self,
        client: &OpenF1,
        session_keys: &[i64],
        meeting_keys: &[i64],
    ) -> Result<(), ExtractError> {
        self.add_keys(client, Endpoint::Sessions, session_keys, Query::session).await?;
        let mut named: BTreeSet<i64> = meeting_keys.iter().copied().collect();
        named.extend(self.sessions.values().map(|(info, _)| info.meeting_key));
        let mut whole = self.add_years(client).await?;
        let lacking: Vec<i64> = named.iter().copied().filter(|key| !whole.contains(key)).collect();
        if !lacking.is_empty() {
            self.add_keys(client, Endpoint::Sessions, &lacking, Query::meeting).await?;
            whole.extend(self.add_years(client).await?);
        }
        let lacking: Vec<i64> =
            named.iter().copied().filter(|key| !self.meetings.contains_key(key)).collect();
        self.add_keys(client, Endpoint::Meetings, &lacking, Query::meeting).await
    }

    /// Requests the rows of keys, some at a time.
    async fn add_keys(
        &mut self,
        client: &OpenF1,
        endpoint: Endpoint,
        keys: &[i64],
        with: fn(Query, i64) -> Query,
    ) -> Result<(), ExtractError> {
        for keys in keys.chunks(KEYS_A_REQUEST) {
            let query = keys.iter().fold(Query::new(endpoint), |query, key| with(query, *key));
            self.add(client, query).await?;
        }
        Ok(())
    }

    /// Adds the years of the known sessions; returns the meetings of their sessions.
    async fn add_years(&mut self, client: &OpenF1) -> Result<BTreeSet<i64>, ExtractError> {
        let mut found = BTreeSet::new();
        let years: BTreeSet<i64> = self.sessions.values().map(|(info, _)| info.year).collect();
        for year in years.difference(&self.years.clone()) {
            found.extend(self.add_year(client, *year).await?);
        }
        Ok(found)
    }

    /// The rounds of a year; `None` when not all of its sessions are known.
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

    /// The session key under which an endpoint of a session is asked: grids stand under their qualifying session.
    pub(crate) fn asked_key(&self, endpoint: Endpoint, info: &SessionInfo) -> i64 {
        match endpoint.spec().presence {
            Presence::GridOfRaceAndSprint => {
                self.grid_session(info).map_or(info.session_key, |grid| grid.session_key)
            }
            _ => info.session_key,
        }
    }

    /// Requests the sessions that a selection needs, and chooses among them.
    pub(crate) async fn select(
        client: &OpenF1,
        settings: &ExtractSettings,
    ) -> Result<(Self, Selected), ExtractError> {
        let selection = &settings.selection;
        let now = settings.now();
        let this_year = jiff::tz::TimeZone::UTC.to_datetime(now).year();
        let mut catalogue = Self::default();
        let mut most = usize::MAX;
        match &selection.mode {
            Mode::Latest { sessions } => {
                most = *sessions;
                // Season by season, from the requested end, until there are enough; continues while a name
                // matches nothing yet.
                let first = selection.since.map_or(FIRST_YEAR, |day| day.year().max(FIRST_YEAR));
                let last = selection.until.map_or(this_year, |day| day.year().min(this_year));
                let mut years: Vec<i16> = (first..=last).collect();
                if selection.order == Order::Latest {
                    years.reverse();
                }
                for year in years {
                    catalogue.add_year(client, i64::from(year)).await?;
                    let filter = Filter::of(selection, catalogue.infos())?;
                    if filter.is_understood() && catalogue.held(&filter, selection, now).len() >= *sessions {
                        break;
                    }
                }
            }
            Mode::Year { year } => {
                catalogue.add_year(client, i64::from(*year)).await?;
            }
            Mode::Manual { days } => {
                for year in days.iter().map(|day| day.year()).collect::<BTreeSet<_>>() {
                    catalogue.add_year(client, i64::from(year)).await?;
                }
            }
            Mode::Keys { session_keys, meeting_keys } => {
                catalogue.add_named(client, session_keys, meeting_keys).await?;
                let sessions = catalogue.by_key(session_keys, meeting_keys, settings)?;
                return Ok((catalogue, sessions));
            }
        }
        catalogue.check_address(client, this_year).await?;
        let filter = Filter::of(selection, catalogue.infos())?;
        if !catalogue.sessions.is_empty() {
            filter.check(settings, &catalogue.seasons(), catalogue.infos())?;
            catalogue.check_days(selection)?;
        }
        let selected = catalogue.chosen(&filter, selection, now, most);
        Ok((catalogue, selected))
    }

    /// All known sessions.
    fn infos(&self) -> impl Iterator<Item = &SessionInfo> + Clone {
        self.sessions.values().map(|(info, _)| info)
    }

    /// The requested seasons: `2024`, `2023 to 2026`.
    fn seasons(&self) -> String {
        match (self.years.first(), self.years.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(year), _) => year.to_string(),
            _ => "these meetings".to_owned(),
        }
    }

    /// An address without any session of a past season is not OpenF1's.
    async fn check_address(&self, client: &OpenF1, this_year: i16) -> Result<(), ExtractError> {
        if !self.sessions.is_empty() || self.years.is_empty() {
            return Ok(());
        }
        // A future season may have no calendar yet; the previous one has.
        let before = i64::from(this_year) - 1;
        if self.years.iter().all(|year| *year > before) && before >= i64::from(FIRST_YEAR) {
            let mut other = Self::default();
            other.add(client, Query::new(Endpoint::Sessions).year(before)).await?;
            if !other.sessions.is_empty() {
                return Ok(());
            }
        }
        Err(ExtractError::Settings(format!(
            "{} has no session of {}\nhint: check the address; it ends in /v1, such as {}",
            client.base_url(),
            self.seasons(),
            openf1_client::DEFAULT_BASE_URL
        )))
    }

    /// Refuses days of mode `manual` on which no session starts, past or future.
    fn check_days(&self, selection: &Selection) -> Result<(), ExtractError> {
        let Mode::Manual { days } = &selection.mode else { return Ok(()) };
        if self.infos().any(|info| days.contains(&day_of(selection, info))) {
            return Ok(());
        }
        let Some(day) = days.first() else { return Ok(()) };
        let distance = |info: &&SessionInfo| {
            let between = day_of(selection, info).since(*day).map(|span| span.get_days()).unwrap_or(i32::MAX);
            (between.unsigned_abs(), info.date_start)
        };
        let near = self.infos().min_by_key(distance).map_or_else(String::new, |info| {
            format!(
                "\nhint: the nearest day is {} ({} at {})",
                day_of(selection, info),
                info.session_name,
                info.location
            )
        });
        let listed = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let clock = if selection.local_days { "at the venue" } else { "in UTC" };
        Err(ExtractError::Settings(format!("no session starts on {listed} ({clock}){near}")))
    }

    /// Sessions that were not cancelled and match the filters, past or future; oldest first.
    fn candidates(&self, filter: &Filter, selection: &Selection) -> Vec<SessionInfo> {
        let mut found: Vec<SessionInfo> = self
            .infos()
            .filter(|info| !info.is_cancelled && !self.cancelled_meetings.contains(&info.meeting_key))
            .filter(|info| filter.fits(info) && on_wanted_day(selection, info))
            .cloned()
            .collect();
        found.sort_by_key(|info| (info.date_start, info.session_key));
        found
    }

    /// The candidates that are over.
    fn held(&self, filter: &Filter, selection: &Selection, now: Timestamp) -> Vec<SessionInfo> {
        let mut found = self.candidates(filter, selection);
        found.retain(|info| info.date_end <= now);
        found
    }

    fn chosen(&self, filter: &Filter, selection: &Selection, now: Timestamp, most: usize) -> Selected {
        let (held, to_come): (Vec<_>, Vec<_>) =
            self.candidates(filter, selection).into_iter().partition(|info| info.date_end <= now);
        let first_to_come = if held.is_empty() { to_come.into_iter().next() } else { None };
        Selected { sessions: ordered(held, selection.order, most), first_to_come }
    }

    /// Sessions chosen by key, including cancelled ones, because they were named explicitly.
    fn by_key(
        &mut self,
        session_keys: &[i64],
        meeting_keys: &[i64],
        settings: &ExtractSettings,
    ) -> Result<Selected, ExtractError> {
        let (selection, now) = (&settings.selection, settings.now());
        let mut unknown = Vec::new();
        for key in session_keys {
            let (name, why) = match self.sessions.get(key) {
                None => (
                    format!("session {key}"),
                    format!("OpenF1 has no session {key}; `f1lake sessions --year 2024` lists the keys"),
                ),
                Some((info, _)) if info.date_end > now => (
                    info.name(),
                    format!(
                        "session {key} ({}) ends at {}; extract it afterwards",
                        info.name(),
                        info.date_end
                    ),
                ),
                Some(_) => continue,
            };
            unknown.push((SessionLabel { session_key: *key, name }, why));
        }
        for key in meeting_keys {
            if !self.infos().any(|info| info.meeting_key == *key) {
                let label = SessionLabel { session_key: 0, name: format!("meeting {key}") };
                let why = format!(
                    "OpenF1 has no sessions of meeting {key}; `f1lake sessions --year 2024` lists the keys"
                );
                unknown.push((label, why));
            }
        }
        // A session that cannot be fetched does not stop the others.
        if unknown.len() == session_keys.len() + meeting_keys.len()
            && let Some((_, why)) = unknown.first()
        {
            return Err(ExtractError::Settings(why.clone()));
        }
        self.unknown = unknown;
        let of_meetings = self.infos().filter(|info| meeting_keys.contains(&info.meeting_key));
        let filter = Filter::of(selection, of_meetings.clone())?;
        if !meeting_keys.is_empty() {
            filter.check(settings, "these meetings", of_meetings)?;
        }
        let wanted = |info: &&SessionInfo| {
            session_keys.contains(&info.session_key)
                || (meeting_keys.contains(&info.meeting_key)
                    && !info.is_cancelled
                    && filter.fits(info)
                    && on_wanted_day(selection, info))
        };
        let mut found: Vec<SessionInfo> = self.infos().filter(wanted).cloned().collect();
        found.sort_by_key(|info| (info.date_start, info.session_key));
        let (held, to_come): (Vec<_>, Vec<_>) = found.into_iter().partition(|info| info.date_end <= now);
        let first_to_come = if held.is_empty() { to_come.into_iter().next() } else { None };
        Ok(Selected { sessions: ordered(held, selection.order, usize::MAX), first_to_come })
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

/// Day of the start, in UTC or at the venue as selected.
fn day_of(selection: &Selection, info: &SessionInfo) -> Date {
    if selection.local_days {
        info.local_day()
    } else {
        jiff::tz::TimeZone::UTC.to_datetime(info.date_start).date()
    }
}

fn on_wanted_day(selection: &Selection, info: &SessionInfo) -> bool {
    let day = day_of(selection, info);
    selection.since.is_none_or(|first| day >= first)
        && selection.until.is_none_or(|last| day <= last)
        && match &selection.mode {
            Mode::Manual { days } => days.contains(&day),
            _ => true,
        }
}
