//! What a header says of one stream.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Layout, Text};

/// A stream of sound, in ffprobe's words. What the file does not say is `None`.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The codec: `mp3`, `vorbis`, `pcm_s16le`; empty where the file names one that nobody here knows.
    pub codec: &'static str,
    /// The codec's profile: `LC`.
    pub profile: Option<&'static str>,
    /// What the container calls the codec, where `codec` is empty.
    pub codec_tag: Text,
    /// Frames (one sample of each channel) in a second; 0 where the file does not say.
    pub sample_rate: u32,
    /// Channels; 0 where the file does not say.
    pub channels: u32,
    /// Where they stand in the room.
    pub layout: Option<Layout>,
    /// The form of a decoded sample: `s16`, `s32`, `flt`, `fltp`.
    pub sample_fmt: Option<&'static str>,
    /// Significant bits of a stored sample.
    pub bits_per_raw_sample: Option<u32>,
    /// Bits in a second of the coded stream, as the file says or as its constant rate gives.
    pub bit_rate: Option<u64>,
    /// Ticks of packets' times: numerator and denominator of a second.
    pub time_base: (u32, u32),
    /// Claimed length in ticks of `time_base`, where the file says one.
    pub duration: Option<u64>,
    /// The first presented time in ticks.
    pub start: Option<i64>,
    /// Claimed frames that decoding gives, without padding; `None` where the header does not tell.
    pub frames: Option<u64>,
    /// Claimed packets, where the header tells.
    pub packets: Option<u64>,
    /// Frames that the encoder put before the sound (encoder delay, Opus pre-skip); not delivered.
    pub initial_padding: u32,
    /// Frames that the encoder put behind the sound; not delivered.
    pub trailing_padding: Option<u32>,
    /// ISO 639 code.
    pub language: Text,
    /// The container's own number of the stream.
    pub id: Option<u64>,
    /// Why its samples cannot be decoded here; `None` where they can.
    pub undecodable: Option<&'static str>,
}
