//! Names that choose sessions: countries, locations and session types, as users write them.

use super::session::SessionInfo;
use crate::error::ExtractError;
use crate::settings::{ExtractSettings, Selection};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Minimum similarity of a suggestion, 0 to 1.
const LIKENESS: f64 = 0.8;
/// Suggestions this close to the best one are listed too: Monca may be Monza or Monaco.
const AS_LIKELY: f64 = 0.03;
/// Maximum number of suggestions.
const MOST_MEANT: usize = 3;

/// Other names of countries, all folded; the first names are those of OpenF1.
const COUNTRIES: [(&[&str], &[&str]); 17] = [
    (
        &["united kingdom", "great britain"],
        &["uk", "gb", "britain", "england", "united kingdom", "great britain"],
    ),
    (&["united states"], &["us", "america", "united states of america"]),
    (&["united arab emirates"], &["emirates", "abu dhabi", "are"]),
    (&["saudi arabia"], &["saudi", "sau"]),
    (&["netherlands"], &["holland", "the netherlands", "nederland", "nld"]),
    (&["brazil"], &["brasil"]),
    (&["italy"], &["italia"]),
    (&["spain"], &["espana"]),
    (&["belgium"], &["belgie", "belgique", "belgien"]),
    (&["austria"], &["osterreich"]),
    (&["germany"], &["deutschland", "deu"]),
    (&["hungary"], &["magyarorszag"]),
    (&["mexico"], &["mejico"]),
    (&["japan"], &["nippon", "nihon"]),
    (&["bahrain"], &["bahrein", "bhr"]),
    (&["monaco"], &["mco"]),
    (&["turkiye", "turkey"], &["turkiye", "turkey"]),
];

/// Other names of locations, all folded; the first names are locations of OpenF1.
const PLACES: [(&[&str], &[&str]); 17] = [
    (&["spielberg"], &["red bull ring", "osterreichring"]),
    (&["melbourne"], &["albert park"]),
    (&["montreal"], &["circuit gilles villeneuve", "gilles villeneuve"]),
    (&["barcelona"], &["circuit de catalunya", "montmelo"]),
    (&["austin"], &["cota", "circuit of the americas"]),
    (&["yas island"], &["abu dhabi", "yas marina"]),
    (&["lusail"], &["losail", "qatar"]),
    (&["sakhir"], &["bahrain", "bahrain international circuit"]),
    (&["sao paulo"], &["brasil", "brazil", "jose carlos pace"]),
    (&["mexico city"], &["hermanos rodriguez", "autodromo hermanos rodriguez", "mexico"]),
    (&["imola"], &["enzo e dino ferrari", "emilia romagna"]),
    (&["marina bay"], &["marina bay street circuit"]),
    (&["monaco"], &["monte carlo"]),
    (&["budapest"], &["mogyorod"]),
    (&["spa francorchamps"], &["francorchamps", "stavelot"]),
    (&["miami", "miami gardens"], &["miami", "hard rock stadium"]),
    (&["las vegas"], &["the strip"]),
];

/// Other names of session types, all folded.
const KINDS: [(&[&str], &[&str]); 6] = [
    (&[GRAND_PRIX], &["gp", "grandprix", "grands prix", "feature race"]),
    (&["qualifying"], &["quali", "q"]),
    (&["practice 1"], &["fp1", "p1", "free practice 1"]),
    (&["practice 2"], &["fp2", "p2", "free practice 2"]),
    (&["practice 3"], &["fp3", "p3", "free practice 3"]),
    (
        &["sprint qualifying", "sprint shootout"],
        &["sprint quali", "sq", "sprint qualifying", "sprint shootout"],
    ),
];

/// Races other than sprints; OpenF1 gives both the same type.
const GRAND_PRIX: &str = "grand prix";

/// The kind of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Country,
    Place,
    Kind,
}

impl About {
    const ALL: [Self; 3] = [Self::Country, Self::Place, Self::Kind];

