//! Pictures beside the sound: facts and a place, never their bytes.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Span;

use crate::Text;

/// How a picture's bytes stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stored {
    /// As they are.
    Plain,
    /// ID3v2 6.1: a zero behind each 0xff that something could take for a sync.
    Unsynchronised,
    /// Base64 in a packet of comments, which Ogg cuts into pages: the span is from its first byte to its last, and the bytes
    /// of page headers between them do not belong to it.
    OggBase64 {
        /// The serial number of the logical stream.
        serial: u32,
        /// Bytes of the packet that stand in the page of the first one.
        run: u32,
        /// Bytes to be decoded before the picture's own (the header of METADATA_BLOCK_PICTURE).
        skip: u32,
        /// Bytes of the picture, once decoded.
        length: u32,
    },
}

/// A picture that belongs to the sound.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// What it shows, by the numbers that ID3v2 (4.14) and FLAC share: 3 is the front cover.
    pub kind: u32,
    /// Its media type.
    pub media_type: Text,
    /// What somebody wrote about it.
    pub description: Text,
    /// Pixels in a row, where that is said.
    pub width: Option<u32>,
    /// Rows, where that is said.
    pub height: Option<u32>,
    /// Where its bytes stand.
    pub span: Span,
    /// How.
    pub stored: Stored,
}

/// ID3v2.4 frames, 4.14, in the words of listings.
const KINDS: [&str; 21] = [
    "other",
    "file_icon",
    "other_file_icon",
    "cover_front",
    "cover_back",
    "leaflet_page",
    "media",
    "lead_artist",
    "artist",
    "conductor",
    "band",
    "composer",
    "lyricist",
    "recording_location",
    "during_recording",
    "during_performance",
    "screen_capture",
    "bright_coloured_fish",
    "illustration",
    "band_logotype",
    "publisher_logotype",
];

impl Picture {
    /// The front cover.
    pub const COVER_FRONT: u32 = 3;

    /// What it shows, as a word.
    pub fn kind_name(&self) -> &'static str {
        let at = usize::try_from(self.kind).unwrap_or(usize::MAX);
        KINDS.get(at).copied().unwrap_or("other")
    }
}

/// A file that travels with the sound (Matroska, 5.1.6).
#[derive(Clone, Copy, Debug)]
pub struct Attachment {
    /// Its name.
    pub name: Text,
    /// Its media type.
    pub media_type: Text,
    /// Where its bytes stand.
    pub span: Span,
}
