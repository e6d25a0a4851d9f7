//! Restoring samples from residuals: RFC 9639, 9.2.5 and 9.2.6.
#![deny(clippy::arithmetic_side_effects)]

use super::subframe::Number;

/// Adds to each sample from the `order`-th on what the fixed predictor of that order (0 to 4) says of those before it. Sums wrap: what
/// comes out right for a valid stream is right whatever stood between.
pub(super) fn fixed<T: Number>(samples: &mut [T], order: usize) {
    let coefficients: &[i32] = match order {
        0 => return,
        1 => &[1],
        2 => &[2, -1],
        3 => &[3, -3, 1],
        _ => &[4, -6, 4, -1],
    };
    linear(samples, coefficients, 0, Sum::Narrow);
}

/// How wide the sum of a prediction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// 32 bits hold it.
    Narrow,
    /// 64 bits are needed.
    Wide,
}

/// Adds to each sample, from the one behind as many as there are coefficients (1 to 32), the sum of those before it, the nearest by the
/// first coefficient, shifted to the right.
pub(super) fn linear<T: Number>(samples: &mut [T], coefficients: &[i32], shift: u32, sum: Sum) {
    macro_rules! orders {
        ($($n:literal)*) => {
            match coefficients.len() {
                $($n => run::<T, $n>(samples, coefficients, $n, shift, sum),)*
                n @ 13..=16 => run::<T, 16>(samples, coefficients, n, shift, sum),
                n @ 17..=24 => run::<T, 24>(samples, coefficients, n, shift, sum),
                n => run::<T, 32>(samples, coefficients, n, shift, sum),
            }
        };
    }
    orders!(1 2 3 4 5 6 7 8 9 10 11 12);
}

/// `order` coefficients in a row of `N`, the rest zero.
fn run<T: Number, const N: usize>(
    samples: &mut [T],
    coefficients: &[i32],
    order: usize,
    shift: u32,
    sum: Sum,
) {
    let mut by = [0i32; N];
    by.iter_mut().zip(coefficients).for_each(|(to, from)| *to = *from);
    match sum {
        Sum::Narrow => T::narrow(samples, &by, order, shift),
        Sum::Wide => T::wide(samples, &by, order, shift),
    }
}

/// Sums of 32 bits. What a sample adds to the next `N` is added to all of them at once, which fills vectors, and
/// leaves one product and one sum between a sample and the next.
pub(super) fn narrow<const N: usize>(samples: &mut [i32], by: &[i32; N], order: usize, shift: u32) {
    let by = *by;
    let Some((warm, rest)) = samples.split_at_mut_checked(order) else { return };
    let mut sums = [0i32; N];
    for &sample in warm.iter() {
        sums = passed(&sums, &by, sample);
    }
    for sample in rest {
        *sample = sample.wrapping_add(sums[0].wrapping_shr(shift));
        sums = passed(&sums, &by, *sample);
    }
}

/// The sums of the next samples once `sample` is known: those of one sample later, and its share.
#[inline(always)]
fn passed<const N: usize>(sums: &[i32; N], by: &[i32; N], sample: i32) -> [i32; N] {
    let mut next = [0i32; N];
    for at in 0..N {
        let later = if at.wrapping_add(1) < N { sums[at.wrapping_add(1)] } else { 0 };
        next[at] = later.wrapping_add(by[at].wrapping_mul(sample));
    }
    next
}

/// Sums of 64 bits.
pub(super) fn wide<T: Number, const N: usize>(
    samples: &mut [T],
    by: &[i32; N],
    order: usize,
    shift: u32,
) {
    let by = by.map(i64::from);
    let Some((warm, rest)) = samples.split_at_mut_checked(order) else { return };
    // the nearest first
    let mut past = [0i64; N];
    past.iter_mut().zip(warm.iter().rev()).for_each(|(to, from)| *to = from.long());
    for sample in rest {
        let mut sum = 0i64;
        // the oldest first, so that only the last product waits for the sample before
        for at in (0..N).rev() {
            sum = sum.wrapping_add(by[at].wrapping_mul(past[at]));
        }
        *sample = sample.add(T::of(sum.wrapping_shr(shift)));
        for at in (1..N).rev() {
            past[at] = past[at.wrapping_sub(1)];
        }
        past[0] = sample.long();
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn each_order_restores_what_its_differences_were_taken_from() {
        let samples: Vec<i32> = (0..40).map(|n: i32| n * n * n % 97 - 40).collect();
        for order in 0..=4usize {
            let mut residual = samples.clone();
            let by: [i64; 5] = match order {
                0 => [0; 5],
                1 => [0, 1, 0, 0, 0],
                2 => [0, 2, -1, 0, 0],
                3 => [0, 3, -3, 1, 0],
                _ => [0, 4, -6, 4, -1],
            };
            for i in order..samples.len() {
                let said: i64 = (1..=order).map(|j| by[j] * i64::from(samples[i - j])).sum();
                residual[i] = (i64::from(samples[i]) - said) as i32;
            }
            fixed(&mut residual, order);
            assert_eq!(residual, samples, "{order}");
        }
    }

    #[test]
    fn every_order_of_linear_prediction_sums_the_nearest_first() {
        for order in 1..=32usize {
            let by: Vec<i32> = (0..order).map(|n| n as i32 * 5 - 31).collect();
            let start: Vec<i32> = (0..60).map(|n: i32| n * 7 % 23 - 11).collect();
            let mut plain = start.clone();
            for i in order..plain.len() {
                let sum: i64 =
                    (0..order).map(|j| i64::from(by[j]) * i64::from(plain[i - 1 - j])).sum();
                plain[i] = plain[i].wrapping_add((sum >> 6) as i32);
            }
            let mut wide = start.clone();
            linear(&mut wide, &by, 6, Sum::Wide);
            assert_eq!(wide, plain, "{order}");
            let mut long: Vec<i64> = start.iter().map(|&n| i64::from(n)).collect();
            linear(&mut long, &by, 6, Sum::Wide);
            let fits = plain.iter().all(|n| n.unsigned_abs() < 1 << 20);
            assert!(!fits || long.iter().zip(&plain).all(|(a, b)| *a == i64::from(*b)), "{order}");
        }
    }
}
