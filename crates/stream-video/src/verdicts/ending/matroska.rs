//! The segment's size, and where the segment says that its parts are (RFC 9559, 5.1.1 and 6).

use stream_core::{Result, Window};

use super::Short;
use crate::matroska::{Children, SEGMENT, element, unsigned};

const SEEK_HEAD: u32 = 0x114d_9b74;
const CLUSTER: u32 = 0x1f43_b675;
/// Elements before the first cluster that are looked at.
const ELEMENTS: u32 = 64;

/// What is missing of a segment.
///
/// # Errors
/// What the source says.
pub(super) fn look(w: &mut Window, size: u64) -> Result<Option<Short>> {
    let mut at = 0;
    let segment = loop {
        match element(w, at)? {
            Some(found) if found.id == SEGMENT => break found,
            Some(found) if at < size && found.end.is_some() => at = found.end_in(size),
            _ => return Ok(None),
        }
    };
    if let Some(end) = segment.end
        && end > size
    {
        let claimed = end.saturating_sub(segment.body);
        let found = size.saturating_sub(segment.body);
        let what = format!("segment: {claimed} bytes expected (found {found}) (RFC 9559, 5.1)");
        return Ok(Some(Short { what, offset: size }));
    }
    at = segment.body;
    for _ in 0..ELEMENTS {
        let Some(found) = element(w, at)?.filter(|e| e.id != CLUSTER) else { break };
        if found.id == SEEK_HEAD {
            let mut seeks = Children::between(found.body, found.end_in(size));
            while let Some(seek) = seeks.next(w)? {
                let mut parts = Children::between(seek.body, seek.end_in(size));
                while let Some(part) = parts.next(w)? {
                    if part.id != 0x53ac {
                        continue;
                    }
                    let place = segment.body.saturating_add(unsigned(w, &part)?);
                    if place >= size {
                        let what = format!(
                            "an element is said to be at byte {place} (the file has {size}) (RFC 9559, 6.3)"
                        );
                        return Ok(Some(Short { what, offset: size }));
                    }
                }
            }
        }
        let Some(end) = found.end.filter(|end| *end < size) else { break };
        at = end;
    }
    Ok(None)
}
