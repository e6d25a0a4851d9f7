//! Every file of the corpus: the good ones list and decode, the bad ones end in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource, Format, Request};

const BUDGET: u64 = 64 << 20;
const DEADLINE: Duration = Duration::from_secs(30);

/// Good files that are not decoded here, with the reason.
const NOT_DECODED: &[(&str, &str)] = &[
    (".amr", "AMR is not read"),
    (".spx", "Speex is listed and not decoded"),
    ("8kHz-320kbps-6ch.aac", "AAC of six channels is listed and not decoded"),
    ("continued_packet_over_four_pages", "pages from the middle of a stream: none begins one"),
    ("continued_packet_over_two_pages", "pages from the middle of a stream: none begins one"),
    ("large_vendor_string.flac", "a header that claims more than is there, and no sound"),
    ("large_vorbis_comment_block.flac", "a header that claims more than is there, and no sound"),
    ("test1_empty.wav", "no sound"),
    ("data/id3tags.mp3", "a tag, and no sound"),
    ("id3_comment_utf_16_with_bom.mp3", "the start of a tag, and no sound"),
    ("id3v24-long-title.mp3", "the start of a tag, and no sound"),
    ("utf16be.mp3", "a tag, and no sound"),
    ("vbr_xing_header_short.mp3", "a header that tells how long the sound would be, and no sound"),
    ("mpeg4_xa9des.m4a", "a movie without tracks: tags alone"),
    ("multi_value.m4a", "a movie without tracks: tags alone"),
];

fn files(kind: &str) -> Option<Vec<PathBuf>> {
    let corpus = std::env::var_os("NARROWS_CORPUS")?;
    let mut all = Vec::new();
    collect(&Path::new(&corpus).join("audio").join(kind), &mut all);
    all.sort();
    Some(all)
}

fn collect(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, all) } else { all.push(path) }
    }
}

/// What reading a whole file with all its data came to.
struct Read {
    entries: u64,
    streams: u64,
    frames: u64,
    error: Option<String>,
    panicked: bool,
    peak: u64,
}

fn read(path: PathBuf) -> Option<Read> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let budget = Budget::new("corpus", BUDGET);
        let inner = budget.clone();
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| walk(&path, &inner)));
        let mut read = outcome.unwrap_or(Read {
            entries: 0,
            streams: 0,
            frames: 0,
            error: None,
            panicked: true,
            peak: 0,
        });
        read.peak = budget.peak();
        let _ = send.send(read);
    });
    receive.recv_timeout(DEADLINE).ok()
}

fn walk(path: &Path, budget: &Budget) -> Read {
    let mut read =
        Read { entries: 0, streams: 0, frames: 0, error: None, panicked: false, peak: 0 };
    let mut run = || -> stream_core::Result<()> {
        let cx = Context::new(Arc::new(FileSource::open(path)?), budget)
            .with_setting("packets", "on")
            .with_setting("verify", "on");
        let mut reader = Audio.open(cx)?;
        let mut entry = reader.context().entry();
        while reader.read_entry(&mut entry)? {
            read.entries += 1;
            let stream = entry.kind() == stream_core::Kind::Stream;
            read.streams += u64::from(stream);
            if !entry.has_data() {
                continue;
            }
            let chunks = reader.chunks(&Request::entry(entry.path()));
            let mut chunks = match chunks {
                Err(e) if e.kind() == ErrorKind::Unsupported => continue,
                other => other?,
            };
            while let Some(chunk) = chunks.next_chunk()? {
                if stream {
                    read.frames += chunk.shape().first().copied().unwrap_or(0);
                }
            }
        }
        reader.finish()?;
        Ok(())
    };
    read.error = run().err().map(|e| e.to_string());
    read
}

#[test]
fn good_files_list_and_decode() {
    let Some(files) = files("good") else {
        eprintln!("skipped: NARROWS_CORPUS names no corpus");
        return;
    };
    let (mut wrong, mut decoded) = (Vec::new(), 0);
    for path in &files {
        let name = path.display().to_string();
        let opus = name.contains("opus") && !cfg!(feature = "opus");
        let excepted = opus || NOT_DECODED.iter().any(|(end, _)| name.ends_with(end));
        match read(path.clone()) {
            None => wrong.push(format!("{name}: takes more than {DEADLINE:?}")),
            Some(read) if read.panicked => wrong.push(format!("{name}: panics")),
            Some(_) if excepted => {}
            Some(Read { error: Some(error), .. }) => wrong.push(format!("{name}: {error}")),
            Some(read) if read.streams == 0 || read.frames == 0 => {
                wrong.push(format!("{name}: {} entries, {} frames", read.entries, read.frames));
            }
            Some(_) => decoded += 1,
        }
    }
    eprintln!("{decoded} of {} files decoded", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bad_files_end_in_order() {
    let Some(files) = files("bad") else {
        eprintln!("skipped: NARROWS_CORPUS names no corpus");
        return;
    };
    let (mut wrong, mut peak) = (Vec::new(), 0);
    for path in &files {
        match read(path.clone()) {
            None => wrong.push(format!("{}: takes more than {DEADLINE:?}", path.display())),
            Some(read) if read.panicked => wrong.push(format!("{}: panics", path.display())),
            Some(read) => peak = peak.max(read.peak),
        }
    }
    eprintln!("{} bad files, the largest peak {peak} bytes", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(peak <= BUDGET);
}
