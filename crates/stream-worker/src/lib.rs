//! Reads one file in a worker process with a deadline and a memory wall.
//!
//! A [`Worker`] is a process; [`Worker::open`] hands it an open file and gives a [`Remote`]: a [`Reader`] whose entries and chunks
//! come over sockets. Nothing that the file makes the worker do reaches the caller but as an error: a crash is
//! [`Crashed`], a call that does not come back is [`Timeout`], memory beyond the wall is [`OverBudget`]. What the worker had read
//! before is delivered first. The caller's budget pays for both processes.
//!
//! The embedding program may be its own worker: its `main` calls [`serve`] when it finds the argument that it chose. Or a program
//! beside it is, so that only that one links a library.
//!
//! ```no_run
//! use stream_core::Reader as _;
//! use stream_worker::{Executable, Settings, Task, Worker, serve};
//!
//! const WORKER: &str = "--worker-process";
//! const TASKS: &[Task] = &[];
//!
//! fn main() -> std::process::ExitCode {
//!     if std::env::args_os().nth(1).is_some_and(|first| first == WORKER) {
//!         return serve(&stream_factory::readers(), TASKS);
//!     }
//!     let settings = Settings::new(Executable::current(WORKER));
//!     let read = || -> stream_core::Result<()> {
//!         let mut worker = Worker::spawn(&settings)?;
//!         let mut reader = worker.open("model.h5", &stream_factory::Options::new())?;
//!         let mut entry = reader.context().entry();
//!         while reader.read_entry(&mut entry)? {
//!             println!("{}", entry.path());
//!         }
//!         Ok(())
//!     };
//!     read().map_or_else(|e| { eprintln!("{e}"); 1.into() }, |()| 0.into())
//! }
//! ```
//!
//! `docs/worker.md` says what crosses, what is bounded, and what is promised.
//!
//! [`Reader`]: stream_core::Reader
//! [`Crashed`]: stream_core::ErrorKind::Crashed
//! [`Timeout`]: stream_core::ErrorKind::Timeout
//! [`OverBudget`]: stream_core::ErrorKind::OverBudget
#![deny(clippy::arithmetic_side_effects)]

mod board;
mod codec;
mod deadlines;
mod ended;
mod executable;
mod held;
mod line;
mod memory;
mod process;
mod remote;
mod sandbox;
mod serve;
mod task;
mod wire;
mod worker;
mod workers;

pub use deadlines::{Deadline, Deadlines, Stage};
pub use ended::Ended;
pub use executable::{Executable, Settings};
pub use memory::proportional;
pub use remote::Remote;
pub use sandbox::{Landlock, Sandbox};
pub use serve::serve;
pub use task::Task;
pub use worker::Worker;
pub use workers::{Rules, Workers};
