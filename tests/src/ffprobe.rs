//! What ffprobe says of audio and video, and what of it our listing says differently.
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value};
use xtask::project;

/// What ffprobe tells of a file: `format`, `streams`, `chapters`, and `packets` where they are asked for.
///
/// # Errors
/// When it cannot be started, fails, or finds no stream.
pub fn probe(file: &Path, packets: bool) -> Result<Value> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "quiet", "-of", "json", "-show_format", "-show_streams", "-show_chapters"]);
    if packets {
        command.arg("-show_packets");
    }
    let text = project::output(command.arg("-i").arg(file))?;
    let told: Value = serde_json::from_str(&text).context("ffprobe prints no JSON")?;
    let streams = told["streams"].as_array().map_or(0, Vec::len);
    ensure!(streams > 0, "ffprobe finds no stream");
    Ok(told)
}

/// Whether ffprobe is there.
#[must_use]
pub fn is_there() -> bool {
    let there = project::which("ffprobe").is_some();
    if !there {
        eprintln!("skipped: no ffprobe");
    }
    there
}

/// A number, written as one or as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether our value of a field says the same.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (number(ours), number(theirs)) {
        // ffprobe prints six digits
        (Some(a), Some(b)) => (a - b).abs() <= 1.0e-6 * b.abs().max(1.0),
        _ => ours == theirs,
    }
}

/// Differences between our packets and ffprobe's, in order.
#[must_use]
pub fn packets(ours: &[Value], theirs: &Value) -> Vec<String> {
    let ours: Vec<&Value> = ours.iter().filter(|entry| entry["kind"] == "packet").collect();
    let empty = Vec::new();
    let theirs = theirs["packets"].as_array().unwrap_or(&empty);
    let mut found = Vec::new();
    if ours.len() != theirs.len() {
        found.push(format!("{} packets, ffprobe has {}", ours.len(), theirs.len()));
    }
    for (at, (our, their)) in ours.iter().zip(theirs).enumerate() {
        let fields = &our["fields"];
        let pairs = [
            ("stream_index", &fields["stream"]),
            ("pts", &fields["pts"]),
            ("dts", &fields["dts"]),
            ("duration", &fields["duration"]),
            ("size", &our["length"]),
            ("pos", &our["offset"]),
        ];
        for (name, our) in pairs {
            // what ffprobe does not know it leaves out
            if !(same(our, &their[name]) || (our.is_null() && their[name].is_null())) {
                found.push(format!("packet {at}: {name} {our}, ffprobe has {}", their[name]));
            }
        }
        let flags = their["flags"].as_str().unwrap_or_default();
        let flag = |name: &str| fields[name].as_bool().unwrap_or(false);
        if flag("key") != flags.contains('K') || flag("discard") != flags.contains('D') {
            found.push(format!("packet {at}: flags {fields}, ffprobe has {flags}"));
        }
    }
    found
}

/// Facts of streams that both tell by the same name, and those which ours must not leave out.
const FACTS: [(&str, &str, bool); 17] = [
    ("codec_name", "codec", true),
    ("profile", "profile", false),
    ("width", "width", true),
    ("height", "height", true),
    ("pix_fmt", "pix_fmt", false),
    ("sample_rate", "sample_rate", true),
    ("channels", "channels", true),
    ("channel_layout", "channel_layout", false),
    ("time_base", "time_base", false),
    ("avg_frame_rate", "avg_frame_rate", false),
    ("r_frame_rate", "r_frame_rate", false),
    ("sample_aspect_ratio", "sample_aspect_ratio", false),
    ("display_aspect_ratio", "display_aspect_ratio", false),
    ("color_space", "color_space", false),
    ("color_transfer", "color_transfer", false),
    ("color_primaries", "color_primaries", false),
    ("level", "level", false),
];

/// Differences between our streams and ffprobe's.
#[must_use]
pub fn streams(ours: &[Value], theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let empty = Vec::new();
    for (at, their) in theirs["streams"].as_array().unwrap_or(&empty).iter().enumerate() {
        let path = format!("stream/{at}");
        let Some(our) = ours.iter().find(|entry| entry["path"] == path.as_str()) else {
            found.push(format!("no {path}"));
            continue;
        };
        for (name, ours, needed) in FACTS {
            let (our, their) = (&our["fields"][ours], &their[name]);
            let left_out = our.is_null() && !needed;
            // 0/0 is ffprobe's word for no rate at all
            let none = their.is_null() || their == "0/0" || their == "unknown";
            if !(left_out || same(our, their) || (our.is_null() && none)) {
                found.push(format!("{path}: {name} {our}, ffprobe has {their}"));
            }
        }
    }
    found
}

/// Tags of the container that ffprobe tells and our listing does not.
#[must_use]
pub fn tags(ours: &[Value], theirs: &Value) -> Vec<String> {
    let told: Vec<&Value> = ours.iter().filter(|entry| entry["kind"] == "tag").collect();
    let none = Map::new();
    let theirs = theirs["format"]["tags"].as_object().unwrap_or(&none);
    let mut found = Vec::new();
    for (key, value) in theirs {
        let Some(value) = value.as_str() else { continue };
        // the generic names are the same; others stand as in the file
        let same = |entry: &&&Value| {
            let fields = &entry["fields"];
            let named = ["key", "verbatim"].iter().any(|name| {
                fields[name].as_str().is_some_and(|ours| ours.eq_ignore_ascii_case(key))
            });
            named && fields["value"].as_str().is_some_and(|ours| ours.trim() == value.trim())
        };
        if !told.iter().any(|entry| same(&entry)) {
            found.push(format!("no tag {key}={value:?}"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packets_that_differ_in_one_number_are_told() {
        let ours = [json!({"kind": "packet", "offset": 8, "length": 3,
            "fields": {"stream": 0, "pts": 5, "dts": 4, "duration": 1, "key": true}})];
        let theirs = |pts: i64| {
            json!({"packets": [{"stream_index": 0, "pts": pts, "dts": 4, "duration": 1,
                "size": "3", "pos": "8", "flags": "K_"}]})
        };
        assert!(packets(&ours, &theirs(5)).is_empty());
        assert_eq!(packets(&ours, &theirs(6)), ["packet 0: pts 5, ffprobe has 6"]);
        assert_eq!(packets(&[], &theirs(6)), ["0 packets, ffprobe has 1"]);
    }
}
