//! One walk over a track's run tables at opening: what FFmpeg learns of them before its first packet, and what in them it would repair.

use stream_core::{Context, Result};

use super::Defect;
use super::defects::Defects;
use super::track::Track;
use crate::index::{Table, be32};

/// What the tables of a track say as wholes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Survey {
    /// Sum of all durations.
    pub(crate) length: u64,
    /// Samples that have a duration.
    pub(crate) timed: u64,
    /// The duration of all samples but perhaps the last, where it is one.
    pub(crate) delta: Option<u32>,
    /// Whether a sample has no duration.
    pub(crate) still: bool,
    /// How far decoding times move to stay before presentation.
    pub(crate) shift: i64,
    /// The lowest composition offset, of which the shift may take no account.
    pub(crate) lowest: i64,
    /// Samples that have a composition offset.
    pub(crate) offset: u64,
    /// Whether offsets are so large that FFmpeg drops the table.
    pub(crate) offsets_dropped: bool,
    /// What FFmpeg would repair.
    pub(crate) repaired: Option<&'static str>,
}

/// Durations above this are taken for negative ones.
const MOST_DELTA: u32 = u32::MAX - 48_000 * 10;

impl Survey {
    /// Walks over the tables of `track`.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn of(cx: &Context, track: &Track, defects: &mut Defects) -> Result<Self> {
        let mut survey = Self::default();
        survey.times(cx, track)?;
        survey.offsets(cx, track)?;
        survey.chunks(cx, track, defects)?;
        Ok(survey)
    }

    fn times(&mut self, cx: &Context, track: &Track) -> Result<()> {
        let mut table = Table::new(cx, track.times.start, track.times.count.into(), 8);
        let mut index = 0u64;
        while let Some((count, delta)) = pair(&mut table, index)? {
            if delta > MOST_DELTA {
                self.repaired = Some("durations that are taken for negative ones");
            }
            if count == 0 {
                self.repaired = Some("durations of no samples");
            }
            self.still |= delta == 0;
            self.timed = self.timed.saturating_add(count.into());
            let run = u64::from(count).saturating_mul(delta.into());
            self.length = self.length.saturating_add(run);
            self.delta = match index {
                0 => Some(delta),
                1 if count == 1 => self.delta,
                _ => None,
            };
            index = index.saturating_add(1);
        }
        Ok(())
    }

    fn offsets(&mut self, cx: &Context, track: &Track) -> Result<()> {
        let Some(rows) = track.offsets else { return Ok(()) };
        let mut table = Table::new(cx, rows.start, rows.count.into(), 8);
        let mut index = 0u64;
        while let Some((count, offset)) = pair(&mut table, index)? {
            index = index.saturating_add(1);
            if count.cast_signed() <= 0 {
                continue;
            }
            self.offset = self.offset.saturating_add(count.into());
            let offset = i64::from(offset.cast_signed());
            self.lowest = self.lowest.min(offset);
            // the last two rows count for nothing here
            if index.saturating_add(1) < rows.count.into() {
                self.offsets_dropped |= offset.unsigned_abs() > 1 << 28;
                self.shift = self.shift.max(offset.saturating_neg());
            }
        }
        Ok(())
    }

    fn chunks(&mut self, cx: &Context, track: &Track, defects: &mut Defects) -> Result<()> {
        let mut table = Table::new(cx, track.chunks.start, track.chunks.count.into(), 12);
        let chunks = u64::from(track.places.count);
        let (mut before, mut size, mut samples) = (1u64, 0u64, 0u64);
        let mut index = 0u64;
        while let Some(row) = table.row(index)? {
            let first = be32(row, 0).map_or(0, u64::from);
            let count = be32(row, 4).map_or(0, u64::from);
            let entry = be32(row, 8).unwrap_or(0);
            let ordered = if index == 0 { first == 1 } else { first > before };
            if !ordered || count == 0 || entry == 0 || first > chunks {
                defects.push(track.chunks.start, Defect::ChunkOrder { row: index });
                self.repaired = Some("chunks in no order");
            }
            samples = samples.saturating_add(first.saturating_sub(before).saturating_mul(size));
            (before, size) = (first, count);
            index = index.saturating_add(1);
        }
        let rest = chunks.saturating_add(1).saturating_sub(before);
        samples = samples.saturating_add(rest.saturating_mul(size));
        let sizes = u64::from(track.sizes.count);
        if samples != sizes && track.places.count > 0 {
            let defect = Defect::SampleCount { chunks: samples, sizes };
            defects.push(track.chunks.start, defect);
            if samples > sizes {
                self.repaired = Some("more samples in chunks than there are sizes");
            }
        }
        Ok(())
    }
}

fn pair(table: &mut Table, index: u64) -> Result<Option<(u32, u32)>> {
    Ok(table.row(index)?.and_then(|row| Some((be32(row, 0)?, be32(row, 4)?))))
}
