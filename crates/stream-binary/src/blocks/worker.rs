//! Reads blocks and computes their facts.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::memory::Buf;

use super::Job;
use super::cursor::{Deal, Dealt};
use crate::block::{Content, Facts};

pub(super) struct Worker {
    job: Arc<Job>,
    buf: Buf,
}

impl Worker {
    pub(super) fn new(job: Arc<Job>, buf: Buf) -> Self {
        Self { job, buf }
    }

    /// Works until there is no more to do.
    pub(super) fn run(&mut self) {
        let leave = Leave(&self.job.clone());
        while self.step() {}
        drop(leave);
    }

    /// Works off one block; `false` when there is none or nobody wants it.
    pub(super) fn step(&mut self) -> bool {
        let Self { job, buf } = self;
        match job.cursor.deal(&job.cx, buf) {
            Deal::End => false,
            Deal::Failed(sequence, e) => {
                job.queue.deliver(sequence, Err(e), Content::Zeros(0));
                false
            }
            Deal::Block(Dealt { sequence, offset, length, hole }) => {
                let content = match hole {
                    true => Content::Zeros(u64::try_from(length).unwrap_or(u64::MAX)),
                    false => Content::Read(buf.get(..length).unwrap_or_default()),
                };
                let facts = Facts::of(offset, content, &job.options);
                job.queue.deliver(sequence, Ok(facts), content)
            }
        }
    }
}

/// Says that a thread has ended, even if by a panic.
struct Leave<'a>(&'a Job);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.queue.broken();
        }
        self.0.queue.leave();
    }
}
