//! FFmpeg's decoders for the files of another format's reader.

mod facts;
mod reader;

use stream_core::{Confidence, Context, Descriptor, ErrorKind, Format, Reader, Result};

use crate::adapter::Adapter;
use crate::ffi;
use crate::ffi::demuxer::limits::SETTING;
use crate::keyframes::is_of_input;
use reader::Helped;

/// A format of sound, with FFmpeg's decoders for what its own reader does not decode.
///
/// Entries are those of the format's own reader, with all its facts. A stream in a codec that it has no decoder for has data here: its
/// samples as FFmpeg decodes them, and FFmpeg's sample rate and channels where it says others (spectral band replication doubles the
/// rate of AAC). Files that the format's reader does not read at all are read by FFmpeg alone.
///
/// ```
/// use stream_core::Format;
/// # static OTHER: stream_video::Video = stream_video::Video;
/// // with stream-audio: Decoding::of(&stream_audio::Audio)
/// static SOUND: stream_video::Decoding = stream_video::Decoding::of(&OTHER);
/// assert_eq!(SOUND.descriptor().name, OTHER.descriptor().name);
/// ```
#[derive(Clone, Copy)]
pub struct Decoding {
    format: &'static dyn Format,
}

impl Decoding {
    /// Of a format whose streams of sound are the entries `stream/0`, `stream/1` …, in the order of the container.
    pub const fn of(format: &'static dyn Format) -> Self {
        Self { format }
    }
}

impl Format for Decoding {
    fn descriptor(&self) -> &'static Descriptor {
        self.format.descriptor()
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        self.format.sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        self.format.probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let name = self.descriptor().name;
        let over = match self.format.open(cx.clone()) {
            Ok(over) if cx.is_random() => over,
            Err(error) if error.kind() == ErrorKind::Unsupported && cx.is_random() => {
                // packets are listed where they are asked for
                let packets = if cx.switched_on("packets") { "on" } else { "off" };
                let cx = cx.with_setting(SETTING, "all").with_setting("packets", packets);
                return match Adapter::open(cx) {
                    Ok(reader) => Ok(Box::new(reader)),
                    Err(other) if is_of_input(&other) => Err(error),
                    Err(other) => Err(other.with_format(name)),
                };
            }
            other => return other,
        };
        Ok(Box::new(Helped::new(over, &cx, name)))
    }

    fn library(&self) -> Option<String> {
        let own = self.format.library();
        let all = own.into_iter().chain([ffi::version()]).collect::<Vec<_>>();
        Some(all.join("; "))
    }
}
