//! Filters: what the client writes, the simulator reads back as it was meant.

use crate::query::{Cell, Query as Read};
use arbitrary::{Result, Unstructured};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use openf1_client::endpoint::Endpoint;
use openf1_client::field::FieldType;
use openf1_client::query::Filter;
use openf1_client::{Op, Operand, Query};
use std::cmp::Ordering;

const MILLI: i128 = 1_000_000;

/// First byte even: a raw query string; odd: a query made of the rest.
pub fn check(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    if mode % 2 == 0 {
        raw(&String::from_utf8_lossy(rest));
    } else if let Ok(query) = build(&mut Unstructured::new(rest)) {
        written(&query);
    }
}

fn raw(text: &str) {
    let Ok(query) = Read::parse(text, || Some((1, 2))) else { return };
    for filter in &query.filters {
        let _ = filter.date_hull();
        for cell in [Cell::Bool(true), Cell::Number(1.5), Cell::Date(0), Cell::Text("x"), Cell::Other] {
            filter.matches(cell);
        }
    }
}

fn build(u: &mut Unstructured<'_>) -> Result<Query> {
    let endpoint = *u.choose(Endpoint::ALL)?;
    let fields = endpoint.spec().fields;
    let mut query = Query::new(endpoint);
    for _ in 0..u.int_in_range(1..=6)? {
        let field = u.choose(fields)?;
        let op = *u.choose(&[Op::Eq, Op::Gt, Op::Ge, Op::Lt, Op::Le])?;
        // Mostly a value of the field's type.
        let kind = if u.ratio(7, 8)? { usual(field.field_type, u)? } else { u.int_in_range(0..=6)? };
        let value = match kind {
            0 if u.arbitrary()? => Operand::Int(i64::from(u.arbitrary::<i16>()?)),
            0 => Operand::Int(u.arbitrary()?),
            1 if u.arbitrary()? => Operand::Float(f64::from(u.arbitrary::<i16>()?) / 8.0),
            1 => Operand::Float(u.arbitrary()?),
            2 => Operand::Bool(u.arbitrary()?),
            3 => Operand::Text(text(u)?),
            4 => {
                let near = i128::from(u.arbitrary::<i32>()?) * MILLI / 4;
                let base = if u.ratio(15, 16)? {
                    1_700_000_000_000_000_000
                } else {
                    i128::from(u.arbitrary::<i64>()?) * 40
                };
                Operand::Time(Timestamp::from_nanosecond(base + near).unwrap_or(Timestamp::UNIX_EPOCH))
            }
            5 => {
                let days = if u.ratio(15, 16)? {
                    i32::from(u.arbitrary::<i8>()?)
                } else {
                    u.int_in_range(-4_000_000..=2_900_000)?
                };
                let day = jiff::civil::date(2023, 11, 14);
                Operand::Day(day.checked_add(days.days()).unwrap_or(Date::MIN))
            }
            _ => Operand::Latest,
        };
        query = query.filter(field.name, op, value);
    }
    Ok(query)
}

fn usual(field_type: FieldType, u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(match field_type {
        FieldType::Int | FieldType::Float => u.int_in_range(0..=1)?,
        FieldType::Bool => 2,
        FieldType::Text => 3,
        FieldType::Time => u.int_in_range(4..=5)?,
        _ => *u.choose(&[0, 1, 3])?,
    })
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const PARTS: &[&str] = &[
        "GREEN",
        " ",
        "date",
        "=",
        ">",
        "<",
        "&",
        "+",
        "%",
        "1",
        ":",
        "12:34",
        "-",
        "/",
        ".",
        "T",
        "Z",
        "e",
        "#",
        ";",
        "true",
        "None",
        "Monte Carlo",
        "São Paulo",
        "+1 LAP",
        "2024-01-01",
        "_",
        "null",
        "inf",
        "\u{0}",
        "\u{202e}",
    ];
    if u.ratio(1, 4)? {
        return u.arbitrary();
    }
    let mut text = String::new();
    for _ in 0..u.int_in_range(1..=5)? {
        text.push_str(u.choose(PARTS)?);
    }
    Ok(text)
}

/// A value of a row.
#[derive(Debug, Clone)]
enum Stored {
    Bool(bool),
    Number(f64),
    Milliseconds(i64),
    Text(String),
}

impl Stored {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Bool(value) => Cell::Bool(*value),
            Self::Number(value) => Cell::Number(*value),
            Self::Milliseconds(value) => Cell::Date(*value),
            Self::Text(value) => Cell::Text(value),
        }
    }
}

fn midnight(day: Date) -> i128 {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, |time| time.as_nanosecond())
}

