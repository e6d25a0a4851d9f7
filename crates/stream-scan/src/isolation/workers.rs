//! Worker processes, lent to one file after another.

use stream_core::{Reader, Result};
use stream_factory::Looked;
use stream_worker::{Executable, Remote};

use super::{Here, Isolation, Reading};

/// Which program reads a file, if not this process; the flag asks for one whatever the format.
type Choose = dyn Fn(&Looked, bool) -> Result<Option<Executable>> + Send + Sync;

/// Reads files in worker processes, which are kept warm for the next.
pub struct Workers {
    choose: Box<Choose>,
    pool: stream_worker::Workers,
}

impl Workers {
    /// Reads in a worker of the program that `choose` names, or here where it names none. The pool is to allow as many workers as
    /// the scan has threads.
    pub fn new(
        pool: &stream_worker::Workers,
        choose: impl Fn(&Looked, bool) -> Result<Option<Executable>> + Send + Sync + 'static,
    ) -> Self {
        Self { choose: Box::new(choose), pool: pool.clone() }
    }
}

impl Isolation for Workers {
    fn open(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>> {
        match (self.choose)(&looked, apart)? {
            Some(program) => Ok(Box::new(self.pool.open(&program, &looked)?)),
            None => Here.open(looked, apart),
        }
    }

    fn list(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>> {
        match (self.choose)(&looked, apart)? {
            Some(program) => Ok(Box::new(self.pool.list(&program, &looked)?)),
            None => Here.open(looked, apart),
        }
    }
}

impl Reading for Remote {
    fn reader(&mut self) -> &mut dyn Reader {
        self
    }

    fn peak(&self) -> Option<u64> {
        self.process_peak()
    }

    fn charged(&mut self) -> u64 {
        Remote::charged(self)
    }
}
