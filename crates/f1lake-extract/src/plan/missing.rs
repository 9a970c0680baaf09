//! What staged slices leave uncovered.

use super::request::Request;
use super::slice::{Drivers, Slice, Window};
use openf1_client::Endpoint;

/// The parts of the number line that the spans leave uncovered; `None` is an open end.
fn gaps(mut covered: Vec<(Option<i64>, Option<i64>)>) -> Vec<(Option<i64>, Option<i64>)> {
    covered.sort_by_key(|(from, _)| from.unwrap_or(i64::MIN));
    let mut gaps = Vec::new();
    let mut reached = None;
    let mut started = false;
    for (from, to) in covered {
        match (started, from, reached) {
            (false, Some(from), _) => gaps.push((None, Some(from))),
            (true, Some(from), Some(end)) if from > end => gaps.push((Some(end), Some(from))),
            _ => {}
        }
        let Some(to) = to else { return gaps };
        reached = Some(if started { reached.map_or(to, |end: i64| end.max(to)) } else { to });
        started = true;
    }
    gaps.push((reached, None));
    gaps
}

/// What remains to be requested of a session-wide endpoint, given the staged slices.
pub(crate) fn missing_of_session(whole: &Slice, staged: &[Slice]) -> Vec<Slice> {
    let same =
        || staged.iter().filter(|s| s.endpoint == whole.endpoint && s.session_key == whole.session_key);
    let ranges: Vec<_> = same()
        .filter_map(|slice| match slice.drivers {
            Drivers::Range(from, to) => Some((from, to)),
            _ => None,
        })
        .collect();
    if !ranges.is_empty() {
        return gaps(ranges)
            .into_iter()
            .map(|(from, to)| Slice { drivers: Drivers::Range(from, to), ..whole.clone() })
            .collect();
    }
    let windows: Vec<_> = same()
        .filter(|slice| slice.drivers == Drivers::All)
        .map(|slice| (slice.window.from, slice.window.to))
        .collect();
    gaps(windows)
        .into_iter()
        .map(|(from, to)| Slice { window: Window { from, to }, ..whole.clone() })
        .collect()
}

/// Telemetry requests: all drivers of whom nothing is staged together, in each of the `windows`; single gaps of drivers
/// of whom a part is.
pub(crate) fn missing_of_drivers(
    endpoint: Endpoint,
    session_key: i64,
    drivers: &[i64],
    windows: &[Window],
    staged: &[Slice],
) -> Vec<Request> {
    let slice =
        |driver: &i64, window| Slice { endpoint, session_key, drivers: Drivers::Some(vec![*driver]), window };
    let (mut untouched, mut requests) = (Vec::new(), Vec::new());
    for driver in drivers {
        let covered: Vec<_> = staged
            .iter()
            .filter(|slice| slice.endpoint == endpoint && slice.session_key == session_key)
            .filter(|slice| matches!(&slice.drivers, Drivers::Some(numbers) if numbers.contains(driver)))
            .map(|slice| (slice.window.from, slice.window.to))
            .collect();
        if covered.is_empty() {
            untouched.push(driver);
            continue;
        }
        let gaps = gaps(covered).into_iter();
        requests.extend(gaps.map(|(from, to)| Request::from(slice(driver, Window { from, to }))));
    }
    if !untouched.is_empty() {
        requests.extend(windows.iter().map(|window| Request {
            parts: untouched.iter().map(|driver| slice(driver, *window)).collect(),
        }));
    }
    requests
}
