//! What several sessions can ask for together.

use super::missing::missing_of_session;
use super::request::Request;
use super::sizes::Sizes;
use super::slice::Slice;
use crate::select::catalogue::Catalogue;
use crate::select::session::SessionInfo;
use openf1_client::Endpoint;
use openf1_client::endpoint::Grain;
use std::collections::BTreeSet;

/// The slices of a session that a request can share with other sessions: whole sessions of small endpoints of which
/// nothing is staged.
pub(crate) fn wanted(
    info: &SessionInfo,
    catalogue: &Catalogue,
    due: &BTreeSet<Endpoint>,
    staged: &[Slice],
) -> Vec<Slice> {
    // Telemetry is requested by driver.
    let drivers = due.iter().any(|endpoint| endpoint.is_telemetry()).then_some(Endpoint::Drivers);
    let endpoints: BTreeSet<Endpoint> = due.iter().copied().chain(drivers).collect();
    let small = endpoints.into_iter().filter(|endpoint| endpoint.spec().grain == Grain::Session);
    let whole = small.map(|endpoint| Slice::whole(endpoint, catalogue.asked_key(endpoint, info)));
    whole.filter(|whole| missing_of_session(whole, staged) == std::slice::from_ref(whole)).collect()
}

/// The requests that several sessions share, endpoint by endpoint. What would be a request of one session only is left
/// to it.
pub(crate) fn shared_requests(wanted: &[(&SessionInfo, Vec<Slice>)], sizes: &Sizes) -> Vec<Request> {
    let mut requests = Vec::new();
    for endpoint in Endpoint::ALL {
        let of_endpoint: Vec<(&SessionInfo, &Slice)> = wanted
            .iter()
            .flat_map(|(info, slices)| slices.iter().map(|slice| (*info, slice)))
            .filter(|(_, slice)| slice.endpoint == *endpoint)
            .collect();
        let mut rest = &of_endpoint[..];
        for count in sizes.share(*endpoint, of_endpoint.iter().map(|(info, _)| *info)) {
            let (group, others) = rest.split_at(count);
            rest = others;
            if count > 1 {
                requests.push(Request { parts: group.iter().map(|(_, slice)| (*slice).clone()).collect() });
            }
        }
    }
    requests
}
