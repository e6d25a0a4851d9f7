//! What the library will need for the sample tables of an ISO file, from the tables' own headers.
//!
//! FFmpeg keeps the index of ISO media whole: before it does, its size is read here and reserved. Fragments make it grow while
//! packets are read, which is charged as it happens.

use stream_core::{Context, Result};

use crate::Defect;

/// Boxes looked at: a file of more is described well enough by the growth that is charged later.
const BOXES: u32 = 100_000;
/// Boxes that hold others on the way to sample tables (ISO/IEC 14496-12, 6.2.3).
const NESTS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

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

/// Bytes that the index of an ISO file takes; 0 for other files.
///
/// # Errors
/// `Malformed` for a table that claims more items than its box has room for, and what the source says.
pub(crate) fn index(cx: &Context, size: u64) -> Result<u64> {
    let mut head = [0u8; 8];
    let read = cx.read_full_at(0, &mut head)?;
    let first = head.get(4..read).unwrap_or_default();
    let iso: [&[u8]; 8] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"];
    if !iso.contains(&first) {
        return Ok(0);
    }
    let mut total = 0u64;
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
            total = total.saturating_add(table(&found, &head, at)?);
        }
        at = next;
    }
    Ok(total)
}

/// What a table costs.
fn table(found: &Head, head: &[u8], at: u64) -> Result<u64> {
    let Some(Table { cost, stored, skip }) = item(&found.kind) else { return Ok(0) };
    let header = usize::try_from(found.header).unwrap_or(16);
    let start = header.saturating_add(skip);
    let word = |from: usize| {
        let bytes = head.get(from..)?.first_chunk::<4>()?;
        Some(u64::from(u32::from_be_bytes(*bytes)))
    };
    let (Some(count), first) = (word(start), word(header.saturating_add(4))) else { return Ok(0) };
    // clause 8.7.3.2: one size for all, so that no items follow
    let all_alike = &found.kind == b"stsz" && first.unwrap_or(0) != 0;
    let room = found.length.saturating_sub(u64::try_from(start).unwrap_or(0));
    let compact = &found.kind == b"stz2";
    let needed = if compact { count / 2 } else { count.saturating_mul(stored) };
    if !all_alike && needed > room {
        return Err(Defect::TableTooShort { claimed: count, room }.at(at));
    }
    Ok(count.saturating_mul(cost))
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

    fn estimated(bytes: Vec<u8>) -> Result<u64> {
        let size = bytes.len() as u64;
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 4096));
        index(&cx, size)
    }

    #[test]
    fn each_sample_costs_its_place_in_the_index() {
        let sizes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1];
        assert_eq!(estimated(file(&sizes)).unwrap(), 144);
        assert_eq!(estimated(b"\x1a\x45\xdf\xa3....".to_vec()).unwrap(), 0);
    }

    #[test]
    fn a_table_that_claims_more_than_its_box_is_refused_and_one_size_for_all_is_believed() {
        let error = estimated(file(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1])).unwrap_err();
        assert!(error.to_string().contains("claims 9"), "{error}");
        assert_eq!(estimated(file(&[0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0])).unwrap(), 256 * 72);
    }
}
