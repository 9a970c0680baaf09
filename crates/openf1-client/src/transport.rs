//! What becomes of the slot of a failed request.

use crate::limit::Sending;

/// Settles the slot of a failed request: without a connection nothing was sent, otherwise it may still
/// arrive.
pub(crate) async fn settle(place: Sending, error: &reqwest::Error) {
    if error.is_connect() {
        place.unused().await;
    }
}