    fn words(self, selection: &Selection) -> &[String] {
        match self {
            Self::Country => &selection.countries,
            Self::Place => &selection.locations,
            Self::Kind => &selection.session_types,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Place => "location",
            Self::Kind => "session type",
        }
    }

    fn setting(self) -> &'static str {
        match self {
            Self::Country => "countries",
            Self::Place => "locations",
            Self::Kind => "session_types",
        }
    }

    fn aliases(self) -> &'static [(&'static [&'static str], &'static [&'static str])] {
        match self {
            Self::Country => &COUNTRIES,
            Self::Place => &PLACES,
            Self::Kind => &KINDS,
        }
    }

    /// A session's names of this kind.
    fn names(self, info: &SessionInfo) -> Vec<&str> {
        match self {
            Self::Country => vec![&info.country_name, &info.country_code],
            Self::Place => vec![&info.location, &info.circuit_short_name],
            Self::Kind => {
                let mut names: Vec<&str> = vec![&info.session_name, &info.session_type];
                if info.is_race() {
                    names.push("Grand Prix");
                }
                if info.is_sprint() {
                    names.push("Sprint");
                }
                names
            }
        }
    }

    /// A session's name in suggestions: `Italy (ITA)`, `Monza (Italy)`.
    fn shown(self, info: &SessionInfo) -> String {
        match self {
            Self::Country => format!("{} ({})", info.country_name, info.country_code),
            Self::Place => format!("{} ({})", info.location, info.country_name),
            Self::Kind => info.session_name.clone(),
        }
    }
}

/// Text without accents, case and punctuation.
pub(crate) fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names in a selection, and the names in the calendar that each of them matches.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    meant: BTreeMap<About, BTreeSet<String>>,
    unknown: Vec<(About, String)>,
}

impl Filter {
    /// Looks up the names among the sessions of a calendar, past or future.
    ///
    /// # Errors
    /// [`ExtractError::Settings`] when a name matches several locations.
    pub(crate) fn of<'a>(
        selection: &Selection,
        calendar: impl Iterator<Item = &'a SessionInfo> + Clone,
    ) -> Result<Self, ExtractError> {
        let mut filter = Self::default();
        for about in About::ALL {
            for word in about.words(selection).iter().filter(|word| !word.trim().is_empty()) {
                let names = meant_by(about, word, calendar.clone())?;
                if names.is_empty() {
                    filter.unknown.push((about, word.trim().to_owned()));
                }
                filter.meant.entry(about).or_default().extend(names);
            }
        }
        Ok(filter)
    }

    /// Whether every name matches something.
    pub(crate) fn is_understood(&self) -> bool {
        self.unknown.is_empty()
    }

    /// Whether a session matches all names.
    pub(crate) fn fits(&self, info: &SessionInfo) -> bool {
        self.meant
            .iter()
            .all(|(about, meant)| about.names(info).iter().any(|name| meant.contains(&fold(name))))
    }

    /// Refuses names that match nothing in the calendar, and combinations that no session matches.
    ///
    /// # Errors
    /// [`ExtractError::Settings`] with a suggestion.
    pub(crate) fn check<'a>(
        &self,
        settings: &ExtractSettings,
        seasons: &str,
        calendar: impl Iterator<Item = &'a SessionInfo> + Clone,
    ) -> Result<(), ExtractError> {
        if let Some((about, word)) = self.unknown.first() {
            return Err(ExtractError::Settings(format!(
                "no {} of {seasons} is named {word}\nhint: {}",
                about.noun(),
                suggestion(*about, word, calendar, settings.called)
            )));
        }
        if self.meant.is_empty() || calendar.clone().any(|info| self.fits(info)) {
            return Ok(());
        }
        let asked: Vec<String> = About::ALL
            .iter()
            .map(|about| (about.setting(), about.words(&settings.selection)))
            .filter(|(_, words)| !words.is_empty())
            .map(|(setting, words)| format!("{} {}", (settings.called)(setting), words.join(",")))
            .collect();
        Err(ExtractError::Settings(format!(
            "no session of {seasons} matches {}\nhint: each filter matches sessions by itself; remove one \
             of them",
            asked.join(" and ")
        )))
    }
}

