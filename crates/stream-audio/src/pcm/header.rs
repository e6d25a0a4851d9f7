//! What an uncompressed file holds, and where.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::{ChargedVec, Context, Error, ErrorKind, Result, Span};

use super::{Cue, Defect, Deviation, Encoding, Loop, Text, aiff, caf, wav};
use crate::TagSource;

/// The four characters that name a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(pub(crate) [u8; 4]);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.escape_ascii().to_string())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Container {
    /// RIFF WAVE, little endian.
    Wav,
    /// RIFX WAVE, big endian.
    Rifx,
    /// EBU Tech 3306: sizes of 64 bits in `ds64`.
    Rf64,
    /// ITU-R BS.2088: the same under another name.
    Bw64,
    /// Audio IFF 1.3.
    Aiff,
    /// AIFF-C.
    Aifc,
    /// Apple Core Audio Format 1.
    Caf,
}

impl Container {
    /// The demuxer's name in the words of ffprobe.
    pub(crate) fn format_name(self) -> &'static str {
        match self {
            Self::Wav | Self::Rifx | Self::Rf64 | Self::Bw64 => "wav",
            Self::Aiff | Self::Aifc => "aiff",
            Self::Caf => "caf",
        }
    }

    /// The four characters that tell the kinds apart.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Self::Wav => "RIFF",
            Self::Rifx => "RIFX",
            Self::Rf64 => "RF64",
            Self::Bw64 => "BW64",
            Self::Aiff => "AIFF",
            Self::Aifc => "AIFC",
            Self::Caf => "caff",
        }
    }

    /// The standard that its texts are written in.
    pub(crate) fn tag_source(self) -> TagSource {
        match self {
            Self::Wav | Self::Rifx | Self::Rf64 | Self::Bw64 => TagSource::Riff,
            Self::Aiff | Self::Aifc => TagSource::Aiff,
            Self::Caf => TagSource::Caf,
        }
    }

    /// The standard's name.
    pub(crate) fn clause(self) -> &'static str {
        match self {
            Self::Wav | Self::Rifx => "RIFF 1.0, 2",
            Self::Rf64 => "EBU Tech 3306, 4",
            Self::Bw64 => "ITU-R BS.2088, 4",
            Self::Aiff | Self::Aifc => "Audio IFF 1.3, 4",
            Self::Caf => "Core Audio Format 1.0",
        }
    }
}

/// How the sample data are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Samples that [`Samples`] reads.
    Pcm(Encoding),
    /// `wFormatTag` of a codec in WAV, for a decoder.
    Tag(u16),
    /// The four characters of a codec in AIFF-C or CAF, for a decoder.
    Four(Id),
}

/// Where sample data lie, and how many bytes were claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Data {
    /// The first byte.
    pub(crate) offset: u64,
    /// What the header says; `None` where the writer did not know (0, -1).
    pub(crate) claimed: Option<u64>,
    /// What the source has from there on; `None` where it only goes forward.
    pub(crate) present: Option<u64>,
}

impl Data {
    /// The bytes that can be read, as far as that is known.
    pub(crate) fn span(&self) -> Option<Span> {
        let length = match (self.claimed, self.present) {
            (Some(claimed), Some(present)) => claimed.min(present),
            (one, other) => one.or(other)?,
        };
        Some(Span { offset: self.offset, length })
    }
}

/// A chunk that is for somebody else: its four characters and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What it is: `id3 `, `iXML`, `_PMX` …
    pub(crate) id: Id,
    /// Its bytes without the header.
    pub(crate) span: Span,
}

/// The facts of a WAV, AIFF or CAF file. Texts and pieces are kept as positions.
#[derive(Debug)]
pub(crate) struct Header {
    /// The kind of file.
    pub(crate) container: Container,
    /// The bytes of the whole file by its own header; `None` where it does not say.
    pub(crate) claimed_size: Option<u64>,
    /// How samples are coded.
    pub(crate) codec: Codec,
    /// Channels of a frame, at least 1.
    pub(crate) channels: u32,
    /// Frames in a second.
    pub(crate) sample_rate: f64,
    /// Bits of a sample that mean something, as the header says; 0 where it does not.
    pub(crate) bits: u32,
    /// Bytes of a frame, or of a packet of a codec.
    pub(crate) block_align: u64,
    /// Bytes in a second by the header, for codecs.
    pub(crate) byte_rate: Option<u32>,
    /// `dwChannelMask`: which speakers the channels are for.
    pub(crate) channel_mask: Option<u32>,
    /// The sample data; `None` when there are none.
    pub(crate) data: Option<Data>,
    /// Frames by `fact`, `ds64`, `COMM` or `pakt`, which for uncompressed samples the data tell better.
    pub(crate) claimed_frames: Option<u64>,
    /// `bext`: the first frame's time since midnight, in frames.
    pub(crate) time_reference: Option<u64>,
    /// Titles, names, comments.
    pub(crate) texts: ChargedVec<Text>,
    /// Marked places.
    pub(crate) cues: ChargedVec<Cue>,
    /// Loops of samplers.
    pub(crate) loops: ChargedVec<Loop>,
    /// What a codec needs to be set up.
    pub(crate) setup: Option<Span>,
    /// Chunks for other readers.
    pub(crate) pieces: ChargedVec<Piece>,
    /// Rules that are broken.
    pub(crate) deviations: ChargedVec<Deviation>,
}

