//! Mean and variance from exact sums, rounded once.
#![allow(clippy::arithmetic_side_effects)] // digits of 32 bits in 64, counts of digits; no value from input

use super::{Exact, LIMB, LOWEST};

/// What the exact sums of `count` numbers and of their squares give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    /// Of the population: divided by the count.
    pub(crate) variance: f64,
    /// Its square root.
    pub(crate) deviation: f64,
}

impl Exact {
    /// The sum divided by `count`, correctly rounded; NaN for a count of 0.
    pub fn mean(&self, count: u64) -> f64 {
        if count == 0 {
            return f64::NAN;
        }
        let (negative, mut digits) = self.digits();
        let sticky = divide(&mut digits, count);
        let x = nearest(&digits, LOWEST, sticky);
        if negative { -x } else { x }
    }

    /// Mean, variance and standard deviation where `self` is the sum and `squares` that of the squares: mean and variance
    /// correctly rounded, the deviation to within one unit in the last place.
    pub(crate) fn moments(&self, squares: &Exact, count: u64) -> Moments {
        let mean = self.mean(count);
        if count == 0 {
            return Moments { mean, variance: f64::NAN, deviation: f64::NAN };
        }
        // count * squares - sum^2, exactly, in units of 2^LOWEST: the sum, a multiple of 2^-1074, is taken in units of
        // 2^(LOWEST / 2)
        let (_, sum) = self.digits();
        let half = LOWEST.unsigned_abs() as usize / LIMB / 2;
        let sum = sum.get(half..).unwrap_or_default();
        let mut spread = product(&squares.digits().1, &[count as u32, (count >> LIMB) as u32]);
        subtract(&mut spread, &product(sum, sum));
        let first = divide(&mut spread, count);
        let sticky = divide(&mut spread, count) | first;
        let variance = nearest(&spread, LOWEST, sticky);
        Moments { mean, variance, deviation: root(&spread, sticky) }
    }
}

/// Divides in place, and says whether anything remained.
fn divide(digits: &mut [u32], by: u64) -> bool {
    let by = u128::from(by);
    let mut rest = 0u128;
    for digit in digits.iter_mut().rev() {
        let value = rest << LIMB | u128::from(*digit);
        *digit = (value / by) as u32;
        rest = value % by;
    }
    rest != 0
}

fn product(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut digits = vec![0u32; a.len() + b.len()];
    for (i, &x) in a.iter().enumerate().filter(|(_, x)| **x != 0) {
        let mut carry = 0u64;
        let Some(row) = digits.get_mut(i..) else { continue };
        for (digit, y) in row.iter_mut().zip(b.iter().copied().chain(std::iter::repeat(0))) {
            // at most (2^32-1)^2 + 2 * (2^32-1), which is 2^64 - 1
            let value = u64::from(x) * u64::from(y) + u64::from(*digit) + carry;
            *digit = value as u32;
            carry = value >> LIMB;
        }
    }
    digits
}

/// `a - b` in place, where it is not negative.
fn subtract(a: &mut Vec<u32>, b: &[u32]) {
    a.resize(a.len().max(b.len()), 0);
    let mut borrow = false;
    for (x, y) in a.iter_mut().zip(b.iter().copied().chain(std::iter::repeat(0))) {
        let (d, under) = x.overflowing_sub(y);
        let (d, again) = d.overflowing_sub(u32::from(borrow));
        (*x, borrow) = (d, under | again);
    }
}

/// The 64 bits from the highest one on, the exponent of their lowest bit, and whether bits below them are set.
fn top(digits: &[u32], lowest: i32) -> Option<(u64, i32, bool)> {
    let last = digits.iter().rposition(|&d| d != 0)?;
    let digit = |back: usize| {
        last.checked_sub(back).and_then(|i| digits.get(i)).map_or(0, |&d| u128::from(d))
    };
    let bits = digit(0) << 64 | digit(1) << 32 | digit(2);
    // 96 bits, of which the highest digit has some leading zeros
    let shift = 96 - 64 - (bits.leading_zeros() as i32 - 32);
    let below = bits & ((1u128 << shift) - 1) != 0
        || digits.get(..last.saturating_sub(2)).is_some_and(|low| low.iter().any(|&d| d != 0));
    let exponent = lowest + (last as i32 - 2) * LIMB as i32 + shift;
    Some(((bits >> shift) as u64, exponent, below))
}

/// The `f64` nearest to the digits in units of `2^lowest`, ties to even; `sticky` says that a little more is meant.
pub(super) fn nearest(digits: &[u32], lowest: i32, sticky: bool) -> f64 {
    let Some((bits, exponent, below)) = top(digits, lowest) else { return 0.0 };
    let sticky = sticky | below;
    // the exponent of the highest bit decides how many bits a number has
    let high = exponent + 63;
    if high > 1023 {
        return f64::INFINITY;
    }
    let normal = high >= -1022;
    let precision = if normal { 53 } else { 53 - (-1022 - high) };
    if precision < 0 {
        return 0.0;
    }
    let shift = 64 - precision as u32;
    let (kept, cut) = match shift {
        64 => (0, u128::from(bits)),
        shift => (bits >> shift, u128::from(bits & ((1u64 << shift) - 1))),
    };
    let half = 1u128 << (shift - 1);
    let up = cut > half || (cut == half && (sticky || kept & 1 == 1));
    let kept = kept + u64::from(up);
    // a carry out of the fraction counts the exponent up, as it should
    let offset = if normal { ((high + 1023) as u64) << 52 } else { 1 << 52 };
    f64::from_bits(offset + kept - (1 << 52))
}

/// The square root of the digits in units of `2^lowest`.
fn root(digits: &[u32], sticky: bool) -> f64 {
    let Some((bits, exponent, below)) = top(digits, LOWEST) else { return 0.0 };
    // an even exponent halves; the digits alone are a number near 2^63, far from all limits
    let odd = exponent.rem_euclid(2);
    let mut halves = vec![0, bits as u32, (bits >> LIMB) as u32];
    if sticky | below {
        halves[0] = 1;
    }
    let x = nearest(&halves, odd - LIMB as i32, false).sqrt();
    // between 2^31 and 2^33 times a power of two that may lead below the smallest normal number: two exact steps and one
    let power = (exponent - odd) / 2;
    let step = |n: i32| f64::from_bits(((n + 1023) as u64) << 52);
    match power {
        -1000..=990 => x * step(power),
        991.. => x * step(900) * step((power - 900).min(1023)),
        _ => x * step(-900) * step((power + 900).max(-1022)),
    }
}
