//! What containers say beside a stream's parameters: how it is turned, and for which display it was made.

use std::ffi::{c_char, c_int, c_uint};

use ffmpeg_next::ffi as sys;

use super::fixed;
use crate::{Mastering, Rational};

mod named {
    use super::{c_char, c_int, c_uint};

    unsafe extern "C" {
        pub(super) fn av_stereo3d_type_name(n: c_uint) -> *const c_char;
        pub(super) fn av_spherical_projection_name(n: c_int) -> *const c_char;
    }
}

/// A stream's side data.
pub(super) struct SideData<'a>(&'a [sys::AVPacketSideData]);

impl<'a> SideData<'a> {
    /// Of a stream of an open context.
    pub(super) fn of(stream: &'a sys::AVStream) -> Self {
        // SAFETY: a stream has as many items as it says.
        Self(unsafe {
            match usize::try_from(stream.nb_side_data) {
                Ok(count) if !stream.side_data.is_null() => {
                    std::slice::from_raw_parts(stream.side_data, count)
                }
                _ => &[],
            }
        })
    }

    /// The integers of which an item is made.
    fn words(&self, kind: sys::AVPacketSideDataType) -> Option<Vec<c_int>> {
        let item = self.0.iter().find(|item| {
            // SAFETY: the kind is read as the number it is.
            let found = unsafe { (&raw const item.type_).cast::<c_uint>().read() };
            found == kind as c_uint
        })?;
        if item.data.is_null() {
            return None;
        }
        // SAFETY: an item has as many bytes as it says. At most 64 words are of use.
        let bytes = unsafe { std::slice::from_raw_parts(item.data, item.size.min(256)) };
        Some(bytes.as_chunks().0.iter().map(|word| c_int::from_ne_bytes(*word)).collect())
    }

    /// Degrees, counter-clockwise, of the display matrix; cut to whole ones as ffprobe does.
    pub(super) fn rotation(&self) -> Option<i32> {
        let matrix = self.words(sys::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX)?;
        if matrix.len() < 9 {
            return None;
        }
        // SAFETY: nine integers.
        let degrees = unsafe { sys::av_display_rotation_get(matrix.as_ptr()) };
        // from -180 to 180; what is not a number becomes 0
        Some(degrees as i32)
    }

    /// SMPTE ST 2086: three primaries, white, least and greatest luminance, and which of these are there.
    pub(super) fn mastering(&self) -> Option<Mastering> {
        let words =
            self.words(sys::AVPacketSideDataType::AV_PKT_DATA_MASTERING_DISPLAY_METADATA)?;
        let ratio = |at: usize| {
            let pair = words.get(at.checked_mul(2)?..)?.first_chunk::<2>()?;
            Some(Rational::new(pair[0], pair[1]))
        };
        let point = |at: usize| Some([ratio(at)?, ratio(at.checked_add(1)?)?]);
        let has = |at: usize| words.get(at).is_some_and(|n| *n != 0);
        let primaries = || Some([point(0)?, point(2)?, point(4)?]);
        Some(Mastering {
            primaries: if has(20) { primaries() } else { None },
            white: if has(20) { point(6) } else { None },
            luminance: if has(21) { point(8) } else { None },
        })
    }

    /// CTA-861.3: the brightest pixel and the brightest average.
    pub(super) fn light(&self) -> Option<(u32, u32)> {
        let words = self.words(sys::AVPacketSideDataType::AV_PKT_DATA_CONTENT_LIGHT_LEVEL)?;
        let word = |at: usize| words.get(at).and_then(|n| u32::try_from(*n).ok());
        Some((word(0)?, word(1)?))
    }

    /// How two views are packed.
    pub(super) fn stereo3d(&self) -> Option<&'static str> {
        let words = self.words(sys::AVPacketSideDataType::AV_PKT_DATA_STEREO3D)?;
        let kind = c_uint::try_from(*words.first()?).ok()?;
        // SAFETY: any number is taken, and names live for ever.
        unsafe { fixed(named::av_stereo3d_type_name(kind)) }
    }

    /// The projection.
    pub(super) fn spherical(&self) -> Option<&'static str> {
        let words = self.words(sys::AVPacketSideDataType::AV_PKT_DATA_SPHERICAL)?;
        let kind = *words.first()?;
        // SAFETY: any number is taken, and names live for ever.
        unsafe { fixed(named::av_spherical_projection_name(kind)) }
    }
}
