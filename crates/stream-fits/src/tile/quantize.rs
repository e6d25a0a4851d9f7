//! Real numbers that were made integers: scale, offset and dithering (10.2).
#![deny(clippy::arithmetic_side_effects)]

use std::sync::LazyLock;

/// How many random numbers the standard's sequence has (Appendix I).
const RANDOM: usize = 10_000;

/// The integer that stands for exactly zero with `SUBTRACTIVE_DITHER_2` (10.2.2).
const ZERO: i64 = -2_147_483_646;

/// `ZQUANTIZ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dither {
    /// `NO_DITHER`, or no keyword.
    None,
    /// `SUBTRACTIVE_DITHER_1`.
    Subtractive1,
    /// `SUBTRACTIVE_DITHER_2`.
    Subtractive2,
}

/// How the integers of one tile become real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantum {
    pub(super) dither: Dither,
    /// The tile counted from 0, with `ZDITHER0 - 1` added.
    pub(super) seed: u64,
    /// `ZSCALE`.
    pub(super) scale: f64,
    /// `ZZERO`.
    pub(super) zero: f64,
    /// `ZBLANK`: the integer that stands for no value.
    pub(super) blank: Option<i64>,
}

/// Integers that a decoder gives.
pub(super) trait Integer: Copy {
    fn wide(self) -> i64;
    fn real(self) -> f64;
}

macro_rules! integers {
    ($($t:ty)*) => {$(
        impl Integer for $t {
            #[inline(always)]
            fn wide(self) -> i64 {
                i64::from(self)
            }
            // exact but for 64 bits beyond 2^53, which no quantised value has
            #[inline(always)]
            fn real(self) -> f64 {
                self as f64
            }
        }
    )*};
}
integers! { u8 i16 i32 i64 }

/// Real numbers that integers become.
pub(super) trait Real: Copy {
    fn of(value: f64) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Real for f64 {
    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
}

/// The random numbers of Appendix I, between 0 and 1, as singles.
static NUMBERS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    // Park and Miller's generator, exact in 64 bits
    let next = |seed: &u64| Some(seed.wrapping_mul(16_807) % 2_147_483_647);
    let seeds = std::iter::successors(Some(16_807u64), next);
    seeds.take(RANDOM).map(|seed| (seed as f64 / 2_147_483_647.0) as f32).collect()
});

/// What a sequence starts at: the number, as an index 0 to 499.
fn start(seed: usize) -> usize {
    let number = NUMBERS.get(seed).copied().unwrap_or(0.0);
    // at least 0 and less than 500
    (number * 500.0) as usize
}

/// Restores the real numbers of a tile.
pub(super) fn restore<I: Integer, R: Real>(quantum: &Quantum, from: &[I], out: &mut [R]) {
    let Quantum { dither, scale, zero, blank, .. } = *quantum;
    // an integer that 32 bits do not have stands for none
    let blank = blank.unwrap_or(i64::MIN);
    if dither == Dither::None {
        for (to, from) in out.iter_mut().zip(from) {
            let value = from.real() * scale + zero;
            *to = R::of(if from.wide() == blank { f64::NAN } else { value });
        }
        return;
    }
    let special = if dither == Dither::Subtractive2 { ZERO } else { i64::MIN };
    let mut seed =
        usize::try_from(quantum.seed.checked_rem(RANDOM as u64).unwrap_or(0)).unwrap_or(0);
    let mut at = start(seed);
    let (mut out, mut from) = (out, from);
    // as far as the random numbers go, then from the next start
    while !out.is_empty() && !from.is_empty() {
        let numbers = NUMBERS.get(at..).unwrap_or_default();
        let count = numbers.len().min(out.len()).min(from.len());
        let (now, behind) = out.split_at_mut(count);
        let (these, rest) = from.split_at(count);
        for ((to, from), random) in now.iter_mut().zip(these).zip(numbers) {
            let value = (from.real() - f64::from(*random) + 0.5) * scale + zero;
            let wide = from.wide();
            let value = if wide == special { 0.0 } else { value };
            *to = R::of(if wide == blank { f64::NAN } else { value });
        }
        (out, from) = (behind, rest);
        seed = seed.wrapping_add(1);
        if seed >= RANDOM {
            seed = 0;
        }
        at = start(seed);
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn quantum(dither: Dither, seed: u64) -> Quantum {
        Quantum { dither, seed, scale: 2.0, zero: 10.0, blank: Some(-5) }
    }

    #[test]
    fn the_sequence_is_the_standards() {
        // Appendix I: the last seed is 1043618065
        assert_eq!(NUMBERS.len(), RANDOM);
        assert_eq!(NUMBERS[0], (16_807.0f64 / 2_147_483_647.0) as f32);
        assert_eq!(NUMBERS[RANDOM - 1], (1_043_618_065.0f64 / 2_147_483_647.0) as f32);
    }

    #[test]
    fn without_dithering_scale_and_offset_are_all() {
        let mut out = [0f32; 3];
        restore(&quantum(Dither::None, 0), &[1i32, -5, 3], &mut out);
        assert_eq!((out[0], out[2]), (12.0, 16.0));
        assert!(out[1].is_nan());
    }

    #[test]
    fn dithering_takes_the_random_number_away_again() {
        // the first tile starts at the number that the first number names: 0
        let mut out = [0f64; 3];
        restore(&quantum(Dither::Subtractive1, 0), &[1i32, -5, 3], &mut out);
        let random = |n: usize| f64::from(NUMBERS[n]);
        assert_eq!(out[0], (1.0 - random(0) + 0.5) * 2.0 + 10.0);
        assert!(out[1].is_nan());
        assert_eq!(out[2], (3.0 - random(2) + 0.5) * 2.0 + 10.0);
    }

    #[test]
    fn the_second_kind_of_dithering_keeps_zeros() {
        let mut out = [9f32; 2];
        restore(&quantum(Dither::Subtractive2, 7), &[-2_147_483_646i32, 0], &mut out);
        assert_eq!(out[0], 0.0);
        restore(&quantum(Dither::Subtractive1, 7), &[-2_147_483_646i32, 0], &mut out);
        assert!(out[0] < -4.0e9);
    }

    #[test]
    fn a_tile_longer_than_the_sequence_starts_anew() {
        let from = vec![0i32; 25_000];
        let mut out = vec![0f64; from.len()];
        restore(&quantum(Dither::Subtractive1, 9_999), &from, &mut out);
        let first = RANDOM - start(9_999);
        assert_eq!(out[first], (0.5 - f64::from(NUMBERS[start(0)])) * 2.0 + 10.0);
    }
}
