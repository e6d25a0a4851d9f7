//! RICE_1: differences of neighbours in a code of Rice's (10.4.1).
#![deny(clippy::arithmetic_side_effects)]

use super::TileDefect;
use super::bits::Bits;

/// An integer type that the algorithm is defined for, by `BYTEPIX`.
pub(super) trait Pixel: Copy {
    /// Bytes in the stream of the first value, which is given whole.
    const BYTES: usize;
    /// Bits of a block's parameter: 3, 4 or 5.
    const PARAMETER: u32;
    /// The parameter that says that differences are given whole.
    const WHOLE: u32;
    /// The value with these low bits.
    fn of(bits: u32) -> Self;
}

impl Pixel for u8 {
    const BYTES: usize = 1;
    const PARAMETER: u32 = 3;
    const WHOLE: u32 = 6;
    #[inline(always)]
    fn of(bits: u32) -> Self {
        bits as Self
    }
}

impl Pixel for i16 {
    const BYTES: usize = 2;
    const PARAMETER: u32 = 4;
    const WHOLE: u32 = 14;
    #[inline(always)]
    fn of(bits: u32) -> Self {
        bits as Self
    }
}

impl Pixel for i32 {
    const BYTES: usize = 4;
    const PARAMETER: u32 = 5;
    const WHOLE: u32 = 25;
    #[inline(always)]
    fn of(bits: u32) -> Self {
        bits as Self
    }
}

/// Decodes a tile of `out.len()` values in blocks of `block` values, which is at least 1.
///
/// # Errors
/// `Short` where the stream ends first, `Parameter` for a block's parameter that does not exist.
pub(super) fn decode<T: Pixel>(
    bytes: &[u8],
    block: usize,
    out: &mut [T],
) -> Result<(), TileDefect> {
    let (first, rest) =
        bytes.split_at_checked(T::BYTES).ok_or(TileDefect::Short { at: bytes.len() })?;
    let mut last = first.iter().fold(0u32, |value, &byte| (value << 8) | u32::from(byte));
    let mut bits = Bits::new(rest);
    for block in out.chunks_mut(block.max(1)) {
        let parameter = bits.take(T::PARAMETER)?;
        last = match parameter {
            0 => {
                block.fill(T::of(last));
                last
            }
            _ if parameter.wrapping_sub(1) < T::WHOLE => {
                coded(&mut bits, parameter.wrapping_sub(1), last, block)?
            }
            _ if parameter.wrapping_sub(1) == T::WHOLE => whole(&mut bits, last, block)?,
            found => return Err(TileDefect::Parameter { found }),
        };
    }
    Ok(())
}

/// Each difference: as many zeros as its upper part says, a one, and `low` bits. Gives the last value.
fn coded<T: Pixel>(
    bits: &mut Bits<'_>,
    low: u32,
    mut last: u32,
    block: &mut [T],
) -> Result<u32, TileDefect> {
    // on a copy, which stays in registers
    let mut ahead = bits.clone();
    for out in &mut *block {
        ahead.refill();
        let (window, have) = ahead.peek();
        let zeros = window.leading_zeros();
        let used = zeros.wrapping_add(1).wrapping_add(low);
        let code = if used <= have {
            // `used` is at most 63 here: behind the one, then the `low` bits at the top
            let behind = window.wrapping_shl(zeros).wrapping_shl(1);
            ahead.skip(used);
            let rest = (behind >> 1).wrapping_shr(63u32.wrapping_sub(low)) as u32;
            zeros.wrapping_shl(low) | rest
        } else {
            let zeros = ahead.zeros()?;
            zeros.wrapping_shl(low) | ahead.take(low)?
        };
        last = last.wrapping_add(difference(code));
        *out = T::of(last);
    }
    *bits = ahead;
    Ok(last)
}

/// Each difference in as many bits as a value has. Gives the last value.
fn whole<T: Pixel>(bits: &mut Bits<'_>, mut last: u32, block: &mut [T]) -> Result<u32, TileDefect> {
    // 8, 16 or 32
    let width = 1u32.wrapping_shl(T::PARAMETER);
    for out in block {
        last = last.wrapping_add(difference(bits.take(width)?));
        *out = T::of(last);
    }
    Ok(last)
}

/// Differences are coded without sign: 0, -1, 1, -2, 2 …
#[inline(always)]
fn difference(code: u32) -> u32 {
    (code >> 1) ^ (code & 1).wrapping_neg()
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
