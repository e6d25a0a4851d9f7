//! From what decoders give to elements of a chunk.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Sample;

use super::quantize::Integer;
use crate::{Image, Numeric, Scaling};

/// Big-endian numbers of `size` bytes to the machine's order.
pub(super) fn native(from: &[u8], size: usize, out: &mut [u8]) {
    fn swap<const N: usize>(from: &[u8], out: &mut [u8], turn: impl Fn([u8; N]) -> [u8; N]) {
        let (from, _) = from.as_chunks::<N>();
        let (out, _) = out.as_chunks_mut::<N>();
        for (to, from) in out.iter_mut().zip(from) {
            *to = turn(*from);
        }
    }
    match size {
        2 => swap(from, out, |bytes| u16::from_be_bytes(bytes).to_ne_bytes()),
        4 => swap(from, out, |bytes| u32::from_be_bytes(bytes).to_ne_bytes()),
        8 => swap(from, out, |bytes| u64::from_be_bytes(bytes).to_ne_bytes()),
        _ => swap(from, out, |bytes: [u8; 1]| bytes),
    }
}

/// The same in place.
pub(super) fn native_in_place(bytes: &mut [u8], size: usize) {
    match size {
        2 => bytes
            .as_chunks_mut()
            .0
            .iter_mut()
            .for_each(|b| *b = u16::from_be_bytes(*b).to_ne_bytes()),
        4 => bytes
            .as_chunks_mut()
            .0
            .iter_mut()
            .for_each(|b| *b = u32::from_be_bytes(*b).to_ne_bytes()),
        8 => bytes
            .as_chunks_mut()
            .0
            .iter_mut()
            .for_each(|b| *b = u64::from_be_bytes(*b).to_ne_bytes()),
        _ => {}
    }
}

/// Integers of another width, their low bits kept: what a writer widened comes back as it was. Real numbers are converted.
pub(super) fn integers<I: Integer>(from: &[I], numeric: Numeric, out: &mut [u8]) {
    fn each<I: Integer, T: Sample>(from: &[I], out: &mut [u8], turn: impl Fn(I) -> T) {
        for (to, from) in T::cast_mut(out).unwrap_or_default().iter_mut().zip(from) {
            *to = turn(*from);
        }
    }
    match numeric {
        Numeric::U8 => each(from, out, |value| value.wide() as u8),
        Numeric::I16 => each(from, out, |value| value.wide() as i16),
        Numeric::I32 => each(from, out, |value| value.wide() as i32),
        Numeric::I64 => each(from, out, Integer::wide),
        Numeric::F32 => each(from, out, |value| value.real() as f32),
        Numeric::F64 => each(from, out, Integer::real),
    }
}

/// Makes signed integers unsigned, or unsigned bytes signed, in place: the offset of table 11 is the highest bit.
pub(super) fn flip(numeric: Numeric, values: &mut [u8]) {
    fn each<T: Sample>(values: &mut [u8], turn: impl Fn(T) -> T) {
        for value in T::cast_mut(values).unwrap_or_default() {
            *value = turn(*value);
        }
    }
    match numeric {
        Numeric::U8 => each(values, |value: u8| value ^ 1 << 7),
        Numeric::I16 => each(values, |value: u16| value ^ 1 << 15),
        Numeric::I32 => each(values, |value: u32| value ^ 1 << 31),
        Numeric::I64 => each(values, |value: u64| value ^ 1 << 63),
        Numeric::F32 | Numeric::F64 => {}
    }
}

/// Makes stored pixels missing where the mask is not zero: NaN, or the integer that stands for none, if there is one.
pub(super) fn blank(image: &Image, mask: &[u8], out: &mut [u8]) {
    fn each<T: Sample>(mask: &[u8], out: &mut [u8], none: T) {
        for (value, &missing) in T::cast_mut(out).unwrap_or_default().iter_mut().zip(mask) {
            if missing != 0 {
                *value = none;
            }
        }
    }
    let null = image.scaling.null;
    match (image.numeric, null) {
        (Numeric::F32, _) => each(mask, out, f32::NAN),
        (Numeric::F64, _) => each(mask, out, f64::NAN),
        (Numeric::U8, Some(null)) => each(mask, out, null as u8),
        (Numeric::I16, Some(null)) => each(mask, out, null as i16),
        (Numeric::I32, Some(null)) => each(mask, out, null as i32),
        (Numeric::I64, Some(null)) => each(mask, out, null),
        (_, None) => {}
    }
}

