//! The samples of a track one by one, from its tables through windows (ISO/IEC 14496-12, 8.6 and 8.7).

use stream_core::{Context, Error, Result};

use super::track::{Sizes, Track};
use crate::index::{Table, be_i32, be32, be64};

/// A sample as the tables have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Decoding time, less the shift that negative composition offsets need.
    pub(crate) dts: i64,
    /// What the presentation is later by, where there is a table of it.
    pub(crate) offset: Option<i32>,
    pub(crate) position: u64,
    pub(crate) size: u32,
    pub(crate) key: bool,
    pub(crate) discard: bool,
}

/// Where a walk over the samples stands: small, so that a place can be kept and come back to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    sample: u64,
    dts: i64,
    times: Run,
    offsets: Run,
    random: Run,
    sync: Mark,
    partial: Mark,
    chunk: u64,
    chunk_left: u32,
    chunk_size: u32,
    chunk_row: u64,
    chunk_next: u64,
    position: u64,
}

/// A place in a table of runs: the row, its number and value, how much of it is used.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    row: u64,
    count: u32,
    value: u32,
    used: u32,
}

/// A place in a list of sample numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    row: u64,
    value: u32,
}

/// Whether tables say which samples can start a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sync {
    /// No table: all.
    All,
    /// An empty table: the first, or all of audio.
    Absent,
    Listed,
}

/// The tables of a track.
pub(crate) struct Samples {
    times: Table,
    offsets: Option<Table>,
    chunks: Table,
    places: Table,
    wide: bool,
    sizes: Sizes,
    size_rows: Table,
    sync: Sync,
    sync_rows: Table,
    partial: Table,
    random: Table,
    /// 1 where sample numbers count from 1, as they should.
    first: u64,
    audio: bool,
    /// Bytes of a sample of PCM that is read in pieces of 1,024 samples, else 0.
    pcm: u32,
}

/// Samples of PCM in a packet.
const PIECE: u32 = 1024;

