//! AVI with indexes of OpenDML, in several parts, beyond 4 GiB, and with streams that are not interleaved: as ffprobe reads it.

#[path = "avi/build.rs"]
mod build;
#[allow(dead_code)] // shared with the suites over the corpus
#[path = "isobmff/probe.rs"]
mod probe;

use std::path::Path;

use build::{open_dml, parse, plain};
use probe::{INPUT, compare, made, tables};

/// A made file in pieces; `None`, and said so, without ffmpeg.
fn pieces(folder: &Path, arguments: &str) -> Option<build::Parts> {
    if made(folder, "from.avi", &format!("{INPUT} {arguments} -shortest")).is_none() {
        eprintln!("skipped: ffmpeg is not installed");
        return None;
    }
    Some(parse(&std::fs::read(folder.join("from.avi")).ok()?))
}

fn listed(path: &Path, name: &str) {
    let mut refused = Vec::new();
    assert!(compare(path, name, &mut refused), "{refused:?}");
}

#[test]
fn indexes_of_streams_in_several_parts_name_every_packet() {
    let folder = tempfile::tempdir().unwrap();
    for codecs in ["-c:v libx264 -bf 2 -c:a aac", "-c:v mjpeg -c:a pcm_s16le"] {
        let Some(parts) = pieces(folder.path(), codecs) else { return };
        let third = parts.chunks.len() / 3;
        let counts = [third, third, parts.chunks.len() - 2 * third];
        let path = folder.path().join("parts.avi");
        open_dml(&path, &parts, &counts, 0);
        listed(&path, codecs);
        // all in one
        open_dml(&path, &parts, &[parts.chunks.len()], 0);
        listed(&path, codecs);
    }
}

#[test]
fn places_beyond_four_gibibytes_are_reached() {
    let folder = tempfile::tempdir().unwrap();
    let Some(parts) = pieces(folder.path(), "-c:v libx264 -bf 2 -c:a aac") else { return };
    let half = parts.chunks.len() / 2;
    let path = folder.path().join("far.avi");
    open_dml(&path, &parts, &[half, parts.chunks.len() - half], 0xf000_0000);
    let lines = tables(&path).unwrap();
    let far = lines.last().and_then(|line| line.split(' ').nth(5)?.parse::<u64>().ok());
    assert!(far > Some(0xf000_0000), "{far:?}");
    listed(&path, "far.avi");
}

#[test]
fn streams_that_are_not_interleaved_come_by_time() {
    let folder = tempfile::tempdir().unwrap();
    for codecs in ["-c:v libx264 -bf 2 -c:a aac", "-c:v mjpeg -c:a pcm_s16le"] {
        let Some(mut parts) = pieces(folder.path(), codecs) else { return };
        parts.chunks.sort_by_key(|chunk| chunk.stream());
        let path = folder.path().join("one-by-one.avi");
        std::fs::write(&path, plain(&parts)).unwrap();
        listed(&path, codecs);
        // the other stream first
        let mut ordered = parse(&std::fs::read(folder.path().join("from.avi")).unwrap());
        ordered.chunks.sort_by_key(|chunk| std::cmp::Reverse(chunk.stream()));
        std::fs::write(&path, plain(&ordered)).unwrap();
        listed(&path, codecs);
    }
}
