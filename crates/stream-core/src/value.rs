//! One fact's value, borrowed from the entry that holds it.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

use crate::fields::{List, Map};

/// An exact time: `ticks` of which `per_second` make a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    /// Ticks since the start, may be negative.
    pub ticks: i64,
    /// Ticks in a second, at least 1.
    pub per_second: u32,
}

impl Time {
    /// A time in milliseconds.
    pub fn from_millis(ms: i64) -> Self {
        Self { ticks: ms, per_second: 1000 }
    }

    /// Seconds, rounded to a double.
    pub fn seconds(self) -> f64 {
        self.ticks as f64 / f64::from(self.per_second.max(1))
    }
}

impl fmt::Display for Time {
    /// Decimal seconds: exact when `per_second` is a power of ten, else to nine places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second =
            NonZeroU64::from(NonZeroU32::new(self.per_second).unwrap_or(NonZeroU32::MIN));
        let ticks = self.ticks.unsigned_abs();
        let (whole, rest) = (ticks / per_second, ticks % per_second);
        if self.ticks < 0 {
            f.write_str("-")?;
        }
        let places = per_second.ilog10();
        if 10u64.saturating_pow(places) == per_second.get() {
            return match usize::try_from(places) {
                Ok(places) if places > 0 => write!(f, "{whole}.{rest:0places$}"),
                _ => write!(f, "{whole}"),
            };
        }
        // rest < 2^32, so the product stays under 2^62
        let nanos = rest.saturating_mul(1_000_000_000) / per_second;
        write!(f, "{whole}.{nanos:09}")
    }
}

/// A value as it stands in [`Fields`](crate::Fields).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Present, and empty.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating-point number, NaN and infinities included.
    Float(f64),
    /// An exact time in seconds.
    Time(Time),
    /// Text.
    Text(&'a str),
    /// Bytes that are not text.
    Bytes(&'a [u8]),
    /// Values in order.
    List(List<'a>),
    /// Named values in order.
    Map(Map<'a>),
}

impl<'a> Value<'a> {
    /// The text, if it is text.
    pub fn as_str(&self) -> Option<&'a str> {
        if let Self::Text(s) = self { Some(s) } else { None }
    }

    /// The number as an unsigned integer, if it is one.
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::Uint(n) => Some(n),
            Self::Int(n) => u64::try_from(n).ok(),
            _ => None,
        }
    }

    /// The number as a signed integer, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Int(n) => Some(n),
            Self::Uint(n) => i64::try_from(n).ok(),
            _ => None,
        }
    }

    /// The number or time as a double, if it is one; integers beyond 2^53 are rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Float(x) => Some(x),
            Self::Int(n) => Some(n as f64),
            Self::Uint(n) => Some(n as f64),
            Self::Time(t) => Some(t.seconds()),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = *self { Some(b) } else { None }
    }
}

macro_rules! from {
    ($($t:ty => $v:ident ( $x:ident ) $e:expr;)*) => {$(
        impl<'a> From<$t> for Value<'a> {
            fn from($x: $t) -> Self { Self::$v($e) }
        }
    )*};
}
from! {
    bool => Bool(x) x;
    i32 => Int(x) i64::from(x);
    i64 => Int(x) x;
    u8 => Uint(x) u64::from(x);
    u16 => Uint(x) u64::from(x);
    u32 => Uint(x) u64::from(x);
    u64 => Uint(x) x;
    f32 => Float(x) f64::from(x);
    f64 => Float(x) x;
    Time => Time(x) x;
    &'a str => Text(x) x;
    &'a [u8] => Bytes(x) x;
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn times_print_exactly() {
        assert_eq!(Time::from_millis(83_999).to_string(), "83.999");
        assert_eq!(Time::from_millis(-5).to_string(), "-0.005");
        assert_eq!(Time { ticks: 1, per_second: 3 }.to_string(), "0.333333333");
        assert_eq!(Time { ticks: 7, per_second: 1 }.to_string(), "7");
    }
}
