//! Pixels of decoded frames in the form and size that is asked for.

use std::ffi::c_int;

use ffmpeg_next::ffi as sys;
use stream_core::memory::Reservation;
use stream_core::{Context, Error, ErrorKind, Result};

use super::decoder::Frame;
use super::{failed, no_memory, pixel_format};

/// Bytes behind a picture that vector instructions may touch.
pub(crate) const PADDING: usize = 128;

/// The form of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pixels {
    /// Red, green, blue, interleaved.
    Rgb,
    /// Luminance.
    Gray,
    /// A plane of red, one of green, one of blue.
    Planar,
}

impl Pixels {
    /// Bytes of a pixel.
    pub(crate) fn size(self) -> usize {
        if self == Self::Gray { 1 } else { 3 }
    }

    fn format(self) -> sys::AVPixelFormat {
        match self {
            Self::Gray => sys::AVPixelFormat::AV_PIX_FMT_GRAY8,
            // planes are split afterwards: the library would round them otherwise
            Self::Rgb | Self::Planar => sys::AVPixelFormat::AV_PIX_FMT_RGB24,
        }
    }
}

/// What a frame is like: another one needs other tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    width: c_int,
    height: c_int,
    format: c_int,
    space: c_int,
    range: c_int,
}

/// Converts and scales frames to one form and size, bicubic as the ffmpeg command does.
pub(crate) struct Scaler {
    context: *mut sys::SwsContext,
    kind: Option<Kind>,
    pixels: Pixels,
    width: c_int,
    height: c_int,
    cx: Context,
    held: Option<Reservation>,
}

// SAFETY: the library's object belongs to no thread; one at a time uses it, through `&mut`.
unsafe impl Send for Scaler {}

impl Scaler {
    /// To pictures of `width` times `height`.
    pub(crate) fn new(cx: &Context, pixels: Pixels, (width, height): (c_int, c_int)) -> Self {
        let context = std::ptr::null_mut();
        Self { context, kind: None, pixels, width, height, cx: cx.clone(), held: None }
    }

    /// Writes the picture of `frame`; `out` has room for it and [`PADDING`] more.
    ///
    /// # Errors
    /// `Unsupported` for pixels that the library does not convert, `OverBudget`.
    pub(crate) fn scale(&mut self, frame: &Frame<'_>, out: &mut [u8]) -> Result<()> {
        let raw = frame.0;
        let number = |field: *const c_int| {
            // SAFETY: a field of a frame, of the size of a C integer.
            unsafe { field.read() }
        };
        let kind = Kind {
            width: raw.width,
            height: raw.height,
            format: raw.format,
            space: number((&raw const raw.colorspace).cast()),
            range: number((&raw const raw.color_range).cast()),
        };
        if self.kind != Some(kind) {
            self.prepare(kind)?;
        }
        let length = |n: c_int| usize::try_from(n).unwrap_or(0);
        let plane = length(self.width).saturating_mul(length(self.height));
        let needed = plane.saturating_mul(self.pixels.size()).saturating_add(PADDING);
        if out.len() < needed {
            return Err(Error::new(ErrorKind::Request, "picture: buffer is too short"));
        }
        let stride = match self.pixels {
            Pixels::Gray => self.width,
            _ => self.width.saturating_mul(3),
        };
        let planes =
            [out.as_mut_ptr(), std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut()];
        let strides = [stride, 0, 0, 0];
        // SAFETY: the tables are for frames of this kind; the picture and its padding lie within `out`.
        let rows = unsafe {
            sys::sws_scale(
                self.context,
                raw.data.as_ptr().cast(),
                raw.linesize.as_ptr(),
                0,
                raw.height,
                planes.as_ptr(),
                strides.as_ptr(),
            )
        };
        if rows != self.height {
            return Err(Error::new(ErrorKind::Unsupported, "picture: cannot be converted"));
        }
        Ok(())
    }

    fn prepare(&mut self, kind: Kind) -> Result<()> {
        let unsupported = || Error::new(ErrorKind::Unsupported, "picture: unknown form of pixels");
        let format = pixel_format(kind.format).ok_or_else(unsupported)?;
        // a few lines of sixteen bits and the filters' coefficients
        let line = |n: c_int| u64::try_from(n).unwrap_or(0).saturating_add(64).saturating_mul(512);
        let bytes = line(kind.width.max(self.width)).saturating_add(line(self.height) / 4);
        self.held = None;
        self.held = Some(self.cx.budget().reserve(bytes)?);
        self.kind = None;
        // SAFETY: plain numbers; what was there before is given back; tables of the library live for ever.
        unsafe {
            sys::sws_freeContext(self.context);
            self.context = sys::sws_getContext(
                kind.width,
                kind.height,
                format,
                self.width,
                self.height,
                self.pixels.format(),
                sys::SWS_BICUBIC,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null(),
            );
            if self.context.is_null() {
                return Err(failed(no_memory(), "picture"));
            }
            self.colors(kind);
        }
        self.kind = Some(kind);
        Ok(())
    }

    /// Says how the frame's numbers become colours: its matrix and its range.
    ///
    /// # Safety
    /// The context is there.
    unsafe fn colors(&mut self, kind: Kind) {
        let (mut inverse, mut table) = (std::ptr::null_mut(), std::ptr::null_mut());
        let (mut from, mut to, mut brightness, mut contrast, mut saturation) = (0, 0, 0, 0, 0);
        // SAFETY: as the caller says, and places for what is there now.
        unsafe {
            let known = sys::sws_getColorspaceDetails(
                self.context,
                &mut inverse,
                &mut from,
                &mut table,
                &mut to,
                &mut brightness,
                &mut contrast,
                &mut saturation,
            );
            if known < 0 {
                return;
            }
            // 2 is unspecified; the library then takes BT.601
            let matrix = if kind.space == 2 { sys::SWS_CS_DEFAULT } else { kind.space };
            let coefficients = sys::sws_getCoefficients(matrix);
            // 1 is limited, 2 is full
            let from = match kind.range {
                1 => 0,
                2 => 1,
                _ => from,
            };
            sys::sws_setColorspaceDetails(
                self.context,
                coefficients,
                from,
                table,
                to,
                brightness,
                contrast,
                saturation,
            );
        }
    }
}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: a context of the library or null.
        unsafe { sys::sws_freeContext(self.context) };
    }
}
