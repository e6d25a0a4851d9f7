//! What has been read of the source by whoever read it, so that the digests of the whole need no second pass.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_core::{Chunk, Context, Result};

use crate::block::{Content, Facts};
use crate::blocks::{Blocks, Partial};
use crate::{Block, Options, Totals};

/// Shared by a reader and its chunks: chunks that come in order from the start feed the totals of the whole.
pub(crate) struct Feed {
    options: Options,
    state: Mutex<State>,
    /// The end of what was delivered, for the progress.
    furthest: AtomicU64,
}

struct State {
    totals: Totals,
    partial: Option<Partial>,
}

/// A pass over the whole gains nothing from the chunk size that a caller wants for his data. These are where a block costs
/// little beside its system call, and where it still lies in the second-level cache for the second look.
const SMALLEST: usize = 64 << 10;
const LARGEST: usize = 512 << 10;

impl Feed {
    /// Computes what `options` say of the whole.
    pub(crate) fn new(options: Options) -> Self {
        let state = Mutex::new(State { totals: Totals::new(0, &options), partial: None });
        Self { options, state, furthest: AtomicU64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything is computed; else all that counts is how far the source was read.
    pub(crate) fn computes(&self) -> bool {
        self.options != Options::default()
    }

    /// Takes a chunk of every `step`-th byte into account.
    pub(crate) fn passed(&self, chunk: &Chunk, step: u64) {
        let offset = chunk.origin().first().copied().unwrap_or(0);
        let gaps = chunk.elements().saturating_sub(1).saturating_mul(step.saturating_sub(1));
        let end = offset.saturating_add(chunk.elements()).saturating_add(gaps);
        self.furthest.fetch_max(end, Ordering::Relaxed);
        let mut state = self.lock();
        if !self.computes() {
            state.totals.skip_to(end);
        } else if state.totals.end() == offset && step == 1 {
            let content = Content::Read(chunk.bytes());
            state.totals.add(&Facts::of(offset, content, &self.options), content);
        }
    }

    /// What an earlier call had read of the chunk at `offset`.
    pub(crate) fn take_partial(&self, offset: u64) -> Option<Partial> {
        self.lock().partial.take_if(|partial| partial.offset == offset)
    }

    pub(crate) fn keep_partial(&self, partial: Partial) {
        self.lock().partial = Some(partial);
    }

    /// Reads on to `end` (to the end of the source if not given); after an error, from where that left it.
    pub(crate) fn read_to(&self, cx: &Context, end: Option<u64>) -> Result<()> {
        let mut state = self.lock();
        let start = state.totals.end();
        if end.is_some_and(|end| end <= start) {
            return Ok(());
        }
        let options = Options {
            range: end.map(|end| start..end),
            block_size: Some(cx.chunk_size().clamp(SMALLEST, LARGEST)),
            ..self.options.clone()
        };
        let mut blocks = Blocks::new(cx, &options, state.totals.clone(), &mut state.partial)?;
        let mut block = Block::default();
        let result = loop {
            match blocks.read_block(&mut block) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(e) => break Err(e),
            }
        };
        let (totals, partial) = blocks.leave();
        self.furthest.fetch_max(totals.end(), Ordering::Relaxed);
        *state = State { totals, partial };
        result
    }

    /// What is known of the whole so far.
    pub(crate) fn totals(&self) -> Totals {
        self.lock().totals.clone()
    }

    /// The end of what was delivered.
    pub(crate) fn furthest(&self) -> u64 {
        self.furthest.load(Ordering::Relaxed)
    }
}
