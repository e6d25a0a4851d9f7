//! The rules of containers that this crate itself finds broken; FFmpeg tells its own in its messages.

use std::fmt;

use stream_core::Error;

/// A way in which a file breaks the rules of its container, or what its packets say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// ISO/IEC 14496-12, 8.5 to 8.7: a sample table claims more items than its box has room for.
    TableTooShort {
        /// Items claimed.
        claimed: u64,
        /// Bytes behind the count.
        room: u64,
    },
    /// The container holds fewer frames of a stream than it claims.
    FewerFrames {
        /// Which stream.
        stream: u32,
        /// Frames claimed.
        claimed: u64,
        /// Packets found.
        found: u64,
    },
    /// The file ends before its container does.
    EndsEarly {
        /// What was expected and found.
        what: String,
    },
    /// A packet that the container knows to be damaged, or whose payload ends early.
    Corrupt,
    /// What FFmpeg says.
    Library {
        /// In its words.
        message: String,
    },
    /// A frame that does not decode.
    Undecoded {
        /// In FFmpeg's words.
        message: String,
    },
}

impl Defect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::TableTooShort { .. } => "table_too_short",
            Self::FewerFrames { .. } => "fewer_frames",
            Self::EndsEarly { .. } => "ends_early",
            Self::Corrupt => "corrupt_packet",
            Self::Library { .. } => "library",
            Self::Undecoded { .. } => "undecoded",
        }
    }

    /// As the error that ends reading.
    pub(crate) fn at(&self, offset: u64) -> Error {
        Error::malformed(offset, self.to_string())
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableTooShort { claimed, room } => write!(
                f,
                "sample table: claims {claimed} items (found room for {room} bytes) (ISO/IEC 14496-12, 8.7)"
            ),
            Self::FewerFrames { stream, claimed, found } => write!(
                f,
                "stream {stream}: fewer packets than its header claims (expected {claimed}, found {found})"
            ),
            Self::EndsEarly { what } => write!(f, "the file ends early: {what}"),
            Self::Corrupt => f.write_str("packet is damaged or ends early"),
            Self::Library { message } => write!(f, "ffmpeg: {message}"),
            Self::Undecoded { message } => write!(f, "frame does not decode: {message}"),
        }
    }
}
