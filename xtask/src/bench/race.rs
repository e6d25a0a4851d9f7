//! Runs the entrants of one row in turn and keeps medians.
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::child::{self, End};

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Peer,
    Floor,
}

/// One program that does the row's work.
pub(super) struct Entrant {
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) command: Command,
    /// A file for standard output, made anew for each run.
    pub(super) sink: Option<PathBuf>,
}

/// What an entrant needed.
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) runs: usize,
    pub(super) wall: Duration,
    pub(super) peak: u64,
    /// The peak is the starting process's own: the entrant needed at most that.
    pub(super) at_most: bool,
    /// What it printed at last, and how it ended if not well.
    pub(super) said: String,
    pub(super) failed: Option<String>,
}

/// Whoever takes longer than this at the warm-up runs no more.
const SLOW: Duration = Duration::from_secs(4);
const DEADLINE: Duration = Duration::from_secs(180);
/// Characters of what a program that fails says.
const WORDS: usize = 80;

/// Runs each once to warm up, then all in turn, `rounds` times over. Floors are first to warm up: they read the whole file, so that
/// nobody's run is one of reading from the disk.
pub(super) fn run(mut entrants: Vec<Entrant>, rounds: usize) -> Result<Vec<Outcome>> {
    entrants.sort_by_key(|entrant| entrant.side != Side::Floor);
    let mut racing: Vec<(Entrant, Vec<Duration>, Outcome)> = Vec::new();
    for mut entrant in entrants {
        let mut outcome = Outcome {
            name: entrant.name.clone(),
            side: entrant.side,
            runs: 0,
            wall: Duration::ZERO,
            peak: 0,
            at_most: false,
            said: String::new(),
            failed: None,
        };
        let wall = once(&mut entrant, &mut outcome)?;
        let mut walls = Vec::new();
        if wall > SLOW {
            walls.push(wall);
        }
        racing.push((entrant, walls, outcome));
    }
    for _ in 0..rounds {
        for (entrant, walls, outcome) in &mut racing {
            if outcome.failed.is_none() && walls.first().is_none_or(|wall| *wall <= SLOW) {
                walls.push(once(entrant, outcome)?);
            }
        }
    }
    let finish = |(_, mut walls, mut outcome): (Entrant, Vec<Duration>, Outcome)| {
        walls.sort();
        outcome.runs = walls.len();
        outcome.wall = walls.get(walls.len() / 2).copied().unwrap_or_default();
        outcome
    };
    let mut outcomes: Vec<_> = racing.into_iter().map(finish).collect();
    outcomes.sort_by_key(|outcome| outcome.side == Side::Floor);
    Ok(outcomes)
}

fn once(entrant: &mut Entrant, outcome: &mut Outcome) -> Result<Duration> {
    entrant.command.stdin(Stdio::null()).stderr(Stdio::piped());
    if let Some(path) = &entrant.sink {
        entrant.command.stdout(File::create(path)?);
    }
    let seen = child::measure(&mut entrant.command, Some(DEADLINE))?;
    if seen.end != End::Code(0) {
        let said = seen.stderr.text();
        let last: String = said.lines().last().unwrap_or_default().chars().take(WORDS).collect();
        outcome.failed = Some(format!("{:?}: {last}", seen.end));
    }
    outcome.peak = outcome.peak.max(seen.peak);
    outcome.at_most = outcome.peak <= seen.floor;
    outcome.said = seen.stdout.text();
    Ok(seen.wall)
}
