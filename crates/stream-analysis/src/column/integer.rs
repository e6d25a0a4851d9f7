//! Blocks of integers.
#![allow(clippy::arithmetic_side_effects)] // sums of at most 2^10 numbers in a type that has room for them

use stream_core::Sample;

use super::{BLOCK, Column, Number, Place};
use crate::bins::Layout;
use crate::exact::Exact;
use crate::{Measures, Value};

/// What differs between widths: sums that cannot overflow, and places in bins.
trait Integer: Number + Ord + Into<i128> {
    /// Least and greatest value of the type.
    const BOUNDS: (Self, Self);
    fn sum(block: &[Self]) -> i128;
    fn squares(block: &[Self], sum: &mut Exact);
    fn bin(block: &[Self], bins: &mut crate::bins::Bins);
}

fn fold<I: Integer>(block: &[I], column: &mut Column, place: &Place<'_>) {
    if block.is_empty() || block.len() > BLOCK {
        return;
    }
    column.add_count(block.len());
    if column.measures.has(Measures::EXTREMES) {
        let (least, greatest) = I::BOUNDS;
        let min = block.iter().fold(greatest, |m, &n| if n < m { n } else { m });
        let max = block.iter().fold(least, |m, &n| if n > m { n } else { m });
        column.extremes(min, max, block, place);
    }
    if column.measures.has(Measures::SUM) {
        column.sum.add_integer(I::sum(block));
    }
    if column.measures.has(Measures::SPREAD) {
        I::squares(block, &mut column.squares);
    }
    if let Some(bins) = &mut column.bins {
        I::bin(block, bins);
    }
}

macro_rules! number {
    ($t:ty, $layout:expr) => {
        impl Number for $t {
            const SIZE: usize = size_of::<$t>();
            const LAYOUT: Layout = $layout;

            fn from_bytes(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0, |b| Self::from_ne_bytes(*b))
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                Sample::cast(bytes)
            }

            fn value(self) -> Option<Value> {
                Some(Value::Integer(self.into()))
            }

            fn fold(block: &[Self], column: &mut Column, place: &Place<'_>) {
                fold(block, column, place);
            }
        }
    };
}

/// 8 and 16 bits: a counter a value, counted from the least.
macro_rules! small {
    ($($t:ty, $count:expr;)*) => {$(
        number!($t, Layout::Values { least: <$t>::MIN as i32, count: $count });
        impl Integer for $t {
            const BOUNDS: (Self, Self) = (<$t>::MIN, <$t>::MAX);

            fn sum(block: &[Self]) -> i128 {
                // 2^10 numbers below 2^16
                block.iter().map(|&n| i32::from(n)).sum::<i32>().into()
            }

            fn squares(block: &[Self], sum: &mut Exact) {
                let square = |&n: &$t| u64::from(i32::from(n).unsigned_abs().pow(2));
                sum.add_integer(block.iter().map(square).sum::<u64>().into());
            }

            fn bin(block: &[Self], bins: &mut crate::bins::Bins) {
                bins.count_places(block.iter().map(|&n| n.wrapping_sub(<$t>::MIN) as u16 & ($count - 1) as u16));
            }
        }
    )*};
}
small! { i8, 1 << 8; u8, 1 << 8; i16, 1 << 16; u16, 1 << 16; }

macro_rules! large {
    ($($t:ty, $square:ty, $sum:expr;)*) => {$(
        number!($t, Layout::Double);
        impl Integer for $t {
            const BOUNDS: (Self, Self) = (<$t>::MIN, <$t>::MAX);

            fn sum(block: &[Self]) -> i128 {
                $sum(block)
            }

            fn squares(block: &[Self], sum: &mut Exact) {
                const HALF: u32 = <$square>::BITS / 2;
                // halves of squares, each with room for 2^10 of them
                let (mut low, mut high): ($square, $square) = (0, 0);
                for &n in block {
                    let magnitude = <$square>::from(n.magnitude());
                    let square = magnitude * magnitude;
                    low += square & (<$square>::MAX >> HALF);
                    high += square >> HALF;
                }
                sum.add(low.into(), false, 0);
                sum.add(high.into(), false, HALF as i32);
            }

            fn bin(block: &[Self], bins: &mut crate::bins::Bins) {
                bins.count_double(block.iter().map(|&n| n.truncated()));
            }
        }
    )*};
}
large! {
    i32, u64, |block: &[i32]| block.iter().map(|&n| i64::from(n)).sum::<i64>().into();
    u32, u64, |block: &[u32]| block.iter().map(|&n| i64::from(n)).sum::<i64>().into();
    i64, u128, wide_sum;
    u64, u128, wide_sum;
}

/// A 32- or 64-bit integer seen as its magnitude.
trait Magnitude: Copy {
    type Unsigned;
    fn magnitude(self) -> Self::Unsigned;
    fn wide(self) -> i128;
    /// The integer as a double, cut towards zero rather than rounded, so that none leaves its bin.
    fn truncated(self) -> f64;
}

impl Magnitude for i32 {
    type Unsigned = u32;
    fn magnitude(self) -> u32 {
        self.unsigned_abs()
    }
    fn wide(self) -> i128 {
        self.into()
    }
    fn truncated(self) -> f64 {
        self.into()
    }
}

impl Magnitude for u32 {
    type Unsigned = Self;
    fn magnitude(self) -> Self {
        self
    }
    fn wide(self) -> i128 {
        self.into()
    }
    fn truncated(self) -> f64 {
        self.into()
    }
}

impl Magnitude for i64 {
    type Unsigned = u64;
    fn magnitude(self) -> u64 {
        self.unsigned_abs()
    }
    fn wide(self) -> i128 {
        self.into()
    }
    fn truncated(self) -> f64 {
        match self.unsigned_abs() >> 53 {
            0 => self as f64,
            _ => self.unsigned_abs().truncated().copysign(if self < 0 { -1.0 } else { 1.0 }),
        }
    }
}

impl Magnitude for u64 {
    type Unsigned = Self;
    fn magnitude(self) -> Self {
        self
    }
    fn wide(self) -> i128 {
        self.into()
    }
    fn truncated(self) -> f64 {
        // 53 bits at most are left of any
        (if self >> 53 == 0 { self } else { self & !0x7ff }) as f64
    }
}

fn wide_sum<M: Magnitude>(block: &[M]) -> i128 {
    block.iter().map(|n| n.wide()).sum()
}
