//! Exact sums of a block of doubles, by peeling.
//!
//! For a block of at most 2^10 numbers below 2^e, adding and taking away `1.5 * 2^(e + 9)` leaves each rounded to a multiple of
//! `2^(e - 43)`: its upper part, whose sum over the block needs at most 53 bits and is exact in any order, in vectors. What was
//! cut off is exact too, and is peeled in the same way, 44 bits a round (after Rump, Ogita and Oishi, "Accurate floating-point
//! summation", 2008). Numbers that differ by more than the rounds reach are added one by one.
#![allow(clippy::arithmetic_side_effects, clippy::needless_range_loop)] // exponents within -1100 ..= 1100, lanes of fixed width

use super::BLOCK;
use crate::exact::Exact;

/// Numbers of a vectorised loop: independent sums, so that none waits for the one before.
pub(super) const LANES: usize = 8;
/// Rounds before what is left is added one by one: 352 bits. A round costs a tenth of that.
const ROUNDS: usize = 8;
/// Numbers of a block, as a power of two.
const BITS: i32 = BLOCK.ilog2() as i32;

/// Adds all of `block` to `sum`, destroying it. All must be finite, and at most `bound` in magnitude.
pub(crate) fn add(block: &mut [f64], bound: f64, sum: &mut Exact) {
    // 2^e is above every magnitude
    let mut e = exponent_above(bound);
    if e + BITS <= 1022 {
        for _ in 0..ROUNDS {
            // the cut cannot be finer than the finest number there is
            let power = (e + BITS - 1).max(-1022);
            let (peeled, rest) = peel(block, 1.5 * power_of_two(power));
            sum.add_float(peeled);
            if !rest {
                return;
            }
            e = power - 53;
        }
    }
    block.iter().filter(|x| **x != 0.0).for_each(|&x| sum.add_float(x));
}

/// The sum of the upper parts, exactly, and whether anything is left in the block.
fn peel(block: &mut [f64], anchor: f64) -> (f64, bool) {
    let mut sums = [0.0f64; LANES];
    let mut rests = [0u64; LANES];
    let (groups, tail) = block.as_chunks_mut::<LANES>();
    for group in groups {
        for i in 0..LANES {
            let upper = (group[i] + anchor) - anchor;
            group[i] -= upper;
            sums[i] += upper;
            rests[i] |= group[i].to_bits();
        }
    }
    for (i, x) in tail.iter_mut().enumerate() {
        let upper = (*x + anchor) - anchor;
        *x -= upper;
        sums[i] += upper;
        rests[i] |= x.to_bits();
    }
    // the sign alone is a zero
    let rest = rests.into_iter().fold(0, |all, bits| all | bits) << 1;
    (sums.into_iter().sum(), rest != 0)
}

/// The least `e` with `x < 2^e`, for a finite positive `x`.
fn exponent_above(x: f64) -> i32 {
    let field = (x.to_bits() >> 52 & 0x7ff) as i32;
    field.max(1) - 1022
}

/// `2^n` for a normal number.
fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[f64]) {
        let mut one_by_one = Exact::new();
        numbers.iter().for_each(|&x| one_by_one.add_float(x));
        let mut sum = Exact::new();
        for block in numbers.chunks(BLOCK) {
            let bound = block.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            add(&mut block.to_vec(), bound, &mut sum);
        }
        assert_eq!(sum, one_by_one);
    }

    #[test]
    fn peeled_sums_are_exact_at_all_ends_of_the_range() {
        let tiny = f64::from_bits(1);
        check(&[tiny, -tiny, tiny * 3.0, f64::MIN_POSITIVE]);
        check(&[f64::MAX, f64::MAX, -f64::MAX, 1.0, tiny]);
        check(&[1e300, 1.0, 1e-300, -1e300, 7.5e-310]);
        check(&[0.0, -0.0]);
        check(&vec![-2f64.powi(1012); 1024]);
        check(&vec![1.999999 * 2f64.powi(1011); 1024]);
        check(
            &(0..5000).map(|i| f64::from(i).sqrt().sin() * 10f64.powi(i % 40)).collect::<Vec<_>>(),
        );
        check(&vec![1.0 - f64::EPSILON / 2.0; 1024]);
    }
}
