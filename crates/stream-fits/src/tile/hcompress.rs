//! HCOMPRESS_1: R. White's H-transform, its coefficients in quadtrees of their bits (10.4.4).
#![deny(clippy::arithmetic_side_effects)]

mod inverse;
mod planes;
mod smooth;

use super::TileDefect;
use super::bits::Bits;

/// Bytes before the planes: magic, extents, scale, sum of all pixels, planes of each quadrant.
const HEADER: usize = 2 + 3 * 4 + 8 + 3;

/// Most rows or columns of a tile: the square of this is more than any budget.
const LONGEST: u64 = 1 << 24;

/// Whether the smoothing of 10.4.4 is applied: `SMOOTH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Smooth {
    Off,
    On,
}

/// Bytes of scratch that a tile of `rows` and `columns` needs: nybbles of a quadtree, and a line.
pub(super) fn scratch(rows: u64, columns: u64) -> Option<u64> {
    if rows > LONGEST || columns > LONGEST {
        return None;
    }
    let nybbles = rows.div_ceil(2).checked_mul(columns.div_ceil(2))?;
    // the line first, so that it is aligned
    rows.max(columns).div_ceil(2).checked_mul(8)?.checked_add(nybbles)
}

/// Decodes a tile of `rows` lines of `columns` pixels each into `out`, of as many values; `scratch` is at least as long as
/// [`scratch`] says, and aligned to 8 bytes.
///
/// # Errors
/// `Hcompress…` for what no encoder writes, `Short` where the stream ends first.
pub(super) fn decode(
    bytes: &[u8],
    (rows, columns): (usize, usize),
    smooth: Smooth,
    out: &mut [i64],
    scratch: &mut [u8],
) -> Result<(), TileDefect> {
    let short = TileDefect::Short { at: bytes.len() };
    let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(short)?;
    let [0xdd, 0x99, header @ ..] = header else { return Err(TileDefect::HcompressMagic) };
    let (words, rest_of_header) = header.as_chunks::<4>();
    let &[stated_rows, stated_columns, scale, sum_high, sum_low] = words else { return Err(short) };
    let (found_rows, found_columns) =
        (i32::from_be_bytes(stated_rows), i32::from_be_bytes(stated_columns));
    if usize::try_from(found_rows) != Ok(rows)
        || usize::try_from(found_columns) != Ok(columns)
        || rows.checked_mul(columns) != Some(out.len())
    {
        return Err(TileDefect::HcompressShape { rows: found_rows, columns: found_columns });
    }
    let scale = i64::from(i32::from_be_bytes(scale));
    let high = i64::from(i32::from_be_bytes(sum_high)) << 32;
    let sum = high | i64::from(u32::from_be_bytes(sum_low));
    let &[first, second, third] = rest_of_header else { return Err(short) };
    let (line, nybbles) = scratch
        .split_at_mut_checked(rows.max(columns).div_ceil(2).saturating_mul(8))
        .ok_or(short)?;
    let line = <i64 as stream_core::Sample>::cast_mut(line).ok_or(short)?;
    out.fill(0);
    let mut bits = Bits::new(rest);
    planes::decode(&mut bits, out, (rows, columns), [first, second, third], nybbles)?;
    planes::signs(&mut bits, out)?;
    if let Some(corner) = out.first_mut() {
        *corner = sum;
    }
    if scale > 1 {
        out.iter_mut().for_each(|value| *value = value.wrapping_mul(scale));
    }
    let limit = match smooth {
        Smooth::On => scale >> 1,
        Smooth::Off => 0,
    };
    inverse::inverse(out, (rows, columns), limit, line);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
