//! Planes of bits, each of four quadrants of coefficients, as quadtrees or as they are.
#![deny(clippy::arithmetic_side_effects)]

use super::{Bits, TileDefect};

/// A quadrant of the coefficients: where its first stands, how far apart its rows are, its extents.
#[derive(Clone, Copy)]
struct Quadrant {
    start: usize,
    stride: usize,
    rows: usize,
    columns: usize,
}

/// Fills `out` with the magnitudes of all coefficients: sums, differences along both axes, and of both.
pub(super) fn decode(
    bits: &mut Bits<'_>,
    out: &mut [i64],
    (rows, columns): (usize, usize),
    planes: [u8; 3],
    nybbles: &mut [u8],
) -> Result<(), TileDefect> {
    let [sums, lines, both] = planes;
    let (upper, left) = (rows.div_ceil(2), columns.div_ceil(2));
    let below = upper.saturating_mul(columns);
    let quadrant =
        |start, rows, columns_of| Quadrant { start, stride: columns, rows, columns: columns_of };
    let quadrants = [
        (quadrant(0, upper, left), sums),
        (quadrant(left, upper, columns / 2), lines),
        (quadrant(below, rows / 2, left), lines),
        (quadrant(below.saturating_add(left), rows / 2, columns / 2), both),
    ];
    for (quadrant, planes) in quadrants {
        if planes > 63 {
            return Err(TileDefect::HcompressPlanes);
        }
        for plane in (0..planes).rev() {
            one(bits, out, quadrant, u32::from(plane), nybbles)?;
        }
    }
    // the end of the planes is marked by a nybble of zeros
    if bits.take(4)? != 0 {
        return Err(TileDefect::HcompressPlanes);
    }
    bits.align();
    Ok(())
}

/// The signs of all coefficients that are not zero, a bit each.
pub(super) fn signs(bits: &mut Bits<'_>, out: &mut [i64]) -> Result<(), TileDefect> {
    for value in out.iter_mut().filter(|value| **value != 0) {
        if bits.take(1)? == 1 {
            *value = value.wrapping_neg();
        }
    }
    Ok(())
}

/// One plane of one quadrant.
fn one(
    bits: &mut Bits<'_>,
    out: &mut [i64],
    quadrant: Quadrant,
    plane: u32,
    nybbles: &mut [u8],
) -> Result<(), TileDefect> {
    let (rows, columns) = (quadrant.rows.div_ceil(2), quadrant.columns.div_ceil(2));
    let count = rows.saturating_mul(columns);
    let nybbles = nybbles.get_mut(..count).ok_or(TileDefect::HcompressPlanes)?;
    match bits.take(4)? {
        0 => {
            for nybble in &mut *nybbles {
                *nybble = u8::try_from(bits.take(4)?).unwrap_or(0);
            }
        }
        15 => tree(bits, (quadrant.rows, quadrant.columns), nybbles)?,
        _ => return Err(TileDefect::HcompressPlanes),
    }
    insert(out, quadrant, plane, nybbles);
    Ok(())
}

/// How often the longer side must be halved.
pub(super) fn levels(rows: usize, columns: usize) -> u32 {
    let longest = rows.max(columns).max(1);
    usize::BITS.saturating_sub(longest.saturating_sub(1).leading_zeros())
}

/// Extents that double from 1 up to `extent`, each time one less where the real extent is odd.
#[derive(Clone, Copy)]
pub(super) struct Doubling {
    now: usize,
    left: usize,
}

impl Doubling {
    pub(super) fn new(extent: usize) -> Self {
        Self { now: 1, left: extent }
    }

    /// The next extent, where `half` is half of the power of two before.
    pub(super) fn next(&mut self, half: usize) -> usize {
        self.now = self.now.saturating_mul(2);
        if self.left <= half {
            self.now = self.now.saturating_sub(1);
        } else {
            self.left = self.left.saturating_sub(half);
        }
        self.now
    }
}

