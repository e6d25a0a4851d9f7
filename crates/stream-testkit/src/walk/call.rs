//! One call of a reader: made again where that is this reading's way, and its error looked at.

use stream_core::{Error, ErrorKind, Result};

use super::Walk;
use crate::case::Retry;
use crate::promise::Promise;
use crate::watch::{self, Expected};

/// The limit up to which a budget grows; a small file that needs more is not read in a small memory.
const GROWN: u64 = 1 << 30;

impl Walk<'_> {
    fn reads(&self) -> u64 {
        self.case.counting.as_ref().map_or(0, |counting| counting.reads())
    }

    pub(super) fn attempt<T>(
        &mut self,
        name: &str,
        mut call: impl FnMut() -> Result<T>,
    ) -> Result<T> {
        loop {
            let (raised, before) = (self.cx.cancel().is_cancelled(), self.reads());
            let e = match call() {
                Ok(value) => {
                    let more = self.reads().saturating_sub(before);
                    if raised && more > 0 {
                        self.broke(
                            Promise::Cancel,
                            format!("{name} was called after the flag was raised, read {more} times and went on"),
                        );
                    }
                    return Ok(value);
                }
                Err(e) => e,
            };
            let expected = Expected {
                size: self.case.size,
                io: self.case.io_fails,
                cancelled: self.case.is_cancelled,
                request: self.setup.request.is_some(),
            };
            if let Some(message) = watch::error(&e, expected) {
                self.broke(Promise::Errors, format!("{name}: {message}"));
            }
            if e.kind() == ErrorKind::Cancelled && !e.resumable() {
                self.broke(Promise::Cancel, format!("{name} says that it cannot go on: {e:?}"));
            }
            if !self.again(name, &e) {
                return Err(e);
            }
        }
    }

    fn again(&mut self, name: &str, e: &Error) -> bool {
        match self.case.retry {
            Retry::Grow { step } if e.kind() == ErrorKind::OverBudget => {
                let limit = self.cx.budget().limit();
                if !e.resumable() && !self.setup.final_refusals {
                    let message = format!("{name} cannot go on after a refusal: {e:?}");
                    self.broke(Promise::Streaming, message);
                } else if limit >= GROWN {
                    self.broke(Promise::Streaming, format!("{name} is never content: {e:?}"));
                }
                self.cx.budget().set_limit(limit.saturating_add(step));
                e.resumable() && limit < GROWN
            }
            Retry::Cancelled if e.kind() == ErrorKind::Cancelled && e.resumable() => {
                self.cx.cancel().reset();
                true
            }
            _ => false,
        }
    }
}
