//! `fuzz`: inputs that nobody thought of.
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::make::{dicom, fits, netcdf, random::Random, vtt};
use crate::project::{self, output, step};
use crate::{integration, setup};

/// Feeds each reader inputs that nobody thought of, under a small budget.
///
/// Needs: the nightly toolchain (`rustup toolchain install nightly`), g++ for libFuzzer;
/// cargo-fuzz is installed when it is missing. Does: makes seeds (and takes small corpus
/// files where there is a corpus), runs each target of tests/fuzz; a target fails on a panic,
/// a hang, or memory above twice its budget. Takes: --seconds for each target, after a few
/// minutes of building.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Only this target: vtt, dicom, fits, netcdf, binary or detect.
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

const TARGETS: [&str; 6] = ["vtt", "dicom", "fits", "netcdf", "binary", "detect"];

/// Corpus files above this are too slow to be good seeds.
const SEED_BYTES: u64 = 16 << 10;

/// Runs the verb.
///
/// # Errors
/// When a toolchain is missing or a target fails; the failing input is named.
pub fn run(args: &Args) -> Result<()> {
    let chosen: Vec<&str> = match &args.target {
        Some(name) => match TARGETS.iter().find(|target| *target == name) {
            Some(target) => vec![target],
            None => bail!("no target `{name}`; there are {}", TARGETS.join(", ")),
        },
        None => TARGETS.to_vec(),
    };
    setup::ensure(&[setup::Need::Build, setup::Need::Fuzz])?;
    output(&mut nightly(&["--version"]))
        .context("fuzzing runs on nightly; run: rustup toolchain install nightly")?;
    if output(&mut nightly(&["fuzz", "--version"])).is_err() {
        step(&mut nightly(&["install", "--quiet", "--locked", "cargo-fuzz"]))?;
    }
    let mut bad = Vec::new();
    for target in chosen {
        let seeds = project::target().join("fuzz-seeds").join(target);
        make_seeds(target, &seeds)?;
        let found = project::root().join("tests/fuzz/corpus").join(target);
        std::fs::create_dir_all(&found)?;
        let mut command = nightly(&["fuzz", "run", "--fuzz-dir", "tests/fuzz", target]);
        command.arg(&found).arg(&seeds).arg("--");
        command.arg(format!("-max_total_time={}", args.seconds));
        command.args(["-timeout=10", "-max_len=65536", "-print_final_stats=1"]);
        if let Err(error) = step(&mut command) {
            eprintln!("{target}: {error:#}");
            bad.push(target);
        }
    }
    if bad.is_empty() { Ok(()) } else { bail!("targets that failed: {}", bad.join(", ")) }
}

/// Cargo of the nightly toolchain: rustup's own `cargo`, which understands `+nightly`.
fn nightly(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(project::root()).arg("+nightly").args(arguments);
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("CARGO");
    command
}

/// Files to start from: some made here, and the corpus's small ones of that format.
fn make_seeds(target: &str, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut made = Vec::new();
    if matches!(target, "vtt" | "detect") {
        let mut bytes = Vec::new();
        vtt::write(&mut bytes, 5, 1)?;
        made.push(("made.vtt", bytes));
        made.push(("made.srt", b"1\n00:00:01,000 --> 00:00:02,500\n<i>one</i>\n\n".to_vec()));
    }
    if matches!(target, "dicom" | "detect") {
        let mut bytes = Vec::new();
        let image = dicom::Image { side: 4, frames: 2, patient: 1, series: 1, instance: 1 };
        dicom::write(&mut bytes, image)?;
        made.push(("made.dcm", bytes));
    }
    if matches!(target, "fits" | "detect") {
        let (mut image, mut table) = (Vec::new(), Vec::new());
        fits::write(&mut image, 8, 1)?;
        fits::table(&mut table, 5, 1)?;
        made.extend([("image.fits", image), ("table.fits", table)]);
    }
    if target == "netcdf" {
        // its records are too long for a seed; the header and what follows of the first will do
        let mut bytes = Vec::new();
        netcdf::write(&mut bytes, 1, 1)?;
        bytes.truncate(2048);
        made.push(("made.nc", bytes));
    }
    if matches!(target, "binary" | "detect") {
        let mut bytes = vec![0; 3000];
        Random::new(1).fill(&mut bytes[..1500]);
        made.push(("made.bin", bytes));
    }
    for (name, bytes) in made {
        std::fs::write(folder.join(name), bytes)?;
    }
    let Some(corpus) = integration::corpus::find() else { return Ok(()) };
    let format = match target {
        "vtt" => "webvtt",
        "dicom" | "fits" | "netcdf" => target,
        _ => return Ok(()),
    };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv"))?;
    for (number, line) in manifest.lines().enumerate() {
        let mut cells = line.split('\t');
        let (Some(path), Some(bytes)) = (cells.next(), cells.next()) else { continue };
        let input = path.starts_with(&format!("{format}/good"))
            || path.starts_with(&format!("{format}/bad"));
        if input && bytes.parse::<u64>().is_ok_and(|bytes| bytes <= SEED_BYTES) {
            std::fs::copy(corpus.join(path), folder.join(format!("corpus-{number}")))?;
        }
    }
    Ok(())
}
