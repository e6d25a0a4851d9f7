//! The format's static value.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Error, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;

/// Any file as bytes. Answers [`Confidence::Possible`] for everything: what no other format knows is read as this.
#[derive(Clone, Copy, Debug, Default)]
pub struct Binary;

/// The path of the one entry.
pub(crate) const PATH: &str = "bytes";

static DESCRIPTOR: Descriptor = Descriptor {
    name: "binary",
    title: "bytes",
    extensions: &["bin", "dat", "raw"],
    media_types: &["application/octet-stream"],
    reads: "any file as bytes, with media type, holes, digests and entropy",
    needs: Needs::Forward,
    // the queue of 64 blocks (16 KiB), two states of the whole's digests and counts (7 KiB each), and for each of up to eight
    // threads its handle, and its share of what the standard library keeps of it (1 KiB)
    overhead: 40 * 1024,
    settings: &[
        Setting {
            name: "binary.digest",
            about: "digests of the whole in the summary: xxh3, blake3, or both with a comma",
        },
        Setting {
            name: "binary.entropy",
            about: "entropy of the whole in the summary, in bits per byte: on or off",
        },
        Setting {
            name: "binary.strings",
            about: "runs of 4 or more printable bytes in the summary: on or off",
        },
    ],
};

impl Format for Binary {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, _head: &[u8]) -> Confidence {
        Confidence::Possible
    }

    fn probe(&self, _cx: &Context, head: Confidence) -> Result<Confidence> {
        Ok(head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx)?))
    }
}

/// Says which reader and which entry an error is of.
pub(crate) fn located(e: Error) -> Error {
    e.in_entry(PATH).with_format(DESCRIPTOR.name)
}