/// Whether a stored value fulfils one filter, as its writer means it.
fn holds(filter: &Filter, stored: &Stored) -> bool {
    let compare = |ordering: Option<Ordering>| {
        ordering.is_some_and(|ordering| match filter.op {
            Op::Eq => ordering.is_eq(),
            Op::Gt => ordering.is_gt(),
            Op::Ge => ordering.is_ge(),
            Op::Lt => ordering.is_lt(),
            Op::Le => ordering.is_le(),
        })
    };
    match (&filter.value, stored) {
        (Operand::Int(asked), Stored::Number(value)) => compare(value.partial_cmp(&(*asked as f64))),
        (Operand::Float(asked), Stored::Number(value)) => compare(value.partial_cmp(asked)),
        (Operand::Bool(asked), Stored::Bool(value)) => compare(Some(value.cmp(asked))),
        (Operand::Text(asked), Stored::Text(value)) => compare(Some(value.as_str().cmp(asked))),
        (Operand::Latest, Stored::Number(value)) => {
            *value == if filter.field == "meeting_key" { 1.0 } else { 2.0 }
        }
        (Operand::Time(asked), Stored::Milliseconds(value)) => {
            compare(Some((i128::from(*value) * MILLI).cmp(&asked.as_nanosecond())))
        }
        // A day is compared by the days of the rows.
        (Operand::Day(asked), Stored::Milliseconds(value)) => compare(Some(
            i128::from(value.div_euclid(86_400_000)).cmp(&(midnight(*asked) / (86_400_000 * MILLI))),
        )),
        _ => false,
    }
}

/// Where the bound of a filter lies among the stored milliseconds, and whether it is part of the window.
fn bound(filter: &Filter) -> (f64, i128, &str, bool) {
    let inclusive = matches!(filter.op, Op::Ge | Op::Le);
    match &filter.value {
        Operand::Int(value) => (*value as f64, 0, "", inclusive),
        Operand::Float(value) => (*value, 0, "", inclusive),
        Operand::Bool(value) => (f64::from(u8::from(*value)), 0, "", inclusive),
        Operand::Text(value) => (0.0, 0, value, inclusive),
        Operand::Time(value) => {
            let nanos = value.as_nanosecond();
            let up = matches!(filter.op, Op::Ge | Op::Lt) && nanos.rem_euclid(MILLI) != 0;
            (0.0, nanos.div_euclid(MILLI) + i128::from(up), "", inclusive)
        }
        Operand::Day(day) => {
            let next = matches!(filter.op, Op::Gt | Op::Le);
            (0.0, midnight(*day) / MILLI + i128::from(next) * 86_400_000, "", inclusive ^ next)
        }
        Operand::Latest => (0.0, 0, "", inclusive),
    }
}

/// Values at and around the operand of a filter.
fn neighbours(filter: &Filter) -> Vec<Stored> {
    match &filter.value {
        Operand::Int(value) => {
            [-1.0, -0.5, 0.0, 0.5, 1.0].iter().map(|by| Stored::Number(*value as f64 + by)).collect()
        }
        Operand::Float(value) => [value.next_down(), *value, value.next_up(), value - 1.0, value + 1.0]
            .into_iter()
            .map(Stored::Number)
            .collect(),
        Operand::Bool(_) => vec![Stored::Bool(true), Stored::Bool(false)],
        Operand::Text(value) => {
            let shorter: String = value.chars().skip(1).collect();
            [value.clone(), format!("{value}!"), format!("~{value}"), shorter]
                .into_iter()
                .map(Stored::Text)
                .collect()
        }
        Operand::Time(value) => {
            let at = value.as_millisecond();
            [-86_400_000, -1, 0, 1, 86_400_000].iter().map(|by| Stored::Milliseconds(at + by)).collect()
        }
        Operand::Day(day) => {
            let at = (midnight(*day) / MILLI) as i64;
            [-1, 0, 1, 43_200_000, 86_399_999, 86_400_000]
                .iter()
                .map(|by| Stored::Milliseconds(at + by))
                .collect()
        }
        Operand::Latest => [1.0, 2.0, 3.0].into_iter().map(Stored::Number).collect(),
    }
}

fn written(query: &Query) {
    let Ok(text) = query.to_query_string() else { return };
    let read = Read::parse(&text, || Some((1, 2))).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert!(!read.csv, "{text}");
    for filter in &read.filters {
        assert!(query.filters().iter().any(|asked| asked.field == filter.field), "{text}: {}", filter.field);
    }
    for asked in query.filters() {
        let field = read.field(&asked.field).unwrap_or_else(|| panic!("{text}: {} is lost", asked.field));
        let of_field: Vec<&Filter> =
            query.filters().iter().filter(|other| other.field == asked.field).collect();
        let sorted = |ops: [Op; 2]| {
            let list: Vec<&Filter> = of_field.iter().copied().filter(|f| ops.contains(&f.op)).collect();
            // What is asked twice counts once.
            let mut once: Vec<&Filter> = Vec::new();
            for filter in list {
                if !once.iter().any(|other| bound(other) == bound(filter)) {
                    once.push(filter);
                }
            }
            once.sort_by(|a, b| {
                let (a, b) = (bound(a), bound(b));
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(b.2))
            });
            once
        };
        let (lowers, uppers) = (sorted([Op::Gt, Op::Ge]), sorted([Op::Lt, Op::Le]));
        for stored in of_field.iter().flat_map(|filter| neighbours(filter)) {
            let in_window = if lowers.is_empty() || uppers.is_empty() {
                lowers.iter().chain(&uppers).any(|bound| holds(bound, &stored))
            } else {
                lowers.iter().zip(&uppers).any(|(low, high)| holds(low, &stored) && holds(high, &stored))
            };
            let meant =
                in_window || of_field.iter().any(|filter| filter.op == Op::Eq && holds(filter, &stored));
            assert_eq!(field.matches(stored.cell()), meant, "{text}: {stored:?}");
        }
    }
}
