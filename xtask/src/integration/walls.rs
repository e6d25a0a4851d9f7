//! Large files of every format, read behind a wall that the kernel keeps.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::jobs::{self, Job};
use crate::wall::Wall;
use crate::{child, project, table};

const BUDGET: u64 = 32 << 20;
/// What may come on top of the budget and of what the executables need idle.
const SPARE: u64 = 32 << 20;
/// The programs that may run for one file, side by side.
const PROGRAMS: [&str; 3] = ["narrows", "narrows-h5", "narrows-av"];
const DEADLINE: Duration = Duration::from_secs(600);

pub(super) fn run() -> Result<()> {
    let narrows = project::narrows()?;
    let folder = project::target().join("walls");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let done = jobs::files(&folder, 1).and_then(|mut jobs| {
        let encoded = jobs::encoded(&folder, 1)?;
        if encoded.is_empty() {
            eprintln!("skipped: compressed sound and video (there is no ffmpeg to make them)");
        }
        jobs.extend(encoded);
        behind(&narrows, &jobs)
    });
    std::fs::remove_dir_all(&folder)?;
    done
}

/// Runs every job behind its wall and says which did not complete.
fn behind(narrows: &Path, jobs: &[Job]) -> Result<()> {
    let idle = |name: &str| idle(&narrows.with_file_name(name));
    let [command, hdf5, video] = PROGRAMS.map(idle);
    let (command, hdf5, video) = (command?, hdf5?, video?);
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    let mut kind = "";
    for job in jobs {
        let name = job.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // the file's worker is counted with the command: the group holds both
        let worker = match job.file.extension().and_then(|ending| ending.to_str()) {
            Some("h5") => hdf5,
            Some("mp4" | "mkv" | "avi") => video,
            _ => 0,
        };
        eprintln!("reading {name}");
        for (verb, expect) in &job.verbs {
            let bytes = BUDGET + command + worker + SPARE;
            let wall = Wall::new(bytes);
            kind = wall.kind();
            let mut reading = Command::new(narrows);
            reading.args(*verb).args(["--memory", &BUDGET.to_string()]).arg(&job.file);
            reading.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            wall.hold(&mut reading)?;
            let seen = child::measure_keeping(&mut reading, Some(DEADLINE), 4096)?;
            let complaint = jobs::complaint(&seen, *expect);
            rows.push(vec![
                format!("narrows {} {name}", verb.join(" ")),
                table::size(std::fs::metadata(&job.file)?.len()),
                table::size(bytes),
                table::size(seen.peak),
                complaint.clone().unwrap_or_else(|| "completes".into()),
            ]);
            if let Some(why) = complaint {
                wrong.push(format!("`narrows {} {name}` {why}", verb.join(" ")));
            }
        }
    }
    let header = ["command", "file", "wall", "largest process", "outcome"];
    println!("\n{}\nthe wall: {kind}", table::markdown(&header, &rows));
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}

/// What a program has resident when it does nothing, in bytes.
pub(super) fn idle(program: &Path) -> Result<u64> {
    let mut command = Command::new(program);
    command.arg("formats").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(child::measure(&mut command, Some(DEADLINE))?.peak)
}
