//! Rows of files.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, TimestampNanosecondArray, UInt32Array, UInt64Array,
};
use arrow_schema::ArrowError;

use super::FILES;
use super::column::{Numbers, Pairs};
use crate::input::shown;
use crate::row::FileRow;

/// Rows that are being gathered.
pub(crate) struct Files {
    rows: Vec<FileRow>,
    bytes: usize,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), bytes: 0 }
    }

    pub(crate) fn push(&mut self, row: FileRow) {
        let texts = [&row.title, &row.created, &row.instrument, &row.modality, &row.digest];
        let texts = texts.into_iter().flatten().map(String::len);
        let pairs =
            row.facts.iter().map(|(k, v)| k.len().saturating_add(v.len()).saturating_add(48));
        let message = row.fault.as_ref().map_or(0, |f| f.message.len());
        let bytes = texts.chain(pairs).fold(message, usize::saturating_add);
        let own = size_of::<FileRow>().saturating_add(row.path.as_os_str().len());
        self.bytes = self.bytes.saturating_add(own).saturating_add(bytes);
        self.rows.push(row);
    }

    pub(crate) fn rows(&self) -> &[FileRow] {
        &self.rows
    }

    /// About how many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let rows = &self.rows[..];
        let paths: Vec<_> = rows.iter().map(|row| shown(&row.path)).collect();
        let mut path = StringBuilder::with_capacity(rows.len(), 0);
        let mut raw = BinaryBuilder::with_capacity(rows.len(), 0);
        for (text, bytes) in &paths {
            path.append_value(text);
            raw.append_option(*bytes);
        }
        let (mut dimensions, mut facts) = (Numbers::new(), Pairs::<StringBuilder>::new());
        let mut unused = 0;
        for row in rows {
            dimensions.push(Some(&row.dimensions), &mut unused);
            for (key, value) in &row.facts {
                facts.item(key, value, &mut unused);
            }
            facts.end();
        }
        let modified = TimestampNanosecondArray::from_iter_values(rows.iter().map(|r| r.modified));
        fn fault(row: &FileRow) -> Option<&crate::row::Fault> {
            row.fault.as_ref()
        }
        let columns: Vec<ArrayRef> = vec![
            numbers(rows, |r| r.id),
            Arc::new(path.finish()),
            Arc::new(raw.finish()),
            numbers(rows, |r| r.size),
            Arc::new(modified.with_timezone("UTC")),
            texts(rows, |r| r.format),
            texts(rows, |r| r.detected_by),
            texts(rows, |r| r.compression),
            texts(rows, |r| r.media_type),
            texts(rows, |r| Some(r.status.as_str())),
            texts(rows, |r| fault(r).map(|f| f.kind.as_str())),
            texts(rows, |r| fault(r).map(|f| f.message.as_str())),
            texts(rows, |r| fault(r).and_then(|f| f.entry.as_deref())),
            maybe(rows, |r| fault(r).and_then(|f| f.offset)),
            texts(rows, |r| fault(r).map(|f| f.stage)),
            texts(rows, |r| fault(r).and_then(|f| f.signal.as_deref())),
            texts(rows, |r| r.incomplete_reason.as_deref()),
            numbers(rows, |r| r.entries),
            numbers(rows, |r| r.arrays),
            numbers(rows, |r| r.findings),
            maybe(rows, |r| r.claimed),
            maybe(rows, |r| r.counted),
            numbers(rows, |r| r.bytes_read),
            numbers(rows, |r| r.peak_memory),
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|r| r.elapsed))),
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(|r| r.attempts))),
            texts(rows, |r| r.digest.as_deref()),
            texts(rows, |r| r.title.as_deref()),
            texts(rows, |r| r.created.as_deref()),
            texts(rows, |r| r.instrument.as_deref()),
            texts(rows, |r| r.modality.as_deref()),
            Arc::new(rows.iter().map(|r| r.duration).collect::<Float64Array>()),
            dimensions.finish()?,
            facts.finish()?,
        ];
        RecordBatch::try_new(FILES.clone(), columns)
    }
}

fn numbers(rows: &[FileRow], of: impl Fn(&FileRow) -> u64) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(rows.iter().map(of)))
}

fn maybe(rows: &[FileRow], of: impl Fn(&FileRow) -> Option<u64>) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<UInt64Array>())
}

fn texts<'r>(rows: &'r [FileRow], of: impl Fn(&'r FileRow) -> Option<&'r str>) -> ArrayRef {
    let mut column = StringBuilder::with_capacity(rows.len(), 0);
    rows.iter().for_each(|row| column.append_option(of(row)));
    Arc::new(column.finish())
}
