//! The generic reader: entries, their facts, and their data as chunks.
#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/read.rs"]
mod read;
#[path = "support/writer.rs"]
mod writer;

use stream_core::{
    Chunk, DType, Entry, ErrorKind, Form, Format, Kind, Reader, ReaderExt, Region, Request,
};
use stream_dicom::Dicom;
use writer::{BIG, DEFLATED, EXPLICIT, IMPLICIT, file, rich};

const PIXELS: &str = "(7FE0,0010)";

fn open(bytes: &[u8]) -> Box<dyn Reader> {
    Dicom.open(read::context(bytes)).unwrap()
}

fn entry(bytes: &[u8], path: &str) -> Entry {
    open(bytes).find(path).unwrap().unwrap()
}

fn chunks(bytes: &[u8], request: &Request) -> Vec<Chunk> {
    let mut reader = open(bytes);
    let mut chunks = reader.chunks(request).unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        all.push(chunk);
    }
    all
}

fn pixels(bytes: &[u8], region: &str) -> Vec<u16> {
    let request = Request::entry(PIXELS).with_region(region.parse().unwrap());
    let all = chunks(bytes, &request);
    all.iter().flat_map(|c| c.as_slice::<u16>().unwrap().to_vec()).collect()
}

#[test]
fn native_pixel_data_is_an_array_with_its_facts() {
    for syntax in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let bytes = file(syntax, rich);
        let entry = entry(&bytes, PIXELS);
        assert_eq!(entry.kind(), Kind::Array);
        let array = entry.array().unwrap();
        assert_eq!((&array.dtype, &*array.shape), (&DType::U16, &[2, 3, 4][..]));
        assert_eq!(array.chunk.as_deref(), Some(&[1, 3, 4][..]));
        let real = |name| entry.fields().get(name).and_then(|v| v.as_f64());
        assert_eq!((real("rescale_slope"), real("rescale_intercept")), (Some(2.0), Some(-1024.0)));
        assert_eq!((real("window_center"), real("bits_stored")), (Some(40.0), Some(16.0)));
        assert_eq!(entry.fields().get("photometric").and_then(|v| v.as_str()), Some("MONOCHROME2"));
        assert_eq!(entry.span().is_none(), syntax == DEFLATED);
    }
}

#[test]
fn short_values_are_fields_in_utf_8() {
    let bytes = file(EXPLICIT, rich);
    let name = entry(&bytes, "(0010,0010)");
    assert_eq!((name.kind(), name.depth()), (Kind::Element, 0));
    let text =
        |name: &str| entry(&bytes, "(0010,0010)").fields().get(name).map(|v| format!("{v:?}"));
    assert_eq!(text("vr").as_deref(), Some("Text(\"PN\")"));
    assert_eq!(text("keyword").as_deref(), Some("Text(\"PatientName\")"));
    assert_eq!(text("value").as_deref(), Some("Text(\"Müller^Anna\")"));
    let list = entry(&bytes, "(0028,1050)").fields().get("value").map(|v| format!("{v:?}"));
    assert_eq!(list.as_deref(), Some("List([Text(\"40\"), Text(\"400\")])"));
    let item = entry(&bytes, "(0008,1115)[1]/(0040,A170)[0]");
    assert_eq!((item.kind(), item.depth()), (Kind::Item, 3));
}

#[test]
fn regions_are_numpys_in_every_encoding() {
    let all: Vec<u16> = (0..24).map(|n| n * 1000).collect();
    let at = |f: usize, r: usize, c: usize| all[f * 12 + r * 4 + c];
    for syntax in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let bytes = file(syntax, rich);
        assert_eq!(pixels(&bytes, ""), all);
        assert_eq!(pixels(&bytes, "1"), all[12..]);
        assert_eq!(pixels(&bytes, "0, 1:3"), all[4..12]);
        assert_eq!(
            pixels(&bytes, ":, 2, 1:3"),
            [at(0, 2, 1), at(0, 2, 2), at(1, 2, 1), at(1, 2, 2)]
        );
        assert_eq!(
            pixels(&bytes, "1, ::2, ::3"),
            [at(1, 0, 0), at(1, 0, 3), at(1, 2, 0), at(1, 2, 3)]
        );
        assert_eq!(pixels(&bytes, "0:0"), []);
    }
}

#[test]
fn any_chunk_size_gives_the_same_pixels_with_whole_frames_where_they_fit() {
    let bytes = file(EXPLICIT, rich);
    let whole = pixels(&bytes, "");
    for size in 1..100 {
        let request = Request::entry(PIXELS).with_chunk_size(size);
        let all = chunks(&bytes, &request);
        let found: Vec<u16> =
            all.iter().flat_map(|c| c.as_slice::<u16>().unwrap().to_vec()).collect();
        assert_eq!(found, whole, "{size}");
        if (24..48).contains(&size) {
            assert!(all.iter().all(|c| c.shape() == [1, 3, 4]), "{size}");
        }
    }
}

