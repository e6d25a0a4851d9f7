//! Packets of ISO base media (MP4, MOV, M4A, 3GP) from the file's own tables: ISO/IEC 14496-12.
//!
//! [`Reader`] lists every packet exactly as FFmpeg's demuxer delivers it, in its order, and reads no payload but the first bytes of H.264's
//! pictures, by which FFmpeg's parser tells key frames. Tables are read through windows of some KiB by position, wherever the movie box
//! lies, so that memory does not grow with the length.
//!
//! What it holds: a window of 8 KiB for each table of each track. What it leaves to the demuxer is told by [`Reader::refusal`]:
//! codecs whose parsers cut packets, encrypted samples, several edits, tables that FFmpeg would repair. Covers come first, as streams of their own.

mod avc;
mod boxes;
mod codec;
mod covers;
mod defect;
mod defects;
mod descriptor;
mod edits;
mod fragment;
mod lane;
mod movie;
mod open;
mod plain;
mod probe;
mod reader;
mod sample_entry;
mod samples;
mod segments;
mod survey;
mod track;

pub(crate) use avc::{Avc, PEEK, is_key};
pub use defect::Defect;
pub(crate) use descriptor::audio_object;
pub use reader::Reader;
