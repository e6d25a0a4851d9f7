//! Which frames are wanted, and in what form and size.

use std::ffi::c_int;

use stream_core::{Context, Dims, Error, ErrorKind, Result};

use crate::ffi::scaler::Pixels;
use crate::keyframes::Keyframes;

/// Sides of pictures are at most this: what the library's own checks bear.
const LONGEST: c_int = 1 << 15;

/// Which frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Which {
    /// One of so many.
    Every(u64),
    /// Key frames.
    Keys,
    /// The one that is shown so many seconds after the first.
    At(f64),
}

/// What the settings `video.*` choose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) which: Which,
    pub(crate) pixels: Pixels,
    /// Width and height of the pictures; before they are fitted, what was asked for: -1 keeps the ratio.
    pub(crate) size: (c_int, c_int),
}

impl Choice {
    /// Reads the settings.
    ///
    /// # Errors
    /// `Request` for values that they do not take.
    pub(crate) fn of(cx: &Context) -> Result<Self> {
        let pixels = match cx.setting("video.pixels") {
            None | Some("rgb") => Pixels::Rgb,
            Some("gray") => Pixels::Gray,
            Some("planar") => Pixels::Planar,
            Some(other) => return Err(refused("video.pixels", "rgb, gray or planar", other)),
        };
        let size = match cx.setting("video.size") {
            None => (-1, -1),
            Some(text) => size(text)
                .ok_or_else(|| refused("video.size", "WIDTHxHEIGHT of up to 32768", text))?,
        };
        let which = match (cx.setting("video.at"), cx.setting("video.every")) {
            _ if cx.switched_on("video.keys") => Which::Keys,
            (Some(text), _) => match text.parse() {
                Ok(seconds) if f64::is_finite(seconds) && seconds >= 0.0 => Which::At(seconds),
                _ => return Err(refused("video.at", "seconds", text)),
            },
            (None, Some(text)) => match text.parse() {
                Ok(every) if every > 0 => Which::Every(every),
                _ => return Err(refused("video.every", "a number from 1 on", text)),
            },
            (None, None) => Which::Every(1),
        };
        Ok(Self { which, pixels, size })
    }

    /// Fits the size to pictures of these sides.
    ///
    /// # Errors
    /// `Request` for a stream without pictures.
    pub(crate) fn fit(&mut self, (width, height): (c_int, c_int)) -> Result<()> {
        if width <= 0 || height <= 0 {
            let message = "form: only streams of pictures are decoded";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let scaled = |side: c_int, of: c_int, by: c_int| {
            let twice = i64::from(side).saturating_mul(i64::from(by)).saturating_mul(2);
            let of = i64::from(of);
            let rounded = twice.saturating_add(of).checked_div(of.saturating_mul(2)).unwrap_or(1);
            c_int::try_from(rounded).unwrap_or(LONGEST).clamp(1, LONGEST)
        };
        self.size = match self.size {
            (-1, -1) => (width, height),
            (across, -1) => (across, scaled(height, width, across)),
            (-1, down) => (scaled(width, height, down), down),
            size => size,
        };
        Ok(())
    }

    /// How many frames are chosen of a stream.
    pub(crate) fn count(&self, index: &Keyframes) -> u64 {
        match self.which {
            Which::Every(every) => index.frames.div_ceil(every.max(1)),
            Which::Keys => u64::try_from(index.keys.len()).unwrap_or(u64::MAX),
            Which::At(_) => index.up_to.min(1),
        }
    }

    /// Which frame of the whole the `place`-th chosen one is.
    pub(crate) fn frame(&self, place: u64, index: &Keyframes) -> Option<u64> {
        match self.which {
            Which::Every(every) => place.checked_mul(every),
            Which::Keys => index.keys.get(usize::try_from(place).ok()?).map(|key| key.ordinal),
            Which::At(_) => index.up_to.checked_sub(1),
        }
    }

    /// The shape of `count` pictures: `[n, height, width, 3]`, `[n, height, width]` or `[n, 3, height, width]`.
    pub(crate) fn shape(&self, count: u64) -> Dims {
        let side = |n: c_int| u64::try_from(n).unwrap_or(0);
        let (width, height) = (side(self.size.0), side(self.size.1));
        match self.pixels {
            Pixels::Rgb => Dims::from([count, height, width, 3]),
            Pixels::Gray => Dims::from([count, height, width]),
            Pixels::Planar => Dims::from([count, 3, height, width]),
        }
    }

    /// Bytes of a picture.
    pub(crate) fn bytes(&self) -> usize {
        let side = |n: c_int| usize::try_from(n).unwrap_or(0);
        side(self.size.0).saturating_mul(side(self.size.1)).saturating_mul(self.pixels.size())
    }
}

fn size(text: &str) -> Option<(c_int, c_int)> {
    let (width, height) = text.split_once('x')?;
    let side = |text: &str| {
        let side: c_int = text.parse().ok()?;
        (side == -1 || (1..=LONGEST).contains(&side)).then_some(side)
    };
    Some((side(width)?, side(height)?))
}

fn refused(name: &str, expected: &str, found: &str) -> Error {
    Error::new(ErrorKind::Request, format!("{name}: expected {expected}, found {found:?}"))
}
