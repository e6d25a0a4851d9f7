//! What a catalogue is made of: the list of its inputs, and how they are read.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use std::hash::Hasher as _;
use stream_core::{Cancel, Error, ErrorKind, Result};
use twox_hash::XxHash3_64;

use crate::Input;
use crate::fault::Doing as _;
use crate::files::{finish, make_folder, unfinished, write_whole};
use crate::read::How;
use crate::walk::{LeftOut, Walk};

/// A catalogue's plan. Its list of inputs stays on disk.
#[derive(Clone, Debug)]
pub struct Plan {
    folder: PathBuf,
    facts: Facts,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Facts {
    version: u32,
    inputs: u64,
    bytes: u64,
    /// xxh3 of the list.
    checksum: String,
    left_out: LeftOut,
    walk: Walk,
    how: How,
}

/// What a plan found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// How many inputs.
    pub inputs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was seen and not taken.
    pub left_out: LeftOut,
}

const VERSION: u32 = 1;

impl Plan {
    /// Whether a plan is there.
    pub(crate) fn exists(catalogue: &Path) -> bool {
        facts_of(catalogue).exists()
    }

    /// Walks, and writes the plan: first the list, then the page that makes it a plan.
    pub(crate) fn make(
        catalogue: &Path,
        walk: &Walk,
        list: Option<&mut dyn BufRead>,
        how: &How,
        cancel: &Cancel,
    ) -> Result<Self> {
        let folder = catalogue.join("_plan");
        make_folder(&folder)?;
        let path = folder.join("inputs.jsonl");
        let file = File::create(unfinished(&path)).doing(&path, "creating")?;
        let mut out = Summed { out: BufWriter::new(file), hash: XxHash3_64::new() };
        let (mut inputs, mut bytes) = (0u64, 0u64);
        let left_out = walk.each(list, catalogue, cancel, &mut |found| {
            let (id, size) = (inputs, found.size);
            inputs = inputs.saturating_add(1);
            bytes = bytes.saturating_add(size);
            let (path_found, modified, error) = (found.path, found.modified, found.error);
            let input = Input { id, path: path_found, size, modified, error };
            let line = serde_json::to_writer(&mut out, &input).map_err(std::io::Error::from);
            line.and_then(|()| out.write_all(b"\n")).doing(&path, "writing")
        })?;
        let Summed { out, hash } = out;
        let file = out.into_inner().map_err(|e| e.into_error()).doing(&path, "writing")?;
        finish(&file, &path)?;
        let checksum = format!("{:016x}", hash.finish());
        let facts = Facts {
            version: VERSION,
            inputs,
            bytes,
            checksum,
            left_out,
            walk: walk.clone(),
            how: how.clone(),
        };
        let page = serde_json::to_vec_pretty(&facts).map_err(|e| broken(&folder, &e))?;
        write_whole(&facts_of(catalogue), &page)?;
        Ok(Self { folder, facts })
    }

    /// Reads the page of a plan.
    ///
    /// # Errors
    /// `Io` where there is none, `Malformed` where it is none.
    pub fn open(catalogue: &Path) -> Result<Self> {
        let path = facts_of(catalogue);
        let page = std::fs::read(&path).doing(&path, "reading the plan")?;
        let facts: Facts = serde_json::from_slice(&page).map_err(|e| broken(&path, &e))?;
        if facts.version != VERSION {
            let message = format!("plan of version {}, expected {VERSION}", facts.version);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(Self { folder: catalogue.join("_plan"), facts })
    }

    /// What it found.
    pub fn found(&self) -> Planned {
        let Facts { inputs, bytes, left_out, .. } = self.facts;
        Planned { inputs, bytes, left_out }
    }

    pub(crate) fn how(&self) -> &How {
        &self.facts.how
    }

    /// Whether it was made of the same walk, and to be read in the same way.
    pub(crate) fn is_of(&self, walk: &Walk, how: &How) -> bool {
        self.facts.walk == *walk && self.facts.how == *how
    }

    /// What tells this plan from another.
    pub(crate) fn checksum(&self) -> &str {
        &self.facts.checksum
    }

    /// Its inputs, in their order.
    ///
    /// # Errors
    /// `Io`; each item may be `Malformed`.
    pub fn inputs(&self) -> Result<impl Iterator<Item = Result<Input>> + Send + use<>> {
        let path = self.folder.join("inputs.jsonl");
        let file = File::open(&path).doing(&path, "opening")?;
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        Ok(std::iter::from_fn(move || {
            line.clear();
            match lines.read_until(b'\n', &mut line).doing(&path, "reading") {
                Ok(0) => None,
                Ok(_) => Some(serde_json::from_slice(&line).map_err(|e| broken(&path, &e))),
                Err(e) => Some(Err(e)),
            }
        }))
    }
}

fn facts_of(catalogue: &Path) -> PathBuf {
    catalogue.join("_plan").join("plan.json")
}

fn broken(path: &Path, e: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Malformed, format!("{}: {e}", path.display()))
}

/// Counts a checksum of what passes.
struct Summed<W> {
    out: W,
    hash: XxHash3_64,
}

impl<W: std::io::Write> std::io::Write for Summed<W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(buf)?;
        self.hash.write(buf.get(..n).unwrap_or_default());
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
