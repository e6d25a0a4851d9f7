//! A piece of a stream that a decoder takes at once.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Span;

/// A packet's facts; its bytes are read on request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// The stream it belongs to, counted from 0.
    pub stream: u32,
    /// How many packets of this stream stand before it.
    pub index: u64,
    /// When its first frame is due, in ticks of the stream's time base; before the start of the sound it is negative.
    pub pts: i64,
    /// Ticks that it lasts.
    pub duration: u64,
    /// Its first frame, counted from the first that the decoder gives: padding counts.
    pub frame: u64,
    /// Frames that decoding it gives.
    pub frames: u32,
    /// Whether nothing of it is delivered.
    pub discard: bool,
    /// Its first byte in the file and its own bytes.
    pub at: Place,
}

/// Where a packet's bytes stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The first byte in the file.
    pub offset: u64,
    /// How many bytes belong to the packet.
    pub length: u64,
    /// Bytes of the file from its first to its last: more than `length` where a packet is cut by Ogg pages.
    pub extent: u64,
    /// Bytes that follow one another from the first on.
    pub(crate) run: u64,
    /// Whether the sound ends within the packet, which gives more frames than are meant.
    pub(crate) last: bool,
}

impl Place {
    /// Bytes that follow one another.
    pub(crate) fn plain(offset: u64, length: u64) -> Self {
        Self { offset, length, extent: length, run: length, last: false }
    }
}

impl Packet {
    /// Its bytes where they follow one another.
    pub fn span(&self) -> Option<Span> {
        (self.at.extent == self.at.length)
            .then_some(Span { offset: self.at.offset, length: self.at.length })
    }
}
