//! The whole of it over a reader's data.

use stream_core::{Error, ErrorKind, Reader, Result, ahead};

use super::{Meter, channel_weights};
use crate::Sound;
use crate::sound::{InOrder, request};

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
    let chunks = reader.chunks(&request(reader.context(), path))?;
    let mut chunks = ahead(chunks, reader.context());
    while let Some(chunk) = chunks.next_chunk()? {
        meter.add_chunk(&chunk, &mut each)?;
    }
    Ok(())
}
