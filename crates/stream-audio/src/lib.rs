//! Streams audio: streams, tags, pictures, packets and samples in bounded memory.
//!
//! WAV, AIFF, CAF, FLAC, MPEG audio, ADTS, Ogg, MP4 and Matroska are walked over here; symphonia's codecs turn packets into frames.
//! [`Audio`] is all of it as a [`stream_core::Format`]; how the parts fit together stands in `container.rs`.
//!
//! ```
//! # let bytes = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x08\0\0\0\0\0\0\x40\0\0\0\xc0";
//! # let source = std::sync::Arc::new(stream_core::MemorySource::new(&bytes[..]));
//! # let cx = stream_core::Context::new(source, &stream_memory::Budget::new("doc", 1 << 20));
//! use stream_core::{Format, Request};
//!
//! let mut reader = stream_audio::Audio.open(cx)?;
//! let mut chunks = reader.chunks(&Request::entry("stream/0"))?;
//! while let Some(chunk) = chunks.next_chunk()? {
//!     assert_eq!(chunk.as_slice::<f32>()?, [0.0, 0.5, 0.0, -0.5]);
//! }
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Bounds: tags and facts of pictures are held, values up to 4 KiB; tables, packets and pictures stay in the file.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod adts;
mod ape;
mod bare;
mod chapter;
mod codec;
mod comments;
mod container;
mod counts;
mod decoded;
mod defect;
mod findings;
mod flac;
mod format;
mod gain;
mod header;
mod id3;
mod input;
mod key;
mod layout;
mod matroska;
mod mp4;
mod mpa;
mod octets;
mod ogg;
mod open;
#[cfg(feature = "opus")]
mod opus;
mod packet;
mod pcm;
mod picture;
mod signature;
mod stream;
mod tag;
mod text;
mod vorbis;

pub use chapter::{Chapter, CuePoint};
pub use defect::Defect;
pub use format::Audio;
pub use gain::Gain;
pub use header::Header;
pub use layout::Layout;
pub use packet::{Packet, Place};
pub use picture::{Attachment, Picture, Stored};
pub use stream::Stream;
pub use tag::{Tag, TagSource, Tags};
pub use text::{Text, Texts};
