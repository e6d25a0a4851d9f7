//! The whole of it over a reader's data.

use stream_core::{Error, ErrorKind, Reader, Request, Result, ahead};

use super::{Meter, channel_weights};
use crate::Sound;
use crate::sound::{InOrder, Samples};

/// A meter for a sound: its rate, and weights by its layout.
///
/// # Errors
/// As [`Meter::new`]; `Request` for a sound that does not say its sample rate.
pub fn meter(reader: &dyn Reader, sound: &Sound) -> Result<Meter> {
    let rate = sound.sample_rate.ok_or_else(|| {
        Error::new(ErrorKind::Request, "loudness needs a sample rate, which the entry does not say")
    })?;
    let weights = channel_weights(sound.channel_layout.as_deref(), sound.channels);
    Meter::new(rate, &weights, reader.context().budget())
}

/// Bytes of samples in a chunk, at most: what is read ahead is a few of them, and measuring takes longer than reading.
const AT_ONCE: usize = 1 << 20;

/// Measures the loudness of an entry's sound; `each` sees the meter at the end of every 100 ms.
///
/// Chunks are read and decoded ahead on other threads where the format allows it. On an error the meter keeps what was measured
/// before.
///
/// # Errors
/// What reading gives; what `each` gives.
pub fn loudness(
    reader: &mut dyn Reader,
    path: &str,
    meter: &mut Meter,
    mut each: impl FnMut(&Meter) -> Result<()>,
) -> Result<()> {
    let mut reader = InOrder(reader);
    let at_once = reader.context().chunk_size().min(AT_ONCE);
    let chunks = reader.chunks(&Request::entry(path).with_chunk_size(at_once))?;
    let mut chunks = ahead(chunks, reader.context());
    while let Some(chunk) = chunks.next_chunk()? {
        let samples = Samples::of(&chunk, meter.channels())?;
        meter.seek(samples.start, &mut each)?;
        samples.pieces(|some| meter.add(some, &mut each))?;
    }
    Ok(())
}
