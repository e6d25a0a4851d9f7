//! The inverse H-transform: from one sum to all pixels, doubling both extents at each step.
#![deny(clippy::arithmetic_side_effects)]

use std::num::Wrapping;

use super::planes::{Doubling, levels};
use super::smooth::smooth;

/// Hostile coefficients overflow; what they give does not matter, but nothing may panic.
pub(super) type W = Wrapping<i64>;

/// Rounding at one step: coefficients are multiples of these powers of two.
struct Rounding {
    /// Of the difference along both axes, and half of those along one.
    bit: W,
    /// Whether this is the last step, whose results are pixels.
    last: bool,
}

/// Restores the pixels of `rows` lines in place. `limit` is what smoothing may add to a coefficient, 0 for none; `line` holds
/// half of the longer side.
pub(super) fn inverse(
    values: &mut [i64],
    (rows, columns): (usize, usize),
    limit: i64,
    line: &mut [i64],
) {
    let levels = levels(rows, columns);
    // the sum of all is a multiple of four times the first rounding
    if let (Some(first), Some(corner)) = (levels.checked_sub(1), values.first_mut()) {
        let bit = Wrapping(1i64) << first as usize;
        *corner = rounded(Wrapping(*corner), bit << 2, bit << 1).0;
    }
    let mut down = Doubling::new(rows);
    let mut across = Doubling::new(columns);
    for level in (0..levels).rev() {
        let half = 1usize.wrapping_shl(level);
        let (r, c) = (down.next(half), across.next(half));
        unshuffle(values, columns, (r, c), line);
        if limit > 0 {
            smooth(values, columns, (r, c), limit);
        }
        let rounding = Rounding { bit: Wrapping(1i64) << level as usize, last: level == 0 };
        for pair in 0..r.div_ceil(2) {
            let start = pair.saturating_mul(2).saturating_mul(columns);
            let Some(lines) = values.get_mut(start..) else { return };
            let both = pair.saturating_mul(2).saturating_add(1) < r;
            let (upper, lower) = lines.split_at_mut(columns.min(lines.len()));
            let Some(upper) = upper.get_mut(..c) else { return };
            let lower = if both { lower.get_mut(..c) } else { None };
            match lower {
                Some(lower) => step(upper, lower, &rounding),
                None => step_of_one(upper, &rounding),
            }
        }
    }
}

/// To the nearest multiple of `bit`, a half away from zero but for the least step; `half` is half of `bit`.
#[inline(always)]
fn rounded(value: W, bit: W, half: W) -> W {
    let half = if value.0 >= 0 { half } else { half - Wrapping(1) };
    (value + half) & -bit
}

impl Rounding {
    /// What is divided by: 2, and 4 at the last step.
    fn shift(&self) -> usize {
        if self.last { 2 } else { 1 }
    }

    /// A difference along one axis.
    #[inline(always)]
    fn along(&self, value: W) -> W {
        rounded(value, self.bit << 1, self.bit)
    }

    /// A difference along both.
    #[inline(always)]
    fn across(&self, value: W) -> W {
        let half = self.bit >> 1;
        // at the last step the half is 0, below zero as well
        let half = if value.0 >= 0 || self.last { half } else { half - Wrapping(1) };
        (value + half) & -self.bit
    }
}

/// Two lines of blocks: each 2 x 2 of sum and differences becomes 2 x 2 pixels.
fn step(upper: &mut [i64], lower: &mut [i64], rounding: &Rounding) {
    let shift = rounding.shift();
    let bit = rounding.bit;
    let (upper, upper_rest) = upper.as_chunks_mut::<2>();
    let (lower, lower_rest) = lower.as_chunks_mut::<2>();
    for ([h0, hy], [hx, hc]) in upper.iter_mut().zip(lower) {
        let (mut sum, both) = (Wrapping(*h0), rounding.across(Wrapping(*hc)));
        let (x, y) = (rounding.along(Wrapping(*hx)), rounding.along(Wrapping(*hy)));
        // the lowest bits of the differences are those of the larger coefficients too
        let low = both & bit;
        let x = if x.0 >= 0 { x - low } else { x + low };
        let y = if y.0 >= 0 { y - low } else { y + low };
        let next = (both ^ x ^ y) & (bit << 1);
        sum += if sum.0 < 0 && low.0 == 0 { next } else { low - next };
        *hc = ((sum + x + y + both) >> shift).0;
        *hx = ((sum + x - y - both) >> shift).0;
        *hy = ((sum - x + y - both) >> shift).0;
        *h0 = ((sum - x - y + both) >> shift).0;
    }
    if let ([h0], [hx]) = (upper_rest, lower_rest) {
        (*h0, *hx) = two(Wrapping(*h0), Wrapping(*hx), rounding);
    }
}

/// The last line where they are odd.
fn step_of_one(line: &mut [i64], rounding: &Rounding) {
    let (pairs, rest) = line.as_chunks_mut::<2>();
    for [h0, hy] in pairs {
        (*h0, *hy) = two(Wrapping(*h0), Wrapping(*hy), rounding);
    }
    if let [h0] = rest {
        *h0 = (Wrapping(*h0) >> rounding.shift()).0;
    }
}

/// Two pixels of a sum and a difference.
#[inline(always)]
fn two(sum: W, difference: W, rounding: &Rounding) -> (i64, i64) {
    let difference = rounding.along(difference);
    let next = difference & (rounding.bit << 1);
    let sum = if sum.0 >= 0 { sum - next } else { sum + next };
    let shift = rounding.shift();
    (((sum - difference) >> shift).0, ((sum + difference) >> shift).0)
}

/// Brings sums and differences, which stand in halves of each line and column, side by side.
fn unshuffle(values: &mut [i64], stride: usize, (rows, columns): (usize, usize), line: &mut [i64]) {
    for cells in values.chunks_mut(stride.max(1)).take(rows) {
        if let Some(cells) = cells.get_mut(..columns) {
            interleave(cells, line, 1, columns);
        }
    }
    for column in 0..columns {
        if let Some(cells) = values.get_mut(column..) {
            interleave(cells, line, stride, rows);
        }
    }
}

/// The second half of `count` values, `stride` apart, between those of the first.
fn interleave(cells: &mut [i64], line: &mut [i64], stride: usize, count: usize) {
    let first = count.div_ceil(2);
    let at = |n: usize| n.saturating_mul(stride);
    for (n, kept) in line.iter_mut().take(count / 2).enumerate() {
        *kept = cells.get(at(first.saturating_add(n))).copied().unwrap_or(0);
    }
    for n in (0..first).rev() {
        let value = cells.get(at(n)).copied().unwrap_or(0);
        if let Some(cell) = cells.get_mut(at(n.saturating_mul(2))) {
            *cell = value;
        }
    }
    for (n, kept) in line.iter().take(count / 2).enumerate() {
        if let Some(cell) = cells.get_mut(at(n.saturating_mul(2).saturating_add(1))) {
            *cell = *kept;
        }
    }
}
