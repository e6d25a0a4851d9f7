//! Blocks of binary32.
#![allow(clippy::arithmetic_side_effects, clippy::needless_range_loop)] // floats, lanes of fixed width, exponents below 2^8; loops over lanes

use stream_core::Sample;

use super::block::{self, LANES};
use super::{BLOCK, Column, Number, Place};
use crate::bins::Layout;
use crate::{Measures, Value};

/// Lanes of 4 bytes in as many vectors.
const WIDE: usize = 2 * LANES;

impl Number for f32 {
    const SIZE: usize = 4;
    const LAYOUT: Layout = Layout::Single;

    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0.0, |b| Self::from_ne_bytes(*b))
    }

    fn cast(bytes: &[u8]) -> Option<&[Self]> {
        Sample::cast(bytes)
    }

    fn value(self) -> Option<Value> {
        (!self.is_nan()).then(|| Value::Float(f64::from(self) + 0.0))
    }

    fn fold(block: &[Self], column: &mut Column, place: &Place<'_>) {
        let scan = scan(block);
        let whole = scan.missing == 0 && scan.min > f32::NEG_INFINITY && scan.max < f32::INFINITY;
        if whole {
            return finite(block, scan.min, scan.max, block, column, place);
        }
        column.missing = column.missing.saturating_add(scan.missing.into());
        let mut kept = [0.0f32; BLOCK];
        let mut n = 0usize;
        for &x in block.iter().take(BLOCK) {
            // written before it is known to stay: no branch to guess
            kept[n & (BLOCK - 1)] = x;
            n += usize::from(x.is_finite());
        }
        let kept = kept.get(..n).unwrap_or_default();
        if scan.min > f32::NEG_INFINITY && scan.max < f32::INFINITY {
            return finite(kept, scan.min, scan.max, block, column, place);
        }
        let count = |infinity: f32| block.iter().map(|&x| u64::from(x == infinity)).sum::<u64>();
        column.negative_infinities += count(f32::NEG_INFINITY);
        column.positive_infinities += count(f32::INFINITY);
        let s = self::scan(kept);
        finite(kept, s.min, s.max, block, column, place);
    }
}

struct Scan {
    min: f32,
    max: f32,
    missing: u32,
}

/// Extremes of what is not NaN, and how many are.
fn scan(block: &[f32]) -> Scan {
    let mut min = [f32::INFINITY; WIDE];
    let mut max = [f32::NEG_INFINITY; WIDE];
    let mut missing = [0u32; WIDE];
    let mut step = |i: usize, x: f32| {
        // false for NaN: what stands stays
        min[i] = if x < min[i] { x } else { min[i] };
        max[i] = if x > max[i] { x } else { max[i] };
        missing[i] += u32::from(x.is_nan());
    };
    let (groups, tail) = block.as_chunks::<WIDE>();
    for group in groups {
        for i in 0..WIDE {
            step(i, group[i]);
        }
    }
    tail.iter().enumerate().for_each(|(i, &x)| step(i, x));
    Scan {
        min: min.into_iter().fold(f32::INFINITY, f32::min),
        max: max.into_iter().fold(f32::NEG_INFINITY, f32::max),
        missing: missing.into_iter().sum(),
    }
}

/// Folds finite numbers; `block` is where they stood.
fn finite(
    numbers: &[f32],
    min: f32,
    max: f32,
    block: &[f32],
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
        add(numbers, bound, column);
    }
    if column.measures.has(Measures::SPREAD) && bound > 0.0 {
        let mut buffer = [0.0f64; BLOCK];
        let squares = buffer.get_mut(..numbers.len()).unwrap_or_default();
        for (to, &x) in squares.iter_mut().zip(numbers) {
            // 24 bits squared fit 53
            *to = f64::from(x) * f64::from(x);
        }
        block::add(squares, f64::from(bound) * f64::from(bound), &mut column.squares);
    }
    if let Some(bins) = &mut column.bins {
        bins.count_single(numbers);
    }
}

/// Where the exponents of a block differ by at most 19, all its numbers are multiples of one power of two and below 2^43 of it:
/// 2^10 of them add up in 53 bits, in any order. Others are peeled.
fn add(numbers: &[f32], bound: f32, column: &mut Column) {
    const SPREAD: u32 = 53 - 24 - BLOCK.ilog2();
    let field = |bits: u32| (bits >> 23).max(1);
    if field(bound.to_bits()) - field(smallest(numbers)) <= SPREAD {
        column.sum.add_float(plain_sum(numbers));
        return;
    }
    let mut buffer = [0.0f64; BLOCK];
    let wide = buffer.get_mut(..numbers.len()).unwrap_or_default();
    wide.iter_mut().zip(numbers).for_each(|(to, &x)| *to = f64::from(x));
    block::add(wide, f64::from(bound), &mut column.sum);
}

/// The bits of the smallest magnitude that is not zero; there is one.
fn smallest(numbers: &[f32]) -> u32 {
    // less by one, zeros become the largest unsigned number; flipped, so that comparing as signed, which every vector unit
    // can, orders them
    let image = |x: f32| ((x.to_bits() & 0x7fff_ffff).wrapping_sub(1) ^ (1 << 31)) as i32;
    let mut least = [i32::MAX; WIDE];
    let (groups, tail) = numbers.as_chunks::<WIDE>();
    for group in groups {
        for i in 0..WIDE {
            let n = image(group[i]);
            least[i] = if n < least[i] { n } else { least[i] };
        }
    }
    let least = least.into_iter().chain(tail.iter().map(|&x| image(x))).min();
    (least.unwrap_or(i32::MAX) as u32 ^ (1 << 31)).wrapping_add(1)
}

fn plain_sum(numbers: &[f32]) -> f64 {
    let mut sums = [0.0f64; LANES];
    let (groups, tail) = numbers.as_chunks::<LANES>();
    for group in groups {
        for i in 0..LANES {
            sums[i] += f64::from(group[i]);
        }
    }
    tail.iter().enumerate().for_each(|(i, &x)| sums[i] += f64::from(x));
    sums.into_iter().sum()
}
