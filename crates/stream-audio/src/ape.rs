//! APEv2 tags behind MPEG audio (wiki.hydrogenaud.io, APEv2 specification).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result};

use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Header, TagSource};

/// Bytes of header and footer.
const FRAME: u64 = 32;
/// Items of a tag.
const ITEMS: u32 = 1000;
/// Bytes of an item's key, by the specification.
const KEY: usize = 255;
/// Bytes of a value that are looked at.
const VALUE: usize = 64 * 1024;

/// Reads the tag that ends at `end`, and says where the sound before it ends: `end` itself where there is none.
///
/// # Errors
/// `OverBudget`, what reading gives.
pub(crate) fn read_behind(
    cx: &Context,
    end: u64,
    header: &mut Header,
    findings: &Findings,
) -> Result<u64> {
    let mut footer = [0; 32];
    let Some(at) = end.checked_sub(FRAME) else { return Ok(end) };
    if cx.read_full_at(at, &mut footer)? < footer.len() || !footer.starts_with(b"APETAGEX") {
        return Ok(end);
    }
    let number = |at: usize| {
        let bytes = footer.get(at..at.saturating_add(4)).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    };
    let (size, items, flags) = (number(12), number(16), number(20));
    let Some(start) = end.checked_sub(u64::from(size)) else {
        let what = format!("APE tag: {size} bytes, before the start of the file");
        findings.note(at, Defect::Header { clause: "APEv2, footer", what })?;
        return Ok(end);
    };
    let mut input = Input::new(cx, start, at);
    for _ in 0..items.min(ITEMS) {
        let (Some(length), Some(flags)) = (input.u32_le()?, input.u32_le()?) else { break };
        let bytes = input.peek(KEY.saturating_add(1))?;
        let Some(end) = bytes.iter().position(|b| *b == 0) else { break };
        let key = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
        input.skip(u64::try_from(end).unwrap_or(0).saturating_add(1));
        let next = input.pos().saturating_add(u64::from(length));
        // texts only: what is binary is mostly a picture
        if flags >> 1 & 3 == 0 {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let value = input.peek(length.min(VALUE))?;
            let value = String::from_utf8_lossy(value).into_owned();
            for one in value.split('\0') {
                header.tags.push(TagSource::Ape, &key, one)?;
            }
        }
        input.go(next);
    }
    // the header counts only where there is one
    let before = if flags >> 31 == 1 { FRAME } else { 0 };
    Ok(start.saturating_sub(before))
}
