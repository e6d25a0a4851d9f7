//! Where rows go.

mod channel;
mod csv;
mod jsonl;

pub use channel::{Channel, Rows};
pub use csv::Csv;
pub use jsonl::JsonLines;

use stream_core::Result;

use crate::row::Fault;
use crate::{Block, Input};

/// Takes rows. Blocks come one at a time, from any thread, in the order they were done, unless it has [another](Sink::another) for
/// each thread.
pub trait Sink: Send {
    /// Takes the rows of some files, all or none of them.
    ///
    /// # Errors
    /// What the sink says; the scan ends then.
    fn take(&mut self, block: &Block) -> Result<()>;

    /// Another sink into the same place, so that a thread need not wait for the others; `None` where all rows come here. Those of
    /// all threads are dropped before this one is finished.
    fn another(&mut self) -> Option<Box<dyn Sink>> {
        None
    }

    /// A process died of `input`, which is read once more. To be kept where a later run finds it.
    ///
    /// # Errors
    /// What the sink says; the scan ends then.
    fn died(&mut self, _input: &Input, _fault: &Fault) -> Result<()> {
        Ok(())
    }

    /// No more will come: what was taken is to last.
    ///
    /// # Errors
    /// What the sink says.
    fn finish(&mut self) -> Result<()>;
}