/// Folded names of the calendar that a name matches.
fn meant_by<'a>(
    about: About,
    word: &str,
    calendar: impl Iterator<Item = &'a SessionInfo> + Clone,
) -> Result<BTreeSet<String>, ExtractError> {
    let word_folded = fold(word);
    let other_names = about.aliases().iter().filter(|(_, others)| others.contains(&word_folded.as_str()));
    let wanted: BTreeSet<&str> =
        other_names.flat_map(|(names, _)| names.iter().copied()).chain([word_folded.as_str()]).collect();
    let names = |info: &'a SessionInfo| about.names(info).into_iter().map(fold);
    let exact: BTreeSet<String> =
        calendar.clone().flat_map(names).filter(|name| wanted.contains(name.as_str())).collect();
    if !exact.is_empty() || about != About::Place {
        return Ok(exact);
    }
    // `Vegas`, `Spa`: whole words of a longer name.
    let contains = |name: &str| format!(" {name} ").contains(&format!(" {word_folded} "));
    let mut places = BTreeMap::new();
    for info in calendar {
        if let Some(name) = about.names(info).into_iter().map(fold).find(|name| contains(name)) {
            places.entry(fold(&info.location)).or_insert_with(|| (name, about.shown(info)));
        }
    }
    if places.len() > 1 {
        let shown: Vec<String> = places.into_values().map(|(_, shown)| shown).collect();
        return Err(ExtractError::Settings(format!(
            "{} could be {}\nhint: write the whole name",
            word.trim(),
            shown.join(" or ")
        )));
    }
    Ok(places.into_values().map(|(name, _)| name).collect())
}

fn suggestion<'a>(
    about: About,
    word: &str,
    calendar: impl Iterator<Item = &'a SessionInfo> + Clone,
    called: fn(&str) -> String,
) -> String {
    for other in About::ALL.into_iter().filter(|other| *other != about) {
        let known = meant_by(other, word, calendar.clone()).unwrap_or_default();
        if let Some(info) =
            calendar.clone().find(|info| other.names(info).iter().any(|name| known.contains(&fold(name))))
        {
            let flag = called(other.setting());
            return format!("{} is a {}: {flag} {word}", other.shown(info), other.noun());
        }
    }
    let folded = fold(word);
    let mut near: BTreeMap<String, f64> = BTreeMap::new();
    for info in calendar.clone() {
        for name in about.names(info) {
            let likeness = strsim::jaro_winkler(&fold(name), &folded);
            let shown = if about == About::Kind { name.to_owned() } else { about.shown(info) };
            let known = near.entry(shown).or_default();
            *known = known.max(likeness);
        }
    }
    let best = near.values().copied().fold(0.0, f64::max);
    if best >= LIKENESS {
        let mut near: Vec<(String, f64)> =
            near.into_iter().filter(|(_, likeness)| *likeness > best - AS_LIKELY).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1));
        let shown: Vec<String> = near.into_iter().take(MOST_MEANT).map(|(shown, _)| shown).collect();
        return format!("did you mean {}?", shown.join(" or "));
    }
    let all: BTreeSet<String> = calendar.map(|info| about.shown(info)).collect();
    format!("available: {}", all.into_iter().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        for (written, folded) in [
            ("São Paulo", "sao paulo"),
            ("SPA-Francorchamps", "spa francorchamps"),
            (" Montréal ", "montreal"),
            ("Türkiye", "turkiye"),
        ] {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn other_names_are_written_as_they_are_compared() {
        for (names, others) in COUNTRIES.iter().chain(&PLACES).chain(&KINDS) {
            for name in names.iter().chain(*others) {
                assert_eq!(fold(name), *name);
            }
        }
    }
}
