//! What the entry and the summary say.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Entry, Fields, Kind, Result, Span};

use crate::format::PATH;
use crate::{Reader, Totals};

/// The entry `bytes`.
pub(super) fn fill(reader: &Reader, entry: &mut Entry) -> Result<()> {
    let extents = reader.extents()?;
    let magic = reader.magic();
    entry.reset(Kind::Bytes);
    entry.path_mut().set(PATH)?;
    entry.set_has_data();
    let fields = entry.fields_mut();
    fields.push("media_type", magic.media_type)?;
    fields.push("name", magic.name)?;
    if extents.holes() > 0 {
        fields.push("holes", extents.holes())?;
        fields.push("hole_bytes", extents.hole_bytes())?;
    }
    if let Some(length) = reader.size() {
        fields.push("size", length)?;
        entry.set_span(Span { offset: 0, length });
    }
    Ok(())
}

/// What was computed of the whole.
pub(super) fn tell(totals: &Totals, fields: &mut Fields) -> Result<()> {
    let digest = totals.digest();
    if let Some(hash) = digest.xxh3_hex() {
        fields.push("xxh3", hash.as_str())?;
    }
    if let Some(hash) = digest.blake3_hex() {
        fields.push("blake3", hash.as_str())?;
    }
    if let Some(entropy) = totals.entropy() {
        fields.push("entropy", entropy)?;
    }
    if let Some(runs) = totals.runs() {
        fields.begin_map("strings")?;
        fields.push("count", runs.count())?;
        fields.push("bytes", runs.bytes())?;
        if let Some(longest) = runs.longest() {
            fields.push("longest", longest.length)?;
            fields.push("longest_offset", longest.offset)?;
        }
        fields.end();
    }
    Ok(())
}
