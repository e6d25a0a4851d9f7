//! Typed facts as entries, under ffprobe's names.

use stream_core::{Entry, Fields, Kind, Result, Span};

use crate::{Attachment, Chapter, Container, Packet, Rational, Reader, Tag};

/// Bytes of a tag's value that an entry shows.
const VALUE: usize = 4096;

/// The file as a whole.
pub(super) fn container(entry: &mut Entry, reader: &Reader) -> Result<()> {
    entry.reset(Kind::File);
    entry.path_mut().set("container")?;
    let container = reader.container();
    let fields = entry.fields_mut();
    fields.push("format_name", container.format_name.as_str())?;
    fields.push("format_long_name", container.format_long_name.as_str())?;
    let brand = reader.tags().iter().find(|t| t.stream.is_none() && t.key == "major_brand");
    if let Some(brand) = brand {
        fields.push("brand", brand.value.as_str())?;
    }
    fields.push("nb_streams", container.streams)?;
    fields.push("nb_programs", container.programs)?;
    fields.push("probe_score", i64::from(container.probe_score))?;
    let micros = Rational::new(1, 1_000_000);
    seconds(fields, "start_time", container.start_time, micros)?;
    seconds(fields, "duration", container.duration, micros)?;
    if let Some(rate) = container.bit_rate {
        fields.push("bit_rate", rate)?;
    }
    if let Some(size) = container.size {
        fields.push("size", size)?;
    }
    Ok(())
}

/// A tag.
pub(super) fn tag(entry: &mut Entry, at: usize, tag: &Tag, container: &Container) -> Result<()> {
    entry.reset(Kind::Tag);
    numbered(entry, "tag/", at)?;
    let fields = entry.fields_mut();
    fields.push("key", tag.key.to_ascii_lowercase().as_str())?;
    fields.push("verbatim", tag.key.as_str())?;
    if let Some(source) = source(container) {
        fields.push("source", source)?;
    }
    if let Some(stream) = tag.stream {
        fields.push("stream", stream)?;
    }
    let end = (0..=VALUE.min(tag.value.len())).rev().find(|at| tag.value.is_char_boundary(*at));
    fields.push("value", tag.value.get(..end.unwrap_or(0)).unwrap_or_default())?;
    Ok(())
}

/// What kind of tags a container has.
fn source(container: &Container) -> Option<&'static str> {
    let names: [(&str, &'static str); 9] = [
        ("mov", "mp4"),
        ("matroska", "matroska"),
        ("avi", "riff"),
        ("ogg", "vorbis"),
        ("flv", "flv"),
        ("asf", "asf"),
        ("mpegts", "mpegts"),
        ("mxf", "mxf"),
        ("nut", "nut"),
    ];
    let found = names.iter().find(|(name, _)| container.format_name.split(',').any(|n| n == *name));
    found.map(|(_, source)| *source)
}

/// A chapter, as a cue.
pub(super) fn chapter(entry: &mut Entry, at: usize, chapter: &Chapter) -> Result<()> {
    entry.reset(Kind::Cue);
    numbered(entry, "chapter/", at)?;
    let fields = entry.fields_mut();
    fields.push("id", chapter.id)?;
    ratio(fields, "time_base", chapter.time_base, '/')?;
    seconds(fields, "start", Some(chapter.start), chapter.time_base)?;
    seconds(fields, "end", chapter.end, chapter.time_base)?;
    if let Some(title) = chapter.title() {
        fields.push("title", title)?;
    }
    Ok(())
}

/// An attached file or picture, each counted by itself.
pub(super) fn attachment(entry: &mut Entry, at: usize, all: &[Attachment]) -> Result<()> {
    let Some(attachment) = all.get(at) else { return Ok(()) };
    entry.reset(Kind::Bytes);
    let alike = |other: &&Attachment| other.is_picture == attachment.is_picture;
    let number = all.iter().take(at).filter(alike).count();
    numbered(entry, if attachment.is_picture { "picture/" } else { "attachment/" }, number)?;
    if let Some(span) = attachment.span {
        entry.set_span(span);
    }
    entry.set_has_data();
    let fields = entry.fields_mut();
    fields.push("stream", attachment.stream)?;
    if let Some(name) = &attachment.filename {
        fields.push("filename", name.as_str())?;
    }
    if let Some(media_type) = &attachment.media_type {
        fields.push("media_type", media_type.as_str())?;
    }
    fields.push("size", attachment.size)?;
    if let Some((width, height)) = attachment.dimensions {
        fields.push("width", width)?;
        fields.push("height", height)?;
    }
    Ok(())
}

/// A packet. `end` is the source's: a position behind it is not shown.
pub(super) fn packet(entry: &mut Entry, packet: &Packet, base: Rational, end: u64) -> Result<()> {
    let path = entry.path_mut();
    path.set("stream/")?;
    path.push_decimal(packet.stream.into())?;
    path.push_str("/packet/")?;
    path.push_decimal(packet.index)?;
    entry.set_depth(1);
    entry.set_has_data();
    if let Some(Span { offset, length }) = packet.span().filter(|span| span.offset <= end) {
        // where a payload is spread over the file, its size is more than what is left
        entry.set_span(Span { offset, length: length.min(end.saturating_sub(offset)) });
    }
    let fields = entry.fields_mut();
    fields.push("stream", packet.stream)?;
    let times = [("pts", packet.pts), ("dts", packet.dts), ("duration", packet.duration)];
    for (name, ticks) in times {
        if let Some(ticks) = ticks {
            fields.push(name, ticks)?;
        }
    }
    seconds(fields, "pts_time", packet.pts, base)?;
    seconds(fields, "dts_time", packet.dts, base)?;
    seconds(fields, "duration_time", packet.duration, base)?;
    fields.push("size", packet.size)?;
    if let Some(position) = packet.position {
        fields.push("pos", position)?;
    }
    fields.push("key", packet.key)?;
    if packet.discard {
        fields.push("discard", true)?;
    }
    if packet.corrupt {
        fields.push("corrupt", true)?;
    }
    if let Some(picture) = packet.picture {
        fields.push("type", picture.as_str())?;
    }
    Ok(())
}

/// Pushes a time in seconds, when there is one.
pub(super) fn seconds(
    fields: &mut Fields,
    name: &'static str,
    ticks: Option<i64>,
    base: Rational,
) -> Result<()> {
    if let Some(ticks) = ticks {
        fields.push(name, base.seconds(ticks))?;
    }
    Ok(())
}

/// Pushes a ratio in words.
pub(super) fn ratio(
    fields: &mut Fields,
    name: &'static str,
    ratio: Rational,
    between: char,
) -> Result<()> {
    let text = format!("{}{between}{}", ratio.num, ratio.den);
    Ok(fields.push(name, text.as_str())?)
}

fn numbered(entry: &mut Entry, prefix: &str, at: usize) -> Result<()> {
    let path = entry.path_mut();
    path.set(prefix)?;
    Ok(path.push_decimal(u64::try_from(at).unwrap_or(u64::MAX))?)
}
