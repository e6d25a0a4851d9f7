//! The eight promises, and how a broken one is told.

use std::fmt;

/// One of the promises that every reader keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// Nothing sized by input is allocated before it is reserved.
    Budget,
    /// Memory does not grow with input.
    Growth,
    /// Streaming equals batch.
    Streaming,
    /// No input makes it panic, hang or crash; what was readable is delivered.
    Survival,
    /// Cancelling takes effect within one chunk or call.
    Cancel,
    /// Progress only grows, and is complete only at a clean end.
    Progress,
    /// Every error that input caused says where and what.
    Errors,
    /// Reading never writes.
    ReadOnly,
}

impl Promise {
    /// All promises, in their order.
    pub const ALL: [Self; 8] = [
        Self::Budget,
        Self::Growth,
        Self::Streaming,
        Self::Survival,
        Self::Cancel,
        Self::Progress,
        Self::Errors,
        Self::ReadOnly,
    ];

    /// Its number in the design, from 1.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|p| *p == self).map_or(0, |at| at + 1)
    }

    /// What is promised.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "the heap stays within the budget",
            Self::Growth => "memory does not grow with input",
            Self::Streaming => "streaming equals batch",
            Self::Survival => "no input makes it panic, hang or crash",
            Self::Cancel => "cancelling takes effect within one call",
            Self::Progress => "progress only grows",
            Self::Errors => "errors say where and what",
            Self::ReadOnly => "reading never writes",
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "promise {} ({})", self.number(), self.as_str())
    }
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// With which file, and what was done to it: `plain.vtt cut to 17 bytes`.
    pub file: String,
    /// What was expected and found.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.promise, self.file, self.message)
    }
}

/// Panics with all violations, one per line.
///
/// # Panics
/// When there are any.
#[expect(clippy::panic, reason = "this is how a test fails")]
#[track_caller]
pub fn assert_kept(violations: &[Violation]) {
    if violations.is_empty() {
        return;
    }
    let lines: Vec<String> = violations.iter().map(|v| format!("  {v}")).collect();
    panic!("the contract is broken in {} places:\n{}", violations.len(), lines.join("\n"));
}
