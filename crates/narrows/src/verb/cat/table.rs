//! Several entries side by side: a row for each index of their first axis.

use std::collections::VecDeque;
use std::io::Write;

use stream_core::{
    Array, Chunk, DType, Elements, Entry, Error, ErrorKind, Reader, Request, by_rows,
};

use crate::cli::To;
use crate::output::Out;
use crate::output::array::npy;
use crate::output::element;

/// A column of the rows.
struct Column {
    name: String,
    array: Array,
    chunks: VecDeque<Chunk>,
    /// Bytes and elements of the first chunk that were written.
    bytes: usize,
    elements: u64,
}

/// Whether entries can be written side by side: each has a first axis of the same extent.
pub(super) fn fits(entries: &[Entry], to: Option<To>) -> bool {
    let rows = |e: &Entry| e.array().and_then(|a| a.shape.first().copied());
    entries.len() > 1
        && matches!(to, Some(To::Csv | To::Jsonl | To::Npy))
        && rows(&entries[0]).is_some()
        && entries.iter().all(|e| rows(e) == rows(&entries[0]))
}

/// Writes the rows of `entries`, as `request` wants them, in one pass.
pub(super) fn stream(
    reader: &mut dyn Reader,
    entries: &[Entry],
    request: &Request,
    to: To,
    out: &mut Out,
) -> anyhow::Result<()> {
    let mut columns = Vec::new();
    for entry in entries {
        let alone = Request { entries: vec![entry.path().to_owned()], ..request.clone() };
        let array = reader.chunks(&alone)?.array();
        let array = array.or_else(|| super::delivered(entry, &alone)).ok_or_else(|| {
            Error::new(
                ErrorKind::Request,
                "the shape is not known beforehand: one --entry at a time",
            )
            .in_entry(entry.path())
        })?;
        let last = entry.path().rsplit_once('/').map_or(entry.path(), |(_, last)| last);
        let (name, chunks) = (last.to_owned(), VecDeque::new());
        columns.push(Column { name, array, chunks, bytes: 0, elements: 0 });
    }
    let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    for (column, entry) in columns.iter_mut().zip(entries) {
        if names.iter().filter(|n| **n == column.name).count() > 1 {
            column.name = entry.path().to_owned();
        }
    }
    head(&columns, to, out)?;
    let mut chunks = by_rows(reader.chunks(request)?);
    while let Some(chunk) = chunks.next_chunk()? {
        if let Some(column) = columns.get_mut(chunk.entry()) {
            column.array.dtype = chunk.dtype().clone();
            column.chunks.push_back(chunk);
        }
        rows(&mut columns, to, out)?;
    }
    let left = columns.iter().any(|c| !c.chunks.is_empty());
    anyhow::ensure!(!left, "columns of different length cannot stand side by side");
    Ok(())
}

fn head(columns: &[Column], to: To, out: &mut Out) -> anyhow::Result<()> {
    match to {
        To::Npy => {
            let rows = columns.first().and_then(|c| c.array.shape.first().copied()).unwrap_or(0);
            let inner = |c: &Column| c.array.shape.iter().skip(1).copied().collect::<Vec<_>>();
            let shapes: Vec<Vec<u64>> = columns.iter().map(inner).collect();
            let members: Vec<(&str, &DType, &[u64])> = columns
                .iter()
                .zip(&shapes)
                .map(|(c, shape)| (c.name.as_str(), &c.array.dtype, &shape[..]))
                .collect();
            out.write_all(&npy::record_header(&members, rows)?)?;
        }
        To::Csv => {
            let mut names = Vec::new();
            for column in columns {
                if column.width() == 1 {
                    element::columns(&column.array.dtype, &column.name, &mut names);
                } else {
                    names.push(column.name.clone());
                }
            }
            element::header(out, &names)?;
        }
        _ => {}
    }
    Ok(())
}

/// Writes the rows that all columns have.
fn rows(columns: &mut [Column], to: To, out: &mut Out) -> anyhow::Result<()> {
    while columns.iter().all(|c| !c.chunks.is_empty()) {
        if to == To::Jsonl {
            out.write_all(b"{")?;
        }
        for (i, column) in columns.iter_mut().enumerate() {
            if i > 0 && to != To::Npy {
                out.write_all(b",")?;
            }
            column.write(to, out)?;
        }
        out.write_all(match to {
            To::Jsonl => b"}\n",
            To::Csv => b"\n",
            _ => b"",
        })?;
    }
    Ok(())
}

impl Column {
    /// Elements of a row.
    fn width(&self) -> u64 {
        self.array.shape.iter().skip(1).fold(1, |n, &d| n.saturating_mul(d))
    }

    /// Writes the elements of a row, and drops the chunk they end.
    fn write(&mut self, to: To, out: &mut Out) -> anyhow::Result<()> {
        let width = self.width();
        let Some(chunk) = self.chunks.front() else { return Ok(()) };
        let left = chunk.elements().saturating_sub(self.elements);
        anyhow::ensure!(
            left >= width,
            "{}: its chunks part rows: one --entry at a time",
            self.name
        );
        let bytes = chunk.bytes().get(self.bytes..).unwrap_or_default();
        let mut items = Elements::new(chunk.dtype(), bytes, left);
        let mut length = 0usize;
        for _ in 0..width {
            length =
                length.saturating_add(items.next_bytes().transpose()?.unwrap_or_default().len());
        }
        let cell = bytes.get(..length).unwrap_or_default();
        let mut items = Elements::new(chunk.dtype(), cell, width);
        match to {
            To::Npy => out.write_all(cell)?,
            To::Csv if width == 1 => {
                if let Some(item) = items.next() {
                    element::csv(out, item?)?;
                }
            }
            To::Csv => element::csv_list(out, items)?,
            _ => {
                crate::output::json::string(out, &self.name)?;
                out.write_all(b":")?;
                if self.array.shape.len() > 1 {
                    element::list(out, items)?;
                } else if let Some(item) = items.next() {
                    element::json(out, item?)?;
                }
            }
        }
        self.bytes = self.bytes.saturating_add(length);
        self.elements = self.elements.saturating_add(width);
        if self.elements >= chunk.elements() {
            self.chunks.pop_front();
            (self.bytes, self.elements) = (0, 0);
        }
        Ok(())
    }
}
