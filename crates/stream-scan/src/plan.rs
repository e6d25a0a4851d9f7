//! What a catalogue is made of: the list of its inputs, and how they are read.

mod listing;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stream_core::{Error, ErrorKind, Result};

use crate::fault::Doing as _;
use crate::files::{make_folder, write_whole};
use crate::halt::Halt;
use crate::read::How;
use crate::walk::{Found, LeftOut, Walk};
use crate::{Input, Renewed};
pub(crate) use listing::{Listed, Listing};

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
    /// How often it was made anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    generation: u32,
    /// One past the greatest number that an input has or had, where that is not their count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    numbers: Option<u64>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
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
    /// What was another when it was made anew, just now.
    pub renewed: Option<Renewed>,
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
        halt: &Halt,
    ) -> Result<Self> {
        let folder = catalogue.join("_plan");
        make_folder(&folder)?;
        let mut listing = Listing::begin(list_of(&folder, 0))?;
        let left_out = walk.each(list, catalogue, halt, &mut |found| {
            let id = listing.inputs;
            listing.add(&input(id, found))
        })?;
        let Listed { inputs, bytes, checksum } = listing.finish()?;
        let facts = Facts {
            version: VERSION,
            inputs,
            bytes,
            checksum,
            left_out,
            walk: walk.clone(),
            how: how.clone(),
            generation: 0,
            numbers: None,
        };
        let plan = Self { folder, facts };
        plan.put()?;
        Ok(plan)
    }

    /// The plan after this one: the same walk and ways, another list, which is written already. It counts once it is put in place.
    pub(crate) fn following(&self, listed: Listed, left_out: LeftOut, numbers: u64) -> Self {
        let Listed { inputs, bytes, checksum } = listed;
        let (generation, numbers) = (self.following_generation(), Some(numbers));
        let facts =
            Facts { inputs, bytes, checksum, left_out, generation, numbers, ..self.facts.clone() };
        Self { folder: self.folder.clone(), facts }
    }

    pub(crate) fn following_generation(&self) -> u32 {
        self.facts.generation.saturating_add(1)
    }

    /// Where the list of the plan after this one is written.
    pub(crate) fn following_list(&self) -> PathBuf {
        list_of(&self.folder, self.following_generation())
    }

    /// Makes it the catalogue's plan.
    pub(crate) fn put(&self) -> Result<()> {
        let page = serde_json::to_vec_pretty(&self.facts).map_err(|e| broken(&self.folder, &e))?;
        write_whole(&self.folder.join("plan.json"), &page)
    }

    /// How often it was made anew.
    pub(crate) fn generation(&self) -> u32 {
        self.facts.generation
    }

    /// Numbers of inputs are below this.
    pub(crate) fn numbers(&self) -> u64 {
        self.facts.numbers.unwrap_or(self.facts.inputs)
    }

    /// Where its list is.
    pub(crate) fn list(&self) -> PathBuf {
        list_of(&self.folder, self.facts.generation)
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
        Planned { inputs, bytes, left_out, renewed: None }
    }

    pub(crate) fn walk(&self) -> &Walk {
        &self.facts.walk
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
        let path = self.list();
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

fn list_of(folder: &Path, generation: u32) -> PathBuf {
    match generation {
        0 => folder.join("inputs.jsonl"),
        n => folder.join(format!("inputs-{n}.jsonl")),
    }
}

/// What was found, as an input.
pub(crate) fn input(id: u64, found: Found) -> Input {
    let Found { path, size, modified, error } = found;
    Input { id, path, size, modified, error }
}

fn facts_of(catalogue: &Path) -> PathBuf {
    catalogue.join("_plan").join("plan.json")
}

fn broken(path: &Path, e: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Malformed, format!("{}: {e}", path.display()))
}
