//! Groups of flags, which a command combines: `SESSIONS | API`.

use f1lake::config::Group;

pub(crate) const SESSIONS: u8 = bit(Group::Sessions);
pub(crate) const WORK: u8 = bit(Group::Work);
pub(crate) const LANDING: u8 = bit(Group::Landing);
pub(crate) const API: u8 = bit(Group::Api);
pub(crate) const LAKE: u8 = bit(Group::Lake);
pub(crate) const LOAD: u8 = bit(Group::Load);
pub(crate) const DATABRICKS: u8 = bit(Group::Databricks);

/// A group as one bit.
pub(super) const fn bit(group: Group) -> u8 {
    1 << group as u8
}
