//! Streams audio: streams, tags, pictures, packets and samples in bounded memory.
//!
//! How the parts fit together stands in `container.rs`: a container parser gives a [`Header`], packets, and samples where it has
//! a way of its own; codecs turn packets into frames; the adapter makes entries and chunks of them.
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
