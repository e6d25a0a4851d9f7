//! Entries of what a header says.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::Write as _;

use stream_core::{Array, Context, DType, Entry, Error, ErrorKind, Fields, Kind, Result, Time};

use crate::{Gain, Header, Stream, Text};

/// Resets `entry` to a kind and a path of a word and a number.
pub(super) fn start(entry: &mut Entry, kind: Kind, word: &str, index: usize) -> Result<()> {
    entry.reset(kind);
    entry.path_mut().push_str(word)?;
    entry.path_mut().push('/')?;
    Ok(entry.path_mut().push_decimal(u64::try_from(index).unwrap_or(u64::MAX))?)
}

fn text(fields: &mut Fields, header: &Header, key: &'static str, text: Text) -> Result<()> {
    match header.texts.get(text) {
        "" => Ok(()),
        text => Ok(fields.push(key, text)?),
    }
}

fn some<'v, V: Into<stream_core::Value<'v>>>(
    fields: &mut Fields,
    key: &'static str,
    value: Option<V>,
) -> Result<()> {
    match value {
        Some(value) => Ok(fields.push(key, value)?),
        None => Ok(()),
    }
}

/// Ticks as seconds.
pub(super) fn seconds(ticks: i64, (num, den): (u32, u32)) -> f64 {
    // a double holds ticks of centuries exactly
    ticks as f64 * f64::from(num) / f64::from(den.max(1))
}

