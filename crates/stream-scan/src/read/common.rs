//! The facts that many formats have, each under its own name.

use stream_core::{Entry, Kind, Summary, Value};

use crate::row::FileRow;

/// Finds the common facts of a file of one format.
pub(super) struct Common {
    format: &'static str,
    /// Elements of the largest array so far.
    largest: u64,
    maker: Option<String>,
    model: Option<String>,
}

/// Bytes of a fact that a row keeps.
const LONGEST: usize = 512;

impl Common {
    pub(super) fn new(format: &'static str) -> Self {
        Self { format, largest: 0, maker: None, model: None }
    }

    /// Looks at an entry.
    pub(super) fn see(&mut self, entry: &Entry, row: &mut FileRow) {
        if let Some(array) = entry.array()
            && matches!(entry.kind(), Kind::Array | Kind::Table | Kind::Stream)
        {
            let elements = array.shape.elements().unwrap_or(u64::MAX);
            if elements > self.largest || row.dimensions.is_empty() {
                self.largest = elements;
                row.dimensions = array.shape.to_vec();
            }
        }
        match self.format {
            "fits" => fits(entry, row),
            "hdf5" | "netcdf" => attributes(entry, row),
            "audio" | "video" => media(entry, row),
            _ => {}
        }
    }

    /// Looks at what the format says of the whole file.
    pub(super) fn summary(&mut self, row: &mut FileRow, summary: &Summary) {
        let fields = &summary.fields;
        let get = |key: &str| fields.get(key).and_then(short);
        match self.format {
            "dicom" => {
                self.maker = get("manufacturer");
                self.model = get("model");
                row.title = get("series").or_else(|| get("study"));
                row.created = get("study_date").map(|date| dicom_date(&date));
                row.modality = get("modality");
                let number = |key: &str| fields.get(key).and_then(|v| v.as_u64());
                if let (true, Some(rows), Some(columns)) =
                    (row.dimensions.is_empty(), number("rows"), number("columns"))
                {
                    row.dimensions = vec![rows, columns];
                }
            }
            "netcdf" => keep(&mut row.title, get("title")),
            "audio" | "video" | "vtt" => {
                let duration = fields.get("duration").and_then(seconds);
                row.duration = row.duration.or(duration);
            }
            _ => {}
        }
        self.end(row);
    }

    /// Puts together what was found apart.
    pub(super) fn end(&mut self, row: &mut FileRow) {
        let parts = [self.maker.take(), self.model.take()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            keep(&mut row.instrument, Some(parts.join(" ")));
        }
    }
}

/// The first that is found counts.
fn keep(fact: &mut Option<String>, found: Option<String>) {
    if fact.is_none() {
        *fact = found;
    }
}

/// A text that is not empty, cut to what a row keeps.
fn short(value: Value<'_>) -> Option<String> {
    let text = value.as_str()?.trim();
    let text = text.get(..text.floor_char_boundary(LONGEST))?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn seconds(value: Value<'_>) -> Option<f64> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    seconds.filter(|s| s.is_finite() && *s >= 0.0)
}

/// `20080504` as `2008-05-04`; what is no date as it stands.
fn dicom_date(text: &str) -> String {
    match (text.get(..4), text.get(4..6), text.get(6..8), text.len()) {
        (Some(year), Some(month), Some(day), 8) => format!("{year}-{month}-{day}"),
        _ => text.to_owned(),
    }
}

/// The first header that says it: OBJECT, DATE-OBS, TELESCOP and INSTRUME.
fn fits(entry: &Entry, row: &mut FileRow) {
    let Some(Value::List(cards)) = entry.fields().get("cards") else { return };
    let (mut telescope, mut instrument) = (None, None);
    for card in cards {
        let Value::Map(mut card) = card else { continue };
        let keyword = card.find(|(key, _)| *key == "keyword").and_then(|(_, v)| v.as_str());
        let to = match keyword {
            Some("OBJECT") => &mut row.title,
            Some("DATE-OBS") => &mut row.created,
            Some("TELESCOP") => &mut telescope,
            Some("INSTRUME") => &mut instrument,
            _ => continue,
        };
        let value = card.find(|(key, _)| *key == "value").and_then(|(_, v)| short(v));
        keep(to, value);
    }
    let parts: Vec<String> = [telescope, instrument].into_iter().flatten().collect();
    if !parts.is_empty() {
        keep(&mut row.instrument, Some(parts.join(" ")));
    }
}

/// Attributes of the file as a whole, by the names of ACDD, CF and what HDF5 writers use.
fn attributes(entry: &Entry, row: &mut FileRow) {
    if entry.kind() != Kind::Attribute {
        return;
    }
    let Some(name) = entry.path().strip_prefix("/@") else { return };
    let to = if ["title", "long_name", "name"].iter().any(|n| name.eq_ignore_ascii_case(n)) {
        &mut row.title
    } else if [
        "date_created",
        "creation_date",
        "created",
        "file_time",
        "date",
        "time_coverage_start",
    ]
    .iter()
    .any(|n| name.eq_ignore_ascii_case(n))
    {
        &mut row.created
    } else if ["instrument", "sensor", "platform"].iter().any(|n| name.eq_ignore_ascii_case(n)) {
        &mut row.instrument
    } else {
        return;
    };
    keep(to, entry.fields().get("value").and_then(short));
}

fn media(entry: &Entry, row: &mut FileRow) {
    let fields = entry.fields();
    let get = |key: &str| fields.get(key);
    match entry.kind() {
        Kind::File => row.duration = row.duration.or_else(|| get("duration").and_then(seconds)),
        Kind::Stream => {
            let kind = get("codec_type").or_else(|| get("type")).and_then(short);
            let video = kind.as_deref() == Some("video");
            if video || row.modality.is_none() {
                row.modality = kind;
            }
            let number = |key: &str| get(key).and_then(|v| v.as_u64());
            if let (true, Some(height), Some(width)) = (video, number("height"), number("width")) {
                row.dimensions = vec![height, width];
            }
            row.duration = row.duration.or_else(|| get("duration_time").and_then(seconds));
        }
        Kind::Tag => {
            // those of a stream or chapter are not the file's
            if get("stream").is_some() || get("chapter").is_some() {
                return;
            }
            let key = get("key").and_then(|v| v.as_str()).unwrap_or_default();
            let to = match key {
                "title" => &mut row.title,
                "date" | "creation_time" => &mut row.created,
                "encoder" | "encoded_by" => &mut row.instrument,
                _ => return,
            };
            keep(to, get("value").and_then(short));
        }
        _ => {}
    }
}
