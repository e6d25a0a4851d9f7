//! Real files: sound ones are read to their end, broken ones end in time and within the budget.
//!
//! The folder is named by `NARROWS_CORPUS`; without it the tests say that they were skipped.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stream_core::memory::Budget;
use stream_core::{
    Confidence, Context, Error, ErrorKind, Format, GZIP_MAGIC, MemorySource, ReaderExt, Request,
    Source, Summary,
};
use stream_fits::Fits;

/// Sound by their source's tests, and not read here, with the reason.
const KNOWN: &[(&str, &str)] =
    &[("lzw.fits.Z", "compressed by LZW, which no reader here inflates")];

fn files(class: &str) -> Option<Vec<PathBuf>> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS does not name a folder");
        return None;
    };
    let mut found = Vec::new();
    let mut open = vec![Path::new(&corpus).join("fits").join(class)];
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

/// Reads every entry and all data, within 16 MiB and ten seconds.
fn read_whole(name: &str, bytes: Vec<u8>) -> (Result<u64, Error>, Option<Summary>) {
    let start = Instant::now();
    let budget = Budget::new("corpus", 16 << 20);
    let source: Arc<dyn Source> = Arc::new(MemorySource::new(bytes.clone()));
    let mut cx = Context::new(source.clone(), &budget)
        .with_chunk_size(64 << 10)
        .with_setting("verify", "on");
    if bytes.starts_with(&GZIP_MAGIC) {
        let inflated = stream_core::gunzip(source, &cx, 64 << 10).unwrap();
        cx = cx.with_source(Arc::new(inflated));
    }
    let mut reader = match Fits.open(cx.clone()) {
        Ok(reader) => reader,
        Err(e) => return (Err(e), None),
    };
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
                // a stream does not go back to rows that were read for the column before
                Err(e) if e.kind() == ErrorKind::Passed => {}
                Err(e) => break Err(e),
            }
        }
    };
    let summary = reader.finish().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{name} took {:?}", start.elapsed());
    (result.map(|()| total), Some(summary))
}

#[test]
fn sound_files_are_read_to_their_end() {
    let Some(files) = files("good") else { return };
    let mut count = 0;
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy();
        if let Some((_, why)) = KNOWN.iter().find(|(known, _)| *known == name) {
            eprintln!("left out: {name}: {why}");
            continue;
        }
        let bytes = std::fs::read(path).unwrap();
        if !bytes.starts_with(&GZIP_MAGIC) {
            assert_eq!(Fits.sniff(&bytes[..bytes.len().min(4096)]), Confidence::Certain, "{name}");
        }
        let (result, summary) = read_whole(&name, bytes);
        if let Err(e) = result {
            panic!("{}: {e}", path.display());
        }
        let summary = summary.unwrap();
        assert!(summary.complete, "{name}");
        for one in summary.diagnostics.kept() {
            eprintln!("{name}: {one}");
        }
        count += 1;
    }
    eprintln!("{count} files are read to their end");
}

#[test]
fn broken_files_and_pieces_of_sound_ones_end_in_time_and_within_the_budget() {
    let Some(bad) = files("bad") else { return };
    let (mut errors, mut whole) = (0, 0);
    for path in &bad {
        let name = path.display().to_string();
        match read_whole(&name, std::fs::read(path).unwrap()).0 {
            Ok(_) => whole += 1,
            Err(e) => {
                let kinds = [ErrorKind::Truncated, ErrorKind::Malformed];
                assert!(kinds.contains(&e.kind()), "{name}: {e}");
                assert!(e.offset().is_some(), "{name}: {e}");
                eprintln!("{name}: {e}");
                errors += 1;
            }
        }
    }
    eprintln!("{errors} broken files end in an error, {whole} are read to their end");
    for path in files("good").unwrap() {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display().to_string();
        for piece in 1..12 {
            let cut = bytes.len() * piece / 12;
            let (found, _) = read_whole(&format!("{name} cut to {cut}"), bytes[..cut].to_vec());
            if let Err(e) = found {
                assert!(e.kind() != ErrorKind::OverBudget, "{name} cut to {cut}: {e}");
            }
        }
    }
}
