//! Counts what is in a file, to measure how fast it is read: `count lines|borrowed|cues|trees|entries FILE`.
//!
//! `lines` only reads and counts line feeds: the floor under all others on the machine at the time.

use std::sync::Arc;
use std::time::Instant;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format};
use stream_vtt::{Cue, Reader, Tree, Vtt};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: count lines|borrowed|cues|trees|entries FILE";
    let (mode, path) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let budget = Budget::new("count", 16 << 20);
    let started = Instant::now();
    let cx = Context::new(Arc::new(FileSource::open(&path)?), &budget);
    if mode == "lines" {
        let mut buf = vec![0; 256 << 10];
        let (mut at, mut lines) = (0, 0);
        loop {
            let read = cx.read_at(at, &mut buf)?;
            if read == 0 {
                break;
            }
            at += read as u64;
            lines += memchr::memchr_iter(b'\n', &buf[..read]).count();
        }
        println!("{lines} lines, {:.3} s", started.elapsed().as_secs_f64());
        return Ok(());
    }
    if mode == "entries" {
        let mut reader = Vtt.open(cx)?;
        let (mut entry, mut count, mut sum) = (reader.context().entry(), 0u64, 0u64);
        while reader.read_entry(&mut entry)? {
            count += 1;
            sum += entry.path().len() as u64 + u64::from(entry.fields().is_empty());
        }
        let seconds = started.elapsed().as_secs_f64();
        let peak = budget.peak() / 1024;
        println!(
            "{count} {mode}, sum {sum}, {seconds:.3} s, budget's peak {peak} KiB, {}",
            resident()
        );
        return Ok(());
    }
    let mut reader = Reader::open(cx)?;
    let (mut count, mut sum) = (0u64, 0u64);
    match mode.as_str() {
        "borrowed" => {
            while let Some(cue) = reader.next_cue()? {
                count += 1;
                sum += cue.start.millis() + cue.text.len() as u64;
            }
        }
        "cues" => {
            let mut cue = Cue::default();
            while reader.read_cue(&mut cue)? {
                count += 1;
                sum += cue.start.millis() + cue.text.len() as u64;
            }
        }
        "trees" => {
            let (mut cue, mut tree) = (Cue::default(), Tree::new());
            while reader.read_cue(&mut cue)? {
                reader.read_tree(&cue, &mut tree)?;
                count += 1;
                sum += cue.start.millis() + tree.nodes().count() as u64;
            }
        }
        _ => return Err(usage.into()),
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{count} {mode}, sum {sum}, {} diagnostics, {seconds:.3} s, budget's peak {} KiB, {}",
        reader.diagnostics().total(),
        budget.peak() / 1024,
        resident()
    );
    Ok(())
}

/// The most memory that was resident, where the system tells.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    format!("resident at most {}", peak.map_or("unknown", str::trim))
}
