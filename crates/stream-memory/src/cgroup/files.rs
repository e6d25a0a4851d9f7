//! What the files of a control group say, kept open to be read again.

use super::Group;
use crate::kernel::{Buffer, Kept, number_after};

/// Version 1 writes "no limit" as the largest multiple of a page; nobody has an exbibyte.
const NO_LIMIT: u64 = 1 << 60;

/// The open files of a group; those that it does not have are absent.
#[derive(Debug)]
pub(crate) struct Files {
    v2: bool,
    /// Version 2: `memory.max` and `memory.high`, either of which may say `max`: none. The top group has
    /// neither. Version 1: `memory.limit_in_bytes`.
    limits: [Option<Kept>; 2],
    usage: Option<Kept>,
    stat: Option<Kept>,
    /// Version 2: `memory.events`. Version 1: `memory.oom_control`, and its count of failures.
    events: Option<Kept>,
    failures: Option<Kept>,
    pressure: Option<Kept>,
}

/// How often a control group came to its limit (`memory.events`; version 1: `memory.failcnt` and
/// `memory.oom_control`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Slowed down at `memory.high`.
    pub high: u64,
    /// At the limit, so that something had to be given back first: file cache as a rule.
    pub max: u64,
    /// At the limit, with nothing left to give back.
    pub oom: u64,
    /// Processes that were killed for it.
    pub oom_kill: u64,
}

impl Group {
    /// Opens what there is of its files.
    pub(crate) fn open(&self) -> Files {
        let open = |name: &str| Kept::open(&self.files.join(name));
        let (v2, stat) = (self.v2, open("memory.stat"));
        if v2 {
            let limits = [open("memory.max"), open("memory.high")];
            let (usage, events) = (open("memory.current"), open("memory.events"));
            let pressure = open("memory.pressure");
            return Files { v2, limits, usage, stat, events, failures: None, pressure };
        }
        let limits = [open("memory.limit_in_bytes"), None];
        let (usage, events) = (open("memory.usage_in_bytes"), open("memory.oom_control"));
        let failures = open("memory.failcnt");
        Files { v2, limits, usage, stat, events, failures, pressure: None }
    }
}

impl Files {
    /// The lowest limit set here, in bytes.
    pub(crate) fn limit(&self, buffer: &mut Buffer) -> Option<u64> {
        let limits = self.limits.iter().flatten();
        let lowest = limits.filter_map(|file| file.number(buffer)).min()?;
        (self.v2 || lowest < NO_LIMIT).then_some(lowest)
    }

    /// What the group uses in bytes, without the file cache that the kernel drops first when the limit is
    /// reached: reading a large file fills a group with it.
    pub(crate) fn used(&self, buffer: &mut Buffer) -> u64 {
        let usage = self.usage.as_ref().and_then(|file| file.number(buffer)).unwrap_or(0);
        let key = if self.v2 { "inactive_file " } else { "total_inactive_file " };
        let stat = self.stat.as_ref().and_then(|file| file.read(buffer));
        usage.saturating_sub(stat.and_then(|stat| number_after(stat, key)).unwrap_or(0))
    }

    /// Its events so far.
    pub(crate) fn events(&self, buffer: &mut Buffer) -> Option<Events> {
        let text = self.events.as_ref()?.read(buffer)?;
        let [high, max, oom, oom_kill] =
            ["high ", "max ", "oom ", "oom_kill "].map(|key| number_after(text, key).unwrap_or(0));
        let failures = self.failures.as_ref().and_then(|file| file.number(buffer));
        Some(Events { high, max: failures.unwrap_or(max), oom, oom_kill })
    }

    /// Its `memory.pressure`.
    pub(crate) fn pressure(&self) -> Option<&Kept> {
        self.pressure.as_ref()
    }
}
