//! The whole of it over a reader's data, on several threads.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use stream_core::{
    ChargedVec, Chunk, Error, Reader, ReaderExt as _, Request, Result, memory::Budget,
};

use super::{Framing, Level, Part, Rms};
use crate::sound::{InOrder, Samples, request};

/// What was read of a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Samples a channel, those that were missing counted.
    pub samples: u64,
    /// Samples a channel that were missing between others and counted as zeros.
    pub missing: u64,
}

/// Hops shorter than this are added up on one thread: sums of every hop would take more memory than the samples.
const SHORT: u64 = 64;
/// Frames handed over together.
const BATCH: usize = 1024;
/// Batches under way.
const BATCHES: usize = 2;

/// The levels of the frames of a signal of `channels` channels, in order, as they end: `each` is called on the calling thread.
///
/// Chunks are decoded and added up on the context's threads. The frames are the same bits for any number of threads and any
/// size of chunks. Samples that are missing between chunks count as zeros, and are counted.
///
/// # Errors
/// What reading gives, after the frames that were whole before; `OverBudget`; what `each` gives.
pub fn rms(
    reader: &mut dyn Reader,
    path: &str,
    channels: usize,
    framing: &Framing,
    mut each: impl FnMut(&Level<'_>) -> Result<()>,
) -> Result<Heard> {
    let budget = reader.context().budget().clone();
    let mut levels = Rms::new(framing, channels, &budget)?;
    let request = request(reader.context(), path);
    let mut reader = InOrder(reader);
    if reader.context().threads().get() == 1 || framing.hop < SHORT {
        let mut chunks = reader.chunks(&request)?;
        if framing.hop < SHORT {
            chunks = stream_core::ahead(chunks, reader.context());
        }
        while let Some(chunk) = chunks.next_chunk()? {
            let samples = Samples::of(&chunk, channels)?;
            levels.seek(samples.start, &mut each)?;
            samples.pieces(|some| levels.add(some, &mut each))?;
        }
    } else {
        levels = together(&mut reader, &request, levels, framing, &mut each)?;
    }
    let heard = Heard { samples: levels.samples(), missing: levels.missing() };
    levels.end(each)?;
    Ok(heard)
}

/// Adds up chunks on several threads, and joins them in order.
fn together(
    reader: &mut InOrder<'_>,
    request: &Request,
    levels: Rms,
    framing: &Framing,
    each: &mut impl FnMut(&Level<'_>) -> Result<()>,
) -> Result<Rms> {
    let budget = reader.context().budget().clone();
    let channels = levels.channels();
    let part = |chunk: &Chunk| -> Result<Part> {
        let samples = Samples::of(chunk, channels)?;
        let mut part = Part::new(framing, channels, &budget);
        let mut at = samples.start;
        samples.pieces(|some| {
            part.add(at, some)?;
            let frames = some.len().checked_div(channels).unwrap_or(0);
            at = at.saturating_add(u64::try_from(frames).unwrap_or(0));
            Ok(())
        })?;
        Ok(part)
    };
    std::thread::scope(|scope| {
        let (full, filled) = sync_channel::<Batch>(BATCHES);
        let budget = &budget;
        let adding = scope.spawn(move || {
            let joined = Mutex::new(Joined { levels, batch: Batch::new(budget, channels)?, full });
            let folded = reader.fold(
                request,
                || None,
                |one, chunk| {
                    *one = Some(part(chunk)?);
                    Ok(())
                },
                |_, one: Option<Part>| match one {
                    Some(part) => {
                        joined.lock().unwrap_or_else(PoisonError::into_inner).join(part, budget)
                    }
                    None => Ok(()),
                },
            );
            // frames that were whole before an error are told
            let mut joined = joined.into_inner().unwrap_or_else(PoisonError::into_inner);
            let passed = joined.pass_on(budget);
            folded.and(passed)?;
            Ok::<Rms, Error>(joined.levels)
        });
        let told = filled.iter().try_for_each(|batch| batch.each(&mut *each));
        // a thread that waits for room in the channel ends when nobody reads it any more
        drop(filled);
        let added = match adding.join() {
            Ok(added) => added,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        told.and(added)
    })
}

/// What parts are joined to, in their order.
struct Joined {
    levels: Rms,
    batch: Batch,
    full: SyncSender<Batch>,
}

impl Joined {
    fn join(&mut self, part: Part, budget: &Budget) -> Result<()> {
        let Self { levels, batch, full } = self;
        levels.join(part, |level| {
            batch.push(level)?;
            if batch.frames < BATCH {
                return Ok(());
            }
            pass(batch, full, budget)
        })
    }

    fn pass_on(&mut self, budget: &Budget) -> Result<()> {
        pass(&mut self.batch, &self.full, budget)
    }
}

fn pass(batch: &mut Batch, full: &SyncSender<Batch>, budget: &Budget) -> Result<()> {
    let next = Batch::new(budget, batch.channels)?;
    let batch = std::mem::replace(batch, next);
    // the calling thread has stopped, and tells why itself
    full.send(batch).map_err(|_| Error::cancelled())
}

/// Levels of frames one after another.
struct Batch {
    channels: usize,
    first: u64,
    frames: usize,
    /// For each frame: root mean squares, peaks, and both of the mix.
    numbers: ChargedVec<f32>,
}

impl Batch {
    fn new(budget: &Budget, channels: usize) -> Result<Self> {
        let mut numbers = ChargedVec::new(budget);
        numbers.room(width(channels).saturating_mul(BATCH))?;
        Ok(Self { channels, first: 0, frames: 0, numbers })
    }

    fn push(&mut self, level: &Level<'_>) -> Result<()> {
        if self.frames == 0 {
            self.first = level.frame;
        }
        self.numbers.extend(level.rms)?;
        self.numbers.extend(level.peak)?;
        self.numbers.extend(&[level.mix_rms, level.mix_peak])?;
        self.frames = self.frames.saturating_add(1);
        Ok(())
    }

    fn each(&self, mut each: impl FnMut(&Level<'_>) -> Result<()>) -> Result<()> {
        let frames = self.numbers.chunks_exact(width(self.channels));
        for (numbers, frame) in frames.zip(self.first..) {
            let (rms, rest) = numbers.split_at(self.channels);
            let (peak, mix) = rest.split_at(self.channels);
            if let &[mix_rms, mix_peak] = mix {
                each(&Level { frame, rms, peak, mix_rms, mix_peak })?;
            }
        }
        Ok(())
    }
}

fn width(channels: usize) -> usize {
    channels.saturating_add(1).saturating_mul(2)
}
