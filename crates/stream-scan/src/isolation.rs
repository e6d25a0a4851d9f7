//! Where a file is read: in this process, or in one of its own.

mod workers;

use stream_core::{Reader, Result};
use stream_factory::Looked;

pub use workers::Workers;

/// Opens readers where they can do no harm.
pub trait Isolation: Send + Sync {
    /// Opens the reader of a file whose format is known. `apart` asks for a process of its own whatever the format: the process
    /// that read this file before did not live to say how it went.
    ///
    /// # Errors
    /// What opening gives; `Crashed` and `Timeout` where a process died of it.
    fn open(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>>;

    /// The same for a file of which only the entries and the summary will be asked: whoever asks for data may be refused.
    ///
    /// # Errors
    /// As [`Isolation::open`].
    fn list(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>> {
        self.open(looked, apart)
    }
}

/// A file that is open somewhere.
pub trait Reading: Send {
    /// Its reader.
    fn reader(&mut self) -> &mut dyn Reader;

    /// The most memory that the process which reads it had resident, where it is another.
    fn peak(&self) -> Option<u64> {
        None
    }

    /// The budget that would have sufficed for it, in bytes.
    fn charged(&mut self) -> u64 {
        self.reader().context().budget().peak()
    }
}

/// Reads everything in this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here;

impl Isolation for Here {
    fn open(&self, looked: Looked, _apart: bool) -> Result<Box<dyn Reading>> {
        Ok(Box::new(looked.open()?))
    }
}

impl Reading for stream_factory::Opened {
    fn reader(&mut self) -> &mut dyn Reader {
        &mut **self
    }
}
