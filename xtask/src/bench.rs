//! `bench`: our speed and memory beside that of others, on the same files in one run.
use anyhow::{Context as _, Result};

use crate::project::{self, cargo, step};
use crate::setup::{self, Need};
use crate::{child, table};

pub mod floor;
mod inputs;
mod peers;
mod race;
mod rows;

use race::{Outcome, Side};

/// Measures our time and memory beside that of other tools on the same files.
///
/// Needs: 15 GB of disk; the peers come from `setup --bench` and, for Python, from a virtual
/// environment in the target folder; those that are missing are named and skipped. Does:
/// makes its inputs, runs us, the peers and a bare read loop in turn, prints medians of wall
/// time, peaks of memory and ratios as Markdown. Takes: about half an hour; with --size small
/// a few minutes.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// What to measure: all rows, or only what each executable needs idle.
    #[arg(value_enum, default_value_t = What::Rows)]
    what: What,
    /// How large the inputs are.
    #[arg(long, value_enum, default_value_t = Size::Full)]
    size: Size,
    /// How often each entrant runs after its warm-up; those slower than 4 s run once.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only rows whose title contains this.
    #[arg(long)]
    only: Option<String>,
    /// Install the peers first.
    #[arg(long)]
    install: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Rows,
    Baseline,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Size {
    Full,
    Small,
}

/// Runs the verb.
///
/// # Errors
/// When something of ours fails or gives a wrong answer. A peer that fails is only reported.
pub fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Need::Build])?;
    let narrows = project::narrows()?;
    let examples = ["build", "--quiet", "--release", "--locked", "--examples"];
    step(cargo(examples).args(["--package", "narrows-tests", "--package", "stream-vtt"]))?;
    let memory = ["build", "--quiet", "--release", "--locked", "--package", "stream-memory"];
    step(cargo(memory).args(["--examples", "--features", "jemalloc"]))?;
    if args.what == What::Baseline {
        return baseline(&narrows);
    }
    let peers = peers::find(args.install)?;
    let share = match args.size {
        Size::Full => 1,
        Size::Small => 20,
    };
    let folder = project::target().join("bench").join(format!("inputs-{share}"));
    let inputs = inputs::make(&folder, share)?;
    let mut wrong = Vec::new();
    let mut lines = Vec::new();
    for row in rows::all(&narrows, &inputs, &peers, args.only.as_deref())? {
        if args.only.as_ref().is_some_and(|word| !row.title.contains(word.as_str())) {
            continue;
        }
        eprintln!("racing: {}", row.title);
        let outcomes = race::run(row.entrants, args.rounds)?;
        for outcome in &outcomes {
            let bad = row.expect.as_ref().is_some_and(|text| !outcome.said.contains(text));
            match (&outcome.failed, outcome.side) {
                (Some(why), Side::Ours) => {
                    wrong.push(format!("{} of {}: {why}", row.title, outcome.name));
                }
                (None, Side::Ours) if bad => {
                    wrong.push(format!("{} of {}: says {}", row.title, outcome.name, outcome.said));
                }
                _ => {}
            }
            lines.push(line(&row.title, outcome, &outcomes));
        }
    }
    let header = ["work", "who", "wall (median)", "peak", "time / ours", "runs"];
    println!("\n{}", table::markdown(&header, &lines));
    for missing in &peers.missing {
        println!("skipped: {missing}");
    }
    if wrong.is_empty() { Ok(()) } else { anyhow::bail!("{}", wrong.join("; ")) }
}

/// One line of the table; the ratio is to our first entrant of the row.
fn line(title: &str, one: &Outcome, all: &[Outcome]) -> Vec<String> {
    let ours = all.iter().find(|other| other.side == Side::Ours && other.failed.is_none());
    let ratio = ours.map(|ours| one.wall.as_secs_f64() / ours.wall.as_secs_f64().max(1e-9));
    let name = match one.side {
        Side::Ours => format!("**{}**", one.name),
        Side::Peer => one.name.clone(),
        Side::Floor => format!("floor: {}", one.name),
    };
    let wall = match &one.failed {
        Some(why) => format!("failed: {why}"),
        None => table::seconds(one.wall),
    };
    let most = if one.at_most { "≤ " } else { "" };
    vec![
        title.to_owned(),
        name,
        wall,
        format!("{most}{}", table::size(one.peak)),
        ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
        one.runs.to_string(),
    ]
}

/// The peak of each executable when it does nothing: what a budget is added to.
fn baseline(narrows: &std::path::Path) -> Result<()> {
    let mut lines = Vec::new();
    let mut measure = |name: String, command: &mut std::process::Command| -> Result<()> {
        command.stdout(std::process::Stdio::null());
        let seen = child::measure(command, None)?;
        let most = if seen.peak <= seen.floor { "≤ " } else { "" };
        lines.push(vec![name, format!("{most}{}", table::size(seen.peak))]);
        Ok(())
    };
    let mut command = std::process::Command::new(narrows);
    measure("narrows formats".into(), command.arg("formats"))?;
    for name in rows::PROGRAMS {
        let mut command = std::process::Command::new(rows::program(name));
        measure(name.into(), &mut command)?;
    }
    let own = std::env::current_exe().context("cannot find this program")?;
    measure("xtask floor".into(), std::process::Command::new(own).args(["floor", "idle", "."]))?;
    println!("{}", table::markdown(&["executable", "idle peak"], &lines));
    Ok(())
}
