//! What `/proc` tells of processes.
use std::path::PathBuf;

/// What `/proc/PID/stat` says after the name: state, parent and so on.
pub(super) fn stat(process: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// The processes that `of` has started.
pub(super) fn descendants(of: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parent = Some(of.to_string());
    numbers.filter(|pid| stat(*pid).is_some_and(|stat| stat.get(1) == parent.as_ref())).collect()
}

/// The program that a process runs.
pub(super) fn program(process: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{process}/exe")).ok()
}

/// The line that a process was started with. One that is only about to become another program still has that of its parent, and all
/// of its memory.
pub(super) fn line(process: u32) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{process}/cmdline")).ok()
}

/// What a process has resident, in bytes.
pub(super) fn resident(process: u32) -> Option<u64> {
    amount(&format!("/proc/{process}/status"), "VmRSS:")
}

/// A process's proportional set, in bytes: of pages that several processes map, its part.
pub(super) fn proportional(process: u32) -> Option<u64> {
    amount(&format!("/proc/{process}/smaps_rollup"), "Pss:")
}

fn amount(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
