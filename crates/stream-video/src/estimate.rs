//! What the library will need for the sample tables of an ISO file or the index of an AVI file, from their own headers.
//!
//! Where only facts of streams are asked, and packets are told from the tables without the library, it is shown the first few thousand
//! items of each table instead: their counts are replaced as they are read.
//!
//! FFmpeg keeps the index of ISO media whole: before it does, its size is read here and reserved. Fragments make it grow while
//! packets are read, which is charged as it happens.

use stream_core::{ChargedVec, Context, Result};

use crate::Defect;
use crate::ffi::io::Cut;

/// Boxes looked at: a file of more is described well enough by the growth that is charged later.
const BOXES: u32 = 100_000;
/// Boxes that hold others on the way to sample tables (ISO/IEC 14496-12, 6.2.3).
const NESTS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

/// Items of a table that are shown where facts are enough.
const FEW: u64 = 4096;

/// Tables larger than this are shown in part where facts are enough.
const LARGE: u64 = 4 << 20;

/// What the library's index of a file will take.
pub(crate) struct Estimate {
    /// Bytes, all tables whole.
    pub(crate) bytes: u64,
    /// Bytes with a few items of each table.
    pub(crate) few: u64,
    /// The counts to be replaced for that.
    pub(crate) cuts: ChargedVec<Cut>,
}

impl Estimate {
    /// Whether the tables are so large that a part should do.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes > LARGE
    }
}

/// Bytes for each item of a table: what the library holds while it builds its index.
fn item(kind: &[u8; 4]) -> Option<Table> {
    let (cost, stored, skip) = match kind {
        // sizes, then an entry of the index and a composition offset each, twice where an edit list is applied
        b"stsz" | b"stz2" => (72, 4, 8),
        b"stts" => (8, 8, 4),
        b"ctts" => (16, 8, 4),
        b"stsc" => (12, 12, 4),
        b"stco" => (8, 4, 4),
        b"co64" => (8, 8, 4),
        b"stss" => (4, 4, 4),
        _ => return None,
    };
    Some(Table { cost, stored, skip })
}

struct Table {
    /// Bytes in the library's memory.
    cost: u64,
    /// Bytes in the file.
    stored: u64,
    /// Bytes from the end of version and flags to the end of the count.
    skip: usize,
}

/// What the index of an ISO or AVI file takes; nothing for other files.
///
/// # Errors
/// `Malformed` for a table that claims more items than its box has room for, and what the source says.
pub(crate) fn index(cx: &Context, size: u64) -> Result<Estimate> {
    let mut estimate = Estimate { bytes: 0, few: 0, cuts: ChargedVec::new(cx.budget()) };
    let mut head = [0u8; 8];
    let read = cx.read_full_at(0, &mut head)?;
    let first = head.get(4..read).unwrap_or_default();
    if head.starts_with(b"RIFF") {
        avi(cx, size, &mut estimate)?;
        return Ok(estimate);
    }
    let iso: [&[u8]; 8] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"];
    if !iso.contains(&first) {
        return Ok(estimate);
    }
    let mut at = 0u64;
    // how deep the walk is: where each nest ends
    let mut ends: Vec<u64> = Vec::new();
    for _ in 0..BOXES {
        while ends.last().is_some_and(|end| at >= *end) {
            ends.pop();
        }
        let end = ends.last().copied().unwrap_or(size);
        let mut head = [0u8; 28];
        let read = cx.read_full_at(at, &mut head)?;
        let Some(found) = Head::of(head.get(..read).unwrap_or_default(), end.saturating_sub(at))
        else {
            // no box: what follows within this nest is not known
            match ends.pop() {
                Some(end) => at = end,
                None => break,
            }
            continue;
        };
        let next = at.saturating_add(found.length).min(end);
        if NESTS.contains(&&found.kind) && ends.len() < NESTS.len() {
            ends.push(next);
            at = at.saturating_add(found.header);
            continue;
        }
        if !ends.is_empty() {
            table(cx, (&found, at), &head, &mut estimate)?;
        }
        at = next;
    }
    Ok(estimate)
}

