//! Scans trees of mixed files into a catalogue: one row for every file, whatever happens, and one for every entry.
//!
//! A [`Scan`] walks, plans, reads in parallel under one budget, and writes Parquet tables through a journal, so that a scan which
//! was killed at any point goes on where it was, with no row missing and none twice.
//!
//! ```no_run
//! use stream_scan::Scan;
//!
//! let report = Scan::new().with_root("/archive").catalogue("catalogue".as_ref())?;
//! println!("{} files, {} of them not read whole", report.files, report.broken());
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Readers that enter a C library are given to an [`Isolation`]: by default they are read in this process; the command gives one
//! that reads them in worker processes.
//!
//! `docs/scan.md` has the tables, the protocol of the journal, and what is bounded by what.
#![deny(clippy::arithmetic_side_effects)]

mod ahead;
mod analysis;
mod bits;
mod block;
mod canonical;
mod catalogue;
mod commit;
mod descriptors;
mod digest;
mod duplicates;
mod estimate;
mod event;
mod fault;
mod files;
mod halt;
mod input;
mod isolation;
mod journal;
mod part;
mod plan;
mod queue;
mod read;
mod redact;
mod renew;
mod report;
mod row;
mod rows;
mod run;
mod running;
mod scan;
mod shard;
mod sink;
mod table;
mod usage;
mod walk;

pub use analysis::Analysis;
pub use block::Block;
pub use canonical::canonical;
pub use commit::{Committed, commit};
pub use descriptors::raise_descriptors;
pub use digest::Digest;
pub use duplicates::{Duplicates, Group, duplicates};
pub use event::Event;
pub use input::Input;
pub use isolation::{Here, Isolation, Reading, Workers};
pub use plan::{Plan, Planned};
pub use read::Depth;
pub use redact::{Action, Base, Policy};
pub use renew::Renewed;
pub use report::{Report, Share};
pub use row::{Fault, FileRow, Status};
pub use scan::Scan;
pub use shard::Shard;
pub use sink::{Channel, Csv, JsonLines, Rows, Sink};
pub use usage::usage;
pub use walk::{LeftOut, Walk};
