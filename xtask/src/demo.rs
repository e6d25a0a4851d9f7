//! `demo`: the main job on large files, with the memory it took beside the file's size.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::jobs::{self, Job};
use crate::setup::{self, Need};
use crate::{child, project, table};

/// Reads large files of each kind under a memory budget and shows what that took.
///
/// Needs: 5.3 GB of free disk (with --small 600 MB); `setup` is done first.
/// Does: builds `narrows`, makes its inputs on the spot (a DICOM of 1000 frames, a million
/// WebVTT cues, a deflated HDF5 array of 1 GiB, an
/// HDF5 group of a million members, a netCDF variable of 520 MB, a FITS image of
/// 256 MB, an hour of sound, 2 GB of random bytes, a sparse file of 20 GB), reads each under
/// --memory 32MiB,
/// and prints a table; fails when a job fails or a peak passes the budget by more than 32 MiB.
/// Takes: about three minutes the first time (building), then half a minute.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A tenth of the sizes.
    #[arg(long)]
    small: bool,
    /// Keep the files that were made, in the target folder.
    #[arg(long)]
    keep: bool,
}

const BUDGET: &str = "32MiB";
/// The budget, and what the executable, its stacks and its allocator may add to it.
const CEILING: u64 = (32 + 32) << 20;
/// Far beyond what any of the jobs takes; a job that hangs fails instead of stopping the demo.
const DEADLINE: Duration = Duration::from_secs(300);

/// Runs the verb.
///
/// # Errors
/// When setup, build or a job fails, or a job's peak passes its ceiling.
pub fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Need::Build])?;
    let narrows = project::narrows()?;
    let folder = project::target().join("demo");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let share = if args.small { 10 } else { 1 };
    let done = jobs::files(&folder, share).and_then(|jobs| measure(&narrows, &jobs));
    if args.keep {
        eprintln!("kept: {}", folder.display());
    } else {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    done
}

/// Runs every job, prints the table and says what was wrong.
fn measure(narrows: &Path, jobs: &[Job]) -> Result<()> {
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    for job in jobs {
        let size = std::fs::metadata(&job.file)?.len();
        let name = job.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        eprintln!("reading {name}");
        for (verb, expect) in &job.verbs {
            let mut command = Command::new(narrows);
            command.args(*verb).args(["--memory", BUDGET]).arg(&job.file);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let shown = format!("{} {name}", verb.join(" "));
            let seen = child::measure_keeping(&mut command, Some(DEADLINE), 4096)?;
            if let Some(why) = jobs::complaint(&seen, *expect) {
                wrong.push(format!("`narrows {shown}` {why}"));
            } else if seen.peak > CEILING {
                wrong.push(format!("`narrows {shown}` took {}", table::size(seen.peak)));
            }
            rows.push(vec![
                format!("narrows {shown}"),
                table::size(size),
                table::size(seen.stdout.bytes),
                table::seconds(seen.wall),
                table::size(seen.peak),
                format!("{:.0}", size as f64 / seen.peak.max(1) as f64),
            ]);
        }
    }
    let header = ["command", "file", "printed", "wall", "peak memory", "file / peak"];
    println!("\n{}", table::markdown(&header, &rows));
    if wrong.is_empty() {
        println!("every job ran under --memory {BUDGET} and peaked below {}", table::size(CEILING));
        return Ok(());
    }
    bail!("{}", wrong.join("; "))
}
