//! One stream of a container.

use crate::Rational;

/// What a stream carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Media {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Text or pictures to be shown over others.
    Subtitle,
    /// Anything else with times.
    Data,
    /// A file.
    Attachment,
    /// FFmpeg does not know.
    #[default]
    Unknown,
}

impl Media {
    /// FFmpeg's name of it: `codec_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Subtitle => "subtitle",
            Self::Data => "data",
            Self::Attachment => "attachment",
            Self::Unknown => "unknown",
        }
    }
}

/// Facts of one stream, as `ffprobe -show_streams` tells them. What the file does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// Which it is, counted from 0.
    pub index: u32,
    /// The container's own number of it, where containers have one.
    pub id: Option<i32>,
    /// What it carries.
    pub media: Media,
    /// Short name of the codec: `h264`.
    pub codec: Option<String>,
    /// The name of the codec in words.
    pub codec_long_name: Option<String>,
    /// The codec's four letters in this container, as a little-endian number.
    pub codec_tag: u32,
    /// Its profile: `High`, `LC`.
    pub profile: Option<String>,
    /// Its level, in the codec's own numbers.
    pub level: Option<i32>,
    /// Ticks of all times of its packets, in seconds.
    pub time_base: Rational,
    /// When it starts, in ticks.
    pub start: Option<i64>,
    /// How long it claims to last, in ticks.
    pub duration: Option<i64>,
    /// Bits per second that it claims.
    pub bit_rate: Option<i64>,
    /// Bits of a sample or of a colour component, where the codec tells.
    pub bits_per_raw_sample: Option<i32>,
    /// Frames that the container claims.
    pub frames: Option<u64>,
    /// Bytes of what the decoder needs beforehand.
    pub extradata_size: u64,
    /// What it is for: `default`, `forced`, `attached_pic` …
    pub disposition: Vec<&'static str>,
    /// Its language, from its tags: ISO 639-2 mostly.
    pub language: Option<String>,
    /// Of a video stream.
    pub video: Option<Pictures>,
    /// Of an audio stream.
    pub audio: Option<Audio>,
}

/// Facts of a stream of pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The form of pixels as coded: `yuv420p`.
    pub pix_fmt: Option<&'static str>,
    /// How far frames are decoded ahead of being shown.
    pub has_b_frames: i32,
    /// Width over height of a pixel.
    pub sample_aspect_ratio: Option<Rational>,
    /// Width over height of the picture.
    pub display_aspect_ratio: Option<Rational>,
    /// The lowest rate in which all times can be told, guessed from the first packets.
    pub r_frame_rate: Rational,
    /// Frames over time, as the container claims or the first packets have it.
    pub avg_frame_rate: Rational,
    /// `progressive`, `tt`, `bb`, `tb`, `bt`.
    pub field_order: Option<&'static str>,
    /// Colour facts (ISO/IEC 23091-2).
    pub color: Color,
    /// Degrees by which it is turned to be shown, counter-clockwise (display matrix; ISO/IEC 14496-12, 6.2.2).
    pub rotation: Option<i32>,
    /// The primaries and luminance of the display it was mastered on (SMPTE ST 2086).
    pub mastering: Option<Mastering>,
    /// Content light level: the brightest pixel and the brightest frame's average, candela per square metre (CTA-861.3).
    pub light: Option<(u32, u32)>,
    /// How two views are packed: `side by side` …
    pub stereo3d: Option<&'static str>,
    /// Its projection, when it is spherical: `equirectangular` …
    pub spherical: Option<&'static str>,
}

/// How numbers become colours: ffprobe's names of the code points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Color {
    /// `tv` or `pc`.
    pub range: Option<&'static str>,
    /// The matrix: `bt709`.
    pub space: Option<&'static str>,
    /// The curve: `smpte2084`.
    pub transfer: Option<&'static str>,
    /// `bt2020` …
    pub primaries: Option<&'static str>,
    /// Where chroma samples stand.
    pub chroma_location: Option<&'static str>,
}

/// SMPTE ST 2086: the display on which pictures were mastered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mastering {
    /// Red, green, blue: x and y of CIE 1931.
    pub primaries: Option<[[Rational; 2]; 3]>,
    /// White: x and y.
    pub white: Option<[Rational; 2]>,
    /// Least and greatest luminance, candela per square metre.
    pub luminance: Option<[Rational; 2]>,
}

/// Facts of a stream of sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audio {
    /// Samples in a second.
    pub sample_rate: u32,
    /// How many there are at once.
    pub channels: u32,
    /// Where they are heard: `stereo`, `5.1(side)`.
    pub channel_layout: Option<String>,
    /// The form of decoded samples: `fltp`.
    pub sample_fmt: Option<&'static str>,
    /// Bits of a stored sample, where that is fixed.
    pub bits_per_sample: i32,
    /// Samples that the encoder put before the first: its delay.
    pub initial_padding: i32,
    /// Samples behind the last.
    pub trailing_padding: i32,
    /// Whether the linked FFmpeg has a decoder for it.
    pub has_decoder: bool,
}
