//! Coded residuals: RFC 9639, 9.2.7.
#![deny(clippy::arithmetic_side_effects)]

use super::bits::Bits;
use super::fault::Fault;
use super::subframe::Number;

/// The longest run of zeros that a residual of 32 bits can have with any parameter.
const LONGEST: u32 = u32::MAX;

/// Reads the residuals of a block of `block` samples into `out`, which lacks the predictor's `order` first.
pub(super) fn residuals<T: Number>(
    bits: &mut Bits<'_>,
    block: usize,
    order: usize,
    out: &mut [T],
) -> Result<(), Fault> {
    let (width, escape) = match bits.take(2) {
        0 => (4, 15),
        1 => (5, 31),
        _ => return Err(Fault::Subframe("residual coding method that is reserved")),
    };
    let partitions = 1usize.wrapping_shl(u32::try_from(bits.take(4)).unwrap_or(0));
    let each = block.checked_div(partitions).unwrap_or(0);
    if each.wrapping_mul(partitions) != block || each < order {
        return Err(Fault::Subframe("partitions that do not fit the block"));
    }
    let mut rest = out;
    let mut count = each.saturating_sub(order);
    for _ in 0..partitions {
        let split = std::mem::take(&mut rest).split_at_mut_checked(count);
        let Some((part, behind)) = split else {
            return Err(Fault::Subframe("partitions that do not fit the block"));
        };
        let parameter = bits.take(width);
        if parameter == escape {
            let width = u32::try_from(bits.take(5)).unwrap_or(0);
            for to in part {
                *to = T::of(bits.take_signed(width));
            }
        } else {
            rice(bits, u32::try_from(parameter).unwrap_or(0), part)?;
        }
        if bits.is_over() {
            return Err(Fault::Cut);
        }
        rest = behind;
        count = each;
    }
    Ok(())
}

/// Reads numbers, each as a quotient in zeros, a one, and a rest of `k` bits (at most 30), the sign in the lowest.
fn rice<T: Number>(bits: &mut Bits<'_>, k: u32, out: &mut [T]) -> Result<(), Fault> {
    // a copy that lives in registers
    let mut here = *bits;
    // of three numbers of every day all bits are held at once
    let (threes, rest) = out.as_chunks_mut::<3>();
    for three in threes {
        here.refill();
        for to in three {
            *to = T::of(number(&mut here, k)?);
        }
    }
    for to in rest {
        here.refill();
        *to = T::of(number(&mut here, k)?);
    }
    *bits = here;
    Ok(())
}

#[inline(always)]
fn number(here: &mut Bits<'_>, k: u32) -> Result<i64, Fault> {
    let zeros = here.top.leading_zeros();
    let needed = zeros.wrapping_add(k).wrapping_add(1);
    let folded = if needed <= here.held {
        let tail = here.top.wrapping_shl(zeros) << 1;
        // in two steps, since a shift by 64 is none
        let value = (tail >> 1).wrapping_shr(63u32.wrapping_sub(k));
        here.top = tail.wrapping_shl(k);
        here.held = here.held.wrapping_sub(needed);
        u64::from(zeros).wrapping_shl(k) | value
    } else {
        long(here, k)?
    };
    let sign = (folded & 1).wrapping_neg();
    Ok(((folded >> 1) ^ sign).cast_signed())
}

/// A number whose bits are not all held.
#[cold]
#[inline(never)]
fn long(here: &mut Bits<'_>, k: u32) -> Result<u64, Fault> {
    let zeros = here.unary(LONGEST).ok_or(Fault::Cut)?;
    Ok(u64::from(zeros).wrapping_shl(k) | here.take(k))
}
