//! Exact ratios of two integers, as containers and codecs write them.

use std::fmt;

/// A ratio: a time base in seconds, a frame rate in frames per second, or an aspect ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rational {
    /// Numerator.
    pub num: i32,
    /// Denominator; 0 where the ratio is not known.
    pub den: i32,
}

impl Rational {
    /// `num` over `den`.
    pub const fn new(num: i32, den: i32) -> Self {
        Self { num, den }
    }

    /// Whether both parts are positive.
    pub fn is_known(self) -> bool {
        self.num > 0 && self.den > 0
    }

    /// The ratio as a double; 0 where it is not known.
    pub fn value(self) -> f64 {
        if self.den == 0 { 0.0 } else { f64::from(self.num) / f64::from(self.den) }
    }

    /// A time of `ticks` in this base, in seconds.
    pub fn seconds(self, ticks: i64) -> f64 {
        // as FFmpeg rounds it: ticks to a double, times the base as a double
        ticks as f64 * self.value()
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}
