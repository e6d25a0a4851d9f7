//! The fixtures, as ffprobe reads them, and what is in them beside.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod ffprobe;
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format, Request, Value};
use stream_video::{Packet, Rational, Video};
use support::ffprobe::{differences, ffprobe, open};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

#[test]
fn every_fixture_is_read_as_ffprobe_reads_it() {
    let mut wrong = Vec::new();
    for file in std::fs::read_dir(path("")).unwrap().flatten() {
        let path = file.path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            continue;
        }
        let Some(expected) = ffprobe(&path) else {
            println!("skipped: no ffprobe for {}", path.display());
            continue;
        };
        wrong.extend(
            differences(&path, &expected).into_iter().map(|d| format!("{}: {d}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_turned_picture_says_by_how_many_degrees() {
    let reader = open(&path("turned.mp4")).unwrap();
    let pictures = reader.streams()[0].video.as_ref().unwrap();
    assert_eq!(pictures.rotation, Some(90));
    let cover = &reader.attachments()[0];
    assert!(cover.is_picture && cover.media_type.as_deref() == Some("image/png"));
    assert_eq!((cover.stream, cover.dimensions), (2, Some((16, 16))));
}

#[test]
fn hdr_says_for_which_display_it_was_made() {
    let reader = open(&path("hdr.mp4")).unwrap();
    let pictures = reader.streams()[0].video.as_ref().unwrap();
    assert_eq!(pictures.color.transfer, Some("smpte2084"));
    assert_eq!(pictures.color.primaries, Some("bt2020"));
}

#[test]
fn the_display_that_it_was_mastered_on_is_told() {
    // the example of SMPTE ST 2086, annex: BT.2020 primaries, D65, 0.0001 to 1000 cd/m2; CTA-861.3 beside it
    let numbers: [u16; 8] = [8500, 39850, 6550, 2300, 35400, 14600, 15635, 16450];
    let mut display: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    display.extend(10_000_000u32.to_be_bytes());
    display.extend(1u32.to_be_bytes());
    let light: Vec<u8> = [1000u16, 400].iter().flat_map(|n| n.to_be_bytes()).collect();
    let mut file = std::fs::read(path("b-frames.mp4")).unwrap();
    // behind the boxes of the sample entry of pictures; media data come before all of these boxes, so that nothing else moves
    let around = ["moov", "trak", "mdia", "minf", "stbl", "stsd", "avc1"];
    let mut starts = vec![0];
    for name in around {
        starts.push(found(&file, starts[starts.len() - 1], name));
    }
    starts.remove(0);
    let end = starts[6] + size(&file, starts[6]);
    let boxes = [boxed("mdcv", &display), boxed("clli", &light)].concat();
    for start in starts {
        let grown = u32::try_from(size(&file, start) + boxes.len()).unwrap();
        file[start..start + 4].copy_from_slice(&grown.to_be_bytes());
    }
    file.splice(end..end, boxes);
    let made = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    std::fs::write(made.path(), file).unwrap();
    let reader = open(made.path()).unwrap();
    let pictures = reader.streams()[0].video.as_ref().unwrap();
    assert_eq!(pictures.light, Some((1000, 400)));
    let mastering = pictures.mastering.as_ref().unwrap();
    let exact = |n: Rational, of: (i64, i64)| i64::from(n.num) * of.1 == of.0 * i64::from(n.den);
    // red, green, blue: the box has green first
    let [red, green, blue] = mastering.primaries.unwrap();
    for (point, x, y) in [(red, 35400, 14600), (green, 8500, 39850), (blue, 6550, 2300)] {
        assert!(exact(point[0], (x, 50_000)) && exact(point[1], (y, 50_000)), "{mastering:?}");
    }
    let white = mastering.white.unwrap();
    assert!(exact(white[0], (15635, 50_000)) && exact(white[1], (16450, 50_000)), "{white:?}");
    let [least, most] = mastering.luminance.unwrap();
    assert!(exact(least, (1, 10_000)) && exact(most, (1000, 1)), "{least:?} {most:?}");
    if let Some(expected) = ffprobe(made.path()) {
        assert_eq!(differences(made.path(), &expected), Vec::<String>::new());
    }
}

/// Where the first box of this name behind `from` begins.
fn found(file: &[u8], from: usize, name: &str) -> usize {
    let mut names = file[from + 8..].windows(4);
    from + 4 + names.position(|four| four == name.as_bytes()).unwrap()
}

fn size(file: &[u8], start: usize) -> usize {
    u32::from_be_bytes(file[start..start + 4].try_into().unwrap()).try_into().unwrap()
}

fn boxed(name: &str, content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes(), name.as_bytes(), content].concat()
}

#[test]
fn chapters_and_languages_are_told() {
    let reader = open(&path("b-frames.mp4")).unwrap();
    let chapters: Vec<_> = reader.chapters().iter().map(|c| (c.title(), c.start, c.end)).collect();
    assert_eq!(
        chapters,
        [(Some("First half"), 0, Some(400)), (Some("Second half"), 400, Some(800))]
    );
    assert_eq!(reader.streams()[1].language.as_deref(), Some("deu"));
}

#[test]
fn frames_of_two_lengths_are_variable_and_steady_ones_are_not() {
    let judged = |name: &str| {
        let mut reader = open(&path(name)).unwrap();
        let mut packet = Packet::default();
        while reader.read_packet(&mut packet).unwrap() {}
        reader.verdicts()[0]
    };
    let (variable, steady) = (judged("variable.mkv"), judged("mpeg4.avi"));
    assert!(variable.is_variable() && !steady.is_variable());
    assert_eq!((steady.packets, steady.keys, steady.longest_group), (20, 4, 6));
    assert_eq!(steady.frame_rate(), Some(25.0));
}

#[test]
fn packets_before_an_edit_are_listed_and_not_shown() {
    let mut reader = open(&path("edit-list.mp4")).unwrap();
    let mut packet = Packet::default();
    let mut discarded = 0;
    while reader.read_packet(&mut packet).unwrap() {
        discarded += u32::from(packet.discard);
    }
    assert!(discarded > 0);
}

#[test]
fn payloads_are_the_bytes_at_their_positions() {
    let file = path("mpeg4.avi");
    let bytes = std::fs::read(&file).unwrap();
    let budget = Budget::new("test", 64 << 20);
    let cx = Context::new(Arc::new(FileSource::open(&file).unwrap()), &budget);
    let mut reader = Video.open(cx.clone()).unwrap();
    let mut entry = cx.entry();
    let mut all = Vec::new();
    while reader.read_entry(&mut entry).unwrap() {
        let Some(span) = entry.span() else { continue };
        let stream = entry.fields().get("stream").and_then(|v: Value<'_>| v.as_u64());
        let mut chunks = reader.chunks(&Request::entry(entry.path())).unwrap();
        let mut found = Vec::new();
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            found.extend_from_slice(chunk.bytes());
        }
        let at = usize::try_from(span.offset).unwrap();
        assert_eq!(found, bytes[at..at + found.len()], "{}", entry.path());
        if stream == Some(0) {
            all.extend(found);
        }
    }
    let mut whole = Vec::new();
    let mut chunks = reader.chunks(&Request::entry("stream/0").with_chunk_size(1000)).unwrap();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        assert_eq!(chunk.origin(), [whole.len() as u64]);
        whole.extend_from_slice(chunk.bytes());
    }
    assert!(!all.is_empty() && whole == all);
}
