//! Streams audio: streams, tags, pictures, packets and samples in bounded memory.
//!
//! WAV, AIFF, CAF, FLAC, MPEG audio, ADTS, Ogg, MP4 and Matroska are walked over here; symphonia's codecs turn packets into frames.
//! [`Audio`] is all of it as a [`stream_core::Format`]; how the parts fit together stands in `container.rs`.
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
mod link;
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

pub use {
    chapter::{Chapter, CuePoint},
    defect::Defect,
    format::Audio,
    gain::Gain,
    header::Header,
    layout::Layout,
    link::Link,
    packet::{Packet, Place},
    picture::{Attachment, Picture, Stored},
    stream::Stream,
    tag::{Tag, TagSource, Tags},
    text::{Text, Texts},
};
