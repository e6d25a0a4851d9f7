//! Very many small files: what the scan has resident from the first thousand to the last, and how many it reads in a second.
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::super::processes::resident;
use crate::make::{self, dicom};
use crate::table;

/// What the scan has: of little memory it is seen soonest what grows.
const MEMORY: &str = "64MiB";
/// Files after which the first look is taken.
const FIRST: u64 = 1000;
/// What may be resident in the second half beyond the most of the first, in which the rows that wait to be written grow to what
/// they may have: they come and go.
const SPARE: u64 = 8 << 20;

pub(super) fn run(narrows: &Path, folder: &Path, files: u32) -> Result<()> {
    let tree = tree(&folder.join("small"), files)?;
    let mut rows = Vec::new();
    let mut grown = Vec::new();
    // the first brings all files into memory
    for (depth, threads, shown) in [
        ("summary", 2, false),
        ("summary", 1, true),
        ("summary", 2, true),
        ("structure", 1, true),
        ("structure", 2, true),
    ] {
        let seen = scan(narrows, &tree, &folder.join("catalogue"), (depth, threads), files)?;
        if !shown {
            continue;
        }
        let rate = |time: Duration| format!("{:.0}", f64::from(files) / time.as_secs_f64());
        let most = seen.resident.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
        rows.push(vec![
            format!("--depth {depth} --threads {threads}"),
            table::seconds(seen.wall),
            table::seconds(seen.worked),
            rate(seen.wall),
            rate(seen.worked),
            seen.at(FIRST),
            seen.at(u64::from(files) / 2),
            seen.at(u64::from(files)),
            table::size(most),
        ]);
        let (first, second) = seen.halves(u64::from(files) / 2);
        if second > first + SPARE {
            grown.push(format!("{depth}, {threads} threads: {first} to {second} bytes resident"));
        }
    }
    let header = [
        "narrows scan",
        "wall",
        "processor",
        "files/s",
        "files/s of a core",
        "resident after 1000",
        "after half",
        "at the end",
        "most",
    ];
    println!("\n{files} DICOM files of some 3 KiB, --memory {MEMORY}, files in the page cache");
    println!("{}", table::markdown(&header, &rows));
    ensure!(grown.is_empty(), "memory grows with the files: {}", grown.join("; "));
    Ok(())
}

/// DICOM files of 8 x 8 pixels, a thousand a folder.
fn tree(folder: &Path, files: u32) -> Result<PathBuf> {
    make::room(folder.parent().unwrap_or(folder), u64::from(files) * 4096)?;
    eprintln!("making {files} files in {}", folder.display());
    for n in 0..files {
        let place = folder.join(format!("{:04}", n / 1000));
        if n % 1000 == 0 {
            std::fs::create_dir_all(&place)?;
        }
        let (patient, series, instance) = (n / 100, n / 20 % 5, n % 20 + 1);
        let image = dicom::Image { side: 8, frames: 1, patient, series, instance };
        make::file(&place.join(format!("{:03}.dcm", n % 1000)), None, |out| {
            dicom::write(out, image).map(drop)
        })?;
    }
    Ok(folder.to_owned())
}

/// What a scan was seen to do.
struct Seen {
    wall: Duration,
    worked: Duration,
    /// Files read, and what was resident then.
    resident: Vec<(u64, u64)>,
}

impl Seen {
    /// The most that was resident before so many files, and after.
    fn halves(&self, files: u64) -> (u64, u64) {
        let most = |late: bool| {
            let looks = self.resident.iter().filter(|(at, _)| (*at > files) == late);
            looks.map(|(_, bytes)| *bytes).max().unwrap_or(0)
        };
        (most(false), most(true))
    }

    /// What was resident at the look nearest to so many files.
    fn at(&self, files: u64) -> String {
        let nearest = self.resident.iter().min_by_key(|(at, _)| at.abs_diff(files));
        nearest.map_or_else(String::new, |(_, bytes)| table::size(*bytes))
    }
}

fn scan(
    narrows: &Path,
    tree: &Path,
    catalogue: &Path,
    (depth, threads): (&str, u32),
    files: u32,
) -> Result<Seen> {
    if catalogue.exists() {
        std::fs::remove_dir_all(catalogue)?;
    }
    let mut command = Command::new(narrows);
    command.args(["scan", "--depth", depth, "--threads", &threads.to_string()]);
    command.args(["--memory", MEMORY, "--progress", "json", "--json", "-o"]);
    command.arg(catalogue).arg(tree).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (before, start) = (super::worked(), Instant::now());
    let mut child = command.spawn().context("cannot start the scan")?;
    let lines = child.stderr.take().context("no pipe")?;
    let mut looks = Vec::new();
    for line in BufReader::new(lines).lines() {
        let line = line?;
        let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
            eprintln!("{line}");
            continue;
        };
        let read = line["progress"]["files"].as_u64();
        if let (Some(read @ FIRST..), Some(bytes)) = (read, resident(child.id())) {
            looks.push((read, bytes));
        }
    }
    let output = child.wait_with_output()?;
    let wall = start.elapsed();
    ensure!(output.status.success(), "the scan ends with {:?}", output.status.code());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let fine = &report["scanned"]["statuses"]["ok"];
    ensure!(fine.as_u64() == Some(u64::from(files)), "{fine} of {files} files are fine");
    Ok(Seen { wall, worked: super::worked().saturating_sub(before), resident: looks })
}
