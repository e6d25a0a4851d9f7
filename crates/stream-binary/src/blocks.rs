//! Facts of block after block, computed on several threads, delivered in file order.
#![deny(clippy::arithmetic_side_effects)]

mod cursor;
mod queue;
mod worker;

use std::sync::Arc;
use std::thread::JoinHandle;

use stream_core::memory::Buf;
use stream_core::{Context, Result};

pub(crate) use self::cursor::{Cursor, Partial};
use self::queue::Queue;
use self::worker::Worker;
use crate::format::located;
use crate::{Block, Options, Totals};

/// The blocks of a source in file order.
///
/// Up to [`Context::threads`] threads read and compute, each with one block's buffer, which it reuses: as many as the budget has
/// buffers for when this is made. What is done in file order (digests of the whole, delivery) is done by whichever thread
/// holds the block whose turn it is. At most 64 delivered blocks wait to be taken. Dropping it stops the threads.
///
/// Over a source that only goes forward, reading happens in order too, and computing in parallel.
pub struct Blocks {
    job: Arc<Job>,
    /// With one thread: it works when asked.
    alone: Option<Worker>,
    threads: Vec<JoinHandle<()>>,
    ended: bool,
}

/// What the threads share.
struct Job {
    cx: Context,
    options: Options,
    cursor: Cursor,
    queue: Queue,
}

impl Blocks {
    /// Before the block at `totals.end()`.
    pub(crate) fn new(
        cx: &Context,
        options: &Options,
        totals: Totals,
        partial: &mut Option<Partial>,
    ) -> Result<Self> {
        cx.cancel().check()?;
        let start = totals.end();
        let stop = options.range.as_ref().map(|range| range.end);
        let size = options.block_size.unwrap_or_else(|| cx.chunk_size()).max(1);
        let cursor = Cursor::new(cx, start, stop, size);
        let size = cursor.block_size();
        let most = cursor.blocks_at_most();
        let wanted = cx.threads().get().min(most).max(1);
        // the first is needed; more are taken as far as there is room, and a half of it stays for others
        let mut bufs: Vec<Buf> = vec![cx.buf(size)?];
        while bufs.len() < wanted {
            let cost = bufs.first().map_or(0, Buf::reserved);
            if cx.budget().available() / 2 < cost {
                break;
            }
            let Ok(buf) = cx.buf(size) else { break };
            bufs.push(buf);
        }
        cursor.resume(partial.take());
        let queue = Queue::new(totals);
        let job = Arc::new(Job { cx: cx.clone(), options: options.clone(), cursor, queue });
        let mut blocks = Self { job, alone: None, threads: Vec::new(), ended: false };
        if bufs.len() > 1 {
            bufs = blocks.start(bufs);
        }
        if blocks.threads.is_empty() {
            blocks.alone = bufs.pop().map(|buf| Worker::new(blocks.job.clone(), buf));
        }
        Ok(blocks)
    }

    /// Starts a thread for each buffer. Where the system has none to give, the buffers that are left come back.
    fn start(&mut self, bufs: Vec<Buf>) -> Vec<Buf> {
        let mut left = Vec::new();
        for buf in bufs {
            let mut worker = Worker::new(self.job.clone(), buf);
            self.job.queue.enter();
            let started = std::thread::Builder::new()
                .name("narrows-blocks".to_owned())
                .spawn(move || worker.run());
            match started {
                Ok(thread) => self.threads.push(thread),
                // the closure is gone with its buffer: one is taken anew only when nothing runs
                Err(_) => {
                    self.job.queue.leave();
                    if self.threads.is_empty()
                        && left.is_empty()
                        && let Ok(buf) = self.job.cx.buf(self.job.cursor.block_size())
                    {
                        left.push(buf);
                    }
                    break;
                }
            }
        }
        left
    }

    /// Fills `block` with the facts of the next one; `false` at the end.
    ///
    /// # Errors
    /// `Cancelled`, `Io`, `Passed`, and `Truncated` with the offset where the source ends although it said it was longer. All blocks
    /// before the error were delivered; after it comes the end. To go on, ask for blocks from [`Totals::end`] on.
    pub fn read_block(&mut self, block: &mut Block) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if let Some(worker) = &mut self.alone {
            worker.step();
        }
        match self.job.queue.take() {
            Some(Ok(next)) => {
                *block = next;
                Ok(true)
            }
            Some(Err(e)) => {
                self.stop();
                Err(located(e))
            }
            None => {
                self.stop();
                Ok(false)
            }
        }
    }

    /// Takes the remaining blocks and tells what is known of all together.
    ///
    /// # Errors
    /// As [`Blocks::read_block`].
    pub fn finish(mut self) -> Result<Totals> {
        let mut block = Block::default();
        while self.read_block(&mut block)? {}
        Ok(self.totals())
    }

    /// What is known of all blocks delivered so far; with several threads, some that wait to be taken may be included.
    pub fn totals(&self) -> Totals {
        self.job.queue.totals()
    }

    /// What is known so far, and what was read of a block when a source that only goes forward was left: for whoever goes on.
    pub(crate) fn leave(mut self) -> (Totals, Option<Partial>) {
        self.stop();
        (self.totals(), self.job.cursor.take_partial())
    }

    fn stop(&mut self) {
        self.ended = true;
        self.job.queue.stop();
        self.alone = None;
        for thread in self.threads.drain(..) {
            // a thread that panicked has left its word in the queue
            let _ = thread.join();
        }
    }
}

impl Iterator for Blocks {
    type Item = Result<Block>;

    fn next(&mut self) -> Option<Result<Block>> {
        let mut block = Block::default();
        self.read_block(&mut block).map(|more| more.then_some(block)).transpose()
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks")
            .field("options", &self.job.options)
            .field("threads", &self.threads.len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
