//! Reads one file in a worker process with a deadline and a memory wall.
#![deny(clippy::arithmetic_side_effects)]

mod task;

pub use task::Task;
