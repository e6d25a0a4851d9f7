//! Real files: the element lists of sound ones are dcmdump's, and broken ones end in an error or with findings.
//!
//! The folder is named by `NARROWS_CORPUS`; without it, and without dcmdump, the tests say that they were skipped.

#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/read.rs"]
mod read;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use stream_core::{Context, ErrorKind, FileSource, Format, MemorySource, ReaderExt, Request};
use stream_dicom::{Dicom, ElementKind, Options};
use stream_memory::Budget;

/// What dcmdump does otherwise, and why it is left so.
const KNOWN: &[(&str, &str)] = &[
    (
        "SC_rgb_jpeg.dcm",
        "implicit VR under an explicit transfer syntax: dcmdump gives up, pydicom and we read it",
    ),
    ("zipMR.gz", "gzip: read through a source that inflates, which dcmdump does not have"),
];

fn files(class: &str) -> Option<Vec<PathBuf>> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS does not name a folder");
        return None;
    };
    let mut found = Vec::new();
    let mut open = vec![Path::new(&corpus).join("dicom").join(class)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    Some(found)
}

/// Depth as dcmdump indents, tag, VR, length.
type Line = (usize, String, String, Option<u32>);

/// The lines of `dcmdump`; `None` when it is not installed.
fn dcmdump(path: &Path) -> Option<Vec<Line>> {
    let output = Command::new("dcmdump").args(["-q", "+L", "-M", "-dc"]).arg(path).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = Vec::new();
    let mut texts = text.lines().peekable();
    while let Some(line) = texts.next() {
        if !is_element(line) {
            continue;
        }
        // a value may contain line breaks; the length stands behind its last line
        let mut whole = line.to_owned();
        while let Some(more) = texts.next_if(|next| !is_element(next)) {
            whole.push_str(more);
        }
        lines.extend(parse(&whole));
    }
    Some(lines)
}

fn is_element(line: &str) -> bool {
    let b = line.trim_start().as_bytes();
    b.len() > 15 && b[0] == b'(' && b[5] == b',' && b[10] == b')' && b[11] == b' ' && b[14] == b' '
}

fn parse(line: &str) -> Option<Line> {
    let body = line.trim_start();
    let depth = (line.len() - body.len()) / 2;
    let tag = body[..11].to_uppercase();
    if ["(FFFE,E00D)", "(FFFE,E0DD)"].contains(&tag.as_str()) {
        return None;
    }
    // dcmdump's own names: offsets of directories, and VRs that it does not know
    let vr = match &body[12..14] {
        "up" => "UL",
        "??" => "UN",
        vr => vr,
    };
    // the last `# length,`: headings behind it start with the same sign
    let length = body.rmatch_indices('#').find_map(|(at, _)| {
        let (length, _) = body[at + 1..].trim_start().split_once(',')?;
        if length == "u/l" { Some(None) } else { length.parse().ok().map(Some) }
    })?;
    Some((depth, tag, vr.to_owned(), length))
}

fn ours(path: &Path) -> (Vec<Line>, Option<stream_core::Error>) {
    let cx =
        Context::new(Arc::new(FileSource::open(path).unwrap()), &Budget::new("corpus", 1 << 20));
    let mut reader = match stream_dicom::Reader::open(cx.clone()) {
        Ok(reader) => reader,
        Err(e) => return (Vec::new(), Some(e)),
    };
    let mut element = stream_dicom::Element::new(&cx);
    let mut lines = Vec::new();
    loop {
        match reader.read_element(&mut element) {
            Ok(true) => {}
            Ok(false) => return (lines, None),
            Err(e) => return (lines, Some(e)),
        }
        let (depth, vr) = match element.kind() {
            ElementKind::Item => (element.depth() * 2 + 1, "na"),
            ElementKind::Fragment => (element.depth() * 2 + 1, "pi"),
            // dcmdump says OB whatever the file has
            ElementKind::Encapsulated => (element.depth() * 2, "OB"),
            _ => (element.depth() * 2, element.vr().to_string()),
        };
        lines.push((depth, element.tag().to_string(), vr.to_owned(), element.length()));
    }
}

#[test]
fn sound_files_list_as_dcmdump_lists_them() {
    let Some(files) = files("good") else { return };
    let (mut same, mut known) = (0, 0);
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        if let Some((_, why)) = KNOWN.iter().find(|(known, _)| *known == name) {
            eprintln!("left out: {name}: {why}");
            known += 1;
            continue;
        }
        let (found, error) = ours(path);
        assert!(error.is_none(), "{}: {error:?}", path.display());
        let Some(expected) = dcmdump(path) else {
            eprintln!("skipped: dcmdump is not installed");
            return;
        };
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "{} line {at}", path.display());
        }
        assert_eq!(found.len(), expected.len(), "{}", path.display());
        same += 1;
    }
    eprintln!("{same} files list as dcmdump lists them, {known} are known to differ");
}

