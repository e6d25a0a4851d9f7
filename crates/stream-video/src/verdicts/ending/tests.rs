use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, MemorySource};

use super::look;

fn short(bytes: &[u8]) -> Option<(String, u64)> {
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 1 << 20));
    look(&cx).unwrap().map(|short| (short.what, short.offset))
}

#[test]
fn a_segment_says_how_long_it_is_and_where_its_parts_are() {
    let file = |size: u8, place: u8, more: usize| {
        let seek = [0x53, 0xac, 0x81, place];
        let mut file = vec![0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, size];
        file.extend([0x11, 0x4d, 0x9b, 0x74, 0x87, 0x4d, 0xbb, 0x84]);
        file.extend(seek);
        file.resize(file.len() + more, 0);
        file
    };
    // 12 bytes of the segment are its index
    assert_eq!(short(&file(0x80 | 20, 14, 8)), None);
    let (what, at) = short(&file(0x80 | 20, 14, 5)).unwrap();
    assert!(what.starts_with("segment: 20 bytes expected (found 17)"), "{what}");
    assert_eq!(at, 27);
    // of unknown size
    assert_eq!(short(&file(0xff, 14, 8)), None);
    let (what, _) = short(&file(0xff, 60, 8)).unwrap();
    assert!(what.starts_with("an element is said to be at byte 70 (the file has 30)"), "{what}");
}

fn tag(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut tag = vec![kind, 0, 0, data.len() as u8, 0, 0, 0, 0, 0, 0, 0];
    tag.extend(data);
    tag.extend((tag.len() as u32).to_be_bytes());
    tag
}

#[test]
fn tags_of_flv_end_with_their_size_and_the_first_may_tell_the_file_s() {
    let head = b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec();
    let file = [head.clone(), tag(9, &[1; 20]), tag(8, &[2; 30])].concat();
    assert_eq!(short(&file), None);
    let (what, at) = short(&file[..file.len() - 10]).unwrap();
    assert!(what.starts_with("tag: 41 bytes expected (found 35)"), "{what}");
    assert_eq!(at, 13 + 35);
    let mut script = b"\x02\0\x0aonMetaData\x08\0\0\0\x01\0\x08filesize\0".to_vec();
    script.extend(200f64.to_be_bytes());
    let mut told = [head, tag(18, &script), tag(9, &[1; 20])].concat();
    let (what, _) = short(&told).unwrap();
    assert!(what.contains("a file of 200 bytes expected"), "{what}");
    let rest = 200 - told.len();
    told.extend(tag(9, &vec![3; rest - 15]));
    assert_eq!((told.len(), short(&told)), (200, None));
}

/// A transport packet of a PID, which begins a stream of so many bytes or goes on.
fn transport(pid: u8, begins: Option<u16>) -> Vec<u8> {
    let mut packet = vec![0x47, if begins.is_some() { 0x40 } else { 0 }, pid, 0x10];
    if let Some(length) = begins {
        packet.extend([0, 0, 1, 0xc0]);
        packet.extend(length.to_be_bytes());
    }
    packet.resize(188, 0);
    packet
}

#[test]
fn a_transport_stream_ends_with_a_whole_packet_and_streams_of_a_length_have_it() {
    let start: Vec<u8> = (0..4).flat_map(|_| transport(1, Some(0))).collect();
    let begun = [start.clone(), transport(2, Some(300))].concat();
    let whole = [begun.clone(), transport(2, None), transport(1, Some(0))].concat();
    assert_eq!((short(&start), short(&whole)), (None, None));
    let (what, at) = short(&begun).unwrap();
    assert!(
        what.starts_with("packetized stream of PID 2: 306 bytes expected (found 184)"),
        "{what}"
    );
    assert_eq!(at, 4 * 188);
    let (what, at) = short(&whole[..whole.len() - 100]).unwrap();
    assert!(what.starts_with("transport packet: 188 bytes expected (found 88)"), "{what}");
    assert_eq!(at, 6 * 188);
}
