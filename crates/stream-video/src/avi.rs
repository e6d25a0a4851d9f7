//! Packets of AVI from its index: `idx1` (AVI RIFF file reference), or that of each stream (OpenDML 1.02).
//!
//! [`Reader`] lists every packet as FFmpeg's demuxer delivers it, from rows of 16 or 8 bytes in a window for each stream; of pictures in
//! H.264 it reads the first bytes, by which FFmpeg's parser tells key frames. The index is walked over once at opening, to see that it
//! names every chunk, and whether the streams lie together: where their times are further apart than two seconds FFmpeg reads by time.
//!
//! What it leaves to the demuxer is told by [`Reader::refusal`]: files without an index, MPEG-4, MP3 and other codecs whose parsers cut
//! packets or tell times, and indexes that leave chunks out.

mod chunks;
mod header;
mod lanes;
mod odml;
mod reader;

pub use reader::Reader;
