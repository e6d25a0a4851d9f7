//! The sink that makes a catalogue: parts, and the journal that says which of them count.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stream_core::Result;

use crate::fault::Doing as _;
use crate::files::make_folder;
use crate::journal::{Journal, Past, Record};
use crate::part::{Part, TABLES};
use crate::row::Fault;
use crate::{Block, Input, Shard, Sink};

/// A share's parts and journal. Several threads may each have one into the same folder: a block is written into whichever part is
/// free, so that rows are encoded side by side, and there are as few parts as can be.
pub(crate) struct Catalogue {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    shard: Shard,
    journal: Mutex<Journal>,
    parts: Mutex<Parts>,
    /// A part is free.
    freed: Condvar,
    /// How many parts may be open.
    most: usize,
    /// Bytes of rows that each gathers before they are written.
    group: usize,
    begun: Instant,
    finished: Mutex<Finished>,
}

/// Hears how many files each part has.
pub(crate) type Finished = Box<dyn FnMut(u64) + Send>;

/// Parts that are open.
struct Parts {
    /// Those that nobody writes to, the one used last at the end.
    free: Vec<Part>,
    busy: usize,
    /// The number of the last that was begun.
    number: u64,
}

/// Bytes after which a part is closed.
const LARGE: u64 = 256 << 20;
/// Files after which a part is closed: their numbers are held until then, 8 bytes each.
const MANY: usize = 1 << 18;
/// A part is closed when it is this old, and a twentieth of the run's age: so much is read again after the process was killed, and
/// so few parts there are after a long run.
const OLD: Duration = Duration::from_secs(10);
/// Bytes of rows that a part gathers at least: fewer make row groups that are all description.
const LEAST: usize = 1 << 20;

impl Catalogue {
    /// Opens a share; what an earlier run wrote of it and did not finish is removed. `group` is how many bytes of rows are gathered
    /// before they are written, in `most` parts at once; `finished` hears of each part.
    pub(crate) fn open(
        (folder, shard): (&Path, Shard),
        journal: Journal,
        past: &Past,
        (group, most): (usize, usize),
        finished: Finished,
    ) -> Result<Self> {
        let prefix = format!("{}-", shard.name());
        for table in TABLES {
            make_folder(&folder.join(table))?;
            remove_strays(&folder.join(table), &past.parts, &prefix)?;
        }
        let numbers = past.parts.iter().filter_map(|name| name.strip_prefix(&prefix)?.parse().ok());
        let number = numbers.max().unwrap_or(0u64);
        let most = most.clamp(1, (group / LEAST).max(1));
        let shared = Shared {
            folder: folder.to_owned(),
            shard,
            journal: Mutex::new(journal),
            parts: Mutex::new(Parts { free: Vec::new(), busy: 0, number }),
            freed: Condvar::new(),
            most,
            group: group.checked_div(most).unwrap_or(group),
            begun: Instant::now(),
            finished: Mutex::new(finished),
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}

impl Shared {
    fn parts(&self) -> MutexGuard<'_, Parts> {
        lock(&self.parts)
    }

    /// Takes a part that is free, or begins one; waits while as many are written to as may be open.
    fn part(&self) -> Result<Part> {
        let mut parts = self.parts();
        loop {
            if let Some(part) = parts.free.pop() {
                parts.busy = parts.busy.saturating_add(1);
                return Ok(part);
            }
            if parts.busy < self.most {
                break;
            }
            parts = self.freed.wait(parts).unwrap_or_else(PoisonError::into_inner);
        }
        parts.busy = parts.busy.saturating_add(1);
        parts.number = parts.number.saturating_add(1);
        let name = format!("{}-{:06}", self.shard.name(), parts.number);
        drop(parts);
        Part::begin(&self.folder, name, self.group).inspect_err(|_| self.lost())
    }

    /// Gives a part back; gives those that are to be closed.
    fn put_back(&self, part: Part) -> Vec<Part> {
        let old = OLD.max(self.begun.elapsed().checked_div(20).unwrap_or(OLD));
        let mut parts = self.parts();
        parts.busy = parts.busy.saturating_sub(1);
        parts.free.push(part);
        let due =
            |part: &mut Part| part.bytes() >= LARGE || part.files() >= MANY || part.age() >= old;
        let due = parts.free.extract_if(.., due).collect();
        drop(parts);
        self.freed.notify_one();
        due
    }

    /// A part is no more.
    fn lost(&self) {
        let mut parts = self.parts();
        parts.busy = parts.busy.saturating_sub(1);
        drop(parts);
        self.freed.notify_one();
    }

    fn close(&self, part: Part) -> Result<()> {
        let files = u64::try_from(part.files()).unwrap_or(0);
        let done = part.finish()?;
        lock(&self.journal).part(&done)?;
        (lock(&self.finished))(files);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink for Catalogue {
    fn take(&mut self, block: &Block) -> Result<()> {
        let mut part = self.shared.part()?;
        if let Err(e) = part.take(block) {
            part.abandon();
            self.shared.lost();
            return Err(e);
        }
        self.shared.put_back(part).into_iter().try_for_each(|part| self.shared.close(part))
    }

    fn another(&mut self) -> Option<Box<dyn Sink>> {
        Some(Box::new(Self { shared: self.shared.clone() }))
    }

    fn died(&mut self, input: &Input, fault: &Fault) -> Result<()> {
        let Fault { kind, message, signal, .. } = fault.clone();
        let stage = fault.stage.to_owned();
        let died = Record::Attempt { id: input.id, kind, stage, message, signal };
        lock(&self.shared.journal).add(&died)
    }

    fn finish(&mut self) -> Result<()> {
        let open = std::mem::take(&mut self.shared.parts().free);
        // each that can be closed is kept
        let mut done = Ok(());
        for part in open {
            done = done.and(self.shared.close(part));
        }
        done
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
