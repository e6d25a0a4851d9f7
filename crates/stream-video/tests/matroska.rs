//! Packets told from blocks made by code: lacing, groups, unknown sizes, and what is left to the demuxer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, MemorySource};
use stream_video::Packet;
use stream_video::matroska::Reader;

/// An element: its identifier, its size in 8 bytes, its body.
fn el(id: u32, body: &[u8]) -> Vec<u8> {
    let id: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    let size = (body.len() as u64 | 1 << 56).to_be_bytes();
    [&id[..], &size, body].concat()
}

fn number(id: u32, value: u64) -> Vec<u8> {
    el(id, &value.to_be_bytes())
}

/// A track with a default duration of 20 ms, and a key that its first byte tells.
fn vp8(track: u64) -> Vec<u8> {
    let parts =
        [number(0xd7, track), number(0x83, 1), el(0x86, b"V_VP8"), number(0x23_e383, 20_000_000)];
    el(0xae, &parts.concat())
}

fn text(track: u64) -> Vec<u8> {
    el(0xae, &[number(0xd7, track), number(0x83, 0x11), el(0x86, b"S_TEXT/UTF8")].concat())
}

fn head() -> Vec<u8> {
    el(0x1a45_dfa3, &el(0x4282, b"matroska"))
}

fn tracks(entries: &[Vec<u8>]) -> Vec<u8> {
    el(0x1654_ae6b, &entries.concat())
}

fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [head(), el(0x1853_8067, &parts.concat())].concat()
}

fn block(id: u32, track: u8, time: i16, flags: u8, payload: &[u8]) -> Vec<u8> {
    let time = time.to_be_bytes();
    el(id, &[&[0x80 | track, time[0], time[1], flags][..], payload].concat())
}

/// Packets as (stream, pts, dts, duration, size, key).
type Row = (u32, i64, i64, i64, u64, bool);

fn read(bytes: &[u8]) -> (Vec<Row>, Option<&'static str>) {
    let budget = Budget::new("test", 1 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget);
    let mut reader = Reader::open(&cx).unwrap();
    let refusal = reader.refusal().map(|r| r.reason);
    let mut rows = Vec::new();
    let mut p = Packet::default();
    while reader.read_packet(&mut p).unwrap() {
        let times = (p.pts.unwrap(), p.dts.unwrap(), p.duration.unwrap_or(0));
        rows.push((p.stream, times.0, times.1, times.2, p.size, p.key));
    }
    (rows, refusal)
}

#[test]
fn blocks_follow_their_cluster_and_durations_their_track_or_group() {
    let group = [block(0xa1, 1, 40, 0, &[1, 2]), number(0x9b, 33), number(0xfb, 20)].concat();
    let cluster = [
        number(0xe7, 1000),
        block(0xa3, 1, 0, 0x80, &[0, 1, 2]),
        block(0xa3, 1, 20, 0, &[1]),
        el(0xa0, &group),
        block(0xa3, 1, -20, 0, &[1, 2, 3]),
    ];
    let bytes = file(&[tracks(&[vp8(1)]), el(0x1f43_b675, &cluster.concat())]);
    let (rows, refusal) = read(&bytes);
    assert_eq!(refusal, None);
    assert_eq!(
        rows,
        [
            (0, 1000, 1000, 20, 3, true),
            (0, 1020, 1020, 20, 1, false),
            (0, 1040, 1040, 33, 2, false),
            (0, 980, 980, 20, 3, false),
        ]
    );
}

#[test]
fn laced_frames_share_the_duration_of_their_block() {
    // three frames of 1, 2 and 3 bytes over 50 ms
    let laced = block(0xa1, 1, 0, 2, &[2, 1, 2, 0, 1, 1, 0, 0, 0]);
    let group = el(0xa0, &[laced, number(0x9b, 50)].concat());
    let cluster = el(0x1f43_b675, &[number(0xe7, 0), group].concat());
    let (rows, _) = read(&file(&[tracks(&[vp8(1)]), cluster]));
    let found: Vec<_> = rows.iter().map(|r| (r.1, r.3, r.4, r.5)).collect();
    assert_eq!(found, [(0, 16, 1, true), (16, 17, 2, false), (33, 17, 3, true)]);
}

#[test]
fn clusters_of_unknown_size_end_where_the_next_begins() {
    let open = |time: u64, blocks: &[u8]| {
        [&[0x1f, 0x43, 0xb6, 0x75, 0xff][..], &number(0xe7, time), blocks].concat()
    };
    let parts = [
        tracks(&[vp8(1)]),
        open(0, &block(0xa3, 1, 1, 0x80, &[0])),
        open(500, &block(0xa3, 1, 2, 0x80, &[0])),
    ];
    let mut bytes = head();
    bytes.extend([0x18, 0x53, 0x80, 0x67, 0xff]);
    bytes.extend(parts.concat());
    let (rows, refusal) = read(&bytes);
    assert_eq!(refusal, None);
    assert_eq!(rows.iter().map(|r| r.1).collect::<Vec<_>>(), [1, 502]);
}

#[test]
fn a_subtitle_that_begins_before_the_last_ends_is_no_key() {
    let cue = |time: i16, length: u64| {
        el(0xa0, &[block(0xa1, 2, time, 0, b"hello"), number(0x9b, length)].concat())
    };
    let cluster = [number(0xe7, 0), cue(0, 100), cue(50, 20), cue(100, 20)].concat();
    let (rows, _) = read(&file(&[tracks(&[vp8(1), text(2)]), el(0x1f43_b675, &cluster)]));
    let found: Vec<_> = rows.iter().map(|r| (r.0, r.1, r.3, r.5)).collect();
    assert_eq!(found, [(1, 0, 100, true), (1, 50, 20, false), (1, 100, 20, true)]);
}

#[test]
fn what_a_parser_must_tell_is_refused() {
    let vorbis = [number(0xd7, 1), number(0x83, 2), el(0x86, b"A_VORBIS")].concat();
    let (_, refusal) = read(&file(&[tracks(&[el(0xae, &vorbis)])]));
    assert_eq!(refusal, Some("its durations or keys are told by a parser"));
    let coded = [number(0xd7, 1), number(0x83, 1), el(0x86, b"V_VP8"), el(0x6d80, &[])].concat();
    let (_, refusal) = read(&file(&[tracks(&[el(0xae, &coded)])]));
    assert_eq!(refusal, Some("its frames are compressed or encrypted"));
}

#[test]
fn what_ends_anywhere_or_lies_anywhere_is_read_to_some_end() {
    let laced = block(0xa3, 1, 0, 6, &[2, 0x81, 0xc0, 0, 1, 1, 0, 0]);
    let cluster = el(0x1f43_b675, &[number(0xe7, 0), laced].concat());
    let whole = file(&[tracks(&[vp8(1), text(2)]), cluster]);
    let budget = Budget::new("test", 1 << 20);
    let run = |bytes: &[u8]| {
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget);
        let mut reader = match Reader::open(&cx) {
            Ok(reader) => reader,
            Err(error) => return assert_eq!(error.kind(), ErrorKind::Unrecognized),
        };
        let mut packet = Packet::default();
        let mut count = 0;
        while count < 100 && reader.read_packet(&mut packet).is_ok_and(|more| more) {
            count += 1;
        }
    };
    for at in 0..whole.len() {
        run(&whole[..at]);
        for flip in 1..=255 {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            run(&bytes);
        }
    }
    assert_eq!(budget.used(), 0);
}
