//! A stream's entry where FFmpeg decodes it.

use stream_core::{Entry, Fields, Kind, Result};

use crate::Stream;

/// Fields that FFmpeg tells of what it decodes, where the entry's own are others.
const DECODED: [&str; 5] = ["profile", "sample_fmt", "sample_rate", "channels", "channel_layout"];

/// Whether FFmpeg decodes more of a stream than the entry says: another rate, other channels.
pub(super) fn is_more(entry: &Entry, stream: &Stream) -> bool {
    let field = |name: &str| entry.fields().get(name).and_then(|value| value.as_u64());
    stream.audio.as_ref().is_some_and(|audio| {
        field("sample_rate") != Some(audio.sample_rate.into())
            || field("channels") != Some(audio.channels.into())
    })
}

/// Writes the entry anew: with data, and with what FFmpeg says of it.
///
/// # Errors
/// `OverBudget`.
pub(super) fn lend(entry: &mut Entry, before: &mut Entry, stream: &Stream) -> Result<()> {
    before.copy_from(entry)?;
    let doubled = is_more(before, stream);
    entry.reset(Kind::Stream);
    entry.path_mut().set(before.path())?;
    entry.set_depth(before.depth());
    if let Some(span) = before.span() {
        entry.set_span(span);
    }
    entry.set_has_data();
    let fields = entry.fields_mut();
    if before.fields().get("codec").is_none() {
        decoded(fields, stream, "codec")?;
    }
    for (key, value) in before.fields().iter() {
        let ours = DECODED.contains(&key);
        // frames are counted at another rate
        if key == "undecodable" || (doubled && key == "frames") {
            continue;
        }
        if !ours || !decoded(fields, stream, key)? {
            fields.push_named(key, value)?;
        }
    }
    for key in DECODED {
        if before.fields().get(key).is_none() {
            decoded(fields, stream, key)?;
        }
    }
    Ok(())
}

/// Pushes what FFmpeg says under a name; `false` where it says nothing.
fn decoded(fields: &mut Fields, stream: &Stream, key: &str) -> Result<bool> {
    let Some(audio) = &stream.audio else { return Ok(false) };
    let text = match key {
        "sample_rate" => {
            fields.push("sample_rate", audio.sample_rate)?;
            return Ok(true);
        }
        "channels" => {
            fields.push("channels", audio.channels)?;
            return Ok(true);
        }
        "codec" => ("codec", stream.codec.as_deref()),
        "profile" => ("profile", stream.profile.as_deref()),
        "sample_fmt" => ("sample_fmt", audio.sample_fmt),
        "channel_layout" => ("channel_layout", audio.channel_layout.as_deref()),
        _ => return Ok(false),
    };
    let (name, Some(value)) = text else { return Ok(false) };
    fields.push(name, value)?;
    Ok(true)
}
