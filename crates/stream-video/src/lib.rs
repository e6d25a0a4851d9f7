//! Streams video containers: streams, chapters, tags, packets, and frames on request, in bounded memory.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod attachment;
pub mod avi;
mod beside;
mod chapter;
mod container;
mod defect;
mod estimate;
mod ffi;
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
mod stream;
mod tag;
mod verdicts;

pub use attachment::Attachment;
pub use chapter::Chapter;
pub use container::Container;
pub use defect::Defect;
pub use format::Video;
pub use index::Refusal;
pub use packet::{Packet, Picture};
pub use rational::Rational;
pub use reader::Reader;
pub use stream::{Audio, Color, Mastering, Media, Pictures, Stream};
pub use tag::Tag;
pub use verdicts::Verdicts;
