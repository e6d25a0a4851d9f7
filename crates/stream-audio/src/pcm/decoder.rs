//! PCM in packets of other containers: MP4, QuickTime, Matroska.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, ErrorKind, Result};
use stream_memory::Reservation;

use super::{Encoding, convert};
use crate::Stream;
use crate::container::Decode;

/// The longest packet: half a second of eight channels with 64 bits at 96 kHz has 3 MiB, and writers make far shorter ones.
const PACKET: usize = 256 << 10;
/// The most channels.
const CHANNELS: u32 = 255;

struct Pcm {
    encoding: Encoding,
    /// Bytes of a frame.
    frame: usize,
    /// The packet at hand, whole frames of it.
    bytes: Vec<u8>,
    _memory: Reservation,
}

/// The decoder of a stream of PCM; `None` for other codecs.
///
/// # Errors
/// `Unsupported` for channels that no stream has, `OverBudget`.
pub(crate) fn decoder(cx: &Context, stream: &Stream) -> Result<Option<Box<dyn Decode>>> {
    let Some(encoding) = Encoding::named(stream.codec) else { return Ok(None) };
    if stream.channels == 0 || stream.channels > CHANNELS {
        let message = format!("{} channels: 1 to {CHANNELS} expected", stream.channels);
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let memory = cx.budget().reserve(u64::try_from(PACKET).unwrap_or(u64::MAX))?;
    let channels = usize::try_from(stream.channels).unwrap_or(1);
    let frame = encoding.width().saturating_mul(channels);
    let bytes = Vec::with_capacity(PACKET);
    Ok(Some(Box::new(Pcm { encoding, frame, bytes, _memory: memory })))
}

impl Decode for Pcm {
    fn decode(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.bytes.clear();
        if bytes.len() > PACKET {
            return Err(format!("{} bytes: a packet has at most {PACKET}", bytes.len()));
        }
        let frames = bytes.len().checked_div(self.frame).unwrap_or(0);
        let whole = frames.saturating_mul(self.frame);
        self.bytes.extend_from_slice(bytes.get(..whole).unwrap_or_default());
        Ok(frames)
    }

    fn copy(&self, from: usize, out: &mut [f32]) {
        let start = from.saturating_mul(self.frame);
        convert::to_f32(self.encoding, self.bytes.get(start..).unwrap_or_default(), out);
    }

    fn reset(&mut self) {
        self.bytes.clear();
    }

    fn preroll(&self) -> u64 {
        0
    }
}