/// Adds what a table costs.
fn table(
    cx: &Context,
    (found, at): (&Head, u64),
    head: &[u8],
    estimate: &mut Estimate,
) -> Result<()> {
    let Some(Table { cost, stored, skip }) = item(&found.kind) else { return Ok(()) };
    let header = usize::try_from(found.header).unwrap_or(16);
    let start = header.saturating_add(skip);
    let word = |from: usize| {
        let bytes = head.get(from..)?.first_chunk::<4>()?;
        Some(u64::from(u32::from_be_bytes(*bytes)))
    };
    let (Some(count), first) = (word(start), word(header.saturating_add(4))) else { return Ok(()) };
    // clause 8.7.3.2: one size for all, so that no items follow
    let all_alike = &found.kind == b"stsz" && first.unwrap_or(0) != 0;
    let room = found.length.saturating_sub(u64::try_from(start).unwrap_or(0));
    let compact = &found.kind == b"stz2";
    let needed = if compact { count / 2 } else { count.saturating_mul(stored) };
    if !all_alike && needed > room {
        return Err(Defect::TableTooShort { claimed: count, room }.at(at));
    }
    estimate.bytes = estimate.bytes.saturating_add(count.saturating_mul(cost));
    let shown = match &found.kind {
        b"stsz" | b"stz2" | b"ctts" | b"stco" | b"co64" => count.min(FEW),
        b"stsc" => runs(cx, at.saturating_add(widen(start)).saturating_add(4), count)?,
        // runs of times say how long a stream is, and key frames are few
        _ => count,
    };
    estimate.few = estimate.few.saturating_add(shown.saturating_mul(cost));
    if shown < count {
        let offset = at.saturating_add(widen(start));
        let bytes = u32::try_from(shown).unwrap_or(0).to_be_bytes();
        estimate.cuts.push(Cut { offset, bytes })?;
    }
    Ok(())
}

/// Runs of chunks that begin within the chunks that are shown (ISO/IEC 14496-12, 8.7.4): the library refuses others.
fn runs(cx: &Context, start: u64, count: u64) -> Result<u64> {
    let (mut low, mut high) = (0u64, count.min(FEW));
    while low < high {
        // the middle, rounded up
        let middle = low.saturating_add(high).saturating_add(1) / 2;
        let mut first = [0u8; 4];
        let at = start.saturating_add(middle.saturating_sub(1).saturating_mul(12));
        let read = cx.read_full_at(at, &mut first)?;
        if read == 4 && u64::from(u32::from_be_bytes(first)) <= FEW {
            low = middle;
        } else {
            high = middle.saturating_sub(1);
        }
    }
    Ok(low.max(count.min(1)))
}

/// Bytes that the library keeps of a chunk of AVI.
const KEPT: u64 = 40;

/// The index of an AVI file: `idx1` behind its list `movi`, 16 bytes an entry (AVI RIFF File Reference).
fn avi(cx: &Context, size: u64, estimate: &mut Estimate) -> Result<()> {
    const ENTRY: u64 = 16;
    let mut at = 12u64;
    for _ in 0..64 {
        let mut head = [0u8; 8];
        if at >= size || cx.read_full_at(at, &mut head)? < head.len() {
            break;
        }
        let [id @ .., a, b, c, d] = head;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if &id == b"LIST" {
            own(cx, at, length, estimate)?;
        }
        if &id == b"idx1" {
            let entries = length.min(size.saturating_sub(at)) / ENTRY;
            estimate.bytes = estimate.bytes.saturating_add(entries.saturating_mul(KEPT));
            estimate.few = estimate.few.saturating_add(entries.min(FEW).saturating_mul(KEPT));
            let shown = FEW.saturating_mul(ENTRY);
            let Some(rest) = length.checked_sub(shown.saturating_add(8)) else { break };
            let word = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
            let behind = at.saturating_add(8).saturating_add(shown);
            // what is left of it is a chunk that nobody reads
            estimate.cuts.push(Cut { offset: at.saturating_add(4), bytes: word(shown) })?;
            estimate.cuts.push(Cut { offset: behind, bytes: *b"JUNK" })?;
            estimate.cuts.push(Cut { offset: behind.saturating_add(4), bytes: word(rest) })?;
            break;
        }
        at = at.saturating_add(8).saturating_add(length).saturating_add(length & 1);
    }
    Ok(())
}

