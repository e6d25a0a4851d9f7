//! Where the data of a classic file lies.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Span};

use super::cursor::padding;
use crate::defect::{Defect, Findings};
use crate::header::{Header, Run, VarRec};
use crate::{NcType, Variable, Version};

/// Bytes of a variable's data, or of one record of it, without padding; `None` beyond 64 bits.
pub(super) fn bytes_of(header: &Header, dims: Run, ty: NcType) -> Option<u64> {
    let mut bytes = ty.size()?;
    for at in dims.ids() {
        let id = *header.var_dims.get(usize::try_from(at).ok()?)?;
        let dim = header.dims.get(usize::try_from(id).ok()?)?;
        if !dim.unlimited {
            bytes = bytes.checked_mul(dim.len)?;
        }
    }
    // offsets of the system are signed, and padding must fit
    (bytes < (1 << 62)).then_some(bytes)
}

/// Whether the file's own `vsize`, which is never used, says what the dimensions say: padded, and `2^32 - 1` for what 32 bits
/// cannot hold. Some writers leave the padding out.
pub(super) fn vsize_agrees(claimed: u64, bytes: u64, version: Version) -> bool {
    let padded = bytes.saturating_add(padding(bytes));
    let large = version != Version::Data64 && padded > u64::from(u32::MAX).saturating_sub(3);
    claimed == padded
        || claimed == bytes
        || large && claimed >= u64::from(u32::MAX).saturating_sub(3)
}

/// Computes the size of a record, the number of records of a streamed file, and looks whether variables lie where they may.
pub(super) fn finish(
    header: &mut Header,
    size: u64,
    streaming: bool,
    findings: &mut Findings,
) -> Result<()> {
    let mut records = header.vars.iter().filter(|v| v.record).peekable();
    let first = records.peek().map(|v| v.begin);
    let mut count = 0u64;
    let mut padded = 0u64;
    let mut bare = 0u64;
    for var in records {
        count = count.saturating_add(1);
        bare = var.bytes;
        let with = var.bytes.saturating_add(padding(var.bytes));
        padded = padded.checked_add(with).ok_or_else(|| Defect::VariableTooLarge.at(0))?;
    }
    // the exception of the specification: the records of the only record variable are not padded
    let record_size = if count == 1 { bare } else { padded };
    header.record_size = Some(record_size);
    if streaming {
        let begin = header.vars.iter().filter(|v| v.record).map(|v| v.begin).min().or(first);
        let room = begin.map_or(0, |begin| size.saturating_sub(begin));
        header.records = room.checked_div(record_size).unwrap_or(0);
        let records = header.records;
        for dim in header.dims.as_mut_slice().iter_mut().filter(|d| d.unlimited) {
            dim.len = records;
        }
    }
    let (start, records) = (header.header_size, header.records);
    let early = |v: &&VarRec| v.begin < start && v.bytes > 0 && (!v.record || records > 0);
    if let Some(var) = header.vars.iter().find(early) {
        let name = header.text(var.name).to_owned();
        let defect = Defect::BeginInHeader { expected: start, found: var.begin };
        findings.push(defect, None, Some(name))?;
    }
    Ok(())
}

/// Where the elements of a classic variable lie: `records` pieces of `bytes`, `stride` apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The first byte.
    pub(crate) begin: u64,
    /// Bytes of one record, or of all where there is no record dimension.
    pub(crate) bytes: u64,
    /// Records; 1 where there is no record dimension.
    pub(crate) records: u64,
    /// Bytes from one record to the next.
    pub(crate) stride: u64,
}

impl Layout {
    /// Of a variable; `None` for a record variable in a header whose variables are not all known, and for netCDF-4.
    pub(crate) fn of(variable: Variable<'_>) -> Option<Self> {
        let (header, rec) = (variable.header(), variable.rec()?);
        if !header.version().is_classic() {
            return None;
        }
        let (records, stride) =
            if rec.record { (header.records, header.record_size?) } else { (1, rec.bytes) };
        Some(Self { begin: rec.begin, bytes: rec.bytes, records, stride })
    }

    /// A piece by itself.
    pub(crate) fn piece(span: Span) -> Self {
        Self { begin: span.offset, bytes: span.length, records: 1, stride: span.length }
    }

    /// The byte after the last one.
    pub(crate) fn end(&self) -> u64 {
        match self.records.checked_sub(1) {
            Some(before) if self.bytes > 0 => self
                .begin
                .saturating_add(before.saturating_mul(self.stride))
                .saturating_add(self.bytes),
            _ => self.begin,
        }
    }
}