impl Samples {
    /// Over the tables of `track`. `pcm` is not 0 where each sample is one frame of PCM of so many bytes.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn new(cx: &Context, track: &Track, pcm: u32) -> Result<Self> {
        let table =
            |rows: &super::track::Rows, width| Table::new(cx, rows.start, rows.count.into(), width);
        let mut sync_rows = table(&track.sync.unwrap_or_default(), 4);
        let mut partial = table(&track.partial, 4);
        let sync = match track.sync {
            None => Sync::All,
            Some(rows) if rows.count == 0 => Sync::Absent,
            Some(_) => Sync::Listed,
        };
        let starts = |rows: Option<&[u8]>| rows.and_then(|r| be32(r, 0)).is_some_and(|n| n > 0);
        let first = starts(sync_rows.row(0)?) || starts(partial.row(0)?);
        let bits = u64::from(track.sizes.bits).max(8);
        let bytes =
            u64::from(track.sizes.count).saturating_mul(u64::from(track.sizes.bits)).div_ceil(8);
        let width = u8::try_from(bits / 8).unwrap_or(4);
        let size_rows =
            Table::new(cx, track.sizes.start, bytes.checked_div(width.into()).unwrap_or(0), width);
        Ok(Self {
            times: table(&track.times, 8),
            offsets: track.offsets.as_ref().map(|rows| table(rows, 8)),
            chunks: table(&track.chunks, 12),
            places: table(&track.places, if track.wide { 8 } else { 4 }),
            wide: track.wide,
            sizes: track.sizes,
            size_rows,
            sync,
            sync_rows,
            partial,
            random: table(&track.random, 8),
            first: u64::from(first),
            audio: &track.handler == b"soun",
            pcm,
        })
    }

    /// A cursor before the first sample, whose decoding time is `dts`.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn start(&mut self, dts: i64) -> Result<Cursor> {
        let mut cursor = Cursor { dts, ..Cursor::default() };
        cursor.times = run(&mut self.times, 0)?.unwrap_or_default();
        if let Some(offsets) = &mut self.offsets {
            cursor.offsets = run(offsets, 0)?.unwrap_or_default();
        }
        cursor.random = run(&mut self.random, 0)?.unwrap_or_default();
        cursor.sync = mark(&mut self.sync_rows, 0)?;
        cursor.partial = mark(&mut self.partial, 0)?;
        cursor.chunk_next = self.chunk_first(1)?;
        cursor.chunk_size = self.chunk_samples(0)?;
        Ok(cursor)
    }

    /// The first chunk, counted from 1, of a row of the chunk table; past its end, none.
    fn chunk_first(&mut self, row: u64) -> Result<u64> {
        let first = self.chunks.row(row)?.and_then(|r| be32(r, 0));
        Ok(first.map_or(u64::MAX, u64::from))
    }

    fn chunk_samples(&mut self, row: u64) -> Result<u32> {
        Ok(self.chunks.row(row)?.and_then(|r| be32(r, 4)).unwrap_or(0))
    }

    /// The sample that the cursor stands before, and the cursor behind it; `None` at the end.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self, c: &mut Cursor) -> Result<Option<Sample>> {
        while c.chunk_left == 0 {
            if !self.next_chunk(c)? {
                return Ok(None);
            }
        }
        if self.pcm > 0 {
            return Ok(Some(self.piece(c)));
        }
        if c.sample >= u64::from(self.sizes.count) {
            return Ok(None);
        }
        let key = self.key(c)?;
        let size = self.size(c.sample)?;
        let offset = self.offset(c)?;
        let sample = Sample { dts: c.dts, offset, position: c.position, size, key, discard: false };
        c.position = c.position.saturating_add(u64::from(size));
        c.chunk_left = c.chunk_left.saturating_sub(1);
        c.sample = c.sample.saturating_add(1);
        c.dts = c.dts.saturating_add(i64::from(c.times.value));
        c.times.used = c.times.used.saturating_add(1);
        if c.times.used == c.times.count {
            let row = c.times.row.saturating_add(1);
            if let Some(next) = run(&mut self.times, row)? {
                c.times = next;
            }
        }
        Ok(Some(sample))
    }

    fn next_chunk(&mut self, c: &mut Cursor) -> Result<bool> {
        let Some(row) = self.places.row(c.chunk)? else { return Ok(false) };
        let place = if self.wide { be64(row, 0) } else { be32(row, 0).map(u64::from) };
        c.position = place.unwrap_or(0);
        c.chunk = c.chunk.saturating_add(1);
        while c.chunk == c.chunk_next {
            c.chunk_row = c.chunk_row.saturating_add(1);
            c.chunk_size = self.chunk_samples(c.chunk_row)?;
            c.chunk_next = self.chunk_first(c.chunk_row.saturating_add(1))?;
        }
        c.chunk_left = c.chunk_size;
        Ok(true)
    }

    /// A piece of a chunk of PCM.
    fn piece(&self, c: &mut Cursor) -> Sample {
        let samples = c.chunk_left.min(PIECE);
        let size = samples.saturating_mul(self.pcm);
        let sample = Sample {
            dts: c.dts,
            offset: None,
            position: c.position,
            size,
            key: true,
            discard: false,
        };
        c.position = c.position.saturating_add(u64::from(size));
        c.dts = c.dts.saturating_add(i64::from(samples));
        c.chunk_left = c.chunk_left.saturating_sub(samples);
        c.sample = c.sample.saturating_add(1);
        sample
    }

    fn key(&mut self, c: &mut Cursor) -> Result<bool> {
        let number = c.sample.saturating_add(self.first);
        let mut key = false;
        if self.sync == Sync::All {
            key = true;
        } else if self.sync == Sync::Listed && number == u64::from(c.sync.value) {
            key = true;
            advance(&mut self.sync_rows, &mut c.sync)?;
        } else if self.partial.rows() > 0 && number == u64::from(c.partial.value) {
            key = true;
            advance(&mut self.partial, &mut c.partial)?;
        }
        if c.random.row < self.random.rows() {
            key |= c.random.value > 0;
            c.random.used = c.random.used.saturating_add(1);
            if c.random.used == c.random.count {
                let row = c.random.row.saturating_add(1);
                c.random = run(&mut self.random, row)?.unwrap_or(Run { row, ..Run::default() });
            }
        }
        let alone = self.partial.rows() == 0 && self.random.rows() == 0;
        if self.sync == Sync::Absent && alone && (self.audio || c.sample == 0) {
            key = true;
        }
        Ok(key)
    }

    fn offset(&mut self, c: &mut Cursor) -> Result<Option<i32>> {
        let Some(table) = &mut self.offsets else { return Ok(None) };
        // rows without samples count for nothing
        while c.offsets.row < table.rows() && c.offsets.used >= count_of(&c.offsets) {
            let row = c.offsets.row.saturating_add(1);
            c.offsets = run(table, row)?.unwrap_or(Run { row, ..Run::default() });
        }
        if c.offsets.row >= table.rows() {
            return Ok(None);
        }
        c.offsets.used = c.offsets.used.saturating_add(1);
        Ok(Some(c.offsets.value.cast_signed()))
    }

    fn size(&mut self, sample: u64) -> Result<u32> {
        if self.sizes.fixed > 0 {
            return Ok(self.sizes.fixed);
        }
        let four = self.sizes.bits == 4;
        let row = if four { sample / 2 } else { sample };
        let Some(bytes) = self.size_rows.row(row)? else {
            return Err(Error::truncated(self.sizes.start, "the table of sizes ends early"));
        };
        let value = bytes.iter().fold(0u32, |n, b| n.wrapping_shl(8) | u32::from(*b));
        Ok(match (four, sample & 1) {
            (false, _) => value,
            (true, 0) => value.wrapping_shr(4),
            (true, _) => value & 15,
        })
    }
}

fn count_of(run: &Run) -> u32 {
    // the number is read with a sign, and what is below 1 is none
    if run.count > i32::MAX.unsigned_abs() { 0 } else { run.count }
}

fn run(table: &mut Table, row: u64) -> Result<Option<Run>> {
    Ok(table.row(row)?.and_then(|bytes| {
        Some(Run { row, count: be32(bytes, 0)?, value: be_i32(bytes, 4)?.cast_unsigned(), used: 0 })
    }))
}

fn mark(table: &mut Table, row: u64) -> Result<Mark> {
    let value = table.row(row)?.and_then(|bytes| be32(bytes, 0)).unwrap_or(0);
    Ok(Mark { row, value })
}

/// The next number of a list; the last one stays.
fn advance(table: &mut Table, at: &mut Mark) -> Result<()> {
    let row = at.row.saturating_add(1);
    if row < table.rows() {
        *at = mark(table, row)?;
    }
    Ok(())
}
