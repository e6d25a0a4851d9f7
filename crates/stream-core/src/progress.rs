//! How far a reader is.

/// A reader's position: `done` only grows, `total` may be unknown, and only a clean end is 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Units behind the reader, mostly bytes of the source.
    pub done: u64,
    /// Units in all, when known.
    pub total: Option<u64>,
    /// Whether the end was reached without an error.
    pub complete: bool,
}

impl Progress {
    /// The share done, from 0 to 1; below 1 until the end was reached cleanly; `None` when the total is unknown.
    pub fn fraction(&self) -> Option<f64> {
        if self.complete {
            return Some(1.0);
        }
        let total = self.total?;
        // u64 to f64 rounds beyond 2^53, which a share can bear; the cap keeps 1 for a clean end
        let share = if total == 0 { 0.0 } else { self.done as f64 / total as f64 };
        Some(share.min(1.0 - f64::EPSILON))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_read_is_not_yet_a_clean_end() {
        let p = Progress { done: 10, total: Some(10), complete: false };
        assert!(p.fraction().is_some_and(|f| f < 1.0));
        assert_eq!(Progress { complete: true, ..p }.fraction(), Some(1.0));
    }
}
