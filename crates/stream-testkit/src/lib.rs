//! The contract every Narrows reader passes, as a function an implementer calls with a format and its files.
//!
//! A format crate has a test binary of its own for it, since the heap is measured for the whole process:
//!
//! ```no_run
//! // tests/contract.rs
//! use stream_testkit::{Contract, Variation};
//!
//! # fn contract(vtt: &'static dyn stream_core::Format) -> Contract {
//! Contract::new(vtt)
//!     .good("cues.vtt", || "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n")
//!     .bad("no-header.vtt", || "hello\n")
//!     .long("long.vtt", |n| format!("WEBVTT\n{}", "\n00:01.000 --> 00:02.000\nhello\n".repeat(3000 * n)))
//!     // a cue at the cut ends there, and no file says how many it has
//!     .may_differ(|d| d.variation == Variation::Cut && (d.last || d.fact == "complete"))
//! # }
//! ```
//!
//! With this in a function `contract()`, `stream_testkit::contract_tests!(contract);` makes one `#[test]` for each promise. A reader
//! over a C library has its damaged files read in processes of their own: [`apart`].
//!
//! The promises, and what is done to see whether they are kept:
//!
//! 1. The heap stays within the budget. The crate's allocator counts what Rust and C allocate ([`heap`]); in *every* reading the
//!    real peak is at most the budget's peak, the descriptor's overhead and 16 KiB of noise, and afterwards nothing is reserved.
//! 2. Memory does not grow: [`Contract::long`], once and a hundred times as long.
//! 3. Streaming equals batch: chunks of 1 byte to all; folds by 1 to 8 threads; short and interrupted reads; a pipe; data asked for late,
//!    together, side by side, or left early; a budget that grows from nothing; cancelled and taken up again. Entries, data (by
//!    position), summary, findings and the final error are compared.
//! 4. Nothing panics, hangs or crashes: bad files; good ones cut at each byte, with flipped bytes and lying lengths, failing at each
//!    read, shrinking meanwhile. What lies before a cut is delivered, and a cut file does not pass for a whole one. Each
//!    reading has a thread and a deadline.
//! 5. Cancelling from another thread within the n-th read: no later call that reads succeeds.
//! 6. Progress only grows, and is complete exactly at a clean end.
//! 7. Errors name format and offset in plain words, and have a kind that fits their cause; the same for findings.
//! 8. Reading never writes: a folder that cannot be written is as before, and the reading thread wrote nothing anywhere.
//!
//! A broken promise is a [`Violation`] that names it; [`Contract::check`] panics with all. All choices are by seed: two runs
//! do the same. A reader that overflows its stack ends the process; the dying thread's name says which file did it.
//!
//! The sources that misbehave are public ([`source`]), as is [`heap::measure`]. [`Contract::measured_overhead`] says what a descriptor's
//! overhead should be, [`Contract::allocations_per_entry`] whether `read_entry` allocates once it is warm.
//!
//! What it cannot see: memory that is mapped and not allocated; C's allocations where the system is not Linux with glibc; what a process
//! allocates once, in its first reading; files that other threads write outside the source's folder.

mod apart;
mod case;
mod contract;
mod describe;
mod difference;
mod digest;
mod each;
pub mod heap;
mod promise;
mod random;
pub mod source;
mod transcript;
mod walk;
mod watch;

pub use apart::apart;
pub use contract::Contract;
pub use difference::{Difference, Variation};
pub use digest::Digest;
pub use promise::{Promise, Violation, assert_kept};
pub use random::Random;