/// What becomes of the pixels of a line that are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// They are copied: bytes of one.
    Copy(usize),
    /// They are scaled, missing ones made NaN.
    Scale(Numeric, Scaling),
}

impl Turn {
    /// Takes `count` pixels, `step` apart, from the first of `from`, to the start of `out`.
    pub(super) fn line(self, from: &[u8], step: usize, count: usize, out: &mut [u8]) {
        match self {
            Self::Copy(size) if step == 1 => {
                let bytes = count.saturating_mul(size);
                if let (Some(from), Some(out)) = (from.get(..bytes), out.get_mut(..bytes)) {
                    out.copy_from_slice(from);
                }
            }
            Self::Copy(size) => {
                let from = from.chunks_exact(size.max(1)).step_by(step.max(1)).take(count);
                for (to, from) in out.chunks_exact_mut(size.max(1)).zip(from) {
                    to.copy_from_slice(from);
                }
            }
            Self::Scale(numeric, scaling) => match numeric {
                Numeric::U8 => scaled::<u8, f32>(from, step, count, out, scaling),
                Numeric::I16 => scaled::<i16, f32>(from, step, count, out, scaling),
                Numeric::I32 => scaled::<i32, f64>(from, step, count, out, scaling),
                // unsigned values beyond 2^53 are rounded once, not twice
                Numeric::I64 if scaling.flips_sign(numeric) => {
                    let null = scaling.null;
                    let from = i64::cast(from).unwrap_or_default().iter().step_by(step.max(1));
                    let out = f64::cast_mut(out).unwrap_or_default().iter_mut();
                    for (to, &from) in out.zip(from.take(count)) {
                        let value = (from.cast_unsigned() ^ 1 << 63) as f64;
                        *to = if null == Some(from) { f64::NAN } else { value };
                    }
                }
                Numeric::I64 => scaled::<i64, f64>(from, step, count, out, scaling),
                Numeric::F32 => scaled::<f32, f32>(from, step, count, out, scaling),
                Numeric::F64 => scaled::<f64, f64>(from, step, count, out, scaling),
            },
        }
    }
}

/// A stored number as a double, and as an integer where it is one.
trait Stored: Sample {
    fn real(self) -> f64;
    fn is(self, null: i64) -> bool;
}

macro_rules! stored {
    ($($t:ty)*) => {$(
        impl Stored for $t {
            #[inline(always)]
            fn real(self) -> f64 {
                Integer::real(self)
            }
            #[inline(always)]
            fn is(self, null: i64) -> bool {
                self.wide() == null
            }
        }
    )*};
}
stored! { u8 i16 i32 i64 }

impl Stored for f32 {
    fn real(self) -> f64 {
        f64::from(self)
    }
    fn is(self, _: i64) -> bool {
        false
    }
}

impl Stored for f64 {
    fn real(self) -> f64 {
        self
    }
    fn is(self, _: i64) -> bool {
        false
    }
}

fn scaled<T: Stored, R: Sample + super::quantize::Real>(
    from: &[u8],
    step: usize,
    count: usize,
    out: &mut [u8],
    scaling: Scaling,
) {
    let from = T::cast(from).unwrap_or_default().iter().step_by(step.max(1)).take(count);
    let out = R::cast_mut(out).unwrap_or_default().iter_mut().zip(from);
    let Scaling { scale, zero, null } = scaling;
    match null {
        None => out.for_each(|(to, from)| *to = R::of(from.real() * scale + zero)),
        Some(null) => out.for_each(|(to, from)| {
            let value = from.real() * scale + zero;
            *to = R::of(if from.is(null) { f64::NAN } else { value });
        }),
    }
}
