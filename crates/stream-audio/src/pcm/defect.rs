//! The rules of WAV, AIFF and CAF that a file can break and still be read.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// A rule that a file breaks although it can be read on, one variant per rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// RIFF 2, AIFF 3, CAF: a chunk's data lie within the file.
    ChunkBeyondEnd {
        /// The chunk's four characters.
        id: super::Id,
        /// Bytes that its header claims.
        claimed: u64,
        /// Bytes that the file has for it.
        present: u64,
    },
    /// RIFF 2: the size of the sample data is known when the file is closed; the writer never did.
    SizeUnknown {
        /// What stands in its place.
        claimed: u64,
    },
    /// RIFF 2, AIFF 3: a chunk of odd length is followed by a byte of padding.
    PaddingMissing {
        /// The chunk's four characters.
        id: super::Id,
    },
    /// RIFF 2, AIFF 3: what follows the last chunk is no chunk.
    TrailingBytes,
    /// WAVE: `nBlockAlign` is the bytes of a sample times the channels.
    BlockAlign {
        /// What bits and channels make.
        expected: u64,
        /// What the file says.
        found: u64,
    },
    /// WAVE, AIFF, CAF: the sample data end with a whole frame.
    FrameCut {
        /// Bytes behind the last whole frame.
        rest: u64,
    },
    /// AIFF 4, RF64: the number of frames is that of the sample data.
    FrameCount {
        /// What the header claims.
        claimed: u64,
        /// What the sample data hold.
        found: u64,
    },
    /// A chunk is too short for its fields.
    ChunkShort {
        /// The chunk's four characters.
        id: super::Id,
        /// Bytes that its fields need.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// A second chunk of a kind of which there is one.
    ChunkTwice {
        /// The chunk's four characters.
        id: super::Id,
    },
    /// No more than 65,536 chunks, texts, cues or loops are looked at.
    TooMany,
    /// The sample data come before the chunk that describes them.
    DataBeforeFormat,
}

impl Defect {
    /// The same among the rules of all containers.
    pub(super) fn described(self, clause: &'static str) -> crate::Defect {
        match self {
            Self::FrameCount { claimed, found } => {
                crate::Defect::LengthMismatch { unit: "frames", claimed, counted: found }
            }
            Self::ChunkBeyondEnd {
                id: super::Id([b'd', b'a', b't', b'a'] | [b'S', b'S', b'N', b'D']),
                claimed,
                present,
            } => crate::Defect::LengthMismatch { unit: "bytes", claimed, counted: present },
            Self::FrameCut { rest } => crate::Defect::Garbage { bytes: rest },
            other => crate::Defect::Header { clause, what: other.to_string() },
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChunkBeyondEnd { id, claimed, present } => {
                write!(f, "chunk {id} claims {claimed} bytes, the file has {present}")
            }
            Self::SizeUnknown { claimed } => {
                write!(f, "size of the sample data was never written (found {claimed})")
            }
            Self::PaddingMissing { id } => write!(f, "chunk {id} of odd length is not padded"),
            Self::TrailingBytes => f.write_str("bytes behind the last chunk"),
            Self::BlockAlign { expected, found } => {
                write!(f, "bytes of a frame: expected {expected}, found {found}")
            }
            Self::FrameCut { rest } => {
                write!(f, "sample data end within a frame ({rest} bytes of it)")
            }
            Self::FrameCount { claimed, found } => {
                write!(f, "frames: the header claims {claimed}, found {found}")
            }
            Self::ChunkShort { id, expected, found } => {
                write!(f, "chunk {id}: expected at least {expected} bytes, found {found}")
            }
            Self::ChunkTwice { id } => write!(f, "chunk {id} appears again"),
            Self::TooMany => f.write_str("more than 65,536 chunks, texts or cues"),
            Self::DataBeforeFormat => f.write_str("sample data before their description"),
        }
    }
}

/// A [`Defect`] and where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deviation {
    /// The rule, with what was expected and found.
    pub(crate) defect: Defect,
    /// Where in the source.
    pub(crate) offset: u64,
}
