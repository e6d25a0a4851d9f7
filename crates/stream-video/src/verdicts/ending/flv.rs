//! Tags, each followed by its size, and the size that the first of them tells (Adobe Flash Video 10.1, E.3 and E.5).

use stream_core::{Result, Window};

use super::Short;
use crate::index::be32;

/// Bytes of a tag's header.
const TAG: u64 = 11;
/// Bytes of the first tag in which the file's size is looked for.
const SCRIPT: usize = 16 << 10;

/// What is missing behind the last whole tag.
///
/// # Errors
/// What the source says.
pub(super) fn look(w: &mut Window, size: u64) -> Result<Option<Short>> {
    let first = u64::from(be32(w.at(0, 9)?, 5).unwrap_or(9)).saturating_add(4);
    if let Some(claimed) = told(w, first)?.filter(|claimed| *claimed > size) {
        let what = format!(
            "onMetaData: a file of {claimed} bytes expected (found {size}) (FLV 10.1, E.5)"
        );
        return Ok(Some(Short { what, offset: size }));
    }
    if ends_whole(w, size)? {
        return Ok(None);
    }
    let mut at = first;
    while at < size {
        let head = w.at(at, 11)?;
        let length = u64::from(be32(head, 0).unwrap_or(0) & 0x00ff_ffff);
        let end = at.saturating_add(TAG).saturating_add(length);
        if head.len() < 11 || end > size {
            let (whole, found) = (length.saturating_add(TAG), size.saturating_sub(at));
            let what = format!("tag: {whole} bytes expected (found {found}) (FLV 10.1, E.4.1)");
            return Ok(Some(Short { what, offset: at }));
        }
        w.context().cancel().check()?;
        at = end.saturating_add(4);
    }
    Ok(None)
}

/// Whether the size in the last four bytes leads back to a tag of that size.
fn ends_whole(w: &mut Window, size: u64) -> Result<bool> {
    let Some(end) = size.checked_sub(4) else { return Ok(false) };
    let Some(last) = be32(w.at(end, 4)?, 0).map(u64::from) else { return Ok(false) };
    let Some(at) = end.checked_sub(last).filter(|_| last >= TAG) else { return Ok(false) };
    let length = be32(w.at(at, 11)?, 0).map(|n| u64::from(n & 0x00ff_ffff));
    Ok(length.and_then(|n| n.checked_add(TAG)) == Some(last))
}

/// The size of the file by the script in the first tag.
fn told(w: &mut Window, first: u64) -> Result<Option<u64>> {
    let head = w.at(first, SCRIPT)?;
    if head.first() != Some(&18) {
        return Ok(None);
    }
    let length = usize::try_from(be32(head, 0).unwrap_or(0) & 0x00ff_ffff).unwrap_or(0);
    let script = head.get(11..).unwrap_or_default();
    let script = script.get(..length.min(script.len())).unwrap_or_default();
    // a name of eight letters, then a number of eight bytes
    const NAME: &[u8] = b"\0\x08filesize\0";
    let Some(at) = script.windows(NAME.len()).position(|w| w == NAME) else { return Ok(None) };
    let number = script.get(at..).and_then(|rest| rest.get(NAME.len()..)?.first_chunk::<8>());
    let claimed = number.map_or(0.0, |bytes| f64::from_be_bytes(*bytes));
    // a double that is no size of a file becomes 0 or too large to be claimed
    Ok(Some(claimed as u64).filter(|claimed| (1..1 << 53).contains(claimed)))
}
