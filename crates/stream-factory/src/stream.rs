//! Pipes and standard input as sources.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use stream_core::{Cancel, Error, ForwardSource, Result, Source};
use stream_memory::{Budget, Pool};

use crate::options::Options;

/// How long a wait for input lasts before the cancel flag is looked at again: 100 ms.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Standard input as a stream that only goes forward; its window is charged to the options' budget, and waiting for input
/// ends when their cancel flag is raised.
///
/// # Errors
/// `OverBudget`, `Io`.
pub fn standard_input(options: &Options) -> Result<Arc<dyn Source>> {
    // a descriptor of its own: std's stdin has a buffer that polling would not see
    let file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(Error::from)?);
    source(file, options)
}

/// A path of the descriptors that a process was started with, when no regular file stands behind it.
pub(crate) fn is_stream(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|p| path.starts_with(p))
        && std::fs::metadata(path).is_ok_and(|facts| !facts.is_file())
}

pub(crate) fn open(path: &Path, options: &Options) -> Result<Arc<dyn Source>> {
    let file = File::open(path).map_err(|e| Error::from(e).in_entry(path.display().to_string()))?;
    source(file, options)
}

fn source(file: File, options: &Options) -> Result<Arc<dyn Source>> {
    let budget: Budget = options.budget();
    let stream = Patient { file, cancel: options.cancel() };
    let pool = Pool::new(&budget);
    Ok(Arc::new(ForwardSource::new(stream, ForwardSource::WINDOW, &pool, &budget)?))
}

/// Waits for input in short stretches, between which it can be cancelled.
struct Patient {
    file: File,
    cancel: Cancel,
}

impl Read for Patient {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.cancel.is_cancelled() {
                return Err(Error::cancelled().into_io());
            }
            let mut fds = [PollFd::new(&self.file, PollFlags::IN)];
            match poll(&mut fds, Some(&PATIENCE)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // ready, at its end, or failed: reading tells which
                Ok(_) => return self.file.read(buf),
                Err(e) => return Err(e.into()),
            }
        }
    }
}