fn unsigned(ticks: u64) -> i64 {
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// The whole file.
pub(super) fn container(entry: &mut Entry, header: &Header, cx: &Context) -> Result<()> {
    entry.reset(Kind::File);
    entry.path_mut().push_str("container")?;
    let fields = entry.fields_mut();
    fields.push("format", header.format)?;
    text(fields, header, "brand", header.brand)?;
    text(fields, header, "encoder", header.encoder)?;
    text(fields, header, "creation_time", header.created)?;
    let size = cx.source().size().filter(|_| cx.is_random());
    if let Some(duration) = header.duration {
        fields.push("duration", duration.seconds())?;
        if header.duration_is_estimated {
            fields.push("duration_is_estimated", true)?;
        }
        let rate = size.map(|size| size as f64 * 8.0 / duration.seconds());
        if let Some(rate) = rate.filter(|rate| rate.is_finite() && *rate < 1e15) {
            // finite, positive and small
            fields.push("bit_rate", rate as u64)?;
        }
    }
    some(fields, "size", size)?;
    fields.push("streams", u64::try_from(header.streams.len()).unwrap_or(0))?;
    if header.others > 0 {
        fields.push("other_streams", u64::from(header.others))?;
    }
    gain(fields, &header.gain)
}

fn gain(fields: &mut Fields, gain: &Gain) -> Result<()> {
    some(fields, "replaygain_track_gain", gain.track_gain)?;
    some(fields, "replaygain_track_peak", gain.track_peak)?;
    some(fields, "replaygain_album_gain", gain.album_gain)?;
    some(fields, "replaygain_album_peak", gain.album_peak)
}

/// The `index`-th stream; `false` behind the last.
pub(super) fn stream(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(stream) = header.streams.get(index) else { return Ok(false) };
    start(entry, Kind::Stream, "stream", index)?;
    facts(entry.fields_mut(), header, stream)?;
    if stream.undecodable.is_none() && stream.channels > 0 {
        entry.set_has_data();
        if let Some(frames) = stream.frames {
            entry.set_array(Array::new(DType::F32, [frames, u64::from(stream.channels)]));
        }
    }
    Ok(true)
}

fn facts(fields: &mut Fields, header: &Header, stream: &Stream) -> Result<()> {
    let positive = |n: u32| (n > 0).then_some(u64::from(n));
    some(fields, "codec", (!stream.codec.is_empty()).then_some(stream.codec))?;
    text(fields, header, "codec_tag", stream.codec_tag)?;
    some(fields, "profile", stream.profile)?;
    fields.push("type", "audio")?;
    some(fields, "sample_fmt", stream.sample_fmt)?;
    some(fields, "sample_rate", positive(stream.sample_rate))?;
    some(fields, "channels", positive(stream.channels))?;
    if let Some(layout) = stream.layout {
        let mut name = String::new();
        // writing into a string does not fail
        let _ = write!(name, "{layout}");
        fields.push("channel_layout", name.as_str())?;
    }
    some(fields, "bits_per_raw_sample", stream.bits_per_raw_sample.map(u64::from))?;
    some(fields, "id", stream.id)?;
    let (num, den) = stream.time_base;
    if den > 0 {
        let mut base = String::new();
        let _ = write!(base, "{num}/{den}");
        fields.push("time_base", base.as_str())?;
    }
    if let Some(start) = stream.start {
        fields.push("start", start)?;
        fields.push("start_time", seconds(start, stream.time_base))?;
    }
    if let Some(duration) = stream.duration {
        fields.push("duration", duration)?;
        fields.push("duration_time", seconds(unsigned(duration), stream.time_base))?;
    }
    some(fields, "bit_rate", stream.bit_rate)?;
    some(fields, "frames", stream.frames)?;
    some(fields, "packets", stream.packets)?;
    if stream.initial_padding > 0 {
        fields.push("initial_padding", u64::from(stream.initial_padding))?;
    }
    some(fields, "trailing_padding", stream.trailing_padding.map(u64::from))?;
    text(fields, header, "language", stream.language)?;
    some(fields, "undecodable", stream.undecodable)
}

/// The `index`-th link of a chain: where it begins in its stream, as a cue.
pub(super) fn link(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(link) = header.links.get(index) else { return Ok(false) };
    start(entry, Kind::Cue, "link", index)?;
    let fields = entry.fields_mut();
    fields.push("stream", u64::from(link.stream))?;
    fields.push("serial", u64::from(link.serial))?;
    fields.push("start", link.start)?;
    let stream = header.streams.get(usize::try_from(link.stream).unwrap_or(usize::MAX));
    let rate = f64::from(stream.map_or(1, |s| s.sample_rate.max(1)));
    fields.push("start_time", link.start as f64 / rate)?;
    some(fields, "frames", link.frames)?;
    some(fields, "duration_time", link.frames.map(|frames| frames as f64 / rate))?;
    let (first, count) = link.tags;
    let mut own = header.tags.iter().skip(first).take(count);
    if let Some(title) = own.find(|tag| tag.key == "title") {
        fields.push("title", title.value)?;
    }
    entry.set_span(link.span);
    Ok(true)
}

/// The `index`-th tag.
pub(super) fn tag(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(tag) = header.tags.get(index) else { return Ok(false) };
    start(entry, Kind::Tag, "tag", index)?;
    let fields = entry.fields_mut();
    fields.push("key", &*tag.key)?;
    fields.push("verbatim", tag.verbatim)?;
    fields.push("source", tag.source.as_str())?;
    if let Some(stream) = tag.stream {
        fields.push("stream", u64::from(stream))?;
    }
    let own = header.links.iter().position(|link| {
        let (first, count) = link.tags;
        (first..first.saturating_add(count)).contains(&index)
    });
    if let Some(link) = own {
        fields.push("link", u64::try_from(link).unwrap_or(u64::MAX))?;
    }
    fields.push("value", tag.value)?;
    if u64::try_from(tag.value.len()).ok() != Some(tag.value_length) {
        fields.push("value_length", tag.value_length)?;
    }
    Ok(true)
}

/// The `index`-th chapter.
pub(super) fn chapter(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(chapter) = header.chapters.get(index) else { return Ok(false) };
    start(entry, Kind::Cue, "chapter", index)?;
    let fields = entry.fields_mut();
    fields.push("start", chapter.start.seconds())?;
    some(fields, "end", chapter.end.map(Time::seconds))?;
    text(fields, header, "title", chapter.title)?;
    Ok(true)
}

/// The `index`-th cue point.
pub(super) fn cue(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(cue) = header.cues.get(index) else { return Ok(false) };
    start(entry, Kind::Cue, "cue", index)?;
    let fields = entry.fields_mut();
    fields.push("id", cue.id)?;
    fields.push("frame", cue.frame)?;
    let rate = header.streams.first().map_or(0, |s| s.sample_rate);
    if rate > 0 {
        fields.push("time", cue.frame as f64 / f64::from(rate))?;
    }
    some(fields, "length", cue.length)?;
    text(fields, header, "label", cue.label)?;
    Ok(true)
}

/// The `index`-th picture.
pub(super) fn picture(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(picture) = header.pictures.get(index) else { return Ok(false) };
    start(entry, Kind::Bytes, "picture", index)?;
    let fields = entry.fields_mut();
    fields.push("type", picture.kind_name())?;
    text(fields, header, "media_type", picture.media_type)?;
    text(fields, header, "description", picture.description)?;
    some(fields, "width", picture.width.map(u64::from))?;
    some(fields, "height", picture.height.map(u64::from))?;
    if let Some(length) = super::bytes::length(picture) {
        fields.push("size", length)?;
    }
    if picture.stored == crate::Stored::Plain {
        entry.set_span(picture.span);
    }
    entry.set_has_data();
    Ok(true)
}

/// The `index`-th attachment.
pub(super) fn attachment(entry: &mut Entry, header: &Header, index: usize) -> Result<bool> {
    let Some(attachment) = header.attachments.get(index) else { return Ok(false) };
    start(entry, Kind::Bytes, "attachment", index)?;
    let fields = entry.fields_mut();
    text(fields, header, "filename", attachment.name)?;
    text(fields, header, "media_type", attachment.media_type)?;
    fields.push("size", attachment.span.length)?;
    entry.set_span(attachment.span);
    entry.set_has_data();
    Ok(true)
}

/// The index in a path of `word` and a number.
pub(super) fn index_of(path: &str, word: &str) -> Option<usize> {
    let digits = path.strip_prefix(word)?.strip_prefix('/')?;
    let canonical = digits == "0" || !digits.starts_with('0');
    if !canonical || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The error for a form that sound does not have.
pub(super) fn no_such_form(what: &str) -> Error {
    Error::new(ErrorKind::Request, format!("form: {what}"))
}
