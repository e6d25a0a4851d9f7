//! What memory this process uses, watched: samples, levels, trends and alerts.
//!
//! A [`Monitor`] looks every half second, on a thread of its own, at this process, at the machine and at
//! the control group around it, at the budget and at the allocator. Looking allocates nothing. From the samples it
//! judges how tight memory is ([`Level`]), how fast it grows and when it will be used up, and it
//! tells those who asked ([`Alert`]).
//!
//! ```no_run
//! use stream_memory::Budget;
//! use stream_memory::monitor::Setup;
//!
//! let budget = Budget::new("process", 256 << 20);
//! let monitor = Setup::new().with_budget(&budget).start()?;
//! monitor.on_alert(|alert| eprintln!("{alert}"));
//! println!("{} bytes resident, {}", monitor.latest().process.resident, monitor.level());
//! # Ok::<(), stream_memory::monitor::MonitorError>(())
//! ```

mod alert;
mod error;
mod history;
mod judge;
mod pressure;
mod process;
mod reason;
mod sample;
mod sampler;
mod setup;
mod thread;
mod threshold;
mod trend;
mod watcher;

pub use self::alert::{Alert, Cause};
pub use self::error::MonitorError;
pub use self::history::{History, Point};
pub use self::pressure::Pressure;
pub use self::process::{Process, proportional};
pub use self::reason::{Measure, Reason};
pub use self::sample::{BudgetUse, Events, Heap, Room, Sample};
pub use self::setup::{INTERVAL, Setup};
pub use self::thread::Monitor;
pub use self::threshold::{Pair, Thresholds};
pub use self::trend::Trend;
pub use self::watcher::Watcher;
pub use crate::level::Level;
