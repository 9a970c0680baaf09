//! Tests of queries.

use super::instant::{milliseconds, time_text};
use super::*;
use proptest::prelude::*;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn operators_are_written_as_the_api_reads_them() {
    let query = Query::new(Endpoint::Location).session(9161).driver(81).driver(4).window(
        "date",
        Some(time("2024-03-02T15:00:00Z")),
        Some(time("2024-03-02T15:10:00Z")),
    );
    assert_eq!(
        query.to_query_string().unwrap(),
        "session_key=9161&driver_number=81&driver_number=4\
         &date%3E%3D2024-03-02T15:00:00.000&date%3C2024-03-02T15:10:00.000"
    );
    let text = Query::new(Endpoint::RaceControl).eq("flag", "BLACK AND WHITE").to_query_string();
    assert_eq!(text.unwrap(), "flag=BLACK%20AND%20WHITE");
}

#[test]
fn values_the_api_would_misread_are_refused() {
    let drivers = || Query::new(Endpoint::Drivers).session(1);
    assert!(matches!(drivers().eq("limit", 1).to_query_string(), Err(QueryError::UnknownField { .. })));
    for text in ["MAR", "SUN", "44", "2024-01-02", "true", ""] {
        let query = drivers().eq("name_acronym", text);
        assert!(matches!(query.to_query_string(), Err(QueryError::BadValue { .. })), "{text}");
    }
    assert!(drivers().eq("team_colour", "102030").to_query_string().is_ok());
    assert!(matches!(
        Query::new(Endpoint::Laps).eq("segments_sector_1", 1).to_query_string(),
        Err(QueryError::ListField { .. })
    ));
    assert!(matches!(Query::new(Endpoint::Laps).to_query_string(), Err(QueryError::NoFilter { .. })));
    assert!(matches!(
        Query::new(Endpoint::Laps).eq("lap_duration", f64::NAN).to_query_string(),
        Err(QueryError::BadValue { .. })
    ));
}

#[test]
fn several_windows_pass_only_when_the_api_pairs_them_alike() {
    let position = |bounds: &[(Op, i64)]| {
        bounds
            .iter()
            .fold(Query::new(Endpoint::Position).session(1), |q, (op, v)| q.filter("position", *op, *v))
            .to_query_string()
    };
    assert!(position(&[(Op::Ge, 4), (Op::Le, 7), (Op::Ge, 10), (Op::Le, 15)]).is_ok());
    assert!(position(&[(Op::Ge, 4), (Op::Le, 7), (Op::Ge, 6), (Op::Le, 15)]).is_err());
    assert!(position(&[(Op::Ge, 4), (Op::Ge, 7)]).is_err());
    assert!(position(&[(Op::Gt, 4), (Op::Le, 4)]).is_err());
    assert!(position(&[(Op::Ge, 4), (Op::Le, 4)]).is_ok());
}

#[test]
fn text_that_the_api_would_split_is_refused() {
    let ask = |op, text: &str| {
        Query::new(Endpoint::RaceControl).session(1).filter("message", op, text).to_query_string().is_ok()
    };
    assert!(ask(Op::Eq, "CAR 1 > CAR 2") && ask(Op::Eq, "A=B") && ask(Op::Ge, "<=") && ask(Op::Ge, ">="));
    for (op, text) in
        [(Op::Eq, "A>=B"), (Op::Eq, "A<=B"), (Op::Gt, "=A"), (Op::Gt, "A=B"), (Op::Lt, "A>B"), (Op::Le, ">=")]
    {
        assert!(!ask(op, text), "{op}{text}");
    }
    assert!(!ask(Op::Eq, "update at 12:34") && ask(Op::Eq, "OUT AT 12:34"));
}

