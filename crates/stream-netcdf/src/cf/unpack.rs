//! The loops that unpack values.
#![deny(clippy::arithmetic_side_effects)]

use super::Packing;
use super::packing::to_f64;
use crate::NcType;
use crate::header::values::Number;

/// What of a packing the loops need, in doubles.
struct Rule {
    scale: f64,
    offset: f64,
    valid: (f64, f64),
    valid_unpacked: bool,
}

impl Rule {
    fn of(packing: &Packing) -> Self {
        Self {
            scale: packing.scale.unwrap_or(1.0),
            // adding -0 changes nothing, not even -0
            offset: packing.offset.unwrap_or(-0.0),
            valid: packing.valid.unwrap_or((f64::NEG_INFINITY, f64::INFINITY)),
            valid_unpacked: packing.valid_unpacked,
        }
    }

    fn unpack(&self, x: f64) -> f64 {
        x * self.scale + self.offset
    }

    fn is_valid(&self, packed: f64, unpacked: f64) -> bool {
        let x = if self.valid_unpacked { unpacked } else { packed };
        x >= self.valid.0 && x <= self.valid.1
    }
}

/// The only value that is missing, and NaN, which no value equals, for none; `None` where there are several or a valid range.
fn only(packing: &Packing) -> Option<f64> {
    match (&*packing.missing, packing.valid) {
        ([], None) => Some(f64::NAN),
        ([one], None) => Some(to_f64(*one)),
        _ => None,
    }
}

trait Out<const N: usize> {
    fn bytes(x: f64) -> [u8; N];
}
struct Single;
struct Double;
impl Out<4> for Single {
    #[allow(clippy::cast_possible_truncation)] // to the nearest single
    fn bytes(x: f64) -> [u8; 4] {
        (x as f32).to_ne_bytes()
    }
}
impl Out<8> for Double {
    fn bytes(x: f64) -> [u8; 8] {
        x.to_ne_bytes()
    }
}

fn write<const N: usize, O: Out<N>>(from: impl Iterator<Item = f64>, out: &mut [u8]) {
    for (to, x) in out.as_chunks_mut::<N>().0.iter_mut().zip(from) {
        *to = O::bytes(x);
    }
}

pub(super) fn apply(packing: &Packing, stored: &[u8], out: &mut [u8]) {
    let rule = Rule::of(packing);
    let single = packing.size() == 4;
    // numbers of up to 32 bits and floats are exact doubles
    macro_rules! exact {
        ($n:literal, $t:ty) => {{
            let numbers =
                || stored.as_chunks::<$n>().0.iter().map(|b| f64::from(<$t>::from_ne_bytes(*b)));
            if let Some(missing) = only(packing) {
                let from = numbers().map(|x| if x == missing { f64::NAN } else { rule.unpack(x) });
                return if single {
                    write::<4, Single>(from, out)
                } else {
                    write::<8, Double>(from, out)
                };
            }
            let from = numbers().map(|x| {
                let y = rule.unpack(x);
                let sound = rule.is_valid(x, y) && packing.missing.iter().all(|m| to_f64(*m) != x);
                if sound { y } else { f64::NAN }
            });
            if single { write::<4, Single>(from, out) } else { write::<8, Double>(from, out) }
        }};
    }
    macro_rules! wide {
        ($t:ty) => {{
            #[allow(clippy::cast_precision_loss)] // a double is what there is
            let from = stored.as_chunks::<8>().0.iter().map(|b| {
                let stored = <$t>::from_ne_bytes(*b);
                let missing = Number::Int(i128::from(stored));
                let y = rule.unpack(stored as f64);
                let sound = rule.is_valid(stored as f64, y)
                    && packing.missing.iter().all(|m| match m {
                        Number::Int(_) => *m != missing,
                        float => to_f64(*float) != stored as f64,
                    });
                if sound { y } else { f64::NAN }
            });
            write::<8, Double>(from, out)
        }};
    }
    match packing.ty {
        NcType::Byte => exact!(1, i8),
        NcType::Ubyte => exact!(1, u8),
        NcType::Short => exact!(2, i16),
        NcType::Ushort => exact!(2, u16),
        NcType::Int => exact!(4, i32),
        NcType::Uint => exact!(4, u32),
        NcType::Float => exact!(4, f32),
        NcType::Double => exact!(8, f64),
        NcType::Int64 => wide!(i64),
        NcType::Uint64 => wide!(u64),
        NcType::Char | NcType::String | NcType::User(_) => {}
    }
}

pub(super) fn apply_in_place(packing: &Packing, values: &mut [u8]) {
    let rule = Rule::of(packing);
    let plain = packing.scale.is_none() && packing.offset.is_none();
    macro_rules! each {
        ($n:literal, $t:ty, $out:ty) => {
            if let (Some(missing), true) = (only(packing), plain) {
                // in the stored type, so that nothing is widened
                #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)]
                let missing = missing as $t;
                for bytes in values.as_chunks_mut::<$n>().0 {
                    let x = <$t>::from_ne_bytes(*bytes);
                    *bytes = (if x == missing { <$t>::NAN } else { x }).to_ne_bytes();
                }
                return;
            } else {
                for bytes in values.as_chunks_mut::<$n>().0 {
                    #[allow(clippy::cast_lossless)]
                    let x = <$t>::from_ne_bytes(*bytes) as f64;
                    let y = rule.unpack(x);
                    let sound =
                        rule.is_valid(x, y) && packing.missing.iter().all(|m| to_f64(*m) != x);
                    *bytes = <$out>::bytes(if sound { y } else { f64::NAN });
                }
            }
        };
    }
    match packing.ty {
        NcType::Float => each!(4, f32, Single),
        NcType::Double => each!(8, f64, Double),
        _ => {}
    }
}
