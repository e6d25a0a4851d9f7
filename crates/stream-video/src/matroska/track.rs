//! A track entry: what tells times, keys and durations of its packets (RFC 9559, 5.1.4).

use stream_core::{Result, Window};

use super::element::{Children, Element, bytes, float, unsigned};
use crate::hevc;
use crate::isobmff::Avc;

/// The codecs of which all is known that FFmpeg adds to the blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Codec {
    #[default]
    Other,
    Avc,
    Hevc,
    Vp8,
    Vp9,
    Aac,
    Opus,
    /// Text as it is.
    Text,
}

/// The facts of a track.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Track {
    pub(crate) number: u64,
    pub(crate) kind: u64,
    pub(crate) codec: Codec,
    pub(crate) named: bool,
    /// Nanoseconds.
    pub(crate) default_duration: u64,
    pub(crate) codec_delay: u64,
    pub(crate) scaled: bool,
    pub(crate) rate: u32,
    pub(crate) encoded: bool,
    pub(crate) avc: Option<Avc>,
    /// Pictures that stand between decoding and presentation.
    pub(crate) reorder: Option<u8>,
    /// The object type of AAC.
    pub(crate) object: u8,
}

/// A codec's private data longer than this is not looked into.
const PRIVATE: usize = 2048;

impl Track {
    /// Reads a TrackEntry.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn read(w: &mut Window, entry: &Element) -> Result<Self> {
        let mut track = Self::default();
        let mut private: Option<Element> = None;
        let mut children = Children::between(entry.body, entry.end_in(u64::MAX));
        while let Some(e) = children.next(w)? {
            match e.id {
                0xd7 => track.number = unsigned(w, &e)?,
                0x83 => track.kind = unsigned(w, &e)?,
                0x86 => {
                    let name = bytes(w, &e, 32)?;
                    track.named = !name.is_empty();
                    track.codec = codec(name);
                }
                0x63a2 => private = Some(e),
                0x23_e383 => track.default_duration = unsigned(w, &e)?,
                0x56aa => track.codec_delay = unsigned(w, &e)?,
                0x23_314f => track.scaled = (float(w, &e)? - 1.0).abs() > f64::EPSILON,
                0x6d80 => track.encoded = true,
                0xe1 => track.audio(w, &e)?,
                _ => {}
            }
        }
        if let Some(private) = private {
            let config = bytes(w, &private, PRIVATE)?;
            match track.codec {
                Codec::Avc => {
                    track.avc = Avc::parse(config);
                    track.reorder = track.avc.and_then(|avc| avc.reorder);
                }
                Codec::Hevc => track.reorder = hevc::reorder(config),
                Codec::Aac => track.object = crate::isobmff::audio_object(config).unwrap_or(0),
                _ => {}
            }
        }
        Ok(track)
    }

    fn audio(&mut self, w: &mut Window, audio: &Element) -> Result<()> {
        let mut children = Children::between(audio.body, audio.end_in(u64::MAX));
        while let Some(e) = children.next(w)? {
            if e.id == 0xb5 {
                self.rate = whole(float(w, &e)?);
            }
        }
        Ok(())
    }

    /// Whether FFmpeg makes a stream of it.
    pub(crate) fn is_stream(&self) -> bool {
        self.named && matches!(self.kind, 1 | 2 | 0x11 | 0x21)
    }
}

/// A rate as an integer; 0 where it is none or beyond reason.
fn whole(rate: f64) -> u32 {
    format!("{rate:.0}").parse().unwrap_or(0)
}

fn codec(name: &[u8]) -> Codec {
    let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
    match name.get(..end).unwrap_or_default() {
        b"V_MPEG4/ISO/AVC" => Codec::Avc,
        b"V_MPEGH/ISO/HEVC" => Codec::Hevc,
        b"V_VP8" => Codec::Vp8,
        b"V_VP9" => Codec::Vp9,
        b"A_AAC" => Codec::Aac,
        b"A_OPUS" => Codec::Opus,
        b"S_TEXT/UTF8" | b"S_TEXT/ASS" | b"S_TEXT/SSA" | b"S_ASS" | b"S_SSA" => Codec::Text,
        _ => Codec::Other,
    }
}
