//! The file as a whole.

/// Facts of a container, as `ffprobe -show_format` tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// FFmpeg's name of the format: `mov,mp4,m4a,3gp,3g2,mj2`, `matroska,webm` …
    pub format_name: String,
    /// Its name in words.
    pub format_long_name: String,
    /// How sure FFmpeg is of it, of 100.
    pub probe_score: i32,
    /// Streams; attachments among them.
    pub streams: u32,
    /// Programs of a multiplex.
    pub programs: u32,
    /// When the first stream starts, in microseconds.
    pub start_time: Option<i64>,
    /// How long it claims to last, in microseconds.
    pub duration: Option<i64>,
    /// Bits per second: what it claims, or what size and duration make.
    pub bit_rate: Option<i64>,
    /// Bytes of the source.
    pub size: Option<u64>,
}
