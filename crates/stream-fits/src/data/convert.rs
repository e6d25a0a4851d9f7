//! From bytes of a file to elements of a chunk, in loops that vectorise.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{DType, Form, Result};

use super::text::AsciiField;
use crate::column::{Field, TType};
use crate::image::{Numeric, Scaling};
use crate::{Column, Image};

/// What is done to packed elements.
#[derive(Clone, Debug)]
pub(super) struct Convert {
    /// Bytes of an element in the file.
    pub(super) from: u64,
    /// What it becomes.
    pub(super) dtype: DType,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Copy,
    /// Big-endian words of this many bytes; the highest bit is flipped where signedness changes.
    Swap {
        width: usize,
        flip: bool,
    },
    /// `T` is 1, anything else 0.
    Logical,
    Scale {
        numeric: Numeric,
        scaling: Scaling,
    },
    Ascii(AsciiField),
}

impl Convert {
    /// Numbers as stored, or scaled.
    pub(super) fn numbers(numeric: Numeric, scaling: Scaling, form: Form) -> Self {
        let from = numeric.size();
        if form == Form::Scaled && (numeric.is_integer() || !scaling.is_identity()) {
            let dtype = scaling.scaled(numeric);
            return Self { from, dtype, way: Way::Scale { numeric, scaling } };
        }
        let flip = scaling.flips_sign(numeric);
        let width = usize::try_from(from).unwrap_or(1);
        let way = if width == 1 && !flip { Way::Copy } else { Way::Swap { width, flip } };
        Self { from, dtype: scaling.stored(numeric), way }
    }

    /// The array of an image.
    pub(super) fn image(image: &Image, form: Form) -> Self {
        Self::numbers(image.numeric, image.scaling, form)
    }

    /// Bytes as they are, as elements of `width`.
    pub(super) fn raw(width: u64) -> Self {
        let narrow = u32::try_from(width).unwrap_or(u32::MAX);
        Self { from: width, dtype: DType::Bytes(narrow), way: Way::Copy }
    }

    /// An element of a column; of one whose values stand in the heap, an element there.
    pub(super) fn column(column: &Column, form: Form) -> Self {
        let form_of = match column.field {
            Field::Group(numeric) => return Self::numbers(numeric, column.scaling, form),
            Field::Ascii(ascii) => {
                let field = AsciiField::new(column, ascii, form);
                let (dtype, from) = (field.dtype(), u64::from(ascii.width));
                let way = if ascii.code == b'A' { Way::Copy } else { Way::Ascii(field) };
                return Self { from, dtype, way };
            }
            Field::Binary(form) => form,
        };
        let (from, dtype, way) = match form_of.kind {
            TType::Logical => (1, DType::Bool, Way::Logical),
            TType::Bit => (1, DType::Bool, Way::Copy),
            TType::Character if form_of.heap.is_some() => (1, DType::U8, Way::Copy),
            TType::Character => {
                let width = form_of.text_width();
                (u64::from(width), DType::StrN(width), Way::Copy)
            }
            TType::Complex => (8, DType::C64, Way::Swap { width: 4, flip: false }),
            TType::DoubleComplex => (16, DType::C128, Way::Swap { width: 8, flip: false }),
            kind => {
                let numeric = kind.numeric().unwrap_or(Numeric::U8);
                return Self::numbers(numeric, column.scaling, form);
            }
        };
        Self { from, dtype, way }
    }

    /// Bytes of an element in a chunk.
    pub(super) fn size(&self) -> u64 {
        self.dtype.size().and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }

    /// Whether the elements keep their size, and are changed where they lie.
    pub(super) fn is_in_place(&self) -> bool {
        !matches!(self.way, Way::Scale { .. } | Way::Ascii(_))
    }

    /// Changes elements where they lie.
    pub(super) fn in_place(&self, data: &mut [u8]) {
        match self.way {
            Way::Logical => data.iter_mut().for_each(|b| *b = u8::from(*b == b'T')),
            Way::Swap { width, flip } => swap(data, width, flip),
            Way::Copy | Way::Scale { .. } | Way::Ascii(_) => {}
        }
    }

    /// Writes elements of another size. `at` says where `from` stands, for errors.
    pub(super) fn apply(&self, from: &[u8], to: &mut [u8], at: u64) -> Result<()> {
        match &self.way {
            Way::Scale { numeric, scaling } => scale(*numeric, scaling, from, to),
            Way::Ascii(field) => field.apply(from, to, at)?,
            _ => {
                if let Some(from) = from.get(..to.len()) {
                    to.copy_from_slice(from);
                    self.in_place(to);
                }
            }
        }
        Ok(())
    }
}

/// Big-endian words become the machine's.
fn swap(data: &mut [u8], width: usize, flip: bool) {
    macro_rules! words {
        ($t:ty, $n:literal) => {{
            let mask: $t = if flip { 1 << ($n * 8 - 1) } else { 0 };
            for word in data.as_chunks_mut::<$n>().0 {
                *word = (<$t>::from_be_bytes(*word) ^ mask).to_ne_bytes();
            }
        }};
    }
    match width {
        1 => words!(u8, 1),
        2 => words!(u16, 2),
        4 => words!(u32, 4),
        _ => words!(u64, 8),
    }
}

