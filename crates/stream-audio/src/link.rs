//! Links of a chained file.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Span;

/// A logical stream that follows another in the same file (RFC 3533, 4). Those that follow one another with one codec, rate and number
/// of channels are one stream of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The stream that it is a part of.
    pub stream: u32,
    /// Its first frame in that stream.
    pub start: u64,
    /// Frames that it has, where its last page tells.
    pub frames: Option<u64>,
    /// Its serial number.
    pub serial: u32,
    /// Its pages.
    pub span: Span,
    /// The first of its tags among all of the file, and how many it has.
    pub tags: (usize, usize),
}
