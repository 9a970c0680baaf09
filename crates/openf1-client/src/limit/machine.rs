//! Identifies the machine, its boot, and whether one of its processes still lives.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Identifies the zero of the steady clock: the boot id, with the time namespace if there is one; otherwise
/// the machine's name.
pub(super) fn boot() -> &'static str {
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map_or_else(|_| host(), |id| id.trim().to_owned());
        match namespace("time") {
            Some(times) => format!("{boot} {times}"),
            None => boot,
        }
    });
    &BOOT
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

fn namespace(kind: &str) -> Option<String> {
    Some(std::fs::read_link(format!("/proc/self/ns/{kind}")).ok()?.to_string_lossy().into_owned())
}

/// A process; its id is unique only within its namespace (a container has its own).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    id: u32,
    namespace: Option<String>,
}

impl Process {
    pub(super) fn current() -> &'static Self {
        static CURRENT: LazyLock<Process> =
            LazyLock::new(|| Process { id: std::process::id(), namespace: namespace("pid") });
        &CURRENT
    }

    /// Whether it has certainly ended. For a process in another container this is unknown.
    pub(super) fn is_gone(&self) -> bool {
        let here = Self::current();
        self.id != here.id && self.namespace == here.namespace && !may_live(self.id)
    }
}

#[cfg(unix)]
fn may_live(id: u32) -> bool {
    let Some(id) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    rustix::process::test_kill_process(id) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(unix))]
fn may_live(_id: u32) -> bool {
    true
}
