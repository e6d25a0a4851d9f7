//! Rows of parts that are written, by column.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{Array, Float64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use stream_core::{Error, ErrorKind, Result};

use crate::block::arrow;
use crate::fault::{Doing as _, table_fault};

/// Rows that are read at a time.
const ROWS: usize = 1024;

/// Some rows of a part. Anybody may have put another file in a part's place: columns are those that were written, or `Malformed`.
pub(crate) struct Rows<'p> {
    path: &'p Path,
    pub(crate) batch: RecordBatch,
}

/// Reads the part at `path`, all columns or some, a thousand rows at a time.
///
/// # Errors
/// `Io`, `Malformed`.
pub(crate) fn each(
    path: PathBuf,
    columns: Option<&[&str]>,
    mut act: impl FnMut(&Rows<'_>) -> Result<()>,
) -> Result<()> {
    let path = &*path;
    let file = File::open(path).doing(path, "opening")?;
    let mut builder =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| table_fault(path, e))?;
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.with_batch_size(ROWS).build().map_err(|e| table_fault(path, e))?;
    for batch in reader {
        act(&Rows { path, batch: batch.map_err(arrow)? })?;
    }
    Ok(())
}

impl Rows<'_> {
    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// A column of numbers.
    pub(crate) fn numbers(&self, name: &str) -> Result<&UInt64Array> {
        self.column(name, |column| column.as_primitive_opt::<UInt64Type>())
    }

    /// A column of floats.
    pub(crate) fn floats(&self, name: &str) -> Result<&Float64Array> {
        self.column(name, |column| column.as_primitive_opt::<Float64Type>())
    }

    /// A column of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<&StringArray> {
        self.column(name, |column| column.as_string_opt::<i32>())
    }

    fn column<'a, A>(
        &'a self,
        name: &str,
        typed: impl FnOnce(&'a dyn Array) -> Option<&'a A>,
    ) -> Result<&'a A> {
        let found = self.batch.column_by_name(name).and_then(|column| typed(&**column));
        found.ok_or_else(|| {
            let path = self.path.display();
            let message = format!("{path}: has no column {name} of the type that a catalogue has");
            Error::new(ErrorKind::Malformed, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use parquet::arrow::ArrowWriter;

    #[test]
    fn a_column_of_another_type_is_malformed_and_says_where() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.parquet");
        let ids: Arc<dyn Array> = Arc::new(StringArray::from(vec!["one"]));
        let batch = RecordBatch::try_from_iter([("id", ids)]).unwrap();
        let mut out =
            ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        out.write(&batch).unwrap();
        out.close().unwrap();
        let ask = |act: fn(&Rows<'_>) -> Result<()>| each(path.clone(), None, act);
        assert!(ask(|rows| rows.texts("id").map(|ids| assert_eq!(ids.value(0), "one"))).is_ok());
        for act in [
            (|rows| rows.numbers("id").map(drop)) as fn(&Rows<'_>) -> Result<()>,
            |rows| rows.floats("id").map(drop),
            |rows| rows.texts("path").map(drop),
        ] {
            let e = ask(act).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Malformed);
            assert!(e.message().contains("p.parquet"), "{e}");
        }
    }
}
