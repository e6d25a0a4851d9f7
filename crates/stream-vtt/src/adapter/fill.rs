//! A block as an entry.
#![deny(clippy::arithmetic_side_effects)]

use memchr::memmem;
use stream_core::{ChargedString, Entry, Fields, Kind, Result, Span, Time, push_name};

use super::Adapter;
use crate::markup::Markup;
use crate::{
    Align, BlockRef, CueRef, Header, Line, LineAlign, NoteRef, Position, PositionAlign, Region,
    Settings, Size, StyleRef, Timestamp, Vertical,
};

/// Exact milliseconds; a time beyond what the shared form holds stands at its end.
pub(super) fn time(time: Timestamp) -> Time {
    Time::from_millis(i64::try_from(time.millis()).unwrap_or(i64::MAX))
}

fn numbered(path: &mut ChargedString, kind: &str, index: u64) -> Result<()> {
    path.push_str(kind)?;
    Ok(path.push_decimal(index)?)
}

/// Appends the path of a block: unique in its file.
pub(super) fn push_path(path: &mut ChargedString, block: &BlockRef<'_>) -> Result<()> {
    match block {
        BlockRef::Header(_) => Ok(path.push_str("header")?),
        BlockRef::Style(style) => numbered(path, "style/", style.index),
        BlockRef::Note(note) => numbered(path, "note/", note.index),
        BlockRef::Cue(cue) => numbered(path, "cue/", cue.index),
        // names cannot hold brackets, so that a number in them is no name
        BlockRef::Region(region) if region.repeated || region.id.is_empty() => {
            numbered(path, "region[", region.index)?;
            Ok(path.push(']')?)
        }
        BlockRef::Region(region) => {
            path.push_str("region/")?;
            Ok(push_name(path, region.id.as_bytes())?)
        }
    }
}

impl Adapter {
    /// Fills `entry` from the block at hand, and counts it.
    #[inline]
    pub(super) fn fill(&mut self, entry: &mut Entry) -> Result<()> {
        let subrip = self.reader.is_subrip();
        let Adapter { reader, markup, counts, diagnosed, verify, plain, .. } = self;
        let (block, list) = reader.view_and_diagnostics();
        let (kind, span) = match &block {
            BlockRef::Header(header) => (Kind::Text, header.span),
            BlockRef::Style(style) => (Kind::Text, style.text_span),
            BlockRef::Region(region) => (Kind::Item, region.span),
            BlockRef::Note(note) => (Kind::Text, note.text_span),
            BlockRef::Cue(cue) => (Kind::Cue, cue.text_span),
        };
        entry.reset(kind);
        push_path(entry.path_mut(), &block)?;
        entry.set_span(Span { offset: span.offset, length: span.length });
        entry.set_has_data();
        let fields = entry.fields_mut();
        match &block {
            BlockRef::Header(from) => header(fields, from)?,
            BlockRef::Style(from) => style(fields, from)?,
            BlockRef::Region(from) => region(fields, from)?,
            BlockRef::Note(from) => note(fields, from)?,
            BlockRef::Cue(from) => {
                cue(fields, from)?;
                if !Markup::is_in(from.text) {
                } else if *verify || *plain {
                    // SubRip's tags are no standard's: nothing is wrong with any
                    let list = (*verify && !subrip && !*diagnosed).then_some(list);
                    markup.read(from, list)?;
                    *diagnosed = true;
                    if *plain {
                        fields.push("plain", markup.plain.as_str())?;
                    }
                    if let Some(voice) = markup.tree.voice() {
                        fields.push("voice", voice)?;
                    }
                } else if let Some(voice) = usual_voice(from.text) {
                    fields.push("voice", voice)?;
                } else if memmem::find(from.text.as_bytes(), b"<v").is_some() {
                    markup.read(from, None)?;
                    if let Some(voice) = markup.tree.voice() {
                        fields.push("voice", voice)?;
                    }
                }
            }
        }
        counts.add(&block);
        Ok(())
    }
}

