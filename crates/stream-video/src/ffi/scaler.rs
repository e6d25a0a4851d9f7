//! Pixels of decoded frames in the form and size that is asked for.

use std::ffi::{c_int, c_uint, c_void};

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

    /// Gets ready for the picture of `frame`, and says of how many rows its slices are multiples of; the last is what is left.
    ///
    /// # Errors
    /// `Unsupported` for pixels that the library does not convert, `OverBudget`.
    pub(crate) fn fit(&mut self, frame: &Frame<'_>) -> Result<usize> {
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
        // SAFETY: the context is there.
        let multiple = unsafe { sys::sws_receive_slice_alignment(self.context) };
        Ok(usize::try_from(multiple).unwrap_or(1).max(1))
    }

    /// Bytes of a row.
    pub(crate) fn row(&self) -> usize {
        usize::try_from(self.width).unwrap_or(0).saturating_mul(self.pixels.size())
    }

    /// Writes `count` rows of the picture of `frame` from row `first` on, a slice as [`fit`](Self::fit) says, which was called for
    /// this frame; `out` has room for them and [`PADDING`] more.
    ///
    /// # Errors
    /// `Unsupported` for what the library does not convert after all, `OverBudget`.
    pub(crate) fn slice(
        &mut self,
        frame: &Frame<'_>,
        (first, count): (usize, usize),
        out: &mut [u8],
    ) -> Result<()> {
        let length = count.checked_mul(self.row()).and_then(|rows| rows.checked_add(PADDING));
        if self.kind.is_none() || length.is_none_or(|length| out.len() < length) {
            return Err(Error::new(ErrorKind::Request, "picture: buffer is too short"));
        }
        let target = Target::new(self, first, out)?;
        let rows = |n: usize| c_uint::try_from(n).unwrap_or(c_uint::MAX);
        let whole = c_uint::try_from(frame.0.height).unwrap_or(0);
        // SAFETY: the context is for frames of this kind; of the target it writes these rows alone, which with what vector
        // instructions write behind them lie within `out`.
        let code = unsafe {
            let code = sys::sws_frame_start(self.context, target.0, frame.0);
            if code < 0 {
                return Err(failed(code, "picture"));
            }
            let code = match sys::sws_send_slice(self.context, 0, whole) {
                0.. => sys::sws_receive_slice(self.context, rows(first), rows(count)),
                code => code,
            };
            sys::sws_frame_end(self.context);
            code
        };
        match code {
            0.. => Ok(()),
            code if code == no_memory() => Err(failed(code, "picture")),
            _ => Err(Error::new(ErrorKind::Unsupported, "picture: cannot be converted")),
        }
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

/// The picture that slices are written to, of which only those that are asked for are in memory.
struct Target(*mut sys::AVFrame);

impl Target {
    /// A picture whose row `first` begins where `out` does.
    fn new(of: &Scaler, first: usize, out: &mut [u8]) -> Result<Self> {
        // the library makes a place in the picture from its first row's, which is not in memory and never written to
        let before = first.saturating_mul(of.row());
        let origin = out.as_mut_ptr().wrapping_sub(before);
        // SAFETY: a new frame, whose fields are public; its buffer is `out`, which outlives it and is not freed by it.
        unsafe {
            let target = Self(sys::av_frame_alloc());
            let Some(frame) = target.0.as_mut() else { return Err(failed(no_memory(), "picture")) };
            frame.width = of.width;
            frame.height = of.height;
            frame.format = of.pixels.format() as c_int;
            frame.linesize[0] = c_int::try_from(of.row()).unwrap_or(c_int::MAX);
            frame.data[0] = origin;
            frame.buf[0] = sys::av_buffer_create(
                out.as_mut_ptr(),
                out.len(),
                Some(keep),
                std::ptr::null_mut(),
                0,
            );
            match frame.buf[0].is_null() {
                true => Err(failed(no_memory(), "picture")),
                false => Ok(target),
            }
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: a frame of the library or null.
        unsafe { sys::av_frame_free(&mut self.0) };
    }
}

/// Frees nothing: the picture is the caller's.
unsafe extern "C" fn keep(_: *mut c_void, _: *mut u8) {}
