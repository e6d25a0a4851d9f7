//! The streams, chapters and tags of audio and video.

use stream_core::{Entry, Kind};

use super::{Cell, Table, cut};
use crate::output::human::value;

pub(in super::super) struct Streams {
    streams: Table,
    chapters: Table,
    tags: Table,
    facts: Vec<(&'static str, String)>,
}

/// What the container says that belongs on the screen, by its field's name.
const CONTAINER: [&str; 4] = ["format_name", "format", "duration", "bit_rate"];

impl Streams {
    pub(super) fn new() -> Self {
        Self {
            streams: Table::new(
                "streams",
                &["path", "type", "codec", "facts", "duration", "language"],
            ),
            chapters: Table::new("chapters", &["start", "end", "title"]),
            tags: Table::new("tags", &["key", "value"]),
            facts: Vec::new(),
        }
    }

    pub(super) fn see(&mut self, entry: &Entry) {
        let fields = entry.fields();
        let text = |name: &str| Cell::maybe(fields.get(name));
        let shown = |name: &str| fields.get(name).map_or(Cell::None, |v| Cell::Text(value(v)));
        match entry.kind() {
            Kind::File => {
                let told =
                    CONTAINER.iter().filter_map(|name| Some((*name, value(fields.get(name)?))));
                self.facts.extend(told);
            }
            Kind::Stream => self.streams.push(|| {
                let (kind, facts) = stream(entry);
                let path = Cell::text(entry.path());
                vec![path, kind, text("codec"), facts, shown("duration"), text("language")]
            }),
            Kind::Cue if entry.path().starts_with("chapter/") => {
                self.chapters.push(|| vec![shown("start"), shown("end"), text("title")]);
            }
            Kind::Tag => self.tags.push(|| vec![text("key"), text("value")]),
            _ => {}
        }
    }

    pub(super) fn facts(&self) -> &[(&'static str, String)] {
        &self.facts
    }

    pub(super) fn tables(&self) -> Vec<&Table> {
        vec![&self.streams, &self.chapters, &self.tags]
    }
}

/// What a stream carries, and the facts one asks first of that.
fn stream(entry: &Entry) -> (Cell, Cell) {
    let fields = entry.fields();
    let number = |name: &str| fields.get(name).and_then(|v| v.as_u64());
    let text = |name: &str| fields.get(name).and_then(|v| v.as_str());
    let mut facts = Vec::new();
    if let (Some(width), Some(height)) = (number("width"), number("height")) {
        facts.push(format!("{width}x{height}"));
    }
    facts.extend(text("profile").map(str::to_owned));
    facts.extend(text("pix_fmt").map(str::to_owned));
    facts.extend(text("avg_frame_rate").map(|rate| format!("{rate} fps")));
    facts.extend(number("sample_rate").map(|rate| format!("{rate} Hz")));
    match (text("channel_layout"), number("channels")) {
        (Some(layout), _) => facts.push(layout.to_owned()),
        (None, Some(1)) => facts.push("1 channel".to_owned()),
        (None, Some(n)) => facts.push(format!("{n} channels")),
        (None, None) => {}
    }
    facts.extend(text("sample_fmt").map(str::to_owned));
    facts.extend(number("bits_per_raw_sample").map(|bits| format!("{bits} bit")));
    let kind = match text("codec_type") {
        Some(kind) => Cell::text(kind),
        None if number("width").is_some() => Cell::text("video"),
        None if number("sample_rate").is_some() => Cell::text("audio"),
        None => Cell::None,
    };
    (kind, Cell::Texts(facts.iter().map(|fact| cut(fact)).collect()))
}
