//! Facts of packets from a container's own index: what the readers of ISO media, Matroska and AVI share.
//!
//! None of them needs FFmpeg. Each delivers packets exactly as FFmpeg's demuxer does, or refuses the file before its first packet and says
//! why ([`Refusal`]), so that the demuxer reads it instead. No payload is read, but for the few bytes at the start of a picture
//! where FFmpeg's parser decides whether it is a key frame.

mod bits;
mod bytes;
mod open;
mod refusal;
mod rescale;
mod table;

pub(crate) use bits::Bits;
pub(crate) use bytes::{be_i32, be16, be32, be64, fourcc, le16, le32, le64};
pub(crate) use open::{open, size_of, unrecognized};
pub use refusal::Refusal;
pub(crate) use rescale::{rescale, rescale_down};
pub(crate) use table::{Table, WINDOW};
