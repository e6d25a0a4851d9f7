//! The last words of a worker.

use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::ChildStderr;

/// Bytes of standard error that are kept: the last ones.
const KEPT: usize = 8 << 10;

/// What the worker's libraries wrote to standard error, shortened to its end.
#[derive(Debug)]
pub(super) struct Tail {
    pipe: Option<ChildStderr>,
    kept: Vec<u8>,
}

impl Tail {
    pub(super) fn new(pipe: Option<ChildStderr>) -> Self {
        let pipe = pipe.filter(|pipe| rustix::io::ioctl_fionbio(pipe, true).is_ok());
        Self { pipe, kept: Vec::new() }
    }

    /// What to wait for.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there, so that the worker never waits for somebody to listen.
    pub(super) fn drain(&mut self) {
        let Some(pipe) = &mut self.pipe else { return };
        let mut bytes = [0; 4096];
        // as much as a pipe holds; more comes with the next wait
        for _ in 0..32 {
            match pipe.read(&mut bytes) {
                Ok(0) => {
                    self.pipe = None;
                    return;
                }
                Ok(n) => {
                    self.kept.extend_from_slice(bytes.get(..n).unwrap_or_default());
                    let early = self.kept.len().saturating_sub(KEPT);
                    self.kept.drain(..early);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// What was said up to now is of no interest any more.
    pub(super) fn forget(&mut self) {
        self.drain();
        self.kept.clear();
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).trim().to_owned()
    }
}
