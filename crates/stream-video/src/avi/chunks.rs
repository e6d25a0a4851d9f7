//! Rows of the index, checked to name every chunk there is (AVI RIFF file reference, AVIOLDINDEX).

use stream_core::{Context, Result, Window};

use super::header::{Header, Stream};
use crate::index::{Refusal, Table, fourcc, le32, rescale};

/// A chunk of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) stream: usize,
    /// Byte of its header.
    pub(crate) at: u64,
    pub(crate) size: u32,
}

/// The index, row by row.
pub(crate) struct Chunks {
    table: Table,
    row: u64,
    /// What is added to the places of the index.
    base: u64,
}

impl Chunks {
    /// Over the index of a file whose first chunk is at `first`.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn new(cx: &Context, rows: (u64, u64), first: u64) -> Result<Self> {
        let mut table = Table::new(cx, rows.0, rows.1, 16);
        let place = table.row(0)?.and_then(|row| le32(row, 8)).unwrap_or(0);
        Ok(Self { table, row: 0, base: first.wrapping_sub(place.into()) })
    }

    /// Stands before the first row again.
    pub(crate) fn rewind(&mut self) {
        self.row = 0;
    }

    /// The next row; `None` at the end. A row that names no stream has a stream beyond all.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>> {
        let Some(row) = self.table.row(self.row)? else { return Ok(None) };
        let name = fourcc(row, 0).unwrap_or_default();
        let place = le32(row, 8).unwrap_or(0);
        let size = le32(row, 12).unwrap_or(0);
        self.row = self.row.saturating_add(1);
        let at = self.base.wrapping_add(place.into());
        Ok(Some(Entry { stream: stream(name), at, size }))
    }
}

/// The stream of a chunk's name: two digits, then what it holds.
fn stream(name: [u8; 4]) -> usize {
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
fn gap(w: &mut Window, mut at: u64, end: u64, to: Option<u64>) -> Result<Option<u64>> {
    while at < end && Some(at) != to {
        let bytes = w.at(at, 8)?;
        let (Some(name), Some(size)) = (fourcc(bytes, 0), le32(bytes, 4)) else { return Ok(None) };
        let body = at.saturating_add(8);
        at = match &name {
            // a record groups chunks
            b"LIST" => body.saturating_add(4),
            b"JUNK" | [b'i', b'x', _, _] | [_, _, b'i', b'x'] => {
                body.saturating_add(size.into()).saturating_add(u64::from(size & 1))
            }
            _ if to.is_none() && stream(name) != usize::MAX => return Ok(Some(at)),
            _ => return Ok(None),
        };
    }
    Ok(Some(at))
}

/// Chunks further apart in time than this in microseconds make FFmpeg read the streams one by one.
const APART: i64 = 2_000_000;

/// What FFmpeg would do in another way, found in one walk over the index; and how many packets of each stream lie before the `pictures`-th
/// of the first video.
///
/// # Errors
/// What the source says.
pub(crate) fn check(
    w: &mut Window,
    header: &Header,
    chunks: &mut Chunks,
    range: (u64, u64),
    mut seen: impl FnMut(&Entry),
) -> Result<Option<Refusal>> {
    let mut at = range.0;
    let mut ticks = [0u64; 100];
    let mut latest = i64::MIN;
    while let Some(entry) = chunks.next()? {
        let refused = |reason| Ok(Some(Refusal::new(reason).at(entry.at)));
        let (Some(stream), Some(tick)) =
            (header.streams.get(entry.stream), ticks.get_mut(entry.stream))
        else {
            return refused("its index names what is no stream");
        };
        if entry.at != at && gap(w, at, range.1, Some(entry.at))? != Some(entry.at) {
            return refused("its index leaves chunks out, or is in another order");
        }
        let size = u64::from(entry.size);
        at = entry.at.saturating_add(8).saturating_add(size).saturating_add(size & 1);
        let time = micros(stream, *tick);
        if latest.saturating_sub(time) > APART {
            return refused("its streams are not interleaved");
        }
        latest = latest.max(time);
        *tick = tick.saturating_add(stream.advance(entry.size));
        seen(&entry);
    }
    if gap(w, at, range.1, Some(range.1))?.is_none_or(|end| end < range.1) {
        return Ok(Some(Refusal::new("its index ends before its chunks").at(at)));
    }
    Ok(None)
}

fn micros(stream: &Stream, tick: u64) -> i64 {
    let ticks = tick.checked_div(stream.sample_size.max(1).into()).unwrap_or(0);
    let seconds = u64::from(stream.scale).saturating_mul(1_000_000);
    rescale(i64::try_from(ticks).unwrap_or(i64::MAX), seconds, stream.rate.into())
}
