//! Streams video containers: streams, chapters, tags, packets, and frames on request, in bounded memory.
//!
//! FFmpeg demuxes and decodes; it reads through the [`Context`](stream_core::Context) alone, opens no other file, prints nothing, and
//! is told how much it may read ahead and keep. [`Reader`] is the typed level, under ffprobe's names and with its numbers; [`Video`] is
//! the format. Where a container's own tables tell all packets ([`isobmff`], [`matroska`], [`avi`]), these are read, not the payloads.
//!
//! ```no_run
//! # fn read(cx: stream_core::Context) -> stream_core::Result<()> {
//! let mut reader = stream_video::Reader::open(cx)?;
//! let mut packet = stream_video::Packet::default();
//! while reader.read_packet(&mut packet)? {
//!     println!("{} {:?} {}", packet.stream, packet.pts, packet.size);
//! }
//! # Ok(()) }
//! ```
//!
//! Bounded: an open container holds an eighth of the budget, 5 to 32 MiB, and 40 bytes an entry of FFmpeg's index; up to 48 MiB more while
//! it is opened; a decoder its frames. Subtitles are not decoded. Read untrusted files in a worker process.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod ahead;
mod attachment;
pub mod avi;
mod beside;
mod chapter;
mod container;
mod defect;
mod estimate;
mod ffi;
mod findings;
mod format;
mod frames;
mod hevc;
mod index;
pub mod isobmff;
mod keyframes;
pub mod matroska;
mod packet;
mod packets;
mod payloads;
mod rational;
mod reader;
mod sound;
mod stream;
mod tag;
mod verdicts;

pub use attachment::Attachment;
pub use chapter::Chapter;
pub use container::Container;
pub use defect::Defect;
pub use format::{Decoding, Video};
pub use index::Refusal;
pub use packet::{Packet, Picture};
pub use rational::Rational;
pub use reader::Reader;
pub use stream::{Audio, Color, Mastering, Media, Pictures, Stream};
pub use tag::Tag;
pub use verdicts::Verdicts;
