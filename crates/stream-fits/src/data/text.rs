//! Fields of ASCII tables: FITS 4.0, 7.2.5.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{DType, Error, Form, Result};

use crate::Column;
use crate::card::{integer, real};
use crate::column::AsciiForm;
use crate::image::Scaling;

/// How the text of a field becomes a number.
#[derive(Clone, Debug)]
pub(super) struct AsciiField {
    form: AsciiForm,
    scaling: Scaling,
    null: Option<Box<[u8]>>,
    scaled: bool,
    number: usize,
}

impl AsciiField {
    pub(super) fn new(column: &Column, form: AsciiForm, wanted: Form) -> Self {
        let null = column.null_text.as_deref().map(|text| text.trim().as_bytes().into());
        let scaled = wanted == Form::Scaled;
        Self { form, scaling: column.scaling, null, scaled, number: column.number }
    }

    pub(super) fn dtype(&self) -> DType {
        match self.form.code {
            b'A' => self.form.dtype(),
            _ if self.scaled => DType::F64,
            _ => self.form.dtype(),
        }
    }

    /// Packed fields to packed numbers.
    pub(super) fn apply(&self, from: &[u8], to: &mut [u8], at: u64) -> Result<()> {
        let width = usize::try_from(self.form.width).unwrap_or(usize::MAX);
        if width == 0 {
            to.fill(0);
            return Ok(());
        }
        let size = self.dtype().size().unwrap_or(8);
        for (to, field) in to.chunks_exact_mut(size).zip(from.chunks_exact(width)) {
            let value = self.value(field).ok_or_else(|| {
                let shown = field.utf8_chunks().next().map_or("", |c| c.valid());
                let message = format!("column {}: field {shown:?} is no number", self.number);
                Error::malformed(at, message)
            })?;
            match value {
                Number::Real(x) => put(to, &x.to_ne_bytes()),
                Number::Integer(n) if size == 4 => {
                    // nine digits fit
                    put(to, &i32::try_from(n).unwrap_or(0).to_ne_bytes());
                }
                Number::Integer(n) => put(to, &n.to_ne_bytes()),
            }
        }
        Ok(())
    }

    fn value(&self, field: &[u8]) -> Option<Number> {
        let text = field.trim_ascii();
        let is_null = self.null.as_deref().is_some_and(|null| null == text);
        let whole = self.form.code == b'I';
        if whole && !self.scaled {
            // 7.2.5: a blank field is zero
            let n = if text.is_empty() || is_null { 0 } else { integer(text)? };
            return i64::try_from(n).ok().map(Number::Integer);
        }
        let x = if is_null {
            return Some(Number::Real(f64::NAN));
        } else if text.is_empty() {
            0.0
        } else {
            self.real(text)?
        };
        let scaling = &self.scaling;
        Some(Number::Real(if self.scaled { x * scaling.scale + scaling.zero } else { x }))
    }

    /// A point that is not written stands before the last `d` digits.
    fn real(&self, text: &[u8]) -> Option<f64> {
        let x = real(text).or_else(|| spaced(text))?;
        let implied = self.form.decimals > 0 && self.form.code != b'I' && !text.contains(&b'.');
        let exponent = text.iter().any(|b| b.is_ascii_alphabetic());
        if implied && !exponent {
            return Some(x / 10f64.powi(i32::try_from(self.form.decimals).unwrap_or(0)));
        }
        Some(x)
    }
}

/// Exponents without a letter (`1.5+3`), and spaces within numbers, as Fortran writes them.
fn spaced(text: &[u8]) -> Option<f64> {
    let mut copy = [0u8; 64];
    let mut len = 0usize;
    for (at, &b) in text.iter().enumerate() {
        if b == b' ' {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let sign = matches!(b, b'+' | b'-');
        if sign && before.is_some_and(u8::is_ascii_digit) {
            *copy.get_mut(len)? = b'E';
            len = len.saturating_add(1);
        }
        *copy.get_mut(len)? = b;
        len = len.saturating_add(1);
    }
    real(copy.get(..len)?)
}

enum Number {
    Integer(i64),
    Real(f64),
}

fn put(to: &mut [u8], from: &[u8]) {
    if to.len() == from.len() {
        to.copy_from_slice(from);
    }
}
