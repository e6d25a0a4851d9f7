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
    ($($t:ty, $square:ty;)*) => {$(
        number!($t, Layout::Double);
        impl Integer for $t {
            const BOUNDS: (Self, Self) = (<$t>::MIN, <$t>::MAX);

            fn sum(block: &[Self]) -> i128 {
                wide_sum(block)
            }

            fn squares(block: &[Self], sum: &mut Exact) {
                const HALF: u32 = <$square>::BITS / 2;
                // halves of squares, each with room for 2^10 of them
                let (mut low, mut high): ($square, $square) = (0, 0);
                for &n in block {
                    let magnitude = <$square>::from(magnitude(n));
                    let square = magnitude * magnitude;
                    low += square & (<$square>::MAX >> HALF);
                    high += square >> HALF;
                }
                sum.add(low.into(), false, 0);
                sum.add(high.into(), false, HALF as i32);
            }

            fn bin(block: &[Self], bins: &mut crate::bins::Bins) {
                bins.count_double(block.iter().map(|&n| truncated(n)));
            }
        }
    )*};
}
large! { i32, u64; u32, u64; i64, u128; u64, u128; }

/// A 32- or 64-bit integer seen as its magnitude.
trait Magnitude: Copy {
    type Unsigned;
    fn split(self) -> (Self::Unsigned, bool);
    fn wide(self) -> i128;
}

macro_rules! magnitude {
    ($($t:ty, $u:ty, $split:expr;)*) => {$(
        impl Magnitude for $t {
            type Unsigned = $u;
            fn split(self) -> ($u, bool) {
                $split(self)
            }
            fn wide(self) -> i128 {
                self.into()
            }
        }
    )*};
}
magnitude! {
    i32, u32, |n: i32| (n.unsigned_abs(), n < 0);
    u32, u32, |n: u32| (n, false);
    i64, u64, |n: i64| (n.unsigned_abs(), n < 0);
    u64, u64, |n: u64| (n, false);
}

fn magnitude<M: Magnitude>(n: M) -> M::Unsigned {
    n.split().0
}

fn wide_sum<M: Magnitude>(block: &[M]) -> i128 {
    block.iter().map(|n| n.wide()).sum()
}

/// The integer as a double, cut towards zero rather than rounded, so that none leaves its bin.
fn truncated<M: Magnitude>(n: M) -> f64
where
    u64: From<M::Unsigned>,
{
    let (magnitude, negative) = n.split();
    let magnitude = u64::from(magnitude);
    let kept = if magnitude >> 53 == 0 { magnitude } else { magnitude & !0x7ff };
    let x = kept as f64;
    if negative { -x } else { x }
}
