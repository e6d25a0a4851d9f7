//! A plan made anew: what changed is read again, what is gone loses its rows, everything else stays as it is.
//!
//! Parts with rows that do not hold any more are written again without them. The new list, the new parts and the journal that names
//! them lie beside the old ones until the plan's page is replaced, which decides: ended before, the old catalogue is there; after,
//! the new one.

mod parts;

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use stream_core::{ChargedVec, Result};
use stream_memory::Budget;
use twox_hash::XxHash3_64;

use crate::bits::Bits;
use crate::fault::Doing as _;
use crate::halt::Halt;
use crate::journal::{self, Record};
use crate::plan::{Listing, Plan, input};
use crate::walk::Found;
use crate::{Input, part};

/// What a plan that was made anew found to be another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Files that were not there before.
    pub new: u64,
    /// Files whose size or time is another.
    pub changed: u64,
    /// Files that are not there any more.
    pub gone: u64,
}

/// Walks again and puts the plan of what is there now in place. Holds 64 bytes an input.
///
/// # Errors
/// `Io`, also while another process runs a share; `OverBudget`, `Cancelled`: then the plan is the one that was there.
pub(crate) fn renew(
    catalogue: &Path,
    plan: &Plan,
    list: Option<&mut dyn BufRead>,
    halt: &Halt,
    budget: &Budget,
) -> Result<(Plan, Renewed)> {
    let _alone = journal::lock(catalogue, plan)?;
    let mut known = Known::of(plan, budget)?;
    let mut stale = Bits::new(plan.numbers(), budget)?;
    let mut next = plan.numbers();
    let mut renewed = Renewed::default();
    let mut listing = Listing::begin(plan.following_list())?;
    let left_out = plan.walk().each(list, catalogue, halt, &mut |found| {
        let id = match known.find(&found) {
            Some((id, same)) => {
                if !same {
                    stale.insert(id);
                    renewed.changed = renewed.changed.saturating_add(1);
                }
                id
            }
            None => {
                let id = next;
                next = next.saturating_add(1);
                renewed.new = renewed.new.saturating_add(1);
                id
            }
        };
        listing.add(&input(id, found))
    })?;
    for id in known.unseen() {
        stale.insert(id);
        renewed.gone = renewed.gone.saturating_add(1);
    }
    let listed = listing.finish()?;
    let path = plan.following_list();
    if renewed == Renewed::default() {
        fs::remove_file(&path).doing(&path, "removing")?;
        return Ok((plan.clone(), renewed));
    }
    let after = plan.following(listed, left_out, next);
    let mut replaced = Vec::new();
    journal::carry(catalogue, (plan, &after), budget, &mut |record| match record {
        Record::Part { name, ids, entries, sizes } => {
            if !ids.iter().flat_map(|&(first, last)| first..=last).any(|id| stale.contains(id)) {
                return Ok(Some(Record::Part { name, ids, entries, sizes }));
            }
            let to = format!("renewed-{}-{:06}", after.generation(), replaced.len());
            let rest = parts::without(catalogue, &name, to, &stale, budget)?;
            replaced.push(name);
            Ok(rest.as_ref().map(Record::of))
        }
        // a file that is another now has its tries before it
        Record::Attempt { id, .. } if stale.contains(id) => Ok(None),
        other => Ok(Some(other)),
    })?;
    // it tells what was committed, which is over
    let _ = fs::remove_file(journal::folder(catalogue).join("commit.json"));
    after.put()?;
    for name in replaced {
        for table in part::TABLES {
            // what cannot be removed now is removed by the commit
            let _ = fs::remove_file(part::part_path(catalogue, table, &name));
        }
    }
    for path in leftovers(catalogue, &after)? {
        let _ = fs::remove_file(path);
    }
    Ok((after, renewed))
}

/// Lists and journals of the plans before this one.
pub(crate) fn leftovers(catalogue: &Path, plan: &Plan) -> Result<Vec<PathBuf>> {
    let mut all = journal::logs(catalogue, None)?;
    let folder = catalogue.join("_plan");
    for entry in fs::read_dir(&folder).doing(&folder, "listing")? {
        let path = entry.doing(&folder, "listing")?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("inputs") {
            all.push(path);
        }
    }
    let current = journal::logs(catalogue, Some(plan.generation()))?;
    all.retain(|path| !current.contains(path) && *path != plan.list());
    Ok(all)
}

/// The inputs of a plan, by path.
struct Known {
    inputs: ChargedVec<One>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct One {
    path: u128,
    id: u64,
    size: u64,
    modified: i64,
    error: u64,
    seen: bool,
}

impl Known {
    fn of(plan: &Plan, budget: &Budget) -> Result<Self> {
        let mut inputs = ChargedVec::new(budget);
        inputs.room(usize::try_from(plan.found().inputs).unwrap_or(usize::MAX))?;
        for input in plan.inputs()? {
            let Input { id, path, size, modified, error } = input?;
            let (path, error) = (hash(&path), said(error.as_deref()));
            inputs.push(One { path, id, size, modified, error, seen: false })?;
        }
        inputs.as_mut_slice().sort_unstable();
        Ok(Self { inputs })
    }

    /// The number of what was found, and whether it is as it was. A path that is listed twice is found twice.
    fn find(&mut self, found: &Found) -> Option<(u64, bool)> {
        let path = hash(&found.path);
        let from = self.inputs.partition_point(|one| one.path < path);
        let of_path = self.inputs.as_mut_slice().get_mut(from..).unwrap_or_default();
        let mut of_path = of_path.iter_mut().take_while(|one| one.path == path);
        let one = of_path.find(|one| !one.seen)?;
        one.seen = true;
        let now = (found.size, found.modified, said(found.error.as_deref()));
        Some((one.id, (one.size, one.modified, one.error) == now))
    }

    fn unseen(&self) -> impl Iterator<Item = u64> {
        self.inputs.iter().filter(|one| !one.seen).map(|one| one.id)
    }
}

fn hash(path: &Path) -> u128 {
    let hash = blake3::hash(path.as_os_str().as_encoded_bytes());
    u128::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

fn said(error: Option<&str>) -> u64 {
    error.map_or(0, |error| XxHash3_64::oneshot(error.as_bytes()))
}
