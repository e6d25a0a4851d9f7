//! Columns of lists, filled row by row.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Float64Array, ListArray, StructArray, UInt64Array};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType};

use super::{item, pair};

/// Where each row's items end.
struct Ends {
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Ends {
    fn new() -> Self {
        Self { ends: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    fn end(&mut self, items: usize) {
        self.ends.push(i32::try_from(items).unwrap_or(i32::MAX));
        self.nulls.append_non_null();
    }

    fn null(&mut self, items: usize) {
        self.ends.push(i32::try_from(items).unwrap_or(i32::MAX));
        self.nulls.append_null();
    }

    fn list(self, of: DataType, items: ArrayRef) -> Result<ArrayRef, ArrowError> {
        let Self { ends, mut nulls } = self;
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        Ok(Arc::new(ListArray::try_new(item(of), offsets, items, nulls.finish())?))
    }
}

/// Lists of numbers.
pub(super) struct Numbers {
    items: Vec<u64>,
    ends: Ends,
}

impl Numbers {
    pub(super) fn new() -> Self {
        Self { items: Vec::new(), ends: Ends::new() }
    }

    /// The next row; adds how many bytes it takes.
    pub(super) fn push(&mut self, row: Option<&[u64]>, bytes: &mut usize) {
        match row {
            Some(row) => {
                self.items.extend_from_slice(row);
                *bytes = bytes.saturating_add(row.len().saturating_mul(8));
                self.ends.end(self.items.len());
            }
            None => self.ends.null(self.items.len()),
        }
    }

    pub(super) fn finish(self) -> Result<ArrayRef, ArrowError> {
        self.ends.list(DataType::UInt64, Arc::new(UInt64Array::from(self.items)))
    }
}

/// Lists of texts.
pub(super) struct Texts {
    items: StringBuilder,
    count: usize,
    ends: Ends,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self { items: StringBuilder::new(), count: 0, ends: Ends::new() }
    }

    pub(super) fn push(&mut self, row: &[String], bytes: &mut usize) {
        for text in row {
            self.items.append_value(text);
            *bytes = bytes.saturating_add(text.len()).saturating_add(4);
        }
        self.count = self.count.saturating_add(row.len());
        self.ends.end(self.count);
    }

    pub(super) fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        self.ends.list(DataType::Utf8, Arc::new(self.items.finish()))
    }
}

/// Lists of keys and values.
pub(super) struct Pairs<V> {
    keys: StringBuilder,
    values: V,
    count: usize,
    ends: Ends,
}

impl<V: Values> Pairs<V> {
    pub(super) fn new() -> Self {
        Self { keys: StringBuilder::new(), values: V::empty(), count: 0, ends: Ends::new() }
    }

    /// An item of the row that [`Pairs::end`] ends.
    pub(super) fn item(&mut self, key: &str, value: &V::One, bytes: &mut usize) {
        self.keys.append_value(key);
        let value = self.values.add(value);
        *bytes = bytes.saturating_add(key.len()).saturating_add(value).saturating_add(8);
        self.count = self.count.saturating_add(1);
    }

    pub(super) fn end(&mut self) {
        self.ends.end(self.count);
    }

    pub(super) fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let fields = pair(V::TYPE);
        let of = DataType::Struct(fields.clone());
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), self.values.array()];
        self.ends.list(of, Arc::new(StructArray::try_new(fields, columns, None)?))
    }
}

/// The values of pairs.
pub(super) trait Values {
    type One: ?Sized;
    const TYPE: DataType;
    fn empty() -> Self;
    /// Adds one, and says how many bytes it takes.
    fn add(&mut self, value: &Self::One) -> usize;
    fn array(self) -> ArrayRef;
}

impl Values for StringBuilder {
    type One = str;
    const TYPE: DataType = DataType::Utf8;

    fn empty() -> Self {
        Self::new()
    }

    fn add(&mut self, value: &str) -> usize {
        self.append_value(value);
        value.len()
    }

    fn array(mut self) -> ArrayRef {
        Arc::new(self.finish())
    }
}

impl Values for Vec<f64> {
    type One = f64;
    const TYPE: DataType = DataType::Float64;

    fn empty() -> Self {
        Self::new()
    }

    fn add(&mut self, value: &f64) -> usize {
        self.push(*value);
        8
    }

    fn array(self) -> ArrayRef {
        Arc::new(Float64Array::from(self))
    }
}
