//! Samples of streams of sound: those of the ffmpeg command, for files that it makes here.
#![allow(clippy::unwrap_used)]

#[path = "support/ffmpeg.rs"]
mod ffmpeg;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{
    Context, DType, Entry, ErrorKind, FileSource, Form, Format, Reader, Region, Request, Severity,
};
use stream_video::Video;

/// Containers and codecs, by the file's name and what makes its sound.
const MADE: [(&str, &[&str]); 20] = [
    ("aac-5.1.mp4", &["-ac", "6", "-c:a", "aac"]),
    ("aac.mkv", &["-c:a", "aac"]),
    ("aac.ts", &["-c:a", "aac"]),
    ("aac.flv", &["-c:a", "aac", "-c:v", "flv1"]),
    ("ac3.ts", &["-ac", "6", "-c:a", "ac3"]),
    ("eac3.mp4", &["-c:a", "eac3"]),
    ("mp3.mp4", &["-c:a", "mp3"]),
    ("mp3.avi", &["-c:a", "mp3"]),
    ("mp2.mpg", &["-c:a", "mp2", "-c:v", "mpeg1video"]),
    ("s16.mov", &["-c:a", "pcm_s16be"]),
    ("s24.mkv", &["-c:a", "pcm_s24le"]),
    ("u8.avi", &["-c:a", "pcm_u8"]),
    ("f32.mov", &["-c:a", "pcm_f32le"]),
    ("f64.mkv", &["-c:a", "pcm_f64le"]),
    ("adpcm.avi", &["-c:a", "adpcm_ms"]),
    ("opus.mkv", &["-c:a", "libopus"]),
    ("opus.webm", &["-c:a", "libopus", "-c:v", "libvpx"]),
    ("vorbis.ogv", &["-c:a", "libvorbis", "-c:v", "libtheora"]),
    ("flac.mkv", &["-c:a", "flac"]),
    ("alac.mov", &["-c:a", "alac"]),
];

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A video of 16 by 16 pixels with a second of sound that changes its pitch; `None` where ffmpeg cannot make it.
fn made(folder: &Path, name: &str, options: &[&str]) -> Option<PathBuf> {
    let sound = "aevalsrc=0.4*sin(400*t*(1+t))|0.3*sin(900*t):s=44100:d=1.1";
    let picture = ["-f", "lavfi", "-i", "testsrc=s=16x16:r=25:d=1"];
    let both = [&picture[..], &["-f", "lavfi", "-i", sound]].concat();
    let codec = ["-c:v", "mpeg4", "-strict", "-2", "-ar", "48000"];
    ffmpeg::made(folder, name, &both, &[&codec[..], options].concat())
}