/// Reads every entry and all data, within a mebibyte and a second.
fn read_whole(name: &str, bytes: Vec<u8>) -> Result<u64, stream_core::Error> {
    let start = Instant::now();
    let budget = Budget::new("corpus", 1 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget).with_chunk_size(64 << 10);
    let mut reader = Dicom.open(cx.clone())?;
    let mut entry = cx.entry();
    let mut total = 0u64;
    let result = loop {
        match reader.read_entry(&mut entry) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(e) => break Err(e),
        }
        if entry.has_data() {
            match reader.copy(&Request::entry(entry.path()), &mut std::io::sink()) {
                Ok(bytes) => total += bytes,
                Err(e) => assert!(e.kind() != ErrorKind::Io, "{name}: {e}"),
            }
        }
    };
    reader.finish().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{name} took {:?}", start.elapsed());
    result.map(|()| total)
}

#[test]
fn broken_files_and_pieces_of_sound_ones_end_in_time_and_within_the_budget() {
    let Some(bad) = files("bad") else { return };
    let (mut errors, mut whole) = (0, 0);
    for path in &bad {
        let name = path.display().to_string();
        match read_whole(&name, std::fs::read(path).unwrap()) {
            Ok(_) => whole += 1,
            Err(e) => {
                assert!(
                    matches!(e.kind(), ErrorKind::Truncated | ErrorKind::Malformed),
                    "{name}: {e}"
                );
                assert!(e.offset().is_some(), "{name}: {e}");
                errors += 1;
            }
        }
    }
    eprintln!("{errors} broken files end in an error, {whole} are read to their end");
    for path in files("good").unwrap() {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display().to_string();
        let all = read::elements_within(read::context_within(&bytes, 1 << 20), Options::default());
        for piece in 1..40 {
            let cut = bytes.len() * piece / 40;
            // an error or, between two elements, an end
            let found = read_whole(&format!("{name} cut to {cut}"), bytes[..cut].to_vec());
            if let Err(e) = found {
                assert!(e.kind() != ErrorKind::OverBudget, "{name} cut to {cut}: {e}");
            }
            let part = read::elements(&bytes[..cut]);
            let due = all.elements.iter().filter(|e| e.offset + 12 <= cut as u64).count();
            if !name.ends_with("dfl.dcm") && !name.ends_with(".gz") {
                assert!(part.elements.len() >= due, "{name} cut to {cut}");
            }
        }
    }
}

/// The samples of all frames, decoded where they are encapsulated.
#[cfg(feature = "pixeldata")]
fn samples(path: &Path) -> Vec<u8> {
    let source = Arc::new(FileSource::open(path).unwrap());
    let cx = Context::new(source, &Budget::new("corpus", 16 << 20));
    let mut reader = Dicom.open(cx).unwrap();
    let form = stream_core::Form::Decoded;
    let mut all = Vec::new();
    reader.copy(&Request::entry("(7FE0,0010)").with_form(form), &mut all).unwrap();
    all
}

#[test]
#[cfg(feature = "pixeldata")]
fn run_length_frames_decode_to_what_their_native_twins_hold() {
    let Some(files) = files("good") else { return };
    let named =
        |name: &str| files.iter().find(|p| p.file_name().is_some_and(|n| n == name)).unwrap();
    for (encoded, native) in
        [("MR_small_RLE.dcm", "MR_small.dcm"), ("rtdose_rle_1frame.dcm", "rtdose_1frame.dcm")]
    {
        assert!(samples(named(encoded)) == samples(named(native)), "{encoded}");
    }
    let rle = [
        "SC_rgb_rle.dcm",
        "SC_rgb_rle_16bit.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_rgb_rle_32bit_2frame.dcm",
    ];
    let lengths: Vec<usize> = rle.iter().map(|name| samples(named(name)).len()).collect();
    assert_eq!(lengths, [30_000, 60_000, 60_000, 240_000]);
    for name in ["SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_gdcm.dcm"] {
        assert_eq!(samples(named(name)).len(), 30_000, "{name}");
    }
    // cosines of 12 bits, which no decoder in pure Rust knows
    let source = Arc::new(FileSource::open(named("JPGExtended.dcm")).unwrap());
    let cx = Context::new(source, &Budget::new("corpus", 16 << 20));
    let form = stream_core::Form::Decoded;
    let request = Request::entry("(7FE0,0010)").with_form(form);
    let e = Dicom.open(cx).unwrap().copy(&request, &mut std::io::sink()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported, "{e}");
}
