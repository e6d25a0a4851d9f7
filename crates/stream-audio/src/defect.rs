//! What is wrong with a file, rule by rule.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::Severity;

/// A rule that a file breaks. Reading goes on behind each of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Defect {
    /// The header claims a length that the packets do not have.
    LengthMismatch {
        /// `frames`, `packets` or `bytes`.
        unit: &'static str,
        /// What the header says.
        claimed: u64,
        /// What is there.
        counted: u64,
    },
    /// A packet that its codec cannot decode; its frames are not delivered.
    PacketUndecodable {
        /// Seconds from the start.
        time: f64,
        /// Frames lost.
        frames: u64,
        /// What the codec says.
        why: String,
    },
    /// A packet that decodes to another number of frames than it should.
    PacketLength {
        /// Seconds from the start.
        time: f64,
        /// Frames due.
        expected: u64,
        /// Frames decoded.
        found: u64,
    },
    /// Bytes between packets that belong to none.
    Garbage {
        /// How many.
        bytes: u64,
    },
    /// The source ends within a packet.
    PacketCut {
        /// Bytes that it should have.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A sum of the file's own does not fit its bytes.
    Checksum {
        /// Of what: `page`, `frame`, `md5`.
        of: &'static str,
    },
    /// A part of the header that breaks its standard's rule; what was readable of it is delivered.
    Header {
        /// The standard, with the clause: `ID3v2.4 structure, 3.1`.
        clause: &'static str,
        /// What was expected and found.
        what: String,
    },
    /// A text that is not in the encoding that it says.
    Text {
        /// The standard, with the clause.
        clause: &'static str,
        /// The tag's name.
        name: String,
    },
    /// A link of a chained file whose header cannot be read; nothing of it is delivered.
    LinkUnreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Something that this reader does not read; the rest is read.
    Unread {
        /// What it is.
        what: String,
    },
}

impl Defect {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::LengthMismatch { .. }
            | Self::PacketUndecodable { .. }
            | Self::PacketCut { .. }
            | Self::LinkUnreadable { .. }
            | Self::Checksum { .. } => Severity::Error,
            Self::PacketLength { .. }
            | Self::Garbage { .. }
            | Self::Header { .. }
            | Self::Text { .. } => Severity::Warning,
            Self::Unread { .. } => Severity::Note,
        }
    }

    /// The rule's stable name.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::PacketUndecodable { .. } => "packet_undecodable",
            Self::PacketLength { .. } => "packet_length",
            Self::Garbage { .. } => "garbage",
            Self::PacketCut { .. } => "packet_cut",
            Self::Checksum { .. } => "checksum",
            Self::Header { .. } => "header",
            Self::Text { .. } => "text",
            Self::LinkUnreadable { .. } => "link_unreadable",
            Self::Unread { .. } => "unread",
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { unit, claimed, counted } => {
                write!(f, "{unit}: the header claims {claimed} (found {counted})")
            }
            Self::PacketUndecodable { time, frames, why } => {
                write!(f, "packet at {time:.6} s: {why} ({frames} frames lost)")
            }
            Self::PacketLength { time, expected, found } => {
                write!(f, "packet at {time:.6} s: {expected} frames expected (found {found})")
            }
            Self::Garbage { bytes } => write!(f, "{bytes} bytes belong to no packet"),
            Self::PacketCut { expected, found } => {
                write!(f, "packet cut short: {expected} bytes expected (found {found})")
            }
            Self::Checksum { of } => write!(f, "{of}: the sum does not fit the bytes"),
            Self::Header { clause, what } => write!(f, "{what} ({clause})"),
            Self::Text { clause, name } => {
                write!(f, "tag {name}: text is not in its encoding ({clause})")
            }
            Self::LinkUnreadable { why } => write!(f, "a chained link: {why}"),
            Self::Unread { what } => write!(f, "{what}: not read"),
        }
    }
}
