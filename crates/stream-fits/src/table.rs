//! Tables: FITS 4.0, 6 (random groups), 7.2 (ASCII tables) and 7.3 (binary tables).
#![deny(clippy::arithmetic_side_effects)]

mod build;

pub(crate) use build::{Note, Place, ascii, binary, groups};

use stream_core::memory::Reservation;
use stream_core::{DType, Member};

use crate::Column;

/// Most columns of a table (7.2.1, 7.3.1).
pub const MAX_COLUMNS: usize = 999;

/// Rows of equal length, and what is in them.
#[derive(Debug)]
pub struct Table {
    /// How many: `NAXIS2`; for random groups `GCOUNT`.
    pub rows: u64,
    /// Bytes of a row: `NAXIS1`.
    pub row_bytes: u64,
    /// Where the first row starts in the source.
    pub offset: u64,
    /// Where the heap starts in the source: behind the rows, or where `THEAP` says.
    pub heap_offset: u64,
    /// Bytes of the heap up to the end of the data.
    pub heap_bytes: u64,
    /// The columns, in order of their numbers.
    pub columns: Vec<Column>,
    /// What the columns take.
    pub(crate) _charge: Option<Reservation>,
}

impl Table {
    /// The first column with this name; case does not matter (7.2.1).
    pub fn column(&self, name: &str) -> Option<&Column> {
        let exact = self.columns.iter().find(|c| c.name.as_deref() == Some(name));
        exact.or_else(|| {
            let alike =
                |c: &&Column| c.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name));
            self.columns.iter().find(alike)
        })
    }

    /// What a whole row is: a member for each column that lies within the row, named as in paths.
    pub fn row(&self) -> DType {
        let within = |c: &&Column| c.offset.saturating_add(c.width) <= self.row_bytes;
        let member = |c: &Column| Member { name: self.member(c), dtype: c.cell() };
        DType::Struct(self.columns.iter().filter(within).map(member).collect())
    }

    /// What a column is called as a member of a row.
    pub(crate) fn member(&self, column: &Column) -> String {
        self.label(column).map_or_else(|| column.number.to_string(), str::to_owned)
    }

    /// What a column is called in paths: its name, or its number where it has none, shares it with another column, or it looks
    /// like a number.
    pub fn label<'a>(&self, column: &'a Column) -> Option<&'a str> {
        let name = column.name.as_deref().filter(|name| !name.is_empty())?;
        let looks_like_number = name.bytes().all(|b| b.is_ascii_digit());
        let shared = self
            .columns
            .iter()
            .any(|other| other.number != column.number && other.name.as_deref() == Some(name));
        (!looks_like_number && !shared).then_some(name)
    }
}
