//! Wrong extensions, content that no head tells, and what is not compiled in.
#![cfg(all(feature = "dicom", feature = "vtt", feature = "binary"))]
#![allow(clippy::expect_used)] // a test's helper may

use std::io::Write;
use std::path::PathBuf;

use stream_core::{ErrorKind, Result};
use stream_factory::{DetectedBy, Detection, Options, estimate, formats, look_path, open_path};
use stream_memory::strategy::{Basis, PastPeaks, Tier};
use stream_memory::{Budget, Level, Limits, Throttle};

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn detected(name: &str, bytes: impl AsRef<[u8]>) -> Result<Detection> {
    let dir = Dir::new();
    let opened = open_path(dir.file(name, bytes), &Options::new())?;
    Ok(*opened.detection())
}

fn found(name: &str, bytes: impl AsRef<[u8]>) -> (&'static str, DetectedBy) {
    let d = detected(name, bytes).expect("a format");
    (d.format.name, d.by)
}

const VTT: &str = "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n";
const SRT: &str =
    "1\n00:00:00,000 --> 00:00:01,000\nhello\n\n2\n00:00:02,000 --> 00:00:03,000\nthere\n";

/// A data set as PACS once wrote it: implicit little endian from the first byte on, no preamble, no meta group.
fn bare_dicom() -> Vec<u8> {
    let element = |group: u16, number: u16, value: &[u8]| {
        let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
        bytes.extend((value.len() as u32).to_le_bytes());
        bytes.extend(value);
        bytes
    };
    [
        element(8, 5, b"ISO_IR 100"),
        element(8, 0x16, b"1.2.840.10008.5.1.4.1.1.2\0"),
        element(8, 0x18, b"1.2.3.4\0"),
        element(8, 0x60, b"CT"),
        element(0x10, 0x10, b"Doe^Jane"),
        element(0x10, 0x20, b"1234"),
    ]
    .concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn content_overrules_a_wrong_extension() {
    assert_eq!(found("a.dcm", VTT), ("vtt", DetectedBy::Content));
    assert_eq!(found("a.bin", VTT), ("vtt", DetectedBy::Content));
    assert_eq!(found("a.nc", VTT), ("vtt", DetectedBy::Content));
    let mut part10 = vec![0; 128];
    part10.extend(b"DICM");
    part10.extend(bare_dicom());
    assert_eq!(found("a.vtt", part10).0, "dicom");
}

#[test]
fn subrip_is_found_without_its_extension() {
    assert_eq!(found("a", SRT).0, "vtt");
    assert_eq!(found("a.srt", SRT).0, "vtt");
}

#[test]
fn dicom_without_preamble_is_found() {
    assert_eq!(found("a", bare_dicom()).0, "dicom");
    assert_eq!(found("a.dcm", bare_dicom()).0, "dicom");
}

#[test]
fn what_nothing_knows_is_bytes() {
    assert_eq!(found("a", [7u8; 1000]), ("binary", DetectedBy::Fallback));
    assert_eq!(found("a.txt", "just a text\n"), ("binary", DetectedBy::Fallback));
}

#[test]
fn gzip_is_looked_through_when_a_forward_format_is_inside() {
    let d = detected("a.vtt.gz", gzip(VTT.as_bytes())).expect("a format");
    assert_eq!((d.format.name, d.gzip), ("vtt", true));
    let d = detected("a.gz", gzip(&[7; 1000])).expect("a format");
    assert_eq!((d.format.name, d.gzip), ("binary", false));
}

#[test]
fn a_gzip_stream_reads_as_the_file_inside() {
    let dir = Dir::new();
    let paths = [dir.file("a.vtt", VTT), dir.file("a.vtt.gz", gzip(VTT.as_bytes()))];
    let [plain, zipped] = paths.map(|path| {
        let mut reader = open_path(path, &Options::new()).expect("opens");
        let mut entry = reader.context().entry();
        let mut listed = Vec::new();
        while reader.read_entry(&mut entry).expect("reads") {
            let fields: Vec<_> = entry.fields().iter().map(|f| format!("{f:?}")).collect();
            listed.push((entry.path().to_owned(), entry.span(), fields));
        }
        listed
    });
    assert_eq!(plain, zipped);
}

#[test]
fn the_caller_overrules_everything() {
    let dir = Dir::new();
    let path = dir.file("a.vtt", VTT);
    let opened = open_path(&path, &Options::new().with_format("binary")).expect("opens");
    assert_eq!(opened.detection().by, DetectedBy::Caller);
    assert_eq!(opened.detection().format.name, "binary");
    let e = open_path(&path, &Options::new().with_format("nonsense")).err().expect("no format");
    assert_eq!(e.kind(), ErrorKind::Unrecognized);
}

#[test]
fn known_formats_without_a_reader_are_named() {
    for (name, bytes, title) in [
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt ".to_vec(), "audio"),
        ("a.mp4", b"\0\0\0\x20ftypisom\0\0\0\0".to_vec(), "video"),
    ] {
        let known = formats().iter().find(|known| known.descriptor().name == title);
        if known.is_some_and(|known| known.format().is_some()) {
            continue;
        }
        let e = detected(name, bytes).expect_err("no reader");
        assert_eq!(e.kind(), ErrorKind::NotEnabled, "{e}");
        assert!(e.message().starts_with(&format!("this is {title}")), "{e}");
    }
}

#[test]
fn an_hdf5_file_is_netcdfs_where_that_left_a_mark_or_the_name_says_so() {
    let hdf5 = [b"\x89HDF\r\n\x1a\n".as_slice(), &[0; 600]].concat();
    let marked = [&hdf5[..], b"_NCProperties"].concat();
    let dir = Dir::new();
    for (name, bytes, format) in [
        ("a.h5", &hdf5, "hdf5"),
        ("a.nc", &hdf5, "netcdf"),
        ("a.h5", &marked, "netcdf"),
        ("wrong.vtt", &hdf5, "hdf5"),
        ("a", &b"CDF\x01aaaaaaaa".to_vec(), "netcdf"),
    ] {
        let looked = look_path(dir.file(name, bytes), &Options::new()).expect("a format");
        assert_eq!(looked.detection().format.name, format, "{name}");
    }
}

#[test]
fn an_empty_file_has_no_format() {
    let e = detected("a.vtt", "").expect_err("nothing to recognise");
    assert_eq!(e.kind(), ErrorKind::Unrecognized);
}

#[test]
fn while_a_governor_refuses_new_work_nothing_is_opened() {
    let dir = Dir::new();
    let path = dir.file("a.vtt", VTT);
    let throttle = Throttle::new();
    let options = Options::new().with_throttle(&throttle);
    throttle.set(Limits { level: Level::Critical, admits: false, ..Limits::NONE });
    let e = open_path(&path, &options).err().expect("it is refused");
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
    assert_eq!(e.to_string(), "new work is refused: memory is critical");
    throttle.set(Limits::NONE);
    assert!(open_path(&path, &options).is_ok());
}

#[test]
fn what_a_file_will_need_is_estimated_without_reading_its_data() {
    let dir = Dir::new();
    let path = dir.file("a.vtt", VTT);
    let options = Options::new().with_budget(&Budget::new("b", 64 << 20));
    let mut past = PastPeaks::new();
    let found = estimate(&path, &options, &past).expect("an estimate");
    assert_eq!((found.format.name, found.size), ("vtt", Some(VTT.len() as u64)));
    assert_eq!((found.choice.tier, found.estimate.basis), (Tier::Whole, Basis::Model));
    // the process itself is more than so small a file
    assert!(found.estimate.peak > 1 << 20 && found.estimate.whole > 1 << 20, "{found:?}");
    past.note("vtt", VTT.len() as u64, 7);
    let learned = estimate(&path, &options, &past).expect("an estimate");
    assert_eq!(learned.estimate.peak, 7);
}
