//! Budgets, pooled buffers and caches: the only way to memory whose size depends on input.
//!
//! A [`Budget`] is a limit in a tree of limits; [`Budget::reserve`] is the right to memory, given back
//! when dropped. A [`Pool`] hands out [`Buf`]s that carry their own reservation; a [`Cache`] keeps
//! values while there is room. Both give way before anything is refused.
//!
//! ```
//! use stream_memory::{Budget, Pool};
//!
//! let file = Budget::new("file", 32 << 20);
//! let pool = Pool::new(&file);
//!
//! let mut chunk = pool.take(&file, 1 << 20)?;
//! chunk[..5].copy_from_slice(b"bytes");
//! assert_eq!(file.used(), 1 << 20);
//!
//! // what does not fit is refused before anything is allocated, and the refusal says who is in the way
//! let refusal = file.reserve(32 << 20).unwrap_err();
//! assert_eq!(
//!     refusal.to_string(),
//!     r#"budget "file" refuses 32.0 MiB: 1.0 MiB in use of 32.0 MiB; held by direct 1.0 MiB"#,
//! );
//!
//! // back in the pool, idle, and charged there; freed as soon as somebody needs the room
//! drop(chunk);
//! assert_eq!((file.used(), pool.stats().idle_bytes), (1 << 20, 1 << 20));
//! let _all = file.reserve(32 << 20)?;
//! assert_eq!(pool.stats().idle_bytes, 0);
//! # Ok::<(), stream_memory::OverBudget>(())
//! ```
//!
//! What it does not do: allocate behind anybody's back, refuse inside an allocator, or wait for memory to
//! become free. A budget counts what it is told; the memory monitor is there to see the rest.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod allocator;
mod analyzer;
mod available;
mod budget;
mod cache;
mod cgroup;
#[cfg(feature = "tracing")]
mod events;
pub mod governor;
mod json;
mod kernel;
mod leaks;
mod level;
pub mod limit;
pub mod monitor;
mod pool;
pub mod profile;
mod settings;
mod size;
mod sizer;
pub mod strategy;
mod sync;
mod throttle;
mod tracker;
pub mod wall;

pub use analyzer::{Analyzer, FormatReport, Observation, OutOfLine, UsageReport};
pub use available::{Available, Limit, MIN_DEFAULT, default_limit};
pub use budget::{Budget, Held, Holder, OverBudget, Reclaim, Reservation, Stats, Top, TopHolder};
pub use cache::{Cache, CacheStats, Pinned};
pub use leaks::{LeakReport, Leaks, LeakySpan, Slope, Verdict};
pub use level::Level;
pub use pool::{ALIGNMENT, BeyondCapacity, Buf, Pool, PoolStats};
pub use settings::{Settings, SettingsError, SettingsGuard};
pub use size::{Bytes, SizeError, parse_size};
pub use sizer::{CHUNKS_PER_THREAD, ChunkSizer, MAX_CHUNK, MIN_CHUNK};
pub use throttle::{Limits, Refused, Throttle};
pub use tracker::{Growth, Report, Snapshot, Spike, Tracker};
