//! What is known only at the end.

use stream_memory::Budget;

use crate::{Diagnostics, Fields};

/// Counted totals, verdicts and findings, once the last entry was read.
#[derive(Debug)]
pub struct Summary {
    /// Entries delivered.
    pub entries: u64,
    /// Whether everything the file promised was there.
    pub complete: bool,
    /// Counted lengths, digests, claimed against found: whatever the format knows.
    pub fields: Fields,
    /// What was unusual.
    pub diagnostics: Diagnostics,
}

impl Summary {
    /// An empty summary whose memory is charged to `budget`.
    pub fn new(budget: &Budget) -> Self {
        Self {
            entries: 0,
            complete: false,
            fields: Fields::new(budget),
            diagnostics: Diagnostics::new(budget),
        }
    }
}
