//! Lists what a sound file holds, or writes a stream's samples as 32-bit floats.
//!
//! `sound FILE [packets]` prints an entry a line; `sound FILE raw STREAM [START END]` writes interleaved little-endian floats.

use std::io::Write;
use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format, ReaderExt, Region, Request};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(file), mode) = (args.next(), args.next()) else { return Err("a file".into()) };
    let budget = Budget::new("sound", 64 << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(&file)?), &budget);
    if mode.as_deref() == Some("packets") {
        cx = cx.with_setting("packets", "on");
    }
    let mut reader = Audio.open(cx)?;
    if mode.as_deref() == Some("raw") {
        let mut request = Request::entry(format!("stream/{}", args.next().unwrap_or("0".into())));
        if let (Some(start), Some(end)) = (args.next(), args.next()) {
            request = request.with_region(Region::range(start.parse()?..end.parse()?));
        }
        reader.copy(&request, &mut std::io::stdout().lock())?;
    }
    let mut out = std::io::stderr().lock();
    while let Some(entry) = reader.entries().next() {
        let entry = entry?;
        let shape = entry.array().map(|a| a.shape.to_vec());
        writeln!(
            out,
            "{} {:?} {:?} {:?}",
            entry.path(),
            shape,
            entry.span(),
            entry.fields().iter()
        )?;
    }
    let summary = reader.finish()?;
    writeln!(out, "complete {} {:?}", summary.complete, summary.fields.iter())?;
    for diagnostic in summary.diagnostics.kept() {
        writeln!(out, "{diagnostic}")?;
    }
    writeln!(out, "peak {}", budget.peak())?;
    Ok(())
}
