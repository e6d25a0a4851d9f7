//! The objects at the top of an HDF5 file, and its largest datasets.

use stream_core::{Entry, Kind};

use super::{Cell, Table, cut, dtype_and_shape};

/// How many of the largest datasets are shown.
const LARGEST: usize = 10;
/// Filters of a dataset that a row names.
const FILTERS: usize = 8;
/// Where a row of the largest has its size.
const SIZE: usize = 4;

pub(in super::super) struct Objects {
    top: Table,
    largest: Table,
}

impl Objects {
    pub(super) fn new() -> Self {
        let largest = &["path", "dtype", "shape", "filters", "bytes"];
        Self {
            top: Table::new("objects", &["path", "kind", "dtype", "shape"]),
            largest: Table::new("largest_datasets", largest),
        }
    }

    pub(super) fn see(&mut self, entry: &Entry) {
        let kind = entry.kind();
        if kind == Kind::Attribute {
            return;
        }
        let path = entry.path();
        if path.len() > 1 && path.rfind('/') == Some(0) {
            self.top.push(|| {
                let (dtype, shape) = dtype_and_shape(entry);
                vec![Cell::text(path), Cell::text(kind.as_str()), dtype, shape]
            });
        }
        if kind == Kind::Array {
            self.dataset(entry);
        }
    }

    /// Keeps the largest, by the bytes of their elements; of equal ones those met first.
    fn dataset(&mut self, entry: &Entry) {
        let Some(array) = entry.array() else { return };
        // elements whose length varies count as one byte
        let width = array.dtype.size().and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
        let bytes = array.shape.iter().fold(width, |n, &d| n.saturating_mul(d));
        let rows = &mut self.largest.rows;
        let size = |row: &Vec<Cell>| match row.get(SIZE) {
            Some(Cell::Number(n)) => *n,
            _ => 0,
        };
        let at = rows.partition_point(|row| size(row) >= bytes);
        if at >= LARGEST {
            return;
        }
        let (dtype, shape) = dtype_and_shape(entry);
        let filters = array.filters.iter().take(FILTERS).map(|name| cut(name)).collect();
        let filters = Cell::Texts(filters);
        rows.insert(at, vec![Cell::text(entry.path()), dtype, shape, filters, Cell::Number(bytes)]);
        rows.truncate(LARGEST);
    }

    pub(super) fn tables(&self) -> Vec<&Table> {
        vec![&self.top, &self.largest]
    }
}
