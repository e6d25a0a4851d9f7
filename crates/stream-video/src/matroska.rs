//! Packets of Matroska and WebM from the headers of their blocks: RFC 9559 over EBML (RFC 8794).
//!
//! [`Reader`] lists every packet as FFmpeg's demuxer delivers it. It passes over payloads by position, and looks at no more of one than
//! FFmpeg's parser needs to tell a key frame. Decoding times, which the container does not store, are made as FFmpeg makes them.
//!
//! What it leaves to the demuxer is told by [`Reader::refusal`]: codecs whose parsers tell durations (Vorbis, FLAC, AC-3, MPEG audio), frames
//! without a duration, encrypted and compressed tracks, pictures among the attachments, and damaged files.

mod block;
mod clusters;
mod element;
mod lane;
mod reader;
mod reorder;
mod segment;
mod track;

pub(crate) use element::{Children, element, unsigned};
pub use reader::Reader;
pub(crate) use segment::SEGMENT;
