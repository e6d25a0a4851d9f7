//! All that a file says before its sound.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Time};
use stream_memory::Budget;

use crate::{Attachment, Chapter, CuePoint, Gain, Link, Picture, Stream, Tags, Text, Texts};

/// What a file's header (and its trailer, over a source that can be read anywhere) says: everything but packets and samples.
#[derive(Debug)]
pub struct Header {
    /// The container, in FFmpeg's words: `wav`, `mp3`, `ogg`, `mov,mp4,m4a,3gp,3g2,mj2`, `matroska,webm`.
    pub format: &'static str,
    /// The major brand of MP4, the document type of Matroska, the form of AIFF.
    pub brand: Text,
    /// Claimed length of the whole.
    pub duration: Option<Time>,
    /// Whether `duration` is reckoned from sizes and a rate rather than written in the file.
    pub duration_is_estimated: bool,
    /// What wrote it, where that stands outside of tags.
    pub encoder: Text,
    /// When it was made, where that stands outside of tags: `2020-02-29T12:34:56.000000Z`.
    pub created: Text,
    /// How loud it is to be played.
    pub gain: Gain,
    /// Streams of sound, in the file's order.
    pub streams: Vec<Stream>,
    /// Streams of another kind that are there and are not read.
    pub others: u32,
    /// Tags.
    pub tags: Tags,
    /// Pictures.
    pub pictures: ChargedVec<Picture>,
    /// Attached files.
    pub attachments: ChargedVec<Attachment>,
    /// Chapters.
    pub chapters: ChargedVec<Chapter>,
    /// Cue points.
    pub cues: ChargedVec<CuePoint>,
    /// The links of a chained file; none where it is no chain.
    pub links: ChargedVec<Link>,
    /// The texts of all these.
    pub texts: Texts,
    /// The first byte behind what was read before the sound.
    pub data_offset: u64,
}

impl Header {
    /// Nothing yet.
    pub(crate) fn new(format: &'static str, budget: &Budget) -> Self {
        Self {
            format,
            brand: Text::default(),
            duration: None,
            duration_is_estimated: false,
            encoder: Text::default(),
            created: Text::default(),
            gain: Gain::default(),
            streams: Vec::new(),
            others: 0,
            tags: Tags::new(budget),
            pictures: ChargedVec::new(budget),
            attachments: ChargedVec::new(budget),
            chapters: ChargedVec::new(budget),
            cues: ChargedVec::new(budget),
            links: ChargedVec::new(budget),
            texts: Texts::new(budget),
            data_offset: 0,
        }
    }
}
