//! What sound is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::signature;

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
        "oga", "ogg", "opus", "spx", "m4a", "m4b", "aac", "adts", "mka",
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

    #[cfg(feature = "opus")]
    fn library(&self) -> Option<String> {
        Some(crate::opus::version())
    }

    /// libopus is entered in place: it takes a length with every buffer and keeps nothing that grows.
    fn enters_library(&self, _head: &[u8]) -> bool {
        false
    }
}
