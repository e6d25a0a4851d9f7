//! Where frames begin.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Window};

use super::frame::{Header, LONGEST};
use super::info::Info;

/// A frame's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its first byte in the source.
    pub(super) offset: u64,
    /// Its header.
    pub(super) header: Header,
}

/// Bytes looked at once.
const STEP: usize = 16 << 10;

/// The first place from `from` on, before `end`, where a header stands whose sum fits, which fits the stream, and which `accept`
/// takes. One in 16 million random bytes looks like one; `accept` knows which number is due.
pub(super) fn next(
    window: &mut Window,
    info: &Info,
    from: u64,
    end: u64,
    accept: impl Fn(&Header) -> bool,
) -> Result<Option<Found>> {
    let mut at = from;
    while at < end {
        let want = STEP.saturating_add(LONGEST);
        let held = window.at(at, want)?;
        let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let held = held.get(..held.len().min(left)).unwrap_or_default();
        if held.len() < 2 {
            return Ok(None);
        }
        let last = held.len() < want;
        let looked = if last { held.len() } else { STEP };
        let mut from = 0usize;
        while let Some(place) = sync(held.get(from..looked).unwrap_or_default()) {
            let place = from.saturating_add(place);
            let bytes = held.get(place..).unwrap_or_default();
            if let Ok(header) = Header::parse(bytes, info)
                && accept(&header)
            {
                let offset = at.saturating_add(u64::try_from(place).unwrap_or(u64::MAX));
                return Ok(Some(Found { offset, header }));
            }
            from = place.saturating_add(1);
        }
        if last {
            return Ok(None);
        }
        at = at.saturating_add(u64::try_from(looked).unwrap_or(u64::MAX));
    }
    Ok(None)
}

/// The first byte of all ones.
fn sync(bytes: &[u8]) -> Option<usize> {
    const WIDE: usize = 32;
    let (blocks, _) = bytes.as_chunks::<WIDE>();
    let mut at = 0usize;
    for block in blocks {
        // one comparison of vectors for most of the bytes
        if block.iter().fold(false, |any, &b| any | (b == 0xff)) {
            break;
        }
        at = at.saturating_add(WIDE);
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|&b| b == 0xff).map(|n| at.saturating_add(n))
}
