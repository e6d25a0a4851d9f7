//! What a file says of itself in words.

/// A named text of the container, of a stream or of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The stream it belongs to; `None` for the container's own.
    pub stream: Option<u32>,
    /// FFmpeg's generic name: `title`, `artist`, `encoder` …, in the letters of the file where there is no such.
    pub key: String,
    /// The text; at most 64 KiB of it.
    pub value: String,
}
