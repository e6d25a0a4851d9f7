//! Counts a file's packets through the generic reader and says what it took:
//! `cargo run --release -p stream-video --example video_packets -- FILE [MEBIBYTES] [SETTING=VALUE …]`.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format};
use stream_video::Video;

fn main() -> stream_core::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else { return Ok(()) };
    let limit = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(64u64);
    let budget = Budget::new("count", limit << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    for setting in arguments {
        if let Some((name, value)) = setting.split_once('=') {
            cx = cx.with_setting(name, value);
        }
    }
    let started = Instant::now();
    let mut reader = Video.open(cx.clone())?;
    let opened = started.elapsed();
    let mut entry = cx.entry();
    let mut entries = 0u64;
    while reader.read_entry(&mut entry)? {
        entries = entries.saturating_add(1);
    }
    let summary = reader.finish()?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!(
        "{entries} entries, complete: {}, opened in {opened:?}, read in {:?}, {} KiB read, {} KiB reserved at most, {peak}",
        summary.complete,
        started.elapsed(),
        cx.counters().bytes_read() / 1024,
        budget.peak() / 1024,
    );
    Ok(())
}
