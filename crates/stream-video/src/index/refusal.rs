//! Why a reader of tables leaves a file to FFmpeg's demuxer.

use std::fmt;

/// What in a file makes its packets depend on more than the container says: a codec's parser, a repair of damage, a rarity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it is, in words.
    pub reason: &'static str,
    /// In which stream, counted from 0.
    pub stream: Option<u32>,
    /// At which byte of the source.
    pub offset: Option<u64>,
}

impl Refusal {
    /// A refusal for the whole file.
    pub fn new(reason: &'static str) -> Self {
        Self { reason, stream: None, offset: None }
    }

    /// Says in which stream.
    pub fn in_stream(self, stream: u32) -> Self {
        Self { stream: Some(stream), ..self }
    }

    /// Says at which byte.
    pub fn at(self, offset: u64) -> Self {
        Self { offset: Some(offset), ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        match (self.stream, self.offset) {
            (Some(stream), Some(offset)) => write!(f, " (stream {stream}, offset {offset})"),
            (Some(stream), None) => write!(f, " (stream {stream})"),
            (None, Some(offset)) => write!(f, " (offset {offset})"),
            (None, None) => Ok(()),
        }
    }
}