/// What the ffmpeg command decodes.
fn theirs(path: &Path) -> Vec<f32> {
    let said = Command::new("ffmpeg")
        .args(["-v", "quiet", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-f", "f32le", "-"])
        .output()
        .unwrap();
    said.stdout.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn open(path: &Path, settings: &[(&str, &str)]) -> Box<dyn Reader> {
    let source = Arc::new(FileSource::open(path).unwrap());
    let mut cx = Context::new(source, &Budget::new("test", 64 << 20));
    for (name, value) in settings {
        cx = cx.with_setting(*name, *value);
    }
    Video.open(cx).unwrap()
}

/// The first stream of sound.
fn heard(reader: &mut dyn Reader) -> Entry {
    let mut entry = reader.context().entry();
    loop {
        assert!(reader.read_entry(&mut entry).unwrap(), "no sound");
        if entry.fields().get("sample_rate").is_some() {
            return entry;
        }
    }
}

/// The chunks of a stream of sound: where each begins, its shape, and all samples.
type Heard = (Vec<(Vec<u64>, Vec<u64>)>, Vec<f32>);

fn samples(reader: &mut dyn Reader, request: &Request) -> stream_core::Result<Heard> {
    let mut chunks = reader.chunks(request)?;
    let (mut places, mut all) = (Vec::new(), Vec::new());
    while let Some(chunk) = chunks.next_chunk()? {
        assert_eq!(*chunk.dtype(), DType::F32);
        places.push((chunk.origin().to_vec(), chunk.shape().to_vec()));
        all.extend_from_slice(chunk.as_slice::<f32>()?);
    }
    Ok((places, all))
}

#[test]
fn samples_are_those_of_the_ffmpeg_command() {
    let folder = temporary();
    for (name, options) in MADE {
        let Some(path) = made(folder.path(), name, options) else { continue };
        let mut reader = open(&path, &[]);
        let entry = heard(&mut *reader);
        let (places, found) = samples(&mut *reader, &Request::entry(entry.path())).unwrap();
        let expected = theirs(&path);
        assert_eq!(found.len(), expected.len(), "{name}");
        let differ = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
        assert_eq!(differ, 0, "{name}: {differ} of {} samples differ", found.len());
        let channels = entry.fields().get("channels").and_then(|v| v.as_u64()).unwrap();
        let mut next = 0;
        for (origin, shape) in &places {
            assert_eq!((origin, shape[1]), (&vec![next, 0], channels), "{name}");
            next += shape[0];
        }
        while reader.read_entry(&mut reader.context().entry()).unwrap() {}
        let errors = reader.finish().unwrap().diagnostics.count(Severity::Error);
        assert_eq!(errors, 0, "{name}");
    }
}

#[test]
fn a_region_is_the_same_as_in_all_of_the_stream() {
    let folder = temporary();
    for (name, options) in [MADE[0], MADE[6], MADE[15]] {
        let Some(path) = made(folder.path(), name, options) else { continue };
        let mut reader = open(&path, &[]);
        let entry = heard(&mut *reader);
        let channels = entry.fields().get("channels").and_then(|v| v.as_u64()).unwrap() as usize;
        let whole = Request::entry(entry.path());
        let (_, all) = samples(&mut *reader, &whole).unwrap();
        for (region, first, end) in [("1000:1500", 1000, 1500), ("47000:", 47_000, usize::MAX)] {
            let request = whole.clone().with_region(region.parse().unwrap()).with_chunk_size(999);
            let (places, some) = samples(&mut *reader, &request).unwrap();
            assert_eq!(places[0].0, [first as u64, 0], "{name} {region}");
            let end = end.saturating_mul(channels).min(all.len());
            assert!(some == all[first * channels..end], "{name} {region}");
        }
        // every third frame, the second channel
        let request = whole.clone().with_region("10:4000:3,1:2".parse().unwrap());
        let (places, some) = samples(&mut *reader, &request.with_chunk_size(777)).unwrap();
        let frames = all.chunks_exact(channels).take(4000).skip(10).step_by(3);
        let expected: Vec<f32> = frames.map(|frame| frame[1]).collect();
        assert_eq!(places[0].0, [10, 1]);
        assert!(some == expected, "{name}");
        let refused = whole.with_region("-10:".parse::<Region>().unwrap());
        let error = reader.chunks(&refused).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Request, "{name}");
    }
}

#[test]
fn planes_hold_a_channel_each() {
    let folder = temporary();
    let Some(path) = made(folder.path(), "s16.mov", &["-c:a", "pcm_s16be"]) else { return };
    let mut reader = open(&path, &[]);
    let entry = heard(&mut *reader);
    let request = Request::entry(entry.path()).with_region("0:100".parse().unwrap());
    let (_, rows) = samples(&mut *reader, &request).unwrap();
    let (places, planes) =
        samples(&mut *open(&path, &[("audio.layout", "planar")]), &request).unwrap();
    assert_eq!(places, [(vec![0, 0], vec![2, 100])]);
    let expected: Vec<f32> =
        (0..2).flat_map(|c| rows.iter().skip(c).step_by(2).copied().collect::<Vec<_>>()).collect();
    assert!(planes == expected);
}

#[test]
fn the_bytes_of_packets_are_had_by_their_form() {
    let folder = temporary();
    let Some(path) = made(folder.path(), "mp3.avi", &["-c:a", "mp3"]) else { return };
    let mut reader = open(&path, &[]);
    let entry = heard(&mut *reader);
    let mut chunks = reader.chunks(&Request::entry(entry.path()).with_form(Form::Bytes)).unwrap();
    let chunk = chunks.next_chunk().unwrap().unwrap();
    assert_eq!((chunk.dtype(), chunk.bytes()[0]), (&DType::U8, 0xff));
}

#[test]
fn packets_that_do_not_decode_are_told_with_their_time_and_left_out() {
    let folder = temporary();
    let Some(path) = made(folder.path(), "ac3.ts", &["-c:a", "ac3", "-f", "avi"]) else { return };
    let mut reader = open(&path, &[]);
    let stream = heard(&mut *reader).path().to_owned();
    let (_, whole) = samples(&mut *reader, &Request::entry(&stream)).unwrap();
    let mut entry = reader.context().entry();
    let mut spans = Vec::new();
    while reader.read_entry(&mut entry).unwrap() {
        if entry.path().starts_with(&stream) {
            spans.extend(entry.span());
        }
    }
    let mut bytes = std::fs::read(&path).unwrap();
    let lost = spans[10];
    let at = usize::try_from(lost.offset).unwrap();
    bytes[at..at + usize::try_from(lost.length).unwrap()].fill(0);
    std::fs::write(&path, bytes).unwrap();
    let mut reader = open(&path, &[("packets", "off")]);
    let (places, rest) = samples(&mut *reader, &Request::entry(&stream)).unwrap();
    // the parser takes the zeros for part of the packet before
    assert_eq!(rest.len(), whole.len() - 2 * 1536 * 2);
    let gap = places.windows(2).find(|two| two[0].0[0] + two[0].1[0] != two[1].0[0]).unwrap();
    assert_eq!(gap[1].0[0], 11 * 1536);
    while reader.read_entry(&mut entry).unwrap() {}
    let summary = reader.finish().unwrap();
    let found = summary.diagnostics.kept().iter().find(|d| d.rule == "undecoded").unwrap();
    assert!(found.message.contains("at 0.288 s"), "{found}");
    assert_eq!((found.offset, found.severity), (Some(spans[9].offset), Severity::Error));
}
