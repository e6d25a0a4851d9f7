//! The corpus: files that nobody here wrote, with what their authors expect of them.
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// One input of the corpus.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its path within the corpus.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its format's folder: `dicom`, `webvtt` …
    pub format: String,
    /// Whether its source's own tests read it.
    pub good: bool,
    /// Files that say what it holds.
    pub oracles: Vec<PathBuf>,
}

/// The corpus's folder: named by `NARROWS_CORPUS`.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("NARROWS_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: NARROWS_CORPUS is not set");
    }
    folder
}

/// Every input of the corpus in the order of its manifest; none where there is no corpus.
///
/// # Errors
/// When the manifest cannot be read or has another shape.
pub fn samples() -> Result<Vec<Sample>> {
    let Some(folder) = folder() else { return Ok(Vec::new()) };
    let manifest = folder.join("MANIFEST.tsv");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header.iter().position(|cell| *cell == name).with_context(|| format!("no column {name}"))
    };
    let (path, bytes, format) = (column("path")?, column("bytes")?, column("format")?);
    let (class, oracle) = (column("class")?, column("oracle")?);
    let mut found = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
        if !matches!(cell(class), "good" | "bad") {
            continue;
        }
        let oracles = cell(oracle).split(';').filter(|name| !name.is_empty());
        found.push(Sample {
            name: cell(path).to_owned(),
            path: folder.join(cell(path)),
            bytes: cell(bytes).parse().with_context(|| line.to_owned())?,
            format: cell(format).to_owned(),
            good: cell(class) == "good",
            oracles: oracles.map(|name| folder.join(name)).collect(),
        });
    }
    Ok(found)
}

/// The inputs of one format.
///
/// # Errors
/// As [`samples`].
pub fn inputs(format: &str) -> Result<Vec<Sample>> {
    Ok(samples()?.into_iter().filter(|sample| sample.format == format).collect())
}