/// Items of each kind that are kept: more than any tool writes, few enough to look through.
pub(super) const MOST: usize = 1 << 16;

impl Header {
    pub(super) fn new(cx: &Context, container: Container) -> Self {
        let budget = cx.budget();
        Self {
            container,
            claimed_size: None,
            codec: Codec::Tag(0),
            channels: 0,
            sample_rate: 0.0,
            bits: 0,
            block_align: 0,
            byte_rate: None,
            channel_mask: None,
            data: None,
            claimed_frames: None,
            time_reference: None,
            setup: None,
            texts: ChargedVec::new(budget),
            cues: ChargedVec::new(budget),
            loops: ChargedVec::new(budget),
            pieces: ChargedVec::new(budget),
            deviations: ChargedVec::new(budget),
        }
    }

    /// Reads all chunks' headers, from the source's beginning. Over a source that only goes forward it stops at the
    /// sample data. Holds 4 KiB and what it tells.
    ///
    /// # Errors
    /// `Unrecognized` for other files; `Malformed` or `Truncated` with the offset where nothing says how samples are
    /// stored; `OverBudget`, `Cancelled`, `Io`.
    pub(crate) fn read(cx: &Context) -> Result<Self> {
        let mut head = [0; 12];
        let found = cx.read_full_at(0, &mut head)?;
        let head = head.get(..found).unwrap_or_default();
        let Some(container) = container(head) else {
            return Err(Error::new(ErrorKind::Unrecognized, "neither WAV nor AIFF nor CAF").at(0));
        };
        let mut header = Self::new(cx, container);
        match container {
            Container::Aiff | Container::Aifc => aiff::read(cx, &mut header)?,
            Container::Caf => caf::read(cx, &mut header)?,
            _ => wav::read(cx, &mut header)?,
        }
        header.weigh()?;
        Ok(header)
    }

    /// Notes a broken rule; beyond many they are all alike.
    pub(super) fn deviate(&mut self, offset: u64, defect: Defect) -> Result<()> {
        if self.deviations.len() < 1000 {
            self.deviations.push(Deviation { defect, offset })?;
        }
        Ok(())
    }

    /// Compares what is claimed with what is there.
    fn weigh(&mut self) -> Result<()> {
        let (Codec::Pcm(encoding), Some(data)) = (self.codec, self.data) else { return Ok(()) };
        let Some(span) = data.span() else { return Ok(()) };
        let width = u64::try_from(encoding.width()).unwrap_or(1);
        let frame = width.saturating_mul(u64::from(self.channels)).max(1);
        let rest = span.length.checked_rem(frame).unwrap_or(0);
        if rest != 0 {
            self.deviate(span.end(), Defect::FrameCut { rest })?;
        }
        let found = span.length.checked_div(frame).unwrap_or(0);
        if let Some(claimed) = self.claimed_frames
            && claimed != found
        {
            self.deviate(span.offset, Defect::FrameCount { claimed, found })?;
        }
        Ok(())
    }
}

/// The kind of file that its first 12 bytes begin.
pub(super) fn container(head: &[u8]) -> Option<Container> {
    let form = head.get(8..12);
    Some(match (head.get(..4)?, form) {
        (b"RIFF", Some(b"WAVE")) => Container::Wav,
        (b"RIFX", Some(b"WAVE")) => Container::Rifx,
        (b"RF64", Some(b"WAVE")) => Container::Rf64,
        (b"BW64", Some(b"WAVE")) => Container::Bw64,
        (b"FORM", Some(b"AIFF")) => Container::Aiff,
        (b"FORM", Some(b"AIFC")) => Container::Aifc,
        // version 1, no flags
        (b"caff", _) if head.get(4..8)? == [0, 1, 0, 0] => Container::Caf,
        _ => return None,
    })
}
