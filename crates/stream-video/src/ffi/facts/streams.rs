//! A stream's facts, named and computed as ffprobe does.

use std::ffi::{c_char, c_int, c_uint};

use ffmpeg_next::ffi as sys;
use stream_core::Result;

use super::{Copier, rational};
use crate::ffi::side_data::SideData;
use crate::ffi::{fixed, time};
use crate::{Audio, Color, Media, Pictures, Rational, Stream, Tag};

// what these take comes from files: as numbers, so that one without a name is no undefined behaviour
mod named {
    use super::{c_char, c_int};

    unsafe extern "C" {
        pub(super) fn av_color_range_name(n: c_int) -> *const c_char;
        pub(super) fn av_color_space_name(n: c_int) -> *const c_char;
        pub(super) fn av_color_transfer_name(n: c_int) -> *const c_char;
        pub(super) fn av_color_primaries_name(n: c_int) -> *const c_char;
        pub(super) fn av_chroma_location_name(n: c_int) -> *const c_char;
        pub(super) fn av_get_pix_fmt_name(n: c_int) -> *const c_char;
        pub(super) fn av_get_sample_fmt_name(n: c_int) -> *const c_char;
    }
}

/// FFmpeg's number for a level that is not known.
const NO_LEVEL: c_int = -99;
/// FFmpeg's number for a profile that is not known.
const NO_PROFILE: c_int = -99;
/// Unspecified in the lists of ISO/IEC 23091-2.
const UNSPECIFIED: c_int = 2;

impl Copier<'_> {
    /// The facts of a stream.
    pub(super) fn stream(
        &mut self,
        index: u32,
        raw: &sys::AVStream,
        tags: &[Tag],
    ) -> Result<Stream> {
        // SAFETY: a stream has parameters.
        let par = unsafe { &*raw.codecpar };
        let media = media(par);
        // SAFETY: descriptors and names live for ever.
        let (codec, long_name, profile) = unsafe {
            let descriptor = sys::avcodec_descriptor_get(par.codec_id).as_ref();
            let profile = fixed(sys::avcodec_profile_name(par.codec_id, par.profile));
            (
                descriptor.and_then(|d| fixed(d.name)),
                descriptor.and_then(|d| fixed(d.long_name)),
                profile,
            )
        };
        let profile = match profile {
            Some(name) => Some(name.to_owned()),
            None => (par.profile != NO_PROFILE).then(|| par.profile.to_string()),
        };
        let language = tags.iter().find(|tag| tag.key.eq_ignore_ascii_case("language"));
        let language = language.map(|tag| self.copy(&tag.value)).transpose()?;
        Ok(Stream {
            index,
            id: self.shows_ids().then_some(raw.id),
            media,
            codec: codec.map(str::to_owned),
            codec_long_name: long_name.map(str::to_owned),
            codec_tag: par.codec_tag,
            profile,
            level: (par.level != NO_LEVEL && media == Media::Video).then_some(par.level),
            time_base: rational(raw.time_base),
            start: time(raw.start_time),
            duration: time(raw.duration),
            // computed from the sizes of all packets
            bit_rate: (par.bit_rate > 0 && !self.demuxer.is_part()).then_some(par.bit_rate),
            bits_per_raw_sample: (par.bits_per_raw_sample > 0).then_some(par.bits_per_raw_sample),
            frames: u64::try_from(raw.nb_frames).ok().filter(|n| *n > 0),
            extradata_size: u64::try_from(par.extradata_size).unwrap_or(0),
            disposition: disposition(raw.disposition),
            language,
            video: (media == Media::Video).then(|| self.video(raw, par)),
            audio: (media == Media::Audio).then(|| audio(par)),
        })
    }

    /// Whether the container numbers its streams itself.
    fn shows_ids(&self) -> bool {
        // SAFETY: an open context has a format.
        let flags = unsafe { (*(*self.demuxer.context()).iformat).flags };
        flags & sys::AVFMT_SHOW_IDS != 0
    }

    fn video(&self, raw: &sys::AVStream, par: &sys::AVCodecParameters) -> Pictures {
        let side_data = SideData::of(raw);
        let pixel = self.sample_aspect_ratio(raw);
        Pictures {
            width: u32::try_from(par.width).unwrap_or(0),
            height: u32::try_from(par.height).unwrap_or(0),
            // SAFETY: the names of pixel formats live for ever.
            pix_fmt: unsafe { fixed(named::av_get_pix_fmt_name(par.format)) },
            has_b_frames: par.video_delay,
            sample_aspect_ratio: pixel,
            display_aspect_ratio: pixel.and_then(|pixel| display_aspect_ratio(par, pixel)),
            r_frame_rate: rational(raw.r_frame_rate),
            avg_frame_rate: rational(raw.avg_frame_rate),
            field_order: field_order(number(&raw const par.field_order)),
            color: color(par),
            rotation: side_data.rotation(),
            mastering: side_data.mastering(),
            light: side_data.light(),
            stereo3d: side_data.stereo3d(),
            spherical: side_data.spherical(),
        }
    }

    fn sample_aspect_ratio(&self, raw: &sys::AVStream) -> Option<Rational> {
        let stream = std::ptr::from_ref(raw).cast_mut();
        // SAFETY: a stream of an open context; nothing is written.
        let ratio = unsafe {
            sys::av_guess_sample_aspect_ratio(self.demuxer.context(), stream, std::ptr::null_mut())
        };
        (ratio.num != 0).then(|| rational(ratio))
    }
}

