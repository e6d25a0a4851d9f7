//! How the parts of this crate fit together: what a container gives, and what a decoder gives.
//!
//! A container parser reads the header once and becomes an `Arc<dyn Container>`, shared by the reader and by all chunks that are
//! open. It gives the [`Header`], a walk over packets ([`Packets`]), and, where it has a better way to samples than packets
//! through a decoder (PCM by position, native FLAC on several threads), that way ([`Samples`]).
//!
//! `open` functions of parsers have this shape, and read only what they need of the front (and of the end, where
//! `cx.is_random()`):
//!
//! ```text
//! pub(crate) fn open(cx: &Context, findings: &Findings) -> Result<Arc<dyn Container>>
//! ```
//!
//! Rules for all of them: an error that is resumable (`OverBudget` from a reservation, `Cancelled`) leaves the state as it was, so
//! that the same call may be made again; everything that is unusual and did not stop goes to [`Findings`], which counts a
//! packet or place once however often it is read; frames are absolute, without the padding that is not delivered.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use crate::{Header, Packet};

/// One opened file.
pub(crate) trait Container: Send + Sync {
    /// What its header says.
    fn header(&self) -> &Header;

    /// A walk over all packets of all streams from the first one, in file order.
    ///
    /// # Errors
    /// What reading gives.
    fn packets(&self) -> Result<Box<dyn Packets>>;

    /// The container's own way to the samples of a stream; `None` where they come through packets and a decoder.
    ///
    /// # Errors
    /// What opening it gives.
    fn samples(&self, _stream: u32) -> Result<Option<Box<dyn Samples>>> {
        Ok(None)
    }

    /// Whether [`Samples`] of this container read any frame at the cost of its own bytes, so that chunks may be read by
    /// index from any thread (`samples` is then called once per thread).
    ///
    /// # Errors
    /// What reading gives where that must be looked up.
    fn is_direct(&self, _stream: u32) -> Result<bool> {
        Ok(false)
    }

    /// The codec's setup bytes of a stream (Vorbis headers, AudioSpecificConfig, the ALAC cookie, STREAMINFO, OpusHead).
    fn setup(&self, _stream: u32) -> &[u8] {
        &[]
    }

    /// Checks what `verify=on` asks for beyond decoding all samples: digests, sums. Called once, at the end.
    ///
    /// # Errors
    /// What reading gives; what is found wrong goes to the findings.
    fn verify(&self) -> Result<()> {
        Ok(())
    }
}

/// A walk over packets.
pub(crate) trait Packets: Send {
    /// The next packet's facts; `false` at the end. Its bytes are not read.
    ///
    /// # Errors
    /// What reading gives.
    fn next(&mut self, packet: &mut Packet) -> Result<bool>;

    /// Puts the bytes of the packet that [`Packets::next`] gave last into `bytes`, which it empties first.
    ///
    /// # Errors
    /// `Truncated` where the source ends within it, `OverBudget`, what reading gives.
    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()>;

    /// Goes to a packet of `stream` that starts at or before `frame` (counted as [`Packet::frame`]), as near as is cheap: the
    /// walk goes on there. Over a source that only goes forward it stays where it is.
    ///
    /// # Errors
    /// What reading gives.
    fn seek(&mut self, stream: u32, frame: u64) -> Result<()>;

    /// The byte up to which the walk has come.
    fn position(&self) -> u64;
}

/// Frames that follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first of them.
    pub origin: u64,
    /// How many.
    pub frames: usize,
}

/// Samples of one stream as `f32`, interleaved, going onwards.
pub(crate) trait Samples: Send {
    /// Fills the front of `out`, whose length is a multiple of the channels, and says which frames these are: as many as follow
    /// one another without a gap and cost no waiting; none only at the end. Where frames were lost, the origin is behind
    /// the gap.
    ///
    /// # Errors
    /// What reading gives. A packet that cannot be decoded is no error but a finding.
    fn read(&mut self, out: &mut [f32]) -> Result<Run>;

    /// Goes to `frame`: exactly, whatever the codec needs before it. Beyond the end, the next read gives no frames.
    ///
    /// # Errors
    /// `Passed` where the source only goes forward and the frame lies behind; what reading gives.
    fn seek(&mut self, frame: u64) -> Result<()>;
}

/// A codec that turns one packet into frames, which it keeps until the next.
pub(crate) trait Decode: Send {
    /// Decodes a packet and says how many frames came of it. Reserves its memory when it is made, so that this cannot be refused.
    ///
    /// # Errors
    /// What is wrong with the packet, for the finding: it is skipped and counted.
    fn decode(&mut self, bytes: &[u8]) -> Result<usize, String>;

    /// Copies frames of the last packet from the `from`-th on to `out`, interleaved; `out` is no longer than what is there.
    fn copy(&self, from: usize, out: &mut [f32]);

    /// Forgets all packets before.
    fn reset(&mut self);

    /// Frames before a place from which on decoding must start for that place to come out as in one run from the start.
    fn preroll(&self) -> u64;
}
