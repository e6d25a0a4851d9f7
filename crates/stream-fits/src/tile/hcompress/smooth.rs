//! Smoothing: coefficients that were lost to the scale are guessed from the slopes around them.
#![deny(clippy::arithmetic_side_effects)]

use super::inverse::W;
use std::num::Wrapping;

/// Adjusts the differences of one step by at most `limit`, so that blocks go over into each other.
pub(super) fn smooth(
    values: &mut [i64],
    stride: usize,
    (rows, columns): (usize, usize),
    limit: i64,
) {
    let limit = Wrapping(limit);
    let get = |values: &[i64], r: usize, c: usize| {
        Wrapping(values.get(r.saturating_mul(stride).saturating_add(c)).copied().unwrap_or(0))
    };
    let add = |values: &mut [i64], r: usize, c: usize, change: W| {
        if let Some(value) = values.get_mut(r.saturating_mul(stride).saturating_add(c)) {
            *value = (Wrapping(*value) + change).0;
        }
    };
    let inner = |extent: usize| (2..extent.saturating_sub(2)).step_by(2);
    let all = |extent: usize| (0..extent).step_by(2);
    // along columns, then along lines: a block with two neighbours
    for r in inner(rows) {
        for c in all(columns) {
            let before = get(values, r.saturating_sub(2), c);
            let (here, behind) = (get(values, r, c), get(values, r.saturating_add(2), c));
            let lower = r.saturating_add(1);
            let change = slope(before, here, behind, get(values, lower, c), limit);
            add(values, lower, c, change);
        }
    }
    for r in all(rows) {
        for c in inner(columns) {
            let before = get(values, r, c.saturating_sub(2));
            let (here, behind) = (get(values, r, c), get(values, r, c.saturating_add(2)));
            let right = c.saturating_add(1);
            let change = slope(before, here, behind, get(values, r, right), limit);
            add(values, r, right, change);
        }
    }
    // of both: a block with four neighbours at its corners
    for r in inner(rows) {
        for c in inner(columns) {
            let (up, down) = (r.saturating_sub(2), r.saturating_add(2));
            let (left, right) = (c.saturating_sub(2), c.saturating_add(2));
            let around = Corners {
                mm: get(values, up, left),
                pm: get(values, down, left),
                mp: get(values, up, right),
                pp: get(values, down, right),
                here: get(values, r, c),
                x: get(values, r.saturating_add(1), c) << 1,
                y: get(values, r, c.saturating_add(1)) << 1,
            };
            let (r, c) = (r.saturating_add(1), c.saturating_add(1));
            let change = around.curvature(get(values, r, c), limit);
            add(values, r, c, change);
        }
    }
}

/// What to add to a difference between its two neighbours: towards half their slope, which must not overshoot.
fn slope(before: W, here: W, behind: W, now: W, limit: W) -> W {
    let (rise, fall) = (behind - here, here - before);
    let most = rise.min(fall).max(Wrapping(0)) << 2;
    let least = rise.max(fall).min(Wrapping(0)) << 2;
    if least >= most {
        return Wrapping(0);
    }
    let wanted = (behind - before).min(most).max(least) - (now << 3);
    towards_zero(wanted, 3).min(limit).max(-limit)
}

/// Sums of the four blocks at the corners, of the one between, and twice its differences.
struct Corners {
    mm: W,
    pm: W,
    mp: W,
    pp: W,
    here: W,
    x: W,
    y: W,
}

impl Corners {
    fn curvature(&self, now: W, limit: W) -> W {
        let Self { mm, pm, mp, pp, here, x, y } = *self;
        let zero = Wrapping(0);
        let bound = |pick: fn(W, W) -> W| {
            [
                pick(pp - here, zero) - x - y,
                pick(here - pm, zero) + x - y,
                pick(here - mp, zero) - x + y,
                pick(mm - here, zero) + x + y,
            ]
        };
        let most = bound(Ord::max).into_iter().fold(Wrapping(i64::MAX), Ord::min) << 4;
        let least = bound(Ord::min).into_iter().fold(Wrapping(i64::MIN), Ord::max) << 4;
        if least >= most {
            return zero;
        }
        let wanted = (pp + mm - mp - pm).min(most).max(least) - (now << 6);
        towards_zero(wanted, 6).min(limit).max(-limit)
    }
}

/// A division by a power of two that cuts.
fn towards_zero(value: W, bits: usize) -> W {
    let below = (Wrapping(1i64) << bits) - Wrapping(1);
    if value.0 >= 0 { value >> bits } else { (value + below) >> bits }
}
