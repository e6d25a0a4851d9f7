//! Sums without rounding: a long fixed-point number.

mod big;

/// Bits of a limb.
const LIMB: usize = 32;
/// Limbs: from 2^-2176, below the square of the smallest `f64` (2^-2148), to 2^2176, above the sum of 2^64 squares of the
/// largest (2^2112).
const LIMBS: usize = 136;
/// The exponent of the lowest bit.
const LOWEST: i32 = -2176;
/// Additions between two rounds of carrying: each changes a limb by less than 2^33, and a limb holds 2^63.
const PENDING: u32 = 1 << 28;

/// An exact sum of floating-point numbers, integers and their squares: 1.1 KB, whatever is added.
///
/// Addition of exact values is associative and commutative, so the sum is the same for every order and grouping.
#[derive(Clone)]
pub struct Exact {
    /// Base 2^32, lowest first; digits carry late, the highest has the sign.
    limbs: [i64; LIMBS],
    pending: u32,
}

impl Default for Exact {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], pending: 0 }
    }
}

impl Exact {
    /// Zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `magnitude * 2^exponent`, negated where `negative`. The exponent must lie in -2176 ..= 2000: all that products
    /// of two `f64` need. Others are not added.
    pub(crate) fn add(&mut self, magnitude: u128, negative: bool, exponent: i32) {
        let at = exponent.wrapping_sub(LOWEST);
        let Ok(at) = usize::try_from(at) else { return };
        let (first, shift) = (at / LIMB, at % LIMB);
        // four pieces of 32 bits, each shifted, touch five limbs
        let Some(limbs) = self.limbs.get_mut(first..first.saturating_add(5)) else { return };
        let mut rest = magnitude;
        for i in 0..4usize {
            let piece = (rest as u32 as u64) << shift;
            rest >>= LIMB;
            let (low, high) = (i64::from(piece as u32), (piece >> LIMB) as i64);
            if let Some([a, b]) = limbs.get_mut(i..i.wrapping_add(2)) {
                *a = if negative { a.wrapping_sub(low) } else { a.wrapping_add(low) };
                *b = if negative { b.wrapping_sub(high) } else { b.wrapping_add(high) };
            }
        }
        self.pending = self.pending.wrapping_add(1);
        if self.pending >= PENDING {
            self.carry();
        }
    }

    /// Adds an integer.
    pub fn add_integer(&mut self, n: i128) {
        self.add(n.unsigned_abs(), n < 0, 0);
    }

    /// Adds a finite number; one that is not adds nothing.
    pub fn add_float(&mut self, x: f64) {
        if let Some((magnitude, exponent)) = parts(x)
            && magnitude != 0
        {
            self.add(magnitude.into(), x.is_sign_negative(), exponent);
        }
    }

    /// Adds the square of a finite number; one that is not adds nothing.
    pub fn add_square(&mut self, x: f64) {
        if let Some((magnitude, exponent)) = parts(x)
            && magnitude != 0
        {
            // 53 bits squared have 106
            let square = u128::from(magnitude).wrapping_mul(magnitude.into());
            self.add(square, false, exponent.wrapping_mul(2));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.carry();
        let mut other = other.clone();
        other.carry();
        for (a, b) in self.limbs.iter_mut().zip(other.limbs) {
            *a = a.wrapping_add(b);
        }
        self.carry();
    }

    /// The nearest `f64`, ties to even; infinite beyond the largest.
    pub fn to_f64(&self) -> f64 {
        let (negative, digits) = self.digits();
        let x = big::nearest(&digits, LOWEST, false);
        if negative { -x } else { x }
    }

    /// The sum as an integer, where it is one of 128 bits.
    pub fn to_integer(&self) -> Option<i128> {
        let (negative, digits) = self.digits();
        let ones = LOWEST.unsigned_abs() as usize / LIMB;
        let (fraction, whole) = digits.split_at_checked(ones)?;
        let (low, high) = whole.split_at_checked(4)?;
        if fraction.iter().chain(high).any(|&d| d != 0) {
            return None;
        }
        let magnitude = low.iter().rev().fold(0u128, |n, &d| n << LIMB | u128::from(d));
        match (negative, i128::try_from(magnitude)) {
            (false, Ok(n)) => Some(n),
            (true, Ok(n)) => n.checked_neg(),
            (true, Err(_)) if magnitude == 1 << 127 => Some(i128::MIN),
            _ => None,
        }
    }

    /// Makes every limb but the highest a digit of 32 bits: the one form of a value.
    fn carry(&mut self) {
        let mut carry = 0i64;
        for limb in &mut self.limbs {
            let digit = limb.wrapping_add(carry);
            *limb = i64::from(digit as u32);
            carry = digit >> LIMB;
        }
        if let Some(last) = self.limbs.last_mut() {
            *last = last.wrapping_add(carry << LIMB);
        }
        self.pending = 0;
    }

    /// Sign and magnitude.
    fn digits(&self) -> (bool, Vec<u32>) {
        let mut value = self.clone();
        value.carry();
        let negative = value.limbs.last().is_some_and(|&top| top < 0);
        if negative {
            value.limbs.iter_mut().for_each(|limb| *limb = limb.wrapping_neg());
            value.carry();
        }
        (negative, value.limbs.iter().map(|&limb| limb as u32).collect())
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.digits() == other.digits()
    }
}

impl std::fmt::Debug for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exact({:e})", self.to_f64())
    }
}

/// A finite number as `magnitude * 2^exponent`.
fn parts(x: f64) -> Option<(u64, i32)> {
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i32 {
        0x7ff => None,
        0 => Some((fraction, -1074)),
        exponent => Some((fraction | 1 << 52, exponent.wrapping_sub(1075))),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_would_lose_is_kept() {
        let mut sum = Exact::new();
        for x in [1e300, 1.0, -1e300, f64::from_bits(1), 1e-300, -1.0, -1e-300] {
            sum.add_float(x);
        }
        assert_eq!(sum.to_f64(), f64::from_bits(1));
    }

    #[test]
    fn a_sum_is_rounded_once_to_nearest_even() {
        let mut sum = Exact::new();
        sum.add_float(1.0);
        sum.add_float(2f64.powi(-53));
        assert_eq!(sum.to_f64(), 1.0);
        sum.add_float(f64::from_bits(1));
        assert_eq!(sum.to_f64(), 1.0 + f64::EPSILON);
    }

    #[test]
    fn integers_of_128_bits_come_back() {
        for n in [0, 1, -1, i128::MAX, i128::MIN, 1 << 100, -(1 << 33)] {
            let mut sum = Exact::new();
            sum.add_integer(n);
            assert_eq!(sum.to_integer(), Some(n));
        }
        let mut sum = Exact::new();
        sum.add_integer(i128::MAX);
        sum.add_integer(1);
        assert_eq!(sum.to_integer(), None);
        assert_eq!(sum.to_f64(), 2f64.powi(127));
    }

    #[test]
    fn the_largest_overflow_to_infinity_and_come_back() {
        let mut sum = Exact::new();
        sum.add_float(f64::MAX);
        assert_eq!(sum.to_f64(), f64::MAX);
        sum.add_float(f64::MAX);
        assert_eq!(sum.to_f64(), f64::INFINITY);
        sum.add_float(-f64::MAX);
        assert_eq!(sum.to_f64(), f64::MAX);
        let mut squares = Exact::new();
        squares.add_square(f64::from_bits(1));
        squares.add_square(f64::MAX);
        assert_eq!(squares.to_f64(), f64::INFINITY);
    }
}
