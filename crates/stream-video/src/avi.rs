//! Packets of AVI from its index, `idx1` (AVI RIFF file reference).
//!
//! [`Reader`] lists every packet as FFmpeg's demuxer delivers it, from rows of 16 bytes; of pictures in H.264 it reads the first bytes, by
//! which FFmpeg's parser tells key frames. The index is walked over once at opening, to see that it names every chunk.
//!
//! What it leaves to the demuxer is told by [`Reader::refusal`]: files without an index or with OpenDML's, MPEG-4, MP3 and other codecs
//! whose parsers cut packets or tell times, and streams that are not interleaved.

mod chunks;
mod header;
mod reader;

pub use reader::Reader;
