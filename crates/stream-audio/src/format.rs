//! What sound is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::{open, signature};

/// Sound as a [`stream_core::Format`].
///
/// ```no_run
/// # fn read(cx: stream_core::Context) -> stream_core::Result<()> {
/// use stream_core::{Format, Request};
/// let mut chunks = stream_audio::Audio.open(cx)?.chunks(&Request::entry("stream/0"))?;
/// while let Some(chunk) = chunks.next_chunk()? {
///     println!("{:?}", chunk.as_slice::<f32>()?);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Audio;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "audio",
    title: "audio",
    extensions: &[
        "wav", "wave", "rf64", "bw64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "mp2", "mp1",
        "oga", "ogg", "opus", "spx", "m4a", "m4b", "aac", "adts", "mka", "amr", "wma", "ape", "wv",
        "tta", "mpc", "w64", "au",
    ],
    media_types: &[
        "audio/wav",
        "audio/flac",
        "audio/mpeg",
        "audio/ogg",
        "audio/mp4",
        "audio/aiff",
        "audio/aac",
        "audio/x-matroska",
        "audio/x-caf",
    ],
    reads: "WAV, RF64, AIFF, CAF, FLAC, MP3, Ogg (Vorbis, Opus, FLAC), AAC, MP4, Matroska",
    needs: Needs::Forward,
    // tables of the codecs, made once and kept; a decoder's own memory is reserved
    overhead: 1 << 20,
    settings: &[
        Setting { name: "packets", about: "lists packets as entries (default off)" },
        Setting { name: "verify", about: "decodes everything and checks digests (default off)" },
        Setting {
            name: "audio.layout",
            about: "interleaved gives samples as [frames, channels], planar as [channels, frames]",
        },
    ],
};

/// Whether the head says Opus, or leaves it open: in MP4 and Matroska the codec may be told further behind.
fn may_hold_opus(head: &[u8]) -> bool {
    let has = |name: &[u8]| head.windows(name.len()).any(|found| found == name);
    if head.starts_with(b"OggS") {
        return has(b"OpusHead");
    }
    let mp4 = head.get(4..8) == Some(b"ftyp");
    let matroska = head.starts_with(b"\x1a\x45\xdf\xa3");
    let others: &[&[u8]] = if mp4 { &[b"mp4a", b"alac", b"fLaC"] } else { &[b"A_"] };
    (mp4 || matroska) && (has(b"Opus") || has(b"A_OPUS") || !others.iter().any(|name| has(name)))
}

impl Format for Audio {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        signature::sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        signature::probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx).map_err(|e| e.with_format("audio"))?))
    }

    fn lacks_decoder(&self, cx: &Context) -> Result<bool> {
        open::lacks_decoder(cx)
    }

    #[cfg(feature = "opus")]
    fn library(&self) -> Option<String> {
        Some(crate::opus::version())
    }

    fn enters_library(&self, head: &[u8]) -> bool {
        cfg!(feature = "opus") && may_hold_opus(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_or_may_be_opus_enters_the_library() {
        for (head, may) in [
            (&b"OggS........OpusHead"[..], true),
            (b"OggS.........vorbis", false),
            (b"\0\0\0\x20ftypM4A .......mp4a", false),
            (b"\0\0\0\x20ftypM4A .......mdat", true),
            (b"\x1a\x45\xdf\xa3....A_VORBIS", false),
            (b"\x1a\x45\xdf\xa3....A_VORBIS A_OPUS", true),
            (b"RIFF....WAVEfmt ", false),
            (b"fLaC....", false),
        ] {
            assert_eq!(may_hold_opus(head), may, "{head:?}");
            assert_eq!(Audio.enters_library(head), may && cfg!(feature = "opus"), "{head:?}");
        }
    }
}