/// A field that the library declares as an enumeration, as the number it is.
fn number<T>(field: *const T) -> c_int {
    const { assert!(size_of::<T>() == size_of::<c_int>()) };
    // SAFETY: a reference's field, of the size of a C integer.
    unsafe { field.cast::<c_int>().read() }
}

fn media(par: &sys::AVCodecParameters) -> Media {
    match number(&raw const par.codec_type) {
        0 => Media::Video,
        1 => Media::Audio,
        2 => Media::Data,
        3 => Media::Subtitle,
        4 => Media::Attachment,
        _ => Media::Unknown,
    }
}

fn audio(par: &sys::AVCodecParameters) -> Audio {
    Audio {
        sample_rate: u32::try_from(par.sample_rate).unwrap_or(0),
        channels: u32::try_from(par.ch_layout.nb_channels).unwrap_or(0),
        channel_layout: channel_layout(par),
        // SAFETY: the names of sample formats live for ever.
        sample_fmt: unsafe { fixed(named::av_get_sample_fmt_name(par.format)) },
        // SAFETY: a plain function of a codec.
        bits_per_sample: unsafe { sys::av_get_bits_per_sample(par.codec_id) },
        initial_padding: par.initial_padding,
        trailing_padding: par.trailing_padding,
        // SAFETY: looks a number up.
        has_decoder: unsafe { !sys::avcodec_find_decoder(par.codec_id).is_null() },
    }
}

fn channel_layout(par: &sys::AVCodecParameters) -> Option<String> {
    // an order that is not specified has no name
    if number(&raw const par.ch_layout.order) == 0 {
        return None;
    }
    let mut text = [0u8; 128];
    // SAFETY: a layout of the library, and a buffer as long as is said.
    let code = unsafe {
        sys::av_channel_layout_describe(&par.ch_layout, text.as_mut_ptr().cast(), text.len())
    };
    let text = std::ffi::CStr::from_bytes_until_nul(&text).ok()?;
    (code > 0).then(|| text.to_string_lossy().into_owned())
}

fn color(par: &sys::AVCodecParameters) -> Color {
    let specified = |n: c_int, none: c_int| Some(n).filter(|n| *n != none);
    // SAFETY: these functions take any number, and the names live for ever.
    unsafe {
        Color {
            range: specified(number(&raw const par.color_range), 0)
                .and_then(|n| fixed(named::av_color_range_name(n))),
            space: specified(number(&raw const par.color_space), UNSPECIFIED)
                .and_then(|n| fixed(named::av_color_space_name(n))),
            transfer: specified(number(&raw const par.color_trc), UNSPECIFIED)
                .and_then(|n| fixed(named::av_color_transfer_name(n))),
            primaries: specified(number(&raw const par.color_primaries), UNSPECIFIED)
                .and_then(|n| fixed(named::av_color_primaries_name(n))),
            chroma_location: specified(number(&raw const par.chroma_location), 0)
                .and_then(|n| fixed(named::av_chroma_location_name(n))),
        }
    }
}

fn field_order(n: c_int) -> Option<&'static str> {
    Some(match n {
        1 => "progressive",
        2 => "tt",
        3 => "bb",
        4 => "tb",
        5 => "bt",
        _ => return None,
    })
}

fn display_aspect_ratio(par: &sys::AVCodecParameters, pixel: Rational) -> Option<Rational> {
    let side = |pixels: c_int, ratio: c_int| i64::from(pixels).checked_mul(i64::from(ratio));
    let (across, down) = (side(par.width, pixel.num)?, side(par.height, pixel.den)?);
    let mut ratio = Rational::default();
    // SAFETY: places for two numbers.
    unsafe { sys::av_reduce(&mut ratio.num, &mut ratio.den, across, down, 1 << 20) };
    Some(ratio)
}

/// The names of the bits, in the order of the bits.
fn disposition(bits: c_int) -> Vec<&'static str> {
    let bits = c_uint::from_ne_bytes(bits.to_ne_bytes());
    (0..c_uint::BITS)
        .filter_map(|n| 1u32.checked_shl(n).filter(|bit| bits & bit != 0))
        .filter_map(|bit| {
            let bit = c_int::from_ne_bytes(bit.to_ne_bytes());
            // SAFETY: the names of dispositions live for ever.
            unsafe { fixed(sys::av_disposition_to_string(bit)) }
        })
        .collect()
}
