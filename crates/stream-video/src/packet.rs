//! One packet: the facts of a compressed frame, without its bytes.

use stream_core::Span;

/// The type of a compressed picture (ISO/IEC 13818-2, 6.3.9 and its successors), where a parser tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// Decodes alone.
    I,
    /// Predicted from earlier pictures.
    P,
    /// Predicted from pictures on both sides.
    B,
    /// A sprite of MPEG-4, part 2.
    S,
    /// Switching: predicted, and equal to another.
    SP,
    /// Switching: decodes alone, and is equal to another.
    SI,
}

impl Picture {
    /// The letter that ffprobe shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::P => "P",
            Self::B => "B",
            Self::S => "S",
            Self::SP => "SP",
            Self::SI => "SI",
        }
    }
}

/// The facts of one packet, as `ffprobe -show_packets` tells them.
///
/// Times are ticks of the time base of the packet's stream ([`Stream::time_base`](crate::Stream::time_base)), after what the
/// container says of edits: as FFmpeg's demuxer delivers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Which stream it belongs to, counted from 0 in the order of the container.
    pub stream: u32,
    /// Which packet of its stream it is, counted from 0 in the order of the file.
    pub index: u64,
    /// When it is shown. `None` where neither the container nor a parser tells.
    pub pts: Option<i64>,
    /// When it is decoded.
    pub dts: Option<i64>,
    /// How long it is shown; `None` where that is not known (FFmpeg says 0).
    pub duration: Option<i64>,
    /// Bytes of its payload as a decoder gets it.
    pub size: u64,
    /// Byte of the source at which it begins as the container counts: at its payload in ISO media and AVI, at its block in Matroska,
    /// at the transport packet in MPEG-TS.
    pub position: Option<u64>,
    /// Whether decoding can start here.
    pub key: bool,
    /// Whether it is decoded and not shown: what an edit list cuts off.
    pub discard: bool,
    /// Whether the container knows that it is damaged.
    pub corrupt: bool,
    /// What kind of picture it is, where a parser tells.
    pub picture: Option<Picture>,
}

impl Packet {
    /// Position and size: the bytes of the source where the container stores payloads whole.
    pub fn span(&self) -> Option<Span> {
        self.position.map(|offset| Span { offset, length: self.size })
    }
}
