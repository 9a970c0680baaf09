//! What a selection chose.

use super::session::SessionInfo;

/// Result of a selection.
#[derive(Debug, Clone, Default)]
pub struct Selected {
    /// Sessions in processing order.
    pub sessions: Vec<SessionInfo>,
    /// If nothing is over yet: the first session that will be chosen.
    pub first_to_come: Option<SessionInfo>,
}

impl Selected {
    /// The message if nothing is over yet.
    pub fn not_yet(&self) -> Option<String> {
        let info = self.first_to_come.as_ref()?;
        Some(format!(
            "nothing yet: the first is {} at {} on {} (UTC)",
            info.session_name,
            info.location,
            info.date_start.strftime("%Y-%m-%d, %H:%M")
        ))
    }
}
