//! Stored samples to `f32`, in loops that the compiler turns into vectors.
#![deny(clippy::arithmetic_side_effects)]

use super::companding::{A_LAW, MU_LAW};
use super::{Encoding, Order};

/// Converts as many samples as both sides hold whole. Integers are divided by 2^(bits - 1), so that values lie in [-1, 1);
/// floats are taken as they are, wider ones rounded.
pub(super) fn to_f32(encoding: Encoding, from: &[u8], to: &mut [f32]) {
    match encoding {
        Encoding::Signed(1, _) => each(from, to, |&[b]| f32::from(b.cast_signed()) / 128.0),
        Encoding::Unsigned => each(from, to, |&[b]| (f32::from(b) - 128.0) / 128.0),
        Encoding::Signed(2, Order::Little) => {
            each(from, to, |b| f32::from(i16::from_le_bytes(*b)) / 32768.0);
        }
        Encoding::Signed(2, Order::Big) => {
            each(from, to, |b| f32::from(i16::from_be_bytes(*b)) / 32768.0);
        }
        Encoding::Signed(3, Order::Little) => {
            each(from, to, |&[a, b, c]| top(i32::from_le_bytes([0, a, b, c])));
        }
        Encoding::Signed(3, Order::Big) => {
            each(from, to, |&[a, b, c]| top(i32::from_be_bytes([a, b, c, 0])));
        }
        Encoding::Signed(4, Order::Little) => each(from, to, |b| top(i32::from_le_bytes(*b))),
        Encoding::Signed(4, Order::Big) => each(from, to, |b| top(i32::from_be_bytes(*b))),
        Encoding::Signed(..) => wide(encoding, from, to),
        Encoding::Float32(Order::Little) => each(from, to, |b| f32::from_le_bytes(*b)),
        Encoding::Float32(Order::Big) => each(from, to, |b| f32::from_be_bytes(*b)),
        // to the nearest f32; beyond its range infinite
        Encoding::Float64(Order::Little) => each(from, to, |b| f64::from_le_bytes(*b) as f32),
        Encoding::Float64(Order::Big) => each(from, to, |b| f64::from_be_bytes(*b) as f32),
        Encoding::ALaw => each(from, to, |&[b]| law(&A_LAW, b)),
        Encoding::MuLaw => each(from, to, |&[b]| law(&MU_LAW, b)),
    }
}

#[inline(always)]
fn each<const N: usize>(from: &[u8], to: &mut [f32], f: impl Fn(&[u8; N]) -> f32) {
    let (from, _) = from.as_chunks::<N>();
    for (to, from) in to.iter_mut().zip(from) {
        *to = f(from);
    }
}

/// The nearest f32 of a sample that fills 32 bits from the top.
#[inline(always)]
fn top(sample: i32) -> f32 {
    sample as f32 * (1.0 / 2_147_483_648.0)
}

#[inline(always)]
fn law(table: &[f32; 256], byte: u8) -> f32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Five to eight bytes, which no tool of every day writes.
fn wide(encoding: Encoding, from: &[u8], to: &mut [f32]) {
    let Encoding::Signed(_, order) = encoding else { return };
    let width = encoding.width();
    for (to, from) in to.iter_mut().zip(from.chunks_exact(width)) {
        let mut bytes = [0u8; 8];
        let value = match order {
            Order::Little => {
                let start = bytes.len().saturating_sub(width);
                bytes.iter_mut().skip(start).zip(from).for_each(|(to, from)| *to = *from);
                i64::from_le_bytes(bytes)
            }
            Order::Big => {
                bytes.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
                i64::from_be_bytes(bytes)
            }
        };
        *to = value as f32 * (1.0 / 9_223_372_036_854_775_808.0);
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn one(encoding: Encoding, bytes: &[u8]) -> f32 {
        let mut to = [f32::NAN];
        to_f32(encoding, bytes, &mut to);
        to[0]
    }

    #[test]
    fn the_lowest_value_of_every_width_is_minus_one() {
        for width in 1..=8u8 {
            let mut bytes = vec![0; usize::from(width)];
            bytes[0] = 0x80;
            assert_eq!(one(Encoding::Signed(width, Order::Big), &bytes), -1.0, "{width}");
            bytes.reverse();
            assert_eq!(one(Encoding::Signed(width, Order::Little), &bytes), -1.0, "{width}");
        }
        assert_eq!(one(Encoding::Unsigned, &[0]), -1.0);
    }

    #[test]
    fn both_orders_give_the_same_value() {
        let bytes = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0];
        for width in 1..=8usize {
            let mut little = bytes[..width].to_vec();
            little.reverse();
            let n = u8::try_from(width).unwrap();
            let big = one(Encoding::Signed(n, Order::Big), &bytes[..width]);
            assert_eq!(big, one(Encoding::Signed(n, Order::Little), &little));
            assert!((big - 0.142_222_2).abs() < 0.002, "{width}: {big}");
        }
        assert_eq!(one(Encoding::Signed(2, Order::Big), &[0x40, 0]), 0.5);
        assert_eq!(one(Encoding::Signed(3, Order::Little), &[1, 0, 0]), 1.0 / 8_388_608.0);
        assert_eq!(one(Encoding::Unsigned, &[255]), 127.0 / 128.0);
    }

    #[test]
    fn floats_are_taken_as_they_are() {
        let v = 1.5f32;
        assert_eq!(one(Encoding::Float32(Order::Little), &v.to_le_bytes()), v);
        assert_eq!(one(Encoding::Float32(Order::Big), &v.to_be_bytes()), v);
        assert_eq!(one(Encoding::Float64(Order::Little), &0.1f64.to_le_bytes()), 0.1f32);
        assert_eq!(one(Encoding::Float64(Order::Big), &1e300f64.to_be_bytes()), f32::INFINITY);
    }

    #[test]
    fn what_is_not_whole_is_left() {
        let mut to = [7.0; 3];
        to_f32(Encoding::Signed(2, Order::Little), &[0, 0x40, 0], &mut to);
        assert_eq!(to, [0.5, 7.0, 7.0]);
    }
}