/// The indexes of single streams in a list of headers (OpenDML 1.02): `indx` names parts, which have 8 bytes for each chunk.
fn own(cx: &Context, list: u64, length: u64, estimate: &mut Estimate) -> Result<()> {
    let end = list.saturating_add(8).saturating_add(length);
    let mut at = list.saturating_add(12);
    for _ in 0..1000 {
        let mut head = [0u8; 16];
        if at >= end || cx.read_full_at(at, &mut head)? < head.len() {
            break;
        }
        let [a, b, c, d, e, f, g, h, .., k, l, m, n] = head;
        let length = u64::from(u32::from_le_bytes([e, f, g, h]));
        let body = at.saturating_add(8);
        match &[a, b, c, d] {
            // the headers of a stream
            b"LIST" => at = body.saturating_add(4),
            b"indx" => {
                let parts = u64::from(u32::from_le_bytes([k, l, m, n])).min(length / 16);
                for part in 0..parts.min(MOST_PARTS) {
                    let mut row = [0u8; 16];
                    let place = body.saturating_add(24).saturating_add(part.saturating_mul(16));
                    if cx.read_full_at(place, &mut row)? < row.len() {
                        break;
                    }
                    let [_, _, _, _, _, _, _, _, w, x, y, z, ..] = row;
                    let chunks = u64::from(u32::from_le_bytes([w, x, y, z])) / 8;
                    estimate.bytes = estimate.bytes.saturating_add(chunks.saturating_mul(KEPT));
                }
                // for facts, it is shown as a chunk that nobody reads
                estimate.cuts.push(Cut { offset: at, bytes: *b"JUNK" })?;
                at = body.saturating_add(length).saturating_add(length & 1);
            }
            _ => at = body.saturating_add(length).saturating_add(length & 1),
        }
    }
    Ok(())
}

/// Parts of a stream's index that are looked at: FFmpeg writes one for each GiB of the file.
const MOST_PARTS: u64 = 4096;

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// A box's header (ISO/IEC 14496-12, 4.2).
struct Head {
    kind: [u8; 4],
    /// Bytes of all of it.
    length: u64,
    /// Bytes of the header.
    header: u64,
}

impl Head {
    fn of(bytes: &[u8], left: u64) -> Option<Self> {
        let short = u64::from(u32::from_be_bytes(*bytes.first_chunk()?));
        let kind = *bytes.get(4..)?.first_chunk()?;
        let (length, header) = match short {
            0 => (left, 8),
            1 => (u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?), 16),
            n => (n, 8),
        };
        (length >= header).then_some(Self { kind, length, header })
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::MemorySource;
    use stream_core::memory::Budget;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, content].concat()
    }

    fn file(sizes: &[u8]) -> Vec<u8> {
        let nested =
            NESTS.iter().rev().fold(boxed(b"stsz", sizes), |inner, kind| boxed(kind, &inner));
        [boxed(b"ftyp", b"isom"), nested].concat()
    }

    fn estimated(bytes: Vec<u8>) -> Result<Estimate> {
        let size = bytes.len() as u64;
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 4096));
        index(&cx, size)
    }

    #[test]
    fn each_sample_costs_its_place_in_the_index() {
        let sizes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1];
        assert_eq!(estimated(file(&sizes)).unwrap().bytes, 144);
        assert_eq!(estimated(b"\x1a\x45\xdf\xa3....".to_vec()).unwrap().bytes, 0);
    }

    #[test]
    fn a_long_table_is_cut_at_its_count() {
        let estimate = estimated(file(&[0, 0, 0, 0, 0, 0, 0, 7, 0, 1, 0, 0])).unwrap();
        assert_eq!((estimate.bytes, estimate.few), (65_536 * 72, 4096 * 72));
        assert!(estimate.is_large());
        // behind ftyp, five nests, the table's header, its version and its one size
        let cut = estimate.cuts[0];
        assert_eq!((cut.offset, cut.bytes), (12 + 5 * 8 + 16, [0, 0, 0x10, 0]));
    }

    #[test]
    fn a_table_that_claims_more_than_its_box_is_refused_and_one_size_for_all_is_believed() {
        let error =
            estimated(file(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1])).err().unwrap();
        assert!(error.to_string().contains("claims 9"), "{error}");
        assert_eq!(estimated(file(&[0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0])).unwrap().bytes, 256 * 72);
    }
}
