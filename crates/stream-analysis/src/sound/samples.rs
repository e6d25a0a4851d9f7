//! A chunk's samples as `f32`.

use stream_core::{Chunk, DType, Error, ErrorKind, Result};

/// Samples converted at once; at least a frame.
const PIECE: usize = 4096;

/// Frames of a chunk.
pub(crate) struct Samples<'c> {
    chunk: &'c Chunk,
    channels: usize,
    /// The first frame's place in the signal.
    pub(crate) start: u64,
}

impl<'c> Samples<'c> {
    /// The frames of a chunk of a signal with `channels` channels.
    ///
    /// # Errors
    /// `Request` where the chunk holds no whole frames of that many channels.
    pub(crate) fn of(chunk: &'c Chunk, channels: usize) -> Result<Self> {
        let refused = |why: String| Err(Error::new(ErrorKind::Request, why));
        let width = u64::try_from(channels).unwrap_or(u64::MAX);
        let start = match (chunk.origin(), chunk.shape()) {
            (&[start], &[_]) if channels == 1 => start,
            (&[start, 0], &[_, found]) if found == width => start,
            (origin, shape) => {
                let message = format!(
                    "chunk {shape:?} at {origin:?}: expected frames of {channels} interleaved channels"
                );
                return refused(message);
            }
        };
        match chunk.dtype() {
            DType::F32 | DType::F64 => Ok(Self { chunk, channels, start }),
            other => refused(format!("samples are f32 or f64 (found {other})")),
        }
    }

    /// Passes the samples on, whole frames at a time, interleaved. Those of 64 bits are rounded to 32.
    ///
    /// # Errors
    /// What `each` gives.
    pub(crate) fn pieces(&self, mut each: impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        if let Ok(samples) = self.chunk.as_slice::<f32>() {
            return each(samples);
        }
        // MOST_CHANNELS is below PIECE, so that a frame always fits
        let whole = PIECE.checked_div(self.channels).unwrap_or(0).saturating_mul(self.channels);
        let mut rounded = [0f32; PIECE];
        for piece in self.chunk.as_slice::<f64>()?.chunks(whole.max(1)) {
            for (to, from) in rounded.iter_mut().zip(piece) {
                *to = *from as f32;
            }
            each(rounded.get(..piece.len()).unwrap_or_default())?;
        }
        Ok(())
    }
}
