//! What is wrong with a frame.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// 9.1: no sync code.
    Sync,
    /// 9.1: a value that is reserved or forbidden.
    Reserved(&'static str),
    /// 9.1.8: the header's sum.
    HeaderSum,
    /// 9.1: channels, bits or rate are others than STREAMINFO's.
    Differs(&'static str),
    /// 9.2: a value of a subframe that the standard does not allow.
    Subframe(&'static str),
    /// The bytes end within the frame.
    Cut,
    /// 9.3: the frame's sum.
    FrameSum,
    /// 9.1.5: the next frame has a later number.
    Missing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sync => f.write_str("no sync code (RFC 9639, 9.1)"),
            Self::Reserved(what) => write!(f, "{what} that is reserved (RFC 9639, 9.1)"),
            Self::HeaderSum => {
                f.write_str("frame header: the CRC-8 does not fit (RFC 9639, 9.1.8)")
            }
            Self::Differs(what) => {
                write!(f, "frame header: {what} differ from STREAMINFO (RFC 9639, 9.1)")
            }
            Self::Subframe(what) => write!(f, "subframe: {what} (RFC 9639, 9.2)"),
            Self::Cut => f.write_str("the file ends within the frame"),
            Self::Missing => f.write_str("frames are missing by their numbers (RFC 9639, 9.1.5)"),
            Self::FrameSum => f.write_str("frame: the CRC-16 does not fit (RFC 9639, 9.3)"),
        }
    }
}