/// Expands a quadtree, each level in place, to one nybble for 2 x 2 bits.
fn tree(
    bits: &mut Bits<'_>,
    (rows, columns): (usize, usize),
    nybbles: &mut [u8],
) -> Result<(), TileDefect> {
    let root = code(bits)?;
    match nybbles.first_mut() {
        Some(first) => *first = root,
        // an empty quadrant, beside another that is not, is a tree of one zero
        None if root == 0 => return Ok(()),
        None => return Err(TileDefect::HcompressPlanes),
    }
    let levels = levels(rows, columns);
    let mut down = Doubling::new(rows);
    let mut across = Doubling::new(columns);
    for level in 1..levels {
        let half = 1usize.wrapping_shl(levels.saturating_sub(level));
        let (rows, columns) = (down.next(half), across.next(half));
        expand(nybbles, rows, columns);
        let count = rows.saturating_mul(columns);
        for nybble in nybbles.iter_mut().take(count).rev().filter(|nybble| **nybble != 0) {
            *nybble = code(bits)?;
        }
    }
    Ok(())
}

/// From a nybble for each 2 x 2 cells to a cell each, 0 or 1, `rows` and `columns` of them.
fn expand(cells: &mut [u8], rows: usize, columns: usize) {
    let halves = columns.div_ceil(2);
    // from the end, so that nothing is written over before it was read
    for row in (0..rows.div_ceil(2)).rev() {
        for column in (0..halves).rev() {
            let from = row.saturating_mul(halves).saturating_add(column);
            let nybble = cells.get(from).copied().unwrap_or(0);
            let (r, c) = (row.saturating_mul(2), column.saturating_mul(2));
            // the lower row first: it lies behind all that is still to be read
            for (r, pair) in [(r.saturating_add(1), nybble), (r, nybble >> 2)] {
                if r >= rows {
                    continue;
                }
                let at = r.saturating_mul(columns).saturating_add(c);
                if c.saturating_add(1) < columns
                    && let Some(cell) = cells.get_mut(at.saturating_add(1))
                {
                    *cell = pair & 1;
                }
                if let Some(cell) = cells.get_mut(at) {
                    *cell = (pair >> 1) & 1;
                }
            }
        }
    }
}

/// Sets bit `plane` of the coefficients where the nybbles have it.
fn insert(out: &mut [i64], quadrant: Quadrant, plane: u32, nybbles: &[u8]) {
    let Quadrant { start, stride, rows, columns } = quadrant;
    let halves = columns.div_ceil(2);
    for (pair, line) in nybbles.chunks_exact(halves.max(1)).enumerate() {
        let first = pair.saturating_mul(2);
        for (row, shift) in [(first, 2), (first.saturating_add(1), 0)] {
            if row >= rows {
                continue;
            }
            let from = start.saturating_add(row.saturating_mul(stride));
            let Some(cells) = out.get_mut(from..from.saturating_add(columns)) else { return };
            for (two, nybble) in cells.chunks_mut(2).zip(line) {
                let bits = [nybble >> shift >> 1, nybble >> shift];
                for (cell, bit) in two.iter_mut().zip(bits) {
                    *cell |= i64::from(bit & 1).wrapping_shl(plane);
                }
            }
        }
    }
}

/// A nybble in White's fixed Huffman code.
fn code(bits: &mut Bits<'_>) -> Result<u8, TileDefect> {
    bits.refill();
    let (window, have) = bits.peek();
    // three bits for the single ones, four to six for the others
    let top = (window >> 58) & 63;
    let (nybble, used) = match top {
        0..=31 => (1u8.wrapping_shl((top >> 3) as u32), 3),
        32..=35 => (3, 4),
        36..=39 => (5, 4),
        40..=43 => (10, 4),
        44..=47 => (12, 4),
        48..=51 => (15, 4),
        52..=53 => (6, 5),
        54..=55 => (7, 5),
        56..=57 => (9, 5),
        58..=59 => (11, 5),
        60..=61 => (13, 5),
        62 => (0, 6),
        _ => (14, 6),
    };
    if used > have {
        return Err(bits.short());
    }
    bits.skip(used);
    Ok(nybble)
}
