//! Stored values to modality units: PS3.3 C.11.1, with Pixel Padding Value (C.7.5.1.1.2) as NaN.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::DType;

use crate::{ImageFacts, Sample};

pub(super) struct Scale {
    sample: Sample,
    slope: f64,
    intercept: f64,
    padding: Option<f64>,
}

impl Scale {
    pub(super) fn new(facts: &ImageFacts, sample: Sample) -> Self {
        Self {
            sample,
            slope: facts.slope.unwrap_or(1.0),
            intercept: facts.intercept.unwrap_or(0.0),
            // a double holds every 16-bit padding value
            padding: facts.padding.and_then(|n| i32::try_from(n).ok()).map(f64::from),
        }
    }

    /// Up to 16 bits fit a single exactly, more a double.
    pub(super) fn dtype(&self) -> DType {
        if self.size() == 4 { DType::F32 } else { DType::F64 }
    }

    pub(super) fn size(&self) -> u64 {
        if self.sample.size() <= 2 || self.sample == Sample::F32 { 4 } else { 8 }
    }

    /// Computes in doubles: `stored * slope + intercept`.
    pub(super) fn apply(&self, stored: &[u8], out: &mut [u8]) {
        macro_rules! each {
            ($n:literal, $t:ty) => {{
                let from =
                    stored.as_chunks::<$n>().0.iter().map(|b| <$t>::from_ne_bytes(*b) as f64);
                self.write(from, out)
            }};
        }
        match self.sample {
            Sample::Bit | Sample::U8 => each!(1, u8),
            Sample::I8 => each!(1, i8),
            Sample::U16 => each!(2, u16),
            Sample::I16 => each!(2, i16),
            Sample::U32 => each!(4, u32),
            Sample::I32 => each!(4, i32),
            Sample::U64 => each!(8, u64),
            Sample::I64 => each!(8, i64),
            Sample::F32 => each!(4, f32),
            Sample::F64 => each!(8, f64),
        }
    }

    #[allow(clippy::cast_possible_truncation)] // modality units of 16-bit pixels need no more than a single
    fn write(&self, from: impl Iterator<Item = f64>, out: &mut [u8]) {
        let value = |x: f64| {
            if self.padding == Some(x) { f64::NAN } else { x.mul_add(self.slope, self.intercept) }
        };
        if self.size() == 4 {
            for (to, x) in out.as_chunks_mut::<4>().0.iter_mut().zip(from) {
                *to = (value(x) as f32).to_ne_bytes();
            }
        } else {
            for (to, x) in out.as_chunks_mut::<8>().0.iter_mut().zip(from) {
                *to = value(x).to_ne_bytes();
            }
        }
    }
}
