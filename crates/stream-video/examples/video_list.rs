//! Lists a file's entries and what its packets say at the end: `cargo run -p stream-video --example video_list -- FILE`.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format};
use stream_video::Video;

fn main() -> stream_core::Result<()> {
    let Some(path) = std::env::args_os().nth(1) else { return Ok(()) };
    let budget = Budget::new("list", 256 << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Video.open(cx.clone())?;
    let mut entry = cx.entry();
    while reader.read_entry(&mut entry)? {
        println!("{} {} {:?}", entry.kind(), entry.path(), entry.fields().iter());
    }
    let summary = reader.finish()?;
    println!("complete: {} {:?}", summary.complete, summary.fields.iter());
    for finding in summary.diagnostics.kept() {
        println!("{finding}");
    }
    println!("{} bytes reserved at most, {} reads", budget.peak(), cx.counters().reads());
    Ok(())
}
