//! Types of pictures, as ffprobe decodes them.
#![allow(clippy::unwrap_used)]

#[path = "support/ffmpeg.rs"]
mod ffmpeg;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use stream_core::memory::Budget;
use stream_core::{Context, FileSource};
use stream_video::{Packet, Picture, Reader};

/// Codecs and containers, by the file's name and what makes it.
const MADE: [(&str, &[&str]); 12] = [
    ("h264.mp4", &["-c:v", "libx264", "-bf", "2"]),
    ("h264.mkv", &["-c:v", "libx264", "-bf", "3"]),
    ("h264.ts", &["-c:v", "libx264", "-bf", "2"]),
    ("h264.flv", &["-c:v", "libx264", "-bf", "2"]),
    ("hevc.mp4", &["-c:v", "libx265", "-x265-params", "log-level=none:bframes=2"]),
    ("hevc.ts", &["-c:v", "libx265", "-x265-params", "log-level=none:bframes=2"]),
    ("mpeg4.avi", &["-c:v", "mpeg4"]),
    ("mpeg4.mp4", &["-c:v", "mpeg4", "-bf", "2"]),
    ("mpeg2.ts", &["-c:v", "mpeg2video", "-bf", "2"]),
    ("mpeg1.mpg", &["-c:v", "mpeg1video", "-bf", "2"]),
    ("vp8.webm", &["-c:v", "libvpx"]),
    ("mjpeg.avi", &["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]),
];

fn made(folder: &Path, name: &str, options: &[&str]) -> Option<PathBuf> {
    let picture = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=1", "-g", "9"];
    ffmpeg::made(folder, name, &picture, options)
}

/// ffprobe's type of each decoded frame, by the time of its packet.
fn decoded(path: &Path) -> BTreeMap<i64, String> {
    let said = Command::new("ffprobe")
        .args(["-v", "quiet", "-select_streams", "v:0", "-of", "json", "-show_entries"])
        .arg("frame=pts,pict_type")
        .arg(path)
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    let frames = said["frames"].as_array().unwrap().iter();
    frames.filter_map(|f| Some((f["pts"].as_i64()?, f["pict_type"].as_str()?.to_owned()))).collect()
}

fn packets(path: &Path, setting: &str) -> Vec<Packet> {
    let source = Arc::new(FileSource::open(path).unwrap());
    let cx = Context::new(source, &Budget::new("test", 64 << 20));
    let mut reader = Reader::open(cx.with_setting("video.picture_type", setting)).unwrap();
    let (mut packet, mut all) = (Packet::default(), Vec::new());
    while reader.read_packet(&mut packet).unwrap() {
        all.push(packet);
    }
    all
}

#[test]
fn types_are_those_of_the_decoded_frames() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in MADE {
        let Some(path) = made(folder.path(), name, options) else { continue };
        let expected = decoded(&path);
        let all = packets(&path, "on");
        let mut compared = 0;
        for packet in &all {
            let Some(expected) = packet.pts.and_then(|pts| expected.get(&pts)) else { continue };
            let found = packet.picture.map(Picture::as_str);
            assert_eq!(found, Some(expected.as_str()), "{name}: packet {}", packet.index);
            compared += 1;
        }
        println!("{name}: {compared} of {} packets", all.len());
        // MPEG-PS leaves out times
        assert!(compared >= 22, "{name}: {compared} of {}", all.len());
        let untyped = |packet: &Packet| Packet { picture: None, ..*packet };
        let without: Vec<_> = all.iter().map(untyped).collect();
        assert!(packets(&path, "off") == without, "{name}");
    }
}

#[test]
fn tables_tell_no_types_unless_they_are_asked_for() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/b-frames.mp4");
    assert!(packets(&file, "").iter().all(|packet| packet.picture.is_none()));
    let types = |setting: &str| {
        let all = packets(&file, setting);
        let pictures = all.iter().filter(|packet| packet.stream == 0);
        pictures.map(|packet| packet.picture.map_or("-", Picture::as_str)).collect::<String>()
    };
    let found = types("on");
    assert!(found.starts_with('I') && found.contains('P') && found.contains('B'), "{found}");
    let stream = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/mpeg2.ts");
    assert!(packets(&stream, "").iter().any(|packet| packet.picture == Some(Picture::B)));
}
