//! One channel of a frame: RFC 9639, 9.2.
#![deny(clippy::arithmetic_side_effects)]

use super::bits::Bits;
use super::fault::Fault;
use super::predict::{self, Sum, fixed, linear};
use super::residual::residuals;

/// What samples are counted in: 32 bits, or 64 for the 33 bits of a channel of differences.
pub(super) trait Number: Copy + Default {
    /// The low bits of `value`.
    fn of(value: i64) -> Self;
    /// The value.
    fn long(self) -> i64;
    /// The sum, wrapping.
    fn add(self, other: Self) -> Self;
    /// As many bits to the left.
    fn up(self, bits: u32) -> Self;
    /// Restores samples by sums that 32 bits hold.
    fn narrow<const N: usize>(samples: &mut [Self], by: &[i32; N], order: usize, shift: u32);
    /// Restores samples by sums of 64 bits.
    fn wide<const N: usize>(samples: &mut [Self], by: &[i32; N], order: usize, shift: u32) {
        predict::wide(samples, by, order, shift);
    }
}

/// The integers that are counted in, and how each restores samples by sums that 32 bits hold.
macro_rules! number {
    ($number:ty, $narrow:path) => {
        impl Number for $number {
            #[inline(always)]
            fn of(value: i64) -> Self {
                // a sample of a valid stream fits; of another, its frame's sum will not
                value as Self
            }

            #[inline(always)]
            fn long(self) -> i64 {
                self as i64
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn up(self, bits: u32) -> Self {
                self.wrapping_shl(bits)
            }

            fn narrow<const N: usize>(
                samples: &mut [Self],
                by: &[i32; N],
                order: usize,
                shift: u32,
            ) {
                $narrow(samples, by, order, shift);
            }
        }
    };
}

number!(i32, predict::narrow);
number!(i64, predict::wide);

/// Reads a subframe whose samples have `width` bits (up to 33) into `out`, which has the block's length.
pub(super) fn subframe<T: Number>(
    bits: &mut Bits<'_>,
    width: u32,
    out: &mut [T],
) -> Result<(), Fault> {
    let head = bits.take(8);
    if head & 0x80 != 0 {
        return Err(Fault::Subframe("first bit is not zero"));
    }
    let wasted = match head & 1 {
        0 => 0,
        _ => bits
            .unary(width)
            .and_then(|n| n.checked_add(1))
            .ok_or(Fault::Subframe("wasted bits"))?,
    };
    let width =
        width.checked_sub(wasted).filter(|&w| w > 0).ok_or(Fault::Subframe("wasted bits"))?;
    let order = |from: u64| usize::try_from((head >> 1).saturating_sub(from)).unwrap_or(0);
    match head >> 1 {
        0 => out.fill(T::of(bits.take_signed(width))),
        1 => out.iter_mut().for_each(|to| *to = T::of(bits.take_signed(width))),
        8..=12 => {
            let order = order(8);
            let block = out.len();
            let rest = warm_up(bits, width, order, out)?;
            residuals(bits, block, order, rest)?;
            fixed(out, order);
        }
        32..=63 => predicted(bits, width, order(31), out)?,
        _ => return Err(Fault::Subframe("type that is reserved")),
    }
    if wasted > 0 {
        out.iter_mut().for_each(|sample| *sample = sample.up(wasted));
    }
    if bits.is_over() { Err(Fault::Cut) } else { Ok(()) }
}

/// Reads the first samples, which are stored as they are; gives the rest.
fn warm_up<'a, T: Number>(
    bits: &mut Bits<'_>,
    width: u32,
    order: usize,
    out: &'a mut [T],
) -> Result<&'a mut [T], Fault> {
    let split = out.split_at_mut_checked(order);
    let (warm, rest) = split.ok_or(Fault::Subframe("order beyond the block"))?;
    warm.iter_mut().for_each(|to| *to = T::of(bits.take_signed(width)));
    Ok(rest)
}

/// Linear prediction: first samples, precision, shift, coefficients, residuals (9.2.6).
fn predicted<T: Number>(
    bits: &mut Bits<'_>,
    width: u32,
    order: usize,
    out: &mut [T],
) -> Result<(), Fault> {
    let block = out.len();
    let rest = warm_up(bits, width, order, out)?;
    let precision = u32::try_from(bits.take(4)).unwrap_or(0).wrapping_add(1);
    if precision == 16 {
        return Err(Fault::Subframe("coefficient precision that is reserved"));
    }
    let shift = bits.take_signed(5);
    let Ok(shift) = u32::try_from(shift) else {
        return Err(Fault::Subframe("negative shift"));
    };
    let mut coefficients = [0i32; 32];
    let coefficients = coefficients.get_mut(..order).ok_or(Fault::Subframe("order"))?;
    // of at most 15 bits
    coefficients.iter_mut().for_each(|to| *to = bits.take_signed(precision) as i32);
    residuals(bits, block, order, rest)?;
    // the magnitude of any sum of `order` products
    let size: u64 = coefficients.iter().map(|c| u64::from(c.unsigned_abs())).sum();
    let fits = size.leading_zeros() >= 32u32.saturating_add(width);
    let sum = if fits && width <= 32 { Sum::Narrow } else { Sum::Wide };
    linear(out, coefficients, shift, sum);
    Ok(())
}
