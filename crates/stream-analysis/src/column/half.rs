//! Blocks of binary16, folded as binary32, which holds each exactly.

use super::{BLOCK, Column, Number, Place};
use crate::Value;
use crate::bins::Layout;

/// The bits of a binary16.
#[derive(Clone, Copy)]
pub(crate) struct Half(u16);

/// The same number in more bits (IEEE 754, 3.6).
pub(crate) fn widen(bits: u16) -> f32 {
    let magnitude = u32::from(bits & 0x7fff);
    // the exponent's bias differs by 112; subnormal ones are whole numbers of 2^-24, and taken as such: arithmetic with
    // what would be a subnormal binary32 is slow
    let normal = f32::from_bits((magnitude << 13).wrapping_add(112 << 23));
    let subnormal = magnitude as f32 * f32::from_bits((127 - 24) << 23);
    let x = if magnitude < 0x400 { subnormal } else { normal };
    let x = if magnitude >= 0x7c00 { f32::from_bits(magnitude << 13 | 0xff << 23) } else { x };
    if bits & 0x8000 == 0 { x } else { -x }
}

impl Number for Half {
    const SIZE: usize = 2;
    const LAYOUT: Layout = Layout::Half;

    fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.first_chunk().map_or(0, |b| u16::from_ne_bytes(*b)))
    }

    /// Never: they are read one by one.
    fn cast(_: &[u8]) -> Option<&[Self]> {
        None
    }

    fn value(self) -> Option<Value> {
        widen(self.0).value()
    }

    fn fold(block: &[Self], column: &mut Column, place: &Place<'_>) {
        let mut wide = [0.0f32; BLOCK];
        let wide = wide.get_mut(..block.len()).unwrap_or_default();
        wide.iter_mut().zip(block).for_each(|(to, half)| *to = widen(half.0));
        // bins have a counter for each pattern
        let bins = column.bins.take();
        f32::fold(wide, column, place);
        column.bins = bins;
        if let Some(bins) = &mut column.bins {
            let finite = block.iter().map(|h| h.0).filter(|bits| bits & 0x7fff < 0x7c00);
            bins.count_places(finite);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_half_widens_exactly() {
        let cases = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2f32.powi(-14)),
            (0x0001, 2f32.powi(-24)),
            (0x83ff, -1023.0 * 2f32.powi(-24)),
            (0x3555, 0.33325195),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, expected) in cases {
            assert_eq!(widen(bits), expected, "{bits:#x}");
        }
        assert!(widen(0x7e00).is_nan() && widen(0xfc01).is_nan());
    }
}
