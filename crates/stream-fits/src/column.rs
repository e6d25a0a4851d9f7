//! Columns of tables: FITS 4.0, 7.2 and 7.3.
#![deny(clippy::arithmetic_side_effects)]

mod tform;

use std::sync::Arc;

pub use tform::{AsciiForm, Heap, TForm, TType};

use stream_core::{DType, Dims};

use crate::Numeric;
use crate::image::Scaling;

/// How a column's values stand in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Of a binary table: TFORM as in 7.3.1.
    Binary(TForm),
    /// Of an ASCII table: TFORM as in 7.2.1.
    Ascii(AsciiForm),
    /// Of random groups (6.1): values of the type that BITPIX names, as many as the column's cell has.
    Group(Numeric),
}

/// One column of a table, or one parameter of random groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Counted from 1, as in `TTYPEn`.
    pub number: usize,
    /// `TTYPEn`, as in the file; may be repeated in a table.
    pub name: Option<String>,
    /// `TUNITn`.
    pub unit: Option<String>,
    /// `TFORMn` as it stands.
    pub form: String,
    /// `TDISPn`.
    pub display: Option<String>,
    /// What is stored.
    pub field: Field,
    /// Where the field starts in a row, in bytes.
    pub offset: u64,
    /// Bytes of the field in a row.
    pub width: u64,
    /// Extents of a cell, slowest axis first: `TDIMn` reversed; empty for one value.
    pub dims: Dims,
    /// `TSCALn` and `TZEROn` with `TNULLn` of integers.
    pub scaling: Scaling,
    /// `TNULLn` of an ASCII table: the text that stands for no value.
    pub null_text: Option<String>,
    /// World coordinates of an image in the column's cells or of a pixel list (8.2, table 22): reference value, pixel, increment.
    pub world: Option<Arc<ColumnWorld>>,
}

/// What `TCTYPn`, `TCUNIn`, `TCRVLn`, `TCRPXn` and `TCDLTn` say of a column whose values are pixel coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnWorld {
    /// `TCTYPn`.
    pub ctype: Option<String>,
    /// `TCUNIn`.
    pub unit: Option<String>,
    /// `TCRVLn`.
    pub reference: Option<f64>,
    /// `TCRPXn`.
    pub pixel: Option<f64>,
    /// `TCDLTn`.
    pub increment: Option<f64>,
}

impl Column {
    /// What an element of a cell is as stored; the unsigned convention is applied, other scaling is not.
    pub fn stored(&self) -> DType {
        match self.field {
            Field::Group(numeric) => self.scaling.stored(numeric),
            Field::Ascii(form) => form.dtype(),
            Field::Binary(form) => match form.heap {
                Some(_) if form.kind == TType::Character => DType::Str,
                Some(_) => DType::Vlen(Arc::new(self.element(form))),
                None => self.element(form),
            },
        }
    }

    fn element(&self, form: TForm) -> DType {
        match form.kind {
            TType::Logical | TType::Bit => DType::Bool,
            TType::Character => DType::StrN(form.text_width()),
            TType::Complex => DType::C64,
            TType::DoubleComplex => DType::C128,
            kind => kind.numeric().map_or(DType::U8, |numeric| self.scaling.stored(numeric)),
        }
    }

    /// The numbers it holds, if it holds plain ones (in cells or in the heap).
    pub fn numeric(&self) -> Option<Numeric> {
        match self.field {
            Field::Group(numeric) => Some(numeric),
            Field::Ascii(_) => None,
            Field::Binary(form) => form.kind.numeric(),
        }
    }

    /// Whether the values of a cell stand in the heap.
    pub fn heap(&self) -> Option<Heap> {
        if let Field::Binary(form) = self.field { form.heap } else { None }
    }

    /// What a cell is as one element of a row, as stored.
    pub fn cell(&self) -> DType {
        if self.dims.is_empty() {
            self.stored()
        } else {
            DType::Array(Arc::new(self.stored()), self.dims.clone())
        }
    }

    /// Elements of a cell.
    pub fn elements(&self) -> u64 {
        self.dims.elements().unwrap_or(u64::MAX)
    }
}
