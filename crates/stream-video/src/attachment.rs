//! Files that lie inside a container, and pictures that belong to it.

use stream_core::Span;

/// An attached file (a font of Matroska) or an attached picture (a cover). Its bytes are read on request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The stream that FFmpeg makes of it.
    pub stream: u32,
    /// Whether it is a picture: a stream with the disposition `attached_pic`.
    pub is_picture: bool,
    /// Its file name, if it has one.
    pub filename: Option<String>,
    /// Its media type, as the container says or as the codec has it.
    pub media_type: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Pixels: width and height, when said.
    pub dimensions: Option<(u32, u32)>,
    /// Where it lies, where that is known.
    pub span: Option<Span>,
}
