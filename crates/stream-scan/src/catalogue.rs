//! The sink that makes a catalogue: parts, and the journal that says which of them count.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use stream_core::Result;

use crate::fault::Doing as _;
use crate::files::make_folder;
use crate::journal::{Journal, Past, Record};
use crate::part::{Part, TABLES};
use crate::row::Fault;
use crate::{Block, Input, Shard, Sink};

/// A share's parts and journal.
pub(crate) struct Catalogue {
    folder: PathBuf,
    shard: Shard,
    journal: Journal,
    part: Option<Part>,
    number: u64,
    group: usize,
    begun: Instant,
    finished: Box<dyn FnMut(u64) + Send>,
}

/// Bytes after which a part is closed.
const LARGE: u64 = 256 << 20;
/// A part is closed when it is this old, and a twentieth of the run's age: so much is read again after the process was killed, and
/// so few parts there are after a long run.
const OLD: Duration = Duration::from_secs(10);

impl Catalogue {
    /// Opens a share; what an earlier run wrote of it and did not finish is removed. `group` is how many bytes of rows are gathered
    /// before they are written; `finished` hears of each part.
    pub(crate) fn open(
        folder: &Path,
        shard: Shard,
        journal: Journal,
        past: &Past,
        group: usize,
        finished: Box<dyn FnMut(u64) + Send>,
    ) -> Result<Self> {
        let prefix = format!("{}-", shard.name());
        for table in TABLES {
            make_folder(&folder.join(table))?;
            remove_strays(&folder.join(table), &past.parts, &prefix)?;
        }
        let numbers = past.parts.iter().filter_map(|name| name.strip_prefix(&prefix)?.parse().ok());
        let number = numbers.max().unwrap_or(0u64);
        let (folder, begun) = (folder.to_owned(), Instant::now());
        Ok(Self { folder, shard, journal, part: None, number, group, begun, finished })
    }

    fn close(&mut self) -> Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let files = u64::try_from(part.files()).unwrap_or(0);
        self.journal.part(&part.finish()?)?;
        (self.finished)(files);
        Ok(())
    }
}

impl Sink for Catalogue {
    fn take(&mut self, block: &Block) -> Result<()> {
        let mut part = match self.part.take() {
            Some(part) => part,
            None => {
                self.number = self.number.saturating_add(1);
                let name = format!("{}-{:06}", self.shard.name(), self.number);
                Part::begin(&self.folder, name, self.group)?
            }
        };
        if let Err(e) = part.take(block) {
            part.abandon();
            return Err(e);
        }
        let old = OLD.max(self.begun.elapsed().checked_div(20).unwrap_or(OLD));
        let close = part.bytes() >= LARGE || part.age() >= old;
        self.part = Some(part);
        if close { self.close() } else { Ok(()) }
    }

    fn died(&mut self, input: &Input, fault: &Fault) -> Result<()> {
        let Fault { kind, message, signal, .. } = fault.clone();
        let stage = fault.stage.to_owned();
        self.journal.add(&Record::Attempt { id: input.id, kind, stage, message, signal })
    }

    fn finish(&mut self) -> Result<()> {
        self.close()
    }
}

/// Removes the parts whose names begin with `prefix` and that no journal has.
pub(crate) fn remove_strays(folder: &Path, parts: &[String], prefix: &str) -> Result<()> {
    for entry in fs::read_dir(folder).doing(folder, "listing")? {
        let path = entry.doing(folder, "listing")?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = name.strip_prefix("part-").filter(|name| name.starts_with(prefix)) else {
            continue;
        };
        let known = name.strip_suffix(".parquet").is_some_and(|n| parts.iter().any(|p| p == n));
        if !known {
            fs::remove_file(&path).doing(&path, "removing")?;
        }
    }
    Ok(())
}
