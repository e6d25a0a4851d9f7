//! What ffprobe says of a file, and in what a reader differs from it.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource};
use stream_video::{Packet, Rational, Reader, Stream};

/// ffprobe's JSON; `None` where it is not installed or does not open the file.
pub(crate) fn ffprobe(path: &Path) -> Option<Value> {
    let said = Command::new("timeout")
        .args(["60", "ffprobe", "-v", "quiet", "-show_packets", "-show_streams", "-show_format"])
        .args(["-show_chapters", "-of", "json"])
        .arg(path)
        .output()
        .ok()?;
    // it says {} of what it does not open
    let said: Value = serde_json::from_slice(&said.stdout).ok()?;
    said.get("format").is_some().then_some(said)
}

/// Opens a file within 256 MiB.
pub(crate) fn open(path: &Path) -> stream_core::Result<Reader> {
    let budget = Budget::new("test", 256 << 20);
    Reader::open(Context::new(Arc::new(FileSource::open(path)?), &budget))
}

/// Each fact that is not as ffprobe has it, `name: expected, found`.
pub(crate) fn differences(path: &Path, expected: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    let mut reader = match open(path) {
        Ok(reader) => reader,
        Err(error) => return vec![format!("does not open: {error}")],
    };
    let mut compare = |what: String, expected: &Value, found: String| {
        let expected = match expected {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        if expected != found && differences.len() < 40 {
            differences.push(format!("{what}: {expected:?}, {found:?}"));
        }
    };
    let container = reader.container();
    let format = &expected["format"];
    compare("format".into(), &format["format_name"], container.format_name.clone());
    compare("nb_streams".into(), &format["nb_streams"], container.streams.to_string());
    compare("nb_programs".into(), &format["nb_programs"], container.programs.to_string());
    compare("probe_score".into(), &format["probe_score"], container.probe_score.to_string());
    let micros = |t: Option<i64>| text(t.map(|t| format!("{:.6}", t as f64 / 1e6)));
    compare("start_time".into(), &format["start_time"], micros(container.start_time));
    compare("duration".into(), &format["duration"], micros(container.duration));
    compare("bit_rate".into(), &format["bit_rate"], text(container.bit_rate));
    for tag in reader.tags() {
        let owner = match tag.stream {
            None => &format["tags"],
            Some(at) => &expected["streams"][at as usize]["tags"],
        };
        // ffprobe's JSON keeps the last of several
        let same = reader.tags().iter().rfind(|t| t.key == tag.key && t.stream == tag.stream);
        if same == Some(tag) {
            compare(format!("tag {}", tag.key), &owner[&tag.key], tag.value.clone());
        }
    }
    for (at, chapter) in reader.chapters().iter().enumerate() {
        let theirs = &expected["chapters"][at];
        compare(format!("chapter {at} start"), &theirs["start"], chapter.start.to_string());
        compare(format!("chapter {at} end"), &theirs["end"], text(chapter.end));
        compare(format!("chapter {at} title"), &theirs["tags"]["title"], text(chapter.title()));
    }
    for stream in reader.streams() {
        let theirs = &expected["streams"][stream.index as usize];
        for (name, found) in facts(stream) {
            compare(format!("stream {} {name}", stream.index), &theirs[name], found);
        }
    }
    let bases: Vec<Rational> = reader.streams().iter().map(|s| s.time_base).collect();
    let mut packet = Packet::default();
    let none = Vec::new();
    let packets = expected["packets"].as_array().unwrap_or(&none);
    let mut count = 0;
    loop {
        match reader.read_packet(&mut packet) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::OverBudget, "{}: {error}", path.display());
                break;
            }
        }
        let theirs = packets.get(count).unwrap_or(&Value::Null);
        let what = |name: &str| format!("packet {count} {name}");
        let base = bases[packet.stream as usize];
        let seconds = |t: Option<i64>| text(t.map(|t| format!("{:.6}", base.seconds(t))));
        let flags = [(packet.key, 'K'), (packet.discard, 'D')];
        let flags: String = flags.iter().map(|(on, c)| if *on { *c } else { '_' }).collect();
        compare(what("stream"), &theirs["stream_index"], packet.stream.to_string());
        compare(what("pts"), &theirs["pts"], text(packet.pts));
        compare(what("dts"), &theirs["dts"], text(packet.dts));
        compare(what("duration"), &theirs["duration"], text(packet.duration));
        compare(what("pts_time"), &theirs["pts_time"], seconds(packet.pts));
        compare(what("dts_time"), &theirs["dts_time"], seconds(packet.dts));
        compare(what("duration_time"), &theirs["duration_time"], seconds(packet.duration));
        compare(what("size"), &theirs["size"], packet.size.to_string());
        compare(what("pos"), &theirs["pos"], text(packet.position));
        compare(what("flags"), &theirs["flags"], flags);
        count += 1;
    }
    compare("packets".into(), &packets.len().into(), count.to_string());
    differences
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A stream's facts under ffprobe's names, empty where ffprobe leaves them out.
fn facts(stream: &Stream) -> Vec<(&'static str, String)> {
    let seconds = |t: Option<i64>| text(t.map(|t| format!("{:.6}", stream.time_base.seconds(t))));
    let rate = |r: Rational| r.to_string();
    let aspect = |r: Option<Rational>| text(r.map(|r| format!("{}:{}", r.num, r.den)));
    let mut facts = vec![
        ("codec_name", text(stream.codec.clone())),
        ("codec_long_name", text(stream.codec_long_name.clone())),
        ("profile", text(stream.profile.clone())),
        ("codec_tag", format!("0x{:04x}", stream.codec_tag)),
        ("time_base", rate(stream.time_base)),
        ("start_pts", text(stream.start)),
        ("start_time", seconds(stream.start)),
        ("duration_ts", text(stream.duration)),
        ("duration", seconds(stream.duration)),
        ("bit_rate", text(stream.bit_rate)),
        ("nb_frames", text(stream.frames)),
        ("id", text(stream.id.map(|id| format!("0x{id:x}")))),
    ];
    if let Some(video) = &stream.video {
        facts.extend([
            ("codec_type", "video".to_owned()),
            ("width", video.width.to_string()),
            ("height", video.height.to_string()),
            ("has_b_frames", video.has_b_frames.to_string()),
            ("sample_aspect_ratio", aspect(video.sample_aspect_ratio)),
            ("display_aspect_ratio", aspect(video.display_aspect_ratio)),
            ("pix_fmt", text(video.pix_fmt)),
            ("level", text(stream.level.or(Some(-99)))),
            ("r_frame_rate", rate(video.r_frame_rate)),
            ("avg_frame_rate", rate(video.avg_frame_rate)),
            ("field_order", text(video.field_order)),
            ("color_range", text(video.color.range)),
            ("color_space", text(video.color.space)),
            ("color_transfer", text(video.color.transfer)),
            ("color_primaries", text(video.color.primaries)),
            ("chroma_location", text(video.color.chroma_location)),
        ]);
    }
    if let Some(audio) = &stream.audio {
        facts.extend([
            ("codec_type", "audio".to_owned()),
            ("sample_fmt", text(audio.sample_fmt)),
            ("sample_rate", audio.sample_rate.to_string()),
            ("channels", audio.channels.to_string()),
            ("channel_layout", text(audio.channel_layout.clone())),
            ("bits_per_sample", audio.bits_per_sample.to_string()),
        ]);
    }
    facts
}
