//! Files that are read to their end, that are broken, cut or changed: what must hold of the command over them all.
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use xtask::child::Measured;
use xtask::make::random::Random;

use crate::command::{run, sane};
use crate::corpus::{Sample, inputs};
use crate::report::{Known, Report};

/// The budget that the suites give.
pub const BUDGET: &str = "16MiB";

/// What a process may peak at under [`BUDGET`]: that, what the executable needs idle, and 16 MiB.
pub const CEILING: u64 = (16 + 16 + 16) << 20;

/// How the files of one format are tried.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The corpus's folder.
    pub folder: &'static str,
    /// The format's name, for `--format`.
    pub format: &'static str,
    /// The budget in MiB.
    pub memory: u64,
    /// How many places a good file is cut at.
    pub cuts: u64,
    /// How many times a good file is changed in a few bytes.
    pub flips: u64,
}

impl Suite {
    /// Under 16 MiB, and cut at twelve places.
    #[must_use]
    pub fn new(folder: &'static str, format: &'static str) -> Self {
        Self { folder, format, memory: 16, cuts: 12, flips: 4 }
    }

    fn samples(&self, good: bool) -> Result<Vec<Sample>> {
        Ok(inputs(self.folder)?.into_iter().filter(|sample| sample.good == good).collect())
    }

    fn run(&self, verb: &[&str], format: Option<&str>, file: &Path) -> Result<(Measured, i32)> {
        let memory = format!("{}MiB", self.memory);
        // a library whose memory a file has spoiled may wait for ever: its worker's deadline ends that
        let mut arguments = [verb, &["--memory", &memory, "--deadline", "10"]].concat();
        arguments.extend(format.iter().flat_map(|name| ["--format", *name]));
        let seen = run(&arguments, file)?;
        let ceiling = (self.memory + 16 + 16) << 20;
        let code = sane(&seen, ceiling).with_context(|| arguments.join(" "))?;
        Ok((seen, code))
    }

    /// Good files list without an error, and `check` finds nothing wrong but in those that are named.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    ///
    /// # Panics
    /// When a file is not as expected.
    pub fn good_files_read_to_their_end(
        &self,
        unlisted: &'static [Known],
        broken: &'static [Known],
    ) -> Result<()> {
        let mut listing = Report::new(format!("good {} lists", self.format), unlisted);
        let mut checking = Report::new(format!("good {} is found sound", self.format), broken);
        for sample in self.samples(true)? {
            let fine = |verb: &[&str]| {
                let (seen, code) = self.run(verb, None, &sample.path)?;
                let said = [seen.stderr.text(), seen.stdout.text()].concat();
                let first = said.lines().find(|line| line.contains("error")).unwrap_or_default();
                ensure!(code == 0, "leaves with {code}: {first}");
                Ok(())
            };
            let told = |outcome: Result<()>| outcome.map_err(|why| format!("{why:#}"));
            listing.note(&sample.name, told(fine(&["ls", "--json"])));
            checking.note(&sample.name, told(fine(&["check"])));
        }
        listing.finish();
        checking.finish();
        Ok(())
    }

    /// Bad files, as what they look like and as this format: no panic, no signal, no hang, no more memory than allowed, and
    /// a word when it fails.
    ///
    /// # Errors
    /// When the corpus cannot be read.
    ///
    /// # Panics
    /// When a file does harm.
    pub fn bad_files_do_no_harm(&self, harmful: &'static [Known]) -> Result<()> {
        let mut report = Report::new(format!("bad {} does no harm", self.format), harmful);
        for sample in self.samples(false)? {
            let outcome = self.survives(&sample.path, None);
            let outcome = outcome.and(self.survives(&sample.path, Some(self.format)));
            report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
        }
        report.finish();
        Ok(())
    }

    /// The same of good files that were cut or changed.
    ///
    /// # Errors
    /// When the corpus cannot be read or there is no place for the pieces.
    ///
    /// # Panics
    /// When a file does harm.
    pub fn damaged_files_do_no_harm(&self, harmful: &'static [Known]) -> Result<()> {
        let scratch = scratch(self.format)?;
        let mut report = Report::new(format!("damaged {} does no harm", self.format), harmful);
        for sample in self.samples(true)? {
            let outcome = self.survives_damage(&sample.path, &scratch);
            report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
        }
        report.finish();
        Ok(())
    }

    fn survives(&self, file: &Path, format: Option<&str>) -> Result<()> {
        self.run(&["ls", "--json"], format, file)?;
        self.run(&["check"], format, file)?;
        Ok(())
    }

    /// Cuts a file at places all over it, and near its start where headers are; then changes a few bytes of the whole.
    fn survives_damage(&self, file: &Path, scratch: &Path) -> Result<()> {
        let whole = std::fs::read(file)?;
        let size = whole.len() as u64;
        let spread = (0..self.cuts).map(|step| size * step / self.cuts);
        let near = [1, 3, 7, 131, 133, 145, 300, size.saturating_sub(1), size.saturating_sub(3)];
        // few cuts all over it, few near its ends
        let near = near.into_iter().rev().take(usize::try_from(self.cuts)?);
        let mut cuts: Vec<u64> = spread.chain(near).filter(|cut| *cut < size).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let piece = scratch.join("piece");
        for cut in cuts {
            std::fs::write(&piece, &whole[..usize::try_from(cut)?])?;
            let about = || format!("cut at {cut} of {size}");
            self.survives(&piece, Some(self.format)).with_context(about)?;
        }
        for seed in 1..=self.flips {
            let mut bytes = whole.clone();
            let mut random = Random::new(seed);
            for _ in 0..8 {
                // headers stand at the front more often than not
                let within =
                    if random.next_u64().is_multiple_of(2) { size } else { size.min(4096) };
                let at = usize::try_from(random.next_u64() % within.max(1))?;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= (random.next_u64() & 0xFF) as u8;
                }
            }
            std::fs::write(&piece, &bytes)?;
            let about = || format!("changed by seed {seed}");
            self.survives(&piece, Some(self.format)).with_context(about)?;
        }
        Ok(())
    }
}

/// A folder to write pieces into.
///
/// # Errors
/// When it cannot be made.
pub fn scratch(name: &str) -> Result<PathBuf> {
    let folder = xtask::project::target().join("torture").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
