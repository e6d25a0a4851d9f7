//! The lines that are watched.

/// A line for a warning and one for the alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair<T> {
    /// From here on it is a warning.
    pub warning: T,
    /// From here on it is critical.
    pub critical: T,
}

/// From where on memory is tight. `Default` gives the values named below.
///
/// Each measure is `Elevated` from its warning on, `Critical` from its critical line on, and `High` from
/// the middle between them on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Used part of what kills when it is full (the control group, `RLIMIT_DATA`): 0.80 and 0.90. Of the
    /// budget, which refuses by itself, the firm part is watched, and warned about only.
    pub usage: Pair<f64>,
    /// Growth, in bytes, of what no reservation accounts for, above the least in the history: 100 MB and
    /// 500 MB.
    pub growth: Pair<u64>,
    /// What is left, in bytes, of the machine's memory or of a limit: 500 MB and 200 MB.
    pub available: Pair<u64>,
    /// At most this part of the limit is demanded to be left, so that small containers are not alarmed
    /// from the start: 0.20 and 0.08.
    pub available_share: Pair<f64>,
}

const MB: u64 = 1_000_000;

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            usage: Pair { warning: 0.80, critical: 0.90 },
            growth: Pair { warning: 100 * MB, critical: 500 * MB },
            available: Pair { warning: 500 * MB, critical: 200 * MB },
            available_share: Pair { warning: 0.20, critical: 0.08 },
        }
    }
}

impl Thresholds {
    /// What has to be left of something with this limit, in bytes.
    pub fn available_of(&self, total: u64) -> Pair<u64> {
        // rounding does not matter here
        let share = |part: f64| (total as f64 * part) as u64;
        Pair {
            warning: self.available.warning.min(share(self.available_share.warning)),
            critical: self.available.critical.min(share(self.available_share.critical)),
        }
    }
}
