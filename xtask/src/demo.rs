//! `demo`: the main job on large files, with the memory it took beside the file's size.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::child::{self, Measured};
use crate::make::{self, audio, dicom, fits, hdf5, netcdf, random, vtt};
use crate::setup::{self, Need};
use crate::{project, table};

/// Reads large files of each kind under a memory budget and shows what that took.
///
/// Needs: 5.3 GB of free disk (with --small 600 MB); `setup` is done first.
/// Does: builds `narrows`, makes its inputs on the spot (a DICOM of 1000 frames, a million
/// WebVTT cues, a deflated HDF5 array of 1 GiB, a netCDF variable of 520 MB, a FITS image of
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

/// One file and what is done with it.
struct Job {
    file: PathBuf,
    verbs: Vec<Verb>,
}

/// A verb with its arguments, and what it must print.
type Verb = (&'static [&'static str], Expect);

/// What a job must print to have done its work.
#[derive(Clone, Copy)]
enum Expect {
    /// At least so many lines.
    Lines(u64),
    /// Exactly so many bytes.
    Bytes(u64),
    /// Nothing in particular: its code says it all.
    Code,
}

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
    let done = files(&folder, args.small).and_then(|jobs| measure(&narrows, &jobs));
    if args.keep {
        eprintln!("kept: {}", folder.display());
    } else {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    done
}

/// Makes the inputs, smallest first.
fn files(folder: &Path, small: bool) -> Result<Vec<Job>> {
    let share = if small { 10 } else { 1 };
    make::room(folder, 4_800_000_000 / share)?;
    let file = |name: &str| folder.join(name);
    eprintln!("making the files in {}", folder.display());
    make::file(&file("captions.vtt"), None, |out| vtt::write(out, 1_000_000 / share, 7))?;
    let frames = u32::try_from(1000 / share)?;
    let image = dicom::Image { side: 512, frames, patient: 1, series: 1, instance: 1 };
    make::file(&file("frames.dcm"), None, |out| dicom::write(out, image).map(|_| ()))?;
    let slabs = 64_u64.div_ceil(share);
    make::file(&file("deflated.h5"), None, |out| hdf5::write(out, slabs, 9))?;
    let records = 500 / u32::try_from(share)?;
    make::file(&file("records.nc"), None, |out| netcdf::write(out, records, 10))?;
    let side = if small { 2560 } else { 8192 };
    make::file(&file("image.fits"), None, |out| fits::write(out, side, 11))?;
    let seconds = 3600 / share;
    make::file(&file("sound.wav"), None, |out| audio::write(out, seconds, 12))?;
    let size = 2_000_000_000 / share;
    make::file(&file("random.bin"), None, |out| random::write(out, size, 8))?;
    make::sparse(&file("sparse.bin"), 20_000_000_000 / share)?;
    let cues = 1_000_000 / share;
    let pixels = u64::from(frames) * 512 * 512 * 2;
    let (lines, bytes) = (Expect::Lines, Expect::Bytes);
    let raw = &["cat", "--to", "raw"];
    let pixel_data = &["cat", "--entry", "(7FE0,0010)", "--to", "raw"];
    let temperature = &["cat", "--entry", "/temperature", "--to", "raw"];
    let elements: u64 = hdf5::shape(slabs).iter().product();
    let slab = &["cat", "--entry", "/t2m", "--region", "0:10,::2", "--to", "npy"];
    // 80 bytes and up to 48 more stand before the numbers of an npy file
    let numbers = 128 + 10 * u64::from(netcdf::GRID[0].div_ceil(2) * netcdf::GRID[1]) * 4;
    let pixels_of_image = (side * side * 4) as u64;
    let image = &["cat", "--entry", "hdu/0", "--to", "raw"];
    let statistics = &["stats"];
    let levels = &["analyze", "rms"];
    let samples = &["cat", "--to", "f32le"];
    let jobs: [(&str, Vec<Verb>); 8] = [
        (
            "frames.dcm",
            vec![
                (&["info"], lines(5)),
                (&["ls", "--json"], lines(60)),
                (pixel_data, bytes(pixels)),
                (&["check"], Expect::Code),
            ],
        ),
        (
            "captions.vtt",
            vec![
                (&["info"], lines(3)),
                (&["ls", "--json"], lines(cues)),
                (&["cat"], lines(cues)),
                (&["check"], Expect::Code),
            ],
        ),
        (
            "deflated.h5",
            vec![
                (&["ls", "-l"], lines(2)),
                (statistics, lines(3)),
                (temperature, bytes(elements * 4)),
                (&["check"], Expect::Code),
            ],
        ),
        (
            "records.nc",
            vec![
                (&["ls", "-l"], lines(5)),
                (statistics, lines(3)),
                (slab, bytes(numbers)),
                (&["check"], Expect::Code),
            ],
        ),
        (
            "image.fits",
            vec![
                (&["ls", "-l"], lines(1)),
                (statistics, lines(3)),
                (image, bytes(pixels_of_image)),
                (&["check"], Expect::Code),
            ],
        ),
        (
            "sound.wav",
            vec![
                (&["info"], lines(3)),
                (levels, lines(seconds * audio::RATE / 512 + 1)),
                (&["analyze", "loudness"], lines(7)),
                (samples, bytes(seconds * audio::RATE * 8)),
                (&["check"], Expect::Code),
            ],
        ),
        ("random.bin", vec![(&["info"], lines(3)), (raw, bytes(size)), (&["check"], Expect::Code)]),
        ("sparse.bin", vec![(&["info"], lines(3)), (&["check"], Expect::Code)]),
    ];
    Ok(jobs.into_iter().map(|(name, verbs)| Job { file: file(name), verbs }).collect())
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
            if let Some(why) = complaint(&seen, *expect) {
                wrong.push(format!("`narrows {shown}` {why}"));
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

/// What is wrong with a job, if anything.
fn complaint(seen: &Measured, expect: Expect) -> Option<String> {
    let (bytes, lines) = (seen.stdout.bytes, seen.stdout.lines);
    if !seen.success() {
        return Some(format!("ended with {:?}: {}", seen.end, seen.stderr.text()));
    }
    if seen.peak > CEILING {
        return Some(format!("took {} of memory", table::size(seen.peak)));
    }
    match expect {
        Expect::Lines(wanted) if lines < wanted => {
            Some(format!("printed {lines} lines, {wanted} were expected"))
        }
        Expect::Bytes(wanted) if bytes != wanted => {
            Some(format!("printed {bytes} bytes, {wanted} were expected"))
        }
        _ => None,
    }
}
