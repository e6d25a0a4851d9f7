//! Files of all formats, read by several processes: what all of them have together.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::super::processes::{descendants, line, program, proportional};
use super::super::walls::idle;
use crate::make::{self, audio, dicom, fits, hdf5, netcdf, video, vtt};
use crate::table;

const MEMORY: u64 = 128 << 20;
/// What each process may have beyond what it has idle.
const EACH: u64 = 16 << 20;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(3);

/// Scans what `NARROWS_MIXED` names, or files made on the spot.
pub(super) fn run(narrows: &Path, folder: &Path) -> Result<()> {
    let tree = match std::env::var_os("NARROWS_MIXED") {
        Some(named) => named.into(),
        None => tree(&folder.join("mixed"))?,
    };
    let mut usual = HashMap::new();
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    for (depth, threads) in [("structure", 2), ("structure", 4), ("full", 4)] {
        let seen = scan(narrows, &tree, &folder.join("catalogue"), (depth, threads), &mut usual)?;
        rows.push(vec![
            format!("--depth {depth} --threads {threads}"),
            table::seconds(seen.wall),
            seen.looks.to_string(),
            table::size(seen.most),
            seen.processes.to_string(),
            table::size(seen.nearest.0),
            table::size(seen.nearest.1),
        ]);
        if seen.nearest.0 > seen.nearest.1 {
            wrong.push(format!("{depth}, {threads} threads"));
        }
    }
    let header =
        ["narrows scan", "wall", "looks", "most", "processes", "nearest to its limit", "the limit"];
    println!("\nproportional sets of all processes together, --memory {}", table::size(MEMORY));
    println!("{}", table::markdown(&header, &rows));
    ensure!(wrong.is_empty(), "more memory than is meant: {}", wrong.join("; "));
    Ok(())
}

/// Some files of each format.
fn tree(folder: &Path) -> Result<PathBuf> {
    let place = |name: &str| -> Result<PathBuf> {
        let place = folder.join(name);
        std::fs::create_dir_all(&place)?;
        Ok(place)
    };
    for n in 0..60u32 {
        let seed = u64::from(n);
        let file = |kind: &str, ending: &str| -> Result<PathBuf> {
            Ok(place(kind)?.join(format!("{n:03}.{ending}")))
        };
        make::file(&file("vtt", "vtt")?, None, |out| vtt::write(out, seed * 20, seed))?;
        make::file(&file("hdf5", "h5")?, None, |out| hdf5::write(out, 1, seed))?;
        make::file(&file("netcdf", "nc")?, None, |out| netcdf::write(out, 1, seed))?;
        make::file(&file("fits", "fits")?, None, |out| fits::write(out, 100, seed))?;
        make::file(&file("audio", "wav")?, None, |out| audio::write(out, 1, seed))?;
        let image = dicom::Image { side: 64, frames: 4, patient: n, series: 1, instance: 1 };
        make::file(&file("dicom", "dcm")?, None, |out| dicom::write(out, image).map(drop))?;
        make::file(&file("bytes", "bin")?, None, |out| {
            make::random::write(out, seed * 4000, seed)
        })?;
    }
    match video::make(&place("video")?, 2)? {
        Some(videos) => {
            for n in 0..15 {
                for from in [&videos.mp4, &videos.fragmented, &videos.mkv, &videos.avi] {
                    let name = from.file_name().context("a video has a name")?.to_string_lossy();
                    std::fs::copy(from, from.with_file_name(format!("{n:02}-{name}")))?;
                }
            }
        }
        None => eprintln!("skipped: videos (there is no ffmpeg to make them)"),
    }
    Ok(folder.to_owned())
}

/// What a scan was seen to have.
struct Seen {
    wall: Duration,
    looks: u32,
    /// The most that all had together, in bytes.
    most: u64,
    /// The most processes at a time.
    processes: usize,
    /// What all had when it was nearest to its limit, and that limit.
    nearest: (u64, u64),
}

fn scan(
    narrows: &Path,
    tree: &Path,
    catalogue: &Path,
    (depth, threads): (&str, u32),
    usual: &mut HashMap<PathBuf, u64>,
) -> Result<Seen> {
    if catalogue.exists() {
        std::fs::remove_dir_all(catalogue)?;
    }
    let mut command = Command::new(narrows);
    command.args(["scan", "--depth", depth, "--threads", &threads.to_string(), "--memory"]);
    command.args([&MEMORY.to_string(), "--progress", "never", "--quiet", "-o"]);
    command.arg(catalogue).arg(tree).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().context("cannot start the scan")?;
    let own = child.id();
    let mut seen =
        Seen { wall: Duration::ZERO, looks: 0, most: 0, processes: 0, nearest: (0, u64::MAX) };
    while child.try_wait()?.is_none() {
        let (mut all, mut limit, mut count) = (0, MEMORY, 0);
        let mine = line(own);
        let others = descendants(own).into_iter().filter(|process| line(*process) != mine);
        for process in std::iter::once(own).chain(others) {
            // one that has just ended has nothing
            let (Some(bytes), Some(program)) = (proportional(process), program(process)) else {
                continue;
            };
            let idle = match usual.get(&program) {
                Some(idle) => *idle,
                None => *usual.entry(program.clone()).or_insert(idle(&program)?),
            };
            all += bytes;
            limit += idle + EACH;
            count += 1;
        }
        seen.looks += 1;
        seen.most = seen.most.max(all);
        seen.processes = seen.processes.max(count);
        let room = |(all, limit): (u64, u64)| i128::from(limit) - i128::from(all);
        if room((all, limit)) < room(seen.nearest) {
            seen.nearest = (all, limit);
        }
        std::thread::sleep(PAUSE);
    }
    seen.wall = start.elapsed();
    let code = child.wait()?.code();
    ensure!(matches!(code, Some(0 | 1)), "the scan ends with {code:?}");
    Ok(seen)
}
