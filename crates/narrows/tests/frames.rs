//! Pictures written as PNG, decoded again by another library's decoder.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::io::Cursor;
use std::path::Path;

use run::{dicom, dicom_rle, narrows, tempdir};

/// Width, height, bits a sample, and the samples as they stand in the file.
fn decode(bytes: &[u8]) -> (u32, u32, u8, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    samples.truncate(info.buffer_size());
    (info.width, info.height, info.bit_depth as u8, samples)
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> String {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn each_native_frame_becomes_a_file_of_its_own() {
    let dir = tempdir();
    let file = write(dir.path(), "a.dcm", &dicom());
    let out = dir.path().join("out");
    let run = narrows(["frames", "-o", out.to_str().unwrap(), &file]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out.lines().count(), 2);
    for frame in 0..2u16 {
        let (width, height, bits, samples) =
            decode(&fs::read(out.join(format!("a-{frame:06}.png"))).unwrap());
        assert_eq!((width, height, bits), (3, 2, 16));
        let expected: Vec<u8> = (frame * 6..frame * 6 + 6).flat_map(u16::to_be_bytes).collect();
        assert_eq!(samples, expected);
    }
}

#[test]
fn one_frame_is_picked_by_its_index_and_may_go_to_standard_output() {
    let dir = tempdir();
    let file = write(dir.path(), "a.dcm", &dicom());
    let run = narrows(["frames", "--at", "1", "-o", "-", &file]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(decode(&run.bytes).3, (6..12u16).flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    let beyond = narrows(["frames", "--at", "7", "-o", "-", &file]);
    assert_eq!((beyond.code, beyond.bytes.len()), (2, 0));
    assert!(beyond.err.contains("no frame"), "{}", beyond.err);
}

#[test]
fn a_compressed_frame_is_decoded_and_the_listing_says_what_was_written() {
    let dir = tempdir();
    let file = write(dir.path(), "rle.dcm", &dicom_rle());
    let out = dir.path().to_str().unwrap();
    let run = narrows(["frames", "--json", "-o", out, &file]);
    assert_eq!(run.code, 0, "{}", run.err);
    let said: serde_json::Value = serde_json::from_str(run.out.trim()).unwrap();
    assert_eq!(
        (said["frame"].as_u64(), said["width"].as_u64(), said["height"].as_u64()),
        (Some(0), Some(4), Some(2))
    );
    let (_, _, bits, samples) = decode(&fs::read(said["file"].as_str().unwrap()).unwrap());
    assert_eq!((bits, samples), (8, vec![7, 7, 7, 7, 1, 2, 3, 4]));
}

#[test]
fn a_file_without_pictures_says_so() {
    let dir = tempdir();
    let file = write(dir.path(), "a.vtt", run::cues(1).as_bytes());
    let run = narrows(["frames", &file]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("no entry holds pictures"), "{}", run.err);
}