#[test]
fn bounds_are_compared_as_the_api_will_read_them() {
    let date = |bounds: Vec<(Op, Operand)>| {
        bounds
            .into_iter()
            .fold(Query::new(Endpoint::Position).session(1), |query, (op, value)| {
                query.filter("date", op, value)
            })
            .to_query_string()
    };
    let at = |text: &str| Operand::Time(time(text));
    let day = Operand::Day(jiff::civil::date(2024, 3, 2));
    // From 0.5 ms to 0.7 ms would be sent as from 1 ms to 0 ms, which selects nearly everything.
    let from = at("2024-03-02T00:00:00.0005Z");
    assert!(date(vec![(Op::Ge, from), (Op::Le, at("2024-03-02T00:00:00.0007Z"))]).is_err());
    // After a day and before its noon.
    let noon = at("2024-03-02T12:00:00Z");
    assert!(date(vec![(Op::Gt, day.clone()), (Op::Lt, noon.clone())]).is_err());
    assert!(date(vec![(Op::Ge, noon), (Op::Le, day.clone())]).is_ok(), "noon to midnight");
    assert!(date(vec![(Op::Ge, day.clone()), (Op::Le, day.clone())]).is_ok());
    assert!(date(vec![(Op::Ge, day.clone()), (Op::Lt, day.clone())]).is_err());
    // The API turns a day into a window, and would pair its halves with other bounds.
    let next = Operand::Day(jiff::civil::date(2024, 3, 3));
    assert!(date(vec![(Op::Eq, day.clone()), (Op::Eq, next)]).is_ok());
    assert!(date(vec![(Op::Eq, day.clone()), (Op::Le, day.clone())]).is_err());
    assert!(date(vec![(Op::Eq, day.clone()), (Op::Eq, day.clone()), (Op::Le, day)]).is_err());
    // The API drops duplicate bounds, so three lower bounds would meet two upper ones.
    let (one, two) = (at("2024-03-05T00:00:00Z"), at("2024-03-06T00:00:00Z"));
    let bounds = [(Op::Ge, &one), (Op::Ge, &two), (Op::Le, &two), (Op::Le, &two)];
    assert!(date(bounds.map(|(op, value)| (op, value.clone())).to_vec()).is_err());
    assert!(date(vec![(Op::Ge, at("-000100-01-01T00:00:00Z"))]).is_err());

    let text = |low: &str, high: &str| {
        let query = Query::new(Endpoint::Drivers).filter("last_name", Op::Ge, low);
        query.filter("last_name", Op::Le, high).to_query_string()
    };
    assert!(text("A", "B").is_ok() && text("B", "A").is_err());
    let mixed = Query::new(Endpoint::Intervals).filter("interval", Op::Ge, 1).filter("interval", Op::Lt, "x");
    assert!(matches!(mixed.to_query_string(), Err(QueryError::AmbiguousWindows { .. })));
    let large = Query::new(Endpoint::Drivers).filter("driver_number", Op::Ge, (1_i64 << 53) + 1);
    assert!(matches!(large.to_query_string(), Err(QueryError::BadValue { .. })));
}

proptest! {
    #[test]
    fn empty_or_inverted_windows_are_refused(a in 0i64..10_000, b in 0i64..10_000) {
        let at = |ms| Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap();
        let query = Query::new(Endpoint::CarData).session(1).driver(1).window("date", Some(at(a)), Some(at(b)));
        prop_assert_eq!(query.to_query_string().is_ok(), a < b);
    }

    #[test]
    fn every_text_arrives_unchanged(text in "\\PC{1,30}") {
        if let Ok(query) = Query::new(Endpoint::Sessions).eq("location", text.as_str()).to_query_string() {
            let value = query.strip_prefix("location=").unwrap();
            prop_assert!(!value.contains(['&', '=', '>', '<', '+', ' ', '#']));
            let decoded = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
            prop_assert_eq!(decoded, text);
        }
    }

    #[test]
    fn rounding_to_milliseconds_selects_the_same_rows(
        stored in 0i128..50, nanos in 0i128..50_000_000, op in prop::sample::select(vec![Op::Gt, Op::Ge, Op::Lt, Op::Le])
    ) {
        let asked = Timestamp::from_nanosecond(nanos).unwrap();
        let sent = crate::field::parse_time(&time_text(milliseconds(op, asked).unwrap()).unwrap()).unwrap().as_nanosecond();
        let row = stored * 1_000_000;
        let holds = |bound: i128| match op {
            Op::Gt => row > bound, Op::Ge => row >= bound, Op::Lt => row < bound, Op::Le => row <= bound,
            Op::Eq => row == bound,
        };
        prop_assert_eq!(holds(nanos), holds(sent));
    }
}
