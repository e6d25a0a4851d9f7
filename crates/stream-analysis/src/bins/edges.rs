//! Where bins lie, in order.
#![allow(clippy::arithmetic_side_effects)] // pages and places in them, all below 2^52

use super::{Bins, Layout, NONE};

/// Values counted together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    /// The least value it may hold.
    pub(crate) low: f64,
    /// The bound of its values: not reached by positive ones, `low` itself where it holds one value alone; for negative
    /// values the bound that is reached is `high` and `low` is not.
    pub(crate) high: f64,
    /// How many there are, at least 1.
    pub(crate) count: u64,
}

impl Bins {
    /// Bins that are not empty, from the least to the greatest.
    pub(crate) fn ascending(&self) -> Vec<Bin> {
        let mut bins = Vec::new();
        let mut push = |low: f64, high: f64, count: u64| {
            if count > 0 {
                bins.push(Bin { low, high, count });
            }
        };
        match self.layout {
            Layout::Values { least, count } => {
                for (i, &n) in self.counters.iter().enumerate().take(count) {
                    let value = f64::from(least) + i as f64;
                    push(value, value, n);
                }
            }
            Layout::Half => {
                // negative patterns grow downwards; both zeros are zero
                let value = |pattern: usize| f64::from(crate::column::half::widen(pattern as u16));
                for pattern in (0x8001..0xfc00).rev() {
                    push(value(pattern), value(pattern), self.counters[pattern]);
                }
                push(0.0, 0.0, self.counters[0] + self.counters[0x8000]);
                for pattern in 1..0x7c00 {
                    push(value(pattern), value(pattern), self.counters[pattern]);
                }
            }
            Layout::Single => {
                self.pages(0x100, 23, |bits| f64::from(f32::from_bits(bits as u32)), push)
            }
            Layout::Double => self.pages(0x800, 52, f64::from_bits, push),
        }
        bins
    }

    /// Visits the counters of pages, of which the first `half` are positive, by value.
    fn pages(
        &self,
        half: usize,
        fraction: u32,
        number: impl Fn(u64) -> f64,
        mut push: impl FnMut(f64, f64, u64),
    ) {
        let step = 1u64 << (fraction - self.bits);
        let bound = |bits: u64| {
            let x = number(bits);
            // the page of the largest exponent ends at what would be infinity
            if x.is_finite() { x } else { number(bits - 1) }
        };
        let mut visit = |page: usize, i: usize, negative: bool| {
            let Some(slot) = self.directory.get(page).copied().filter(|s| *s != NONE) else {
                return;
            };
            let count = self.counters[usize::from(slot) << self.bits | i];
            let bits = (((page % half) as u64) << fraction) | ((i as u64) * step);
            match negative {
                true => push(-bound(bits + step), -bound(bits), count),
                false => push(bound(bits), bound(bits + step), count),
            }
        };
        for page in (half..2 * half).rev() {
            (0..1usize << self.bits).rev().for_each(|i| visit(page, i, true));
        }
        for page in 0..half {
            (0..1usize << self.bits).for_each(|i| visit(page, i, false));
        }
    }
}
