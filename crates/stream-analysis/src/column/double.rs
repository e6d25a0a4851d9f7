//! Blocks of binary64.
#![allow(clippy::arithmetic_side_effects, clippy::needless_range_loop)] // floats and lanes of fixed width; loops over lanes

use stream_core::Sample;

use super::block::{self, LANES};
use super::{BLOCK, Column, Number, Place};
use crate::bins::Layout;
use crate::exact::Exact;
use crate::{Measures, Value};

impl Number for f64 {
    const SIZE: usize = 8;
    const LAYOUT: Layout = Layout::Double;

    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0.0, |b| Self::from_ne_bytes(*b))
    }

    fn cast(bytes: &[u8]) -> Option<&[Self]> {
        Sample::cast(bytes)
    }

    fn value(self) -> Option<Value> {
        (!self.is_nan()).then_some(Value::Float(self + 0.0))
    }

    fn fold(block: &[Self], column: &mut Column, place: &Place<'_>) {
        let scan = scan(block);
        let whole = scan.missing == 0 && scan.min > f64::NEG_INFINITY && scan.max < f64::INFINITY;
        if whole {
            return finite(block, scan.min, scan.max, block, column, place);
        }
        column.missing = column.missing.saturating_add(scan.missing);
        let mut kept = [0.0f64; BLOCK];
        let mut n = 0usize;
        for &x in block.iter().take(BLOCK) {
            // written before it is known to stay: no branch to guess
            kept[n & (BLOCK - 1)] = x;
            n += usize::from(x.is_finite());
        }
        let kept = kept.get(..n).unwrap_or_default();
        if scan.min > f64::NEG_INFINITY && scan.max < f64::INFINITY {
            return finite(kept, scan.min, scan.max, block, column, place);
        }
        let count = |infinity: f64| block.iter().map(|&x| u64::from(x == infinity)).sum::<u64>();
        column.negative_infinities += count(f64::NEG_INFINITY);
        column.positive_infinities += count(f64::INFINITY);
        let s = self::scan(kept);
        finite(kept, s.min, s.max, block, column, place);
    }
}

struct Scan {
    min: f64,
    max: f64,
    missing: u64,
}

/// Extremes of what is not NaN, and how many are.
fn scan(block: &[f64]) -> Scan {
    let mut min = [f64::INFINITY; LANES];
    let mut max = [f64::NEG_INFINITY; LANES];
    let mut missing = [0u64; LANES];
    let mut step = |i: usize, x: f64| {
        // false for NaN: what stands stays
        min[i] = if x < min[i] { x } else { min[i] };
        max[i] = if x > max[i] { x } else { max[i] };
        missing[i] += u64::from(x.is_nan());
    };
    let (groups, tail) = block.as_chunks::<LANES>();
    for group in groups {
        for i in 0..LANES {
            step(i, group[i]);
        }
    }
    tail.iter().enumerate().for_each(|(i, &x)| step(i, x));
    Scan {
        min: min.into_iter().fold(f64::INFINITY, f64::min),
        max: max.into_iter().fold(f64::NEG_INFINITY, f64::max),
        missing: missing.into_iter().sum(),
    }
}

/// Folds finite numbers; `block` is where they stood.
fn finite(
    numbers: &[f64],
    min: f64,
    max: f64,
    block: &[f64],
    column: &mut Column,
    place: &Place<'_>,
) {
    if numbers.is_empty() {
        return;
    }
    column.add_count(numbers.len());
    let bound = max.max(-min);
    if column.measures.has(Measures::EXTREMES) {
        column.extremes(min, max, block, place);
    }
    if column.measures.has(Measures::SUM) && bound > 0.0 {
        let mut buffer = [0.0f64; BLOCK];
        let copy = buffer.get_mut(..numbers.len()).unwrap_or_default();
        copy.copy_from_slice(numbers);
        block::add(copy, bound, &mut column.sum);
    }
    if column.measures.has(Measures::SPREAD) && bound > 0.0 {
        squares(numbers, bound, &mut column.squares);
    }
    if let Some(bins) = &mut column.bins {
        bins.count_double(numbers.iter().copied());
    }
}

/// Each square is a product of 53 bits and what that was rounded by, both exact (Dekker 1971), as long as neither overflows nor
/// becomes subnormal; other blocks are squared in integers.
fn squares(numbers: &[f64], bound: f64, sum: &mut Exact) {
    const LARGEST: f64 = f64::from_bits((1023 + 480) << 52);
    const SMALLEST: u64 = (1023 - 450) << 52;
    if bound >= LARGEST || smallest(numbers) < SMALLEST {
        numbers.iter().for_each(|&x| sum.add_square(x));
        return;
    }
    let (mut high, mut low) = ([0.0f64; BLOCK], [0.0f64; BLOCK]);
    let high = high.get_mut(..numbers.len()).unwrap_or_default();
    let low = low.get_mut(..numbers.len()).unwrap_or_default();
    for ((&x, high), low) in numbers.iter().zip(high.iter_mut()).zip(low.iter_mut()) {
        // 26 and 26 bits (Veltkamp 1968): every product of the two is exact
        let scaled = x * 134_217_729.0;
        let a = scaled - (scaled - x);
        let b = x - a;
        *high = x * x;
        *low = ((a * a - *high) + 2.0 * a * b) + b * b;
    }
    block::add(high, bound * bound, sum);
    block::add(low, bound * bound * f64::EPSILON, sum);
}

/// The bits of the smallest magnitude that is not zero; there is one.
fn smallest(numbers: &[f64]) -> u64 {
    let mut least = [f64::INFINITY; LANES];
    let mut step = |i: usize, x: f64| {
        let m = if x == 0.0 { f64::INFINITY } else { x.abs() };
        least[i] = if m < least[i] { m } else { least[i] };
    };
    let (groups, tail) = numbers.as_chunks::<LANES>();
    for group in groups {
        for i in 0..LANES {
            step(i, group[i]);
        }
    }
    tail.iter().enumerate().for_each(|(i, &x)| step(i, x));
    least.into_iter().fold(f64::INFINITY, f64::min).to_bits()
}