#[test]
fn stored_values_are_scaled_on_request() {
    let bytes = file(EXPLICIT, rich);
    let request = Request::entry(PIXELS).with_form(Form::Scaled).with_region(Region::range(0..1));
    let all = chunks(&bytes, &request);
    let found = all[0].as_slice::<f32>().unwrap();
    assert_eq!(found[..3], [-1024.0, 976.0, 2976.0]);
}

#[test]
fn encapsulated_frames_are_chunks_of_their_bytes() {
    for table in [true, false] {
        let bytes = writer::encapsulated(table);
        let entry = entry(&bytes, PIXELS);
        assert_eq!((entry.kind(), entry.has_data()), (Kind::Element, true));
        let all = chunks(&bytes, &Request::entry(PIXELS));
        let found: Vec<&[u8]> = all.iter().map(Chunk::bytes).collect();
        assert_eq!(found, writer::encapsulated_frames());
        let second = chunks(&bytes, &Request::entry(PIXELS).with_region(Region::range(1..2)));
        assert_eq!((second.len(), second[0].origin()), (1, &[1][..]));
    }
}

#[test]
fn values_of_several_entries_come_in_one_pass() {
    let bytes = file(DEFLATED, rich);
    let request = Request::entries(["(0010,0020)", "(0008,1115)[0]/(0008,1150)", "(0002,0010)"]);
    let found: Vec<(usize, Vec<u8>)> =
        chunks(&bytes, &request).iter().map(|c| (c.entry(), c.bytes().to_vec())).collect();
    let deflated = [DEFLATED.as_bytes(), b""].concat();
    assert_eq!(found, [(0, b"P1".to_vec()), (1, b"1.2\0".to_vec()), (2, deflated)]);
}

#[test]
fn what_has_no_data_or_does_not_exist_is_told() {
    let bytes = file(EXPLICIT, rich);
    let kind = |path: &str| open(&bytes).chunks(&Request::entry(path)).err().map(|e| e.kind());
    for path in ["(0008,1115)", "(0008,1115)[0]", "(0010,0030)", "(0011,0011)", "nonsense/", ""] {
        assert_eq!(kind(path), Some(ErrorKind::Unrecognized), "{path}");
    }
    let decoded = Request::entry(PIXELS).with_form(Form::Decoded);
    let error = open(&writer::encapsulated(true)).chunks(&decoded).err();
    if cfg!(not(feature = "pixeldata")) {
        assert_eq!(error.map(|e| e.kind()), Some(ErrorKind::NotEnabled));
    }
}

#[test]
fn repeated_tags_have_paths_of_their_own() {
    let bytes = file(EXPLICIT, |w| {
        w.text((0x10, 0x20), "LO", "P1").text((0x10, 0x20), "LO", "P2").text((8, 0x60), "CS", "OT");
    });
    let mut reader = open(&bytes);
    let paths: Vec<String> = reader.entries().map(|e| e.unwrap().path().to_owned()).collect();
    assert_eq!(paths[6..], ["(0010,0020)", "(0010,0020)#7", "(0008,0060)#8"]);
    let second = chunks(&bytes, &Request::entry("(0010,0020)#7"));
    assert_eq!(second[0].bytes(), b"P2");
}

#[test]
fn frames_before_a_cut_are_delivered() {
    let bytes = file(writer::JPEG, |w| {
        w.image(2, 8, 8, 1, 8).header((0x7fe0, 0x10), "OB", u32::MAX);
        w.raw((0xfffe, 0xe000), "", b"").raw((0xfffe, 0xe000), "", &writer::jpeg_like(0, 20));
    });
    let mut reader = open(&bytes);
    let mut chunks = reader.chunks(&Request::entry(PIXELS)).unwrap();
    assert_eq!(chunks.next_chunk().unwrap().unwrap().bytes(), writer::jpeg_like(0, 20));
    assert_eq!(chunks.next_chunk().unwrap_err().kind(), ErrorKind::Truncated);
    assert!(chunks.next_chunk().unwrap().is_none());
}

#[test]
fn fragments_of_anything_but_pixel_data_are_no_data() {
    let bytes = file(EXPLICIT, |w| {
        w.header((9, 0x1001), "OB", u32::MAX);
        w.raw((0xfffe, 0xe000), "", b"ab").header((0xfffe, 0xe0dd), "", 0);
    });
    assert!(!entry(&bytes, "(0009,1001)").has_data());
}