/// The voice of a text that starts with a voice tag whose name stands there as it is meant: no references in it, words
/// with one space between. Other texts are taken apart to tell.
fn usual_voice(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix("<v ")?.split_once('>')?;
    let single = |b: &u8| b.is_ascii_graphic() || *b >= 0x80 || *b == b' ';
    let usual = !name.is_empty()
        && name.bytes().all(|b| single(&b) && !matches!(b, b'&' | b'<'))
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && !name.contains("  ");
    usual.then_some(name)
}

fn header(fields: &mut Fields, header: &Header) -> Result<()> {
    if !header.text.is_empty() {
        fields.push("text", header.text.as_str())?;
    }
    for (name, value) in header.metadata() {
        fields.push_named(name, value)?;
    }
    if let Some(map) = header.timestamp_map() {
        fields.push("mpegts", map.mpegts)?;
        fields.push("local", time(map.local))?;
    }
    Ok(())
}

fn style(fields: &mut Fields, style: &StyleRef<'_>) -> Result<()> {
    Ok(fields.push("text", style.text)?)
}

fn note(fields: &mut Fields, note: &NoteRef<'_>) -> Result<()> {
    fields.push("note", note.kind.as_str())?;
    Ok(fields.push("text", note.text)?)
}

fn region(fields: &mut Fields, region: &Region) -> Result<()> {
    fields.push("id", region.id.as_str())?;
    fields.push("width", region.width)?;
    match u64::try_from(region.lines) {
        Ok(lines) => fields.push("lines", lines)?,
        // beyond 64 bits the shared form has doubles only
        Err(_) => fields.push("lines", region.lines as f64)?,
    }
    for (name, (x, y)) in
        [("region_anchor", region.anchor), ("viewport_anchor", region.viewport_anchor)]
    {
        fields.begin_list(name)?;
        fields.item(x)?;
        fields.item(y)?;
        fields.end();
    }
    Ok(fields.push("scroll", region.scroll.as_str())?)
}

/// A cue's facts; settings that are as without any are left out.
#[inline]
fn cue(fields: &mut Fields, cue: &CueRef<'_>) -> Result<()> {
    if !cue.id.is_empty() {
        fields.push("id", cue.id)?;
    }
    fields.push("start", time(cue.start))?;
    fields.push("end", time(cue.end))?;
    if !cue.settings_text.is_empty() {
        fields.push("settings", cue.settings_text)?;
        settings(fields, &cue.settings)?;
        if !cue.region.is_empty() {
            fields.push("region", cue.region)?;
        }
    }
    Ok(fields.push("text", cue.text)?)
}

fn settings(fields: &mut Fields, settings: &Settings) -> Result<()> {
    if settings.vertical != Vertical::Horizontal {
        fields.push("vertical", settings.vertical.as_str())?;
    }
    match settings.line {
        Line::Auto => {}
        Line::Number(line) => fields.push("line", line)?,
        Line::Percent(line) => {
            fields.push("line", line)?;
            fields.push("snap_to_lines", false)?;
        }
    }
    if settings.line_align != LineAlign::Start {
        fields.push("line_align", settings.line_align.as_str())?;
    }
    if let Position::Percent(position) = settings.position {
        fields.push("position", position)?;
    }
    if settings.position_align != PositionAlign::Auto {
        fields.push("position_align", settings.position_align.as_str())?;
    }
    if settings.size != Size::default() {
        fields.push("size", settings.size.0)?;
    }
    if settings.align != Align::Center {
        fields.push("align", settings.align.as_str())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::usual_voice;
    use crate::Tree;

    #[test]
    fn a_usual_voice_is_what_the_tree_says() {
        for text in [
            "<v Fred>a",
            "<v Fred Foo>a</v>",
            "<v é>a<v Ann>b",
            "<v.loud Fred>a",
            "<v  Fred>a",
            "<v Fred >a",
            "<v A  B>a",
            "<v A &amp; B>a",
            "<v Fred",
            "<v>a",
            "<v a\nb>c",
            "x<v Fred>a",
        ] {
            let mut tree = Tree::new();
            tree.parse(text);
            if let Some(voice) = usual_voice(text) {
                assert_eq!(tree.voice(), Some(voice), "{text}");
            }
        }
        assert_eq!(usual_voice("<v Fred Foo>a</v>"), Some("Fred Foo"));
    }
}
