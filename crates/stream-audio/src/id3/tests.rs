use std::sync::Arc;

use stream_core::{Context, MemorySource};
use stream_memory::Budget;

use super::*;
use crate::Stored;

fn tag(major: u8, flags: u8, frames: &[u8]) -> Vec<u8> {
    let n = frames.len() as u32;
    let size = [n >> 21, n >> 14, n >> 7, n].map(|b| (b & 127) as u8);
    let mut bytes = b"ID3".to_vec();
    bytes.extend([major, 0, flags]);
    bytes.extend(size);
    bytes.extend(frames);
    bytes
}

fn frame(id: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(content);
    bytes
}

fn parse(bytes: Vec<u8>) -> (Header, Context, Option<u64>) {
    let budget = Budget::new("b", 1 << 20);
    let len = bytes.len() as u64;
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget);
    let mut header = Header::new("mp3", &budget);
    let end = read(&cx, 0, len, &mut header, &Findings::new(&budget)).unwrap();
    (header, cx, end)
}

fn pairs(header: &Header) -> Vec<(String, String, String)> {
    let all = header.tags.iter();
    all.map(|t| (t.key.into_owned(), t.verbatim.to_owned(), t.value.to_owned())).collect()
}

fn triple(key: &str, verbatim: &str, value: &str) -> (String, String, String) {
    (key.to_owned(), verbatim.to_owned(), value.to_owned())
}

#[test]
fn texts_of_all_encodings_become_utf_8() {
    let mut frames = frame("TIT2", b"\0caf\xe9");
    frames.extend(frame("TPE1", b"\x01\xff\xfeA\0\xac\x20"));
    frames.extend(frame("TALB", b"\x02\0A\0B\0\0"));
    frames.extend(frame("TCON", b"\x03(17)"));
    frames.extend(frame("TXXX", b"\x03replaygain_track_gain\0-3.5 dB"));
    frames.extend(frame("COMM", b"\x03engmood\0blue"));
    let whole = tag(3, 0, &frames);
    let len = whole.len() as u64;
    let (header, _, end) = parse(whole);
    assert_eq!(end, Some(len));
    assert_eq!(
        pairs(&header),
        [
            triple("title", "TIT2", "café"),
            triple("artist", "TPE1", "A€"),
            triple("album", "TALB", "AB"),
            triple("genre", "TCON", "Rock"),
            triple("replaygain_track_gain", "TXXX:replaygain_track_gain", "-3.5 dB"),
            triple("mood", "COMM:mood", "blue"),
        ]
    );
}

#[test]
fn a_picture_is_a_span() {
    let mut frames = frame("APIC", b"\0image/png\0\x03front\0PNGDATA");
    frames.extend(frame("TIT2", b"\0after"));
    let bytes = tag(3, 0, &frames);
    let at = bytes.windows(7).position(|w| w == b"PNGDATA").unwrap() as u64;
    let (header, ..) = parse(bytes);
    let picture = header.pictures[0];
    assert_eq!((picture.span.offset, picture.span.length), (at, 7));
    assert_eq!((picture.kind_name(), picture.stored), ("cover_front", Stored::Plain));
    assert_eq!(header.texts.get(picture.media_type), "image/png");
    assert_eq!(header.texts.get(picture.description), "front");
    assert_eq!(pairs(&header).len(), 1);
}

#[test]
fn unsynchronised_tags_are_read_as_they_were_meant() {
    // the zero behind 0xff does not count in the frame's size
    let frames = b"TIT2\0\0\0\x03\0\0\0\xff\0\xe9TPE1\0\0\0\x02\0\0\0B";
    let (header, ..) = parse(tag(3, 0x80, frames));
    assert_eq!(pairs(&header), [triple("title", "TIT2", "ÿé"), triple("artist", "TPE1", "B")]);
}

#[test]
fn version_two_has_names_of_three_letters() {
    let (header, ..) = parse(tag(2, 0, b"TT2\0\0\x03\0hiPIC\0\0\x08\0JPG\x03\0ab"));
    assert_eq!(pairs(&header), [triple("title", "TT2", "hi")]);
    let picture = header.pictures[0];
    assert_eq!((header.texts.get(picture.media_type), picture.span.length), ("image/jpeg", 2));
}

#[test]
fn chapters_have_times_and_titles() {
    let mut content = b"ch0\0\0\0\x03\xe8\0\0\x07\xd0\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
    content.extend(frame("TIT2", b"\x03One"));
    let (header, ..) = parse(tag(3, 0, &frame("CHAP", &content)));
    let chapter = header.chapters[0];
    assert_eq!((chapter.start.ticks, chapter.end.unwrap().ticks), (1000, 2000));
    assert_eq!(header.texts.get(chapter.title), "One");
}
