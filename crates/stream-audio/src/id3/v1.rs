//! ID3v1: 128 bytes at the very end (id3.org/ID3v1), with a track number since 1.1.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result};

use super::genre;
use crate::{Header, TagSource};

/// Bytes of the tag.
pub(crate) const LENGTH: u64 = 128;

/// Reads the tag that ends at `end`, and says where it starts; `None` where there is none.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(crate) fn read(cx: &Context, end: u64, header: &mut Header) -> Result<Option<u64>> {
    let Some(start) = end.checked_sub(LENGTH) else { return Ok(None) };
    let mut tag = [0; 128];
    if cx.read_full_at(start, &mut tag)? < tag.len() || !tag.starts_with(b"TAG") {
        return Ok(None);
    }
    let field = |from: usize, to: usize| {
        let bytes = tag.get(from..to).unwrap_or_default();
        let text = bytes.iter().take_while(|b| **b != 0).map(|b| char::from(*b));
        text.collect::<String>().trim_end().to_owned()
    };
    let track = match tag {
        [.., 0, track, _] if track != 0 => track.to_string(),
        _ => String::new(),
    };
    let comment = if track.is_empty() { field(97, 127) } else { field(97, 125) };
    let genre = tag.last().and_then(|g| genre::name(*g)).unwrap_or_default();
    for (name, value) in [
        ("title", field(3, 33).as_str()),
        ("artist", &field(33, 63)),
        ("album", &field(63, 93)),
        ("date", &field(93, 97)),
        ("comment", &comment),
        ("track", &track),
        ("genre", genre),
    ] {
        if !value.is_empty() {
            header.tags.push(TagSource::Id3v1, name, value)?;
        }
    }
    Ok(Some(start))
}