/// `zero + scale * stored`; what stands for no value is NaN.
fn scale(numeric: Numeric, scaling: &Scaling, from: &[u8], to: &mut [u8]) {
    macro_rules! each {
        ($t:ty, $n:literal, $to:ty, $m:literal) => {{
            let (from, _) = from.as_chunks::<$n>();
            let (to, _) = to.as_chunks_mut::<$m>();
            let (scale, zero) = (scaling.scale, scaling.zero);
            let null = scaling.null.and_then(|n| <$t>::try_from(n).ok());
            let value = |word: &[u8; $n]| <$t>::from_be_bytes(*word);
            #[allow(clippy::cast_possible_truncation)]
            match null {
                None => {
                    for (to, from) in to.iter_mut().zip(from) {
                        let x = value(from) as f64 * scale + zero;
                        *to = (x as $to).to_ne_bytes();
                    }
                }
                Some(null) => {
                    for (to, from) in to.iter_mut().zip(from) {
                        let n = value(from);
                        let x = if n == null { f64::NAN } else { n as f64 * scale + zero };
                        *to = (x as $to).to_ne_bytes();
                    }
                }
            }
        }};
    }
    macro_rules! reals {
        ($t:ty, $n:literal) => {{
            let (from, _) = from.as_chunks::<$n>();
            let (to, _) = to.as_chunks_mut::<$n>();
            for (to, from) in to.iter_mut().zip(from) {
                let x = f64::from(<$t>::from_be_bytes(*from)) * scaling.scale + scaling.zero;
                #[allow(clippy::cast_possible_truncation)]
                let x = x as $t;
                *to = x.to_ne_bytes();
            }
        }};
    }
    match numeric {
        Numeric::U8 => each!(u8, 1, f32, 4),
        Numeric::I16 => each!(i16, 2, f32, 4),
        Numeric::I32 => each!(i32, 4, f64, 8),
        // unsigned values beyond 2^53 are rounded once, not twice
        Numeric::I64 if scaling.flips_sign(numeric) => {
            let (from, _) = from.as_chunks::<8>();
            let (to, _) = to.as_chunks_mut::<8>();
            for (to, from) in to.iter_mut().zip(from) {
                let n = i64::from_be_bytes(*from);
                let x = if scaling.null == Some(n) {
                    f64::NAN
                } else {
                    (n.cast_unsigned() ^ (1 << 63)) as f64
                };
                *to = x.to_ne_bytes();
            }
        }
        Numeric::I64 => each!(i64, 8, f64, 8),
        Numeric::F32 => reals!(f32, 4),
        Numeric::F64 => reals!(f64, 8),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn scaled(numeric: Numeric, scaling: Scaling, from: &[u8]) -> Vec<u8> {
        let convert = Convert::numbers(numeric, scaling, Form::Scaled);
        let count = from.len() / usize::try_from(convert.from).unwrap();
        let mut to = vec![0; count * usize::try_from(convert.size()).unwrap()];
        convert.apply(from, &mut to, 0).unwrap();
        to
    }

    #[test]
    fn the_unsigned_convention_is_stored_as_unsigned() {
        let scaling = Scaling { zero: 32768.0, ..Scaling::default() };
        let convert = Convert::numbers(Numeric::I16, scaling, Form::Stored);
        let mut data = [0x80, 0, 0x7f, 0xff, 0, 0];
        convert.in_place(&mut data);
        let values: Vec<u16> =
            data.as_chunks::<2>().0.iter().map(|b| u16::from_ne_bytes(*b)).collect();
        assert_eq!((convert.dtype, values), (DType::U16, vec![0, 65535, 32768]));
        let scaling = Scaling { zero: -128.0, ..Scaling::default() };
        let convert = Convert::numbers(Numeric::U8, scaling, Form::Stored);
        let mut data = [0, 128, 255];
        convert.in_place(&mut data);
        assert_eq!((convert.dtype, data), (DType::I8, [0x80, 0, 127]));
    }

    #[test]
    fn scaled_integers_are_reals_and_the_blank_is_nan() {
        let scaling = Scaling { scale: 0.5, zero: 10.0, null: Some(-1) };
        let to = scaled(Numeric::I16, scaling, &[0, 4, 0xff, 0xff]);
        let values: Vec<f32> =
            to.as_chunks::<4>().0.iter().map(|b| f32::from_ne_bytes(*b)).collect();
        assert_eq!(values[0], 12.0);
        assert!(values[1].is_nan());
        let scaling = Scaling { zero: 9_223_372_036_854_775_808.0, ..Scaling::default() };
        let to = scaled(Numeric::I64, scaling, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(f64::from_ne_bytes(to.try_into().unwrap()), u64::MAX as f64);
    }

    #[test]
    fn a_null_beyond_the_type_stands_for_nothing() {
        let scaling = Scaling { null: Some(-1), ..Scaling::default() };
        let to = scaled(Numeric::U8, scaling, &[255]);
        assert_eq!(f32::from_ne_bytes(to.try_into().unwrap()), 255.0);
    }
}
