//! What an allocator does not do, and why.
#![deny(clippy::arithmetic_side_effects)]

use std::{error, fmt};

/// Why an allocator gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// This allocator has no such thing, or was built without it.
    Unsupported {
        /// The allocator's name.
        allocator: &'static str,
        /// What it lacks.
        what: Capability,
    },
    /// Nothing is purged while a [`critical`](super::critical) section lasts.
    Critical,
    /// It has it, and refused.
    Failed {
        /// The allocator's name.
        allocator: &'static str,
        /// What it was asked for.
        what: Capability,
        /// The number of the system's error (`errno`).
        code: i32,
    },
}

/// What allocators may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// Saying how much it holds.
    Usage,
    /// Saying so of each arena.
    Arenas,
    /// Setting how long freed memory is kept.
    Decay,
    /// Purging from a thread of its own.
    Background,
    /// Giving memory back when asked.
    Purge,
    /// Counting by thread.
    Threads,
    /// Following the peak of a thread.
    ThreadPeak,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Capability::Usage => "does not say what it holds",
            Capability::Arenas => "says nothing about arenas",
            Capability::Decay => "cannot be told when to give memory back",
            Capability::Background => "has no thread that purges",
            Capability::Purge => "gives nothing back on request",
            Capability::Threads => "does not count by thread",
            Capability::ThreadPeak => "does not follow a thread's peak",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unsupported { allocator, what } => write!(f, "allocator {allocator}: {what}"),
            Refusal::Critical => f.write_str("purging: waits for the end of a critical section"),
            Refusal::Failed { allocator, what, code } => {
                write!(f, "allocator {allocator}: {what} (error {code})")
            }
        }
    }
}

impl error::Error for Refusal {}
