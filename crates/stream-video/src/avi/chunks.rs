//! The chunks of one stream, by the index: `idx1` (AVI RIFF file reference, AVIOLDINDEX), or the stream's own (OpenDML 1.02).

use stream_core::{Context, Result, Window};

use super::odml::Odml;
use crate::index::{Table, fourcc, le32};

/// A chunk of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Byte of its data: its header stands 8 before.
    pub(crate) at: u64,
    pub(crate) size: u32,
}

impl Entry {
    /// The byte behind it and what fills it up to an even one.
    pub(crate) fn end(&self) -> u64 {
        let size = u64::from(self.size);
        self.at.saturating_add(size).saturating_add(size & 1)
    }
}

/// A walk over the chunks of one stream.
pub(crate) struct Cursor {
    rows: Rows,
    /// The chunk that comes next, and before it as many ticks as its stream's chunks before it took.
    pub(crate) head: Option<Entry>,
    pub(crate) ticks: u64,
}

enum Rows {
    Old { table: Table, row: u64, base: u64, stream: usize },
    Own(Box<Odml>),
}

impl Cursor {
    /// The chunks of `stream` by the rows of `idx1` at a place of the source, in a file whose first chunk is at `first`.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn old(cx: &Context, rows: (u64, u64), first: u64, stream: usize) -> Result<Self> {
        let mut table = Table::new(cx, rows.0, rows.1, 16);
        let place = table.row(0)?.and_then(|row| le32(row, 8)).unwrap_or(0);
        let base = first.wrapping_sub(place.into());
        Ok(Self::over(Rows::Old { table, row: 0, base, stream }))
    }

    /// The chunks of a stream by its own index.
    pub(crate) fn own(odml: Odml) -> Self {
        Self::over(Rows::Own(Box::new(odml)))
    }

    fn over(rows: Rows) -> Self {
        Self { rows, head: None, ticks: 0 }
    }

    /// Stands before the first chunk again.
    pub(crate) fn rewind(&mut self) {
        (self.head, self.ticks) = (None, 0);
        match &mut self.rows {
            Rows::Old { row, .. } => *row = 0,
            Rows::Own(odml) => odml.rewind(),
        }
    }

    /// Finds the head, where there is none.
    ///
    /// # Errors
    /// What the source says; `Malformed` for an index of OpenDML that is none.
    pub(crate) fn fill(&mut self) -> Result<()> {
        if self.head.is_none() {
            self.head = match &mut self.rows {
                Rows::Own(odml) => odml.next()?,
                Rows::Old { table, row, base, stream } => next(table, row, *base, *stream)?,
            };
        }
        Ok(())
    }
}

/// The next row of a stream; the rows of others are passed over.
fn next(table: &mut Table, at: &mut u64, base: u64, wanted: usize) -> Result<Option<Entry>> {
    while let Some(row) = table.row(*at)? {
        let name = fourcc(row, 0).unwrap_or_default();
        let place = le32(row, 8).unwrap_or(0);
        let size = le32(row, 12).unwrap_or(0);
        *at = at.saturating_add(1);
        if stream(name) == wanted {
            let at = base.wrapping_add(place.into()).wrapping_add(8);
            return Ok(Some(Entry { at, size }));
        }
    }
    Ok(None)
}

/// The stream of a chunk's name: two digits, then what it holds.
pub(super) fn stream(name: [u8; 4]) -> usize {
    let digit = |b: u8| char::from(b).to_digit(10);
    let [tens, ones, kind, more] = name;
    match (digit(tens), digit(ones), &[kind, more]) {
        (Some(tens), Some(ones), b"dc" | b"db" | b"wb") => {
            usize::try_from(tens.saturating_mul(10).saturating_add(ones)).unwrap_or(usize::MAX)
        }
        _ => usize::MAX,
    }
}

/// Where the first chunk of a stream stands, behind chunks that are none.
///
/// # Errors
/// What the source says.
pub(crate) fn first(w: &mut Window, from: u64, end: u64) -> Result<Option<u64>> {
    gap(w, from, end, None)
}

/// Passes over what is no chunk of a stream, up to `to` or to the first that is one; `None` where something else stands.
///
/// # Errors
/// What the source says.
pub(super) fn gap(w: &mut Window, mut at: u64, end: u64, to: Option<u64>) -> Result<Option<u64>> {
    while at < end && Some(at) != to {
        let bytes = w.at(at, 8)?;
        let (Some(name), Some(size)) = (fourcc(bytes, 0), le32(bytes, 4)) else { return Ok(None) };
        let body = at.saturating_add(8);
        at = match &name {
            // a record groups chunks; the next part of the file is a list of its own
            b"LIST" | b"RIFF" => body.saturating_add(4),
            b"JUNK" | b"idx1" | [b'i', b'x', _, _] | [_, _, b'i', b'x'] => {
                body.saturating_add(size.into()).saturating_add(u64::from(size & 1))
            }
            _ if to.is_none() && stream(name) != usize::MAX => return Ok(Some(at)),
            _ => return Ok(None),
        };
    }
    Ok(Some(at))
}
