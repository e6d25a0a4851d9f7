//! A deflated data set as a stream that goes forward: PS3.5 A.5.
#![deny(clippy::arithmetic_side_effects)]

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::{Decompress, FlushDecompress, Status};
use stream_core::{Context, Error, ForwardSource, Result};
use stream_memory::{Buf, Reservation};

/// zlib-rs' inflate state: a window of 32 KiB and its tables, rounded up.
const STATE: u64 = 64 * 1024;
/// Deflated bytes read at once.
const INPUT: usize = 16 * 1024;

/// How far inflation is, shared with the reader that owns the other end.
#[derive(Debug, Default)]
pub(crate) struct Inflated {
    consumed: AtomicU64,
    /// Position behind the final block plus one; 0 before.
    ended: AtomicU64,
}

impl Inflated {
    /// The position in the file up to which bytes were inflated.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// The position in the file behind the final block, once it was reached.
    pub(crate) fn end(&self) -> Option<u64> {
        self.ended.load(Ordering::Relaxed).checked_sub(1)
    }
}

struct Inflate {
    cx: Context,
    state: Decompress,
    input: Buf,
    from: usize,
    to: usize,
    at: u64,
    progress: Arc<Inflated>,
    _charge: Reservation,
}

/// A context over the inflated bytes of `cx` from `start` on. Holds 144 KiB: state, input and the window behind.
pub(crate) fn open(cx: &Context, start: u64) -> Result<(Context, Arc<Inflated>)> {
    let charge = cx.budget().reserve(STATE)?;
    let progress = Arc::new(Inflated::default());
    progress.consumed.store(start, Ordering::Relaxed);
    let inflate = Inflate {
        cx: cx.clone(),
        state: Decompress::new(false),
        input: cx.buf(INPUT)?,
        from: 0,
        to: 0,
        at: start,
        progress: progress.clone(),
        _charge: charge,
    };
    let source = ForwardSource::within(cx, inflate, ForwardSource::WINDOW)?;
    Ok((cx.with_source(Arc::new(source)), progress))
}

impl Inflate {
    fn step(&mut self, out: &mut [u8]) -> Result<usize> {
        loop {
            if self.progress.end().is_some() || out.is_empty() {
                return Ok(0);
            }
            if self.from == self.to {
                self.to = self.cx.read_at(self.at, &mut self.input)?;
                self.from = 0;
                if self.to == 0 {
                    return Err(Error::truncated(
                        self.at,
                        "deflated data set ends before its final block",
                    ));
                }
            }
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let input = self.input.get(self.from..self.to).unwrap_or_default();
            let status = self
                .state
                .decompress(input, out, FlushDecompress::None)
                .map_err(|e| Error::malformed(self.at, format!("deflated data set: {e}")))?;
            let taken = self.state.total_in().saturating_sub(before_in);
            let given = self.state.total_out().saturating_sub(before_out);
            self.from =
                self.from.saturating_add(usize::try_from(taken).unwrap_or(usize::MAX)).min(self.to);
            self.at = self.at.saturating_add(taken);
            self.progress.consumed.store(self.at, Ordering::Relaxed);
            if status == Status::StreamEnd {
                self.progress.ended.store(self.at.saturating_add(1), Ordering::Relaxed);
            } else if taken == 0 && given == 0 && self.from < self.to {
                return Err(Error::malformed(self.at, "deflated data set: inflation stands still"));
            }
            if given > 0 {
                return Ok(usize::try_from(given).unwrap_or(usize::MAX));
            }
        }
    }
}

impl Read for Inflate {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.step(out).map_err(Error::into_io)
    }
}
