//! The format's one static value: how it is called, recognised and opened.

mod decoding;
mod recognise;

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::ffi;
pub use decoding::Decoding;

/// Video in containers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Video;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "video",
    title: "video",
    extensions: &[
        "mp4", "m4v", "mov", "qt", "3gp", "3g2", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg",
        "mpeg", "vob", "flv", "ogv", "wmv", "asf", "mxf", "gxf", "nut", "ivf",
    ],
    media_types: &["video/mp4", "video/x-matroska", "video/webm", "video/x-msvideo", "video/mp2t"],
    reads: "containers with pictures, as the linked FFmpeg demuxes them: ISO media and QuickTime, Matroska and WebM, AVI, MPEG-TS and PS, FLV, Ogg and more",
    needs: Needs::Random,
    overhead: OVERHEAD,
    settings: &[
        Setting { name: "packets", about: "off: lists no packets (default: on)" },
        Setting {
            name: "video.tables",
            about: "off: packets come from FFmpeg's demuxer even where the container's own tables tell them (default: on)",
        },
        Setting {
            name: "video.picture_type",
            about: "on: types of pictures (I, P, B) of all containers, for which payloads are read; off: of none (default: where payloads are read anyway)",
        },
        Setting {
            name: "video.containers",
            about: "all: containers of sound alone too, WAV, AMR and others (default: those that carry pictures)",
        },
        Setting {
            name: "audio.layout",
            about: "interleaved gives samples as [frames, channels], planar as [channels, frames]",
        },
        Setting {
            name: "video.pixels",
            about: "rgb, gray, or planar (the planes R, G, B): the form of decoded frames (default: rgb)",
        },
        Setting {
            name: "video.size",
            about: "WIDTHxHEIGHT that decoded frames are scaled to, or WIDTHx-1 to keep the ratio (default: as coded)",
        },
        Setting { name: "video.every", about: "N: decodes every N-th frame (default: 1)" },
        Setting { name: "video.keys", about: "on: decodes key frames only (default: off)" },
        Setting {
            name: "video.at",
            about: "SECONDS: decodes the one frame that is shown then, counted from the first frame's time",
        },
    ],
};

/// Heap beside the budget: tables that codecs make once. What an open container takes is reserved.
const OVERHEAD: u64 = 512 << 10;

impl Format for Video {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        recognise::head(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        recognise::further(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let open = || Adapter::open(cx);
        Ok(Box::new(open().map_err(|error| error.with_format(DESCRIPTOR.name))?))
    }

    fn library(&self) -> Option<String> {
        Some(ffi::version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_says_its_versions() {
        assert!(Video.library().is_some_and(|text| text.starts_with("FFmpeg: libavformat ")));
    }
}
