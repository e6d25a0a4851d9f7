//! Files that are equal, by their digests.

use std::path::Path;

use arrow_array::Array as _;
use stream_core::{ChargedVec, Error, ErrorKind, Result};
use stream_memory::{Budget, Reservation};
use twox_hash::XxHash3_64;

use crate::part::{TABLES, part_path};
use crate::{Plan, journal, rows};

/// How many files are there more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Contents that several files have.
    pub groups: u64,
    /// Files that have them, but for the first of each.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
}

/// Files of the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their digest, as the table has it.
    pub digest: String,
    /// Bytes of each.
    pub size: u64,
    /// Their paths as the table has them, in the order of their numbers; at least two.
    pub paths: Vec<String>,
}

/// Counts files that are there more than once. Holds 16 bytes a file.
///
/// # Errors
/// `Io`, `Malformed`, `OverBudget`.
pub(crate) fn count(catalogue: &Path, parts: &[String], budget: &Budget) -> Result<Duplicates> {
    let all = keys(catalogue, parts, budget)?;
    let mut found = Duplicates::default();
    for run in all.chunk_by(|a, b| a == b) {
        let more = u64::try_from(run.len()).unwrap_or(0).saturating_sub(1);
        if let (Some((_, size)), true) = (run.first(), more > 0) {
            found.groups = found.groups.saturating_add(1);
            found.files = found.files.saturating_add(more);
            found.bytes = found.bytes.saturating_add(size.saturating_mul(more));
        }
    }
    Ok(found)
}

/// The files of a catalogue that are there more than once, those first of which most bytes are.
///
/// Holds 16 bytes a file, and the rows of duplicates.
///
/// # Errors
/// `Request` for a catalogue without digests; `Io`, `Malformed`, `OverBudget`.
pub fn duplicates(catalogue: &Path, budget: &Budget) -> Result<Vec<Group>> {
    let plan = Plan::open(catalogue)?;
    if plan.how().digest.is_none() {
        let message = format!("{}: was scanned without --digest", catalogue.display());
        return Err(Error::new(ErrorKind::Request, message));
    }
    let parts = journal::past(catalogue, &plan, budget)?.parts;
    let all = keys(catalogue, &parts, budget)?;
    let mut twice = ChargedVec::new(budget);
    for run in all.chunk_by(|a, b| a == b) {
        if let [first, _, ..] = run {
            twice.push(*first)?;
        }
    }
    drop(all);
    let mut held = hold(catalogue, &parts, &twice, budget)?;
    held.all.sort_unstable();
    let mut groups: Vec<Group> = Vec::new();
    for (digest, size, _, path) in held.all {
        match groups.last_mut() {
            Some(last) if last.digest == digest && last.size == size => last.paths.push(path),
            _ => groups.push(Group { digest, size, paths: vec![path] }),
        }
    }
    // two digests with one hash
    groups.retain(|group| group.paths.len() > 1);
    let waste = |group: &Group| {
        let more = u64::try_from(group.paths.len()).unwrap_or(0).saturating_sub(1);
        std::cmp::Reverse(group.size.saturating_mul(more))
    };
    groups.sort_by_cached_key(waste);
    Ok(groups)
}

/// What two equal files have in common: a hash of the digest, and the size.
type Key = (u64, u64);

fn key(digest: &str, size: u64) -> Key {
    (XxHash3_64::oneshot(digest.as_bytes()), size)
}

/// The keys of all files with a digest, sorted.
fn keys(catalogue: &Path, parts: &[String], budget: &Budget) -> Result<ChargedVec<Key>> {
    let mut all = ChargedVec::new(budget);
    for name in parts {
        rows::each(part_path(catalogue, TABLES[0], name), Some(&["size", "digest"]), |rows| {
            let (size, digest) = (rows.numbers("size")?, rows.texts("digest")?);
            for row in (0..rows.len()).filter(|row| digest.is_valid(*row)) {
                all.push(key(digest.value(row), size.value(row)))?;
            }
            Ok(())
        })?;
    }
    all.as_mut_slice().sort_unstable();
    Ok(all)
}

/// Rows that are held, and what they are charged.
struct Held {
    all: Vec<(String, u64, u64, String)>,
    _charges: Vec<Reservation>,
}

/// Digest, size, number and path of the files with these keys.
fn hold(catalogue: &Path, parts: &[String], keys: &[Key], budget: &Budget) -> Result<Held> {
    const COLUMNS: [&str; 4] = ["id", "path", "size", "digest"];
    let (mut all, mut charges) = (Vec::new(), Vec::new());
    for name in parts {
        rows::each(part_path(catalogue, TABLES[0], name), Some(&COLUMNS), |rows| {
            let (id, size) = (rows.numbers("id")?, rows.numbers("size")?);
            let (path, digest) = (rows.texts("path")?, rows.texts("digest")?);
            let wanted = |row: &usize| {
                let key = digest.is_valid(*row).then(|| key(digest.value(*row), size.value(*row)));
                key.is_some_and(|key| keys.binary_search(&key).is_ok())
            };
            let wanted: Vec<usize> = (0..rows.len()).filter(wanted).collect();
            let texts = wanted
                .iter()
                .map(|row| digest.value(*row).len().saturating_add(path.value(*row).len()));
            let each = size_of::<(String, u64, u64, String)>().saturating_mul(2);
            let bytes = texts.fold(each.saturating_mul(wanted.len()), usize::saturating_add);
            charges.push(budget.reserve(u64::try_from(bytes).unwrap_or(u64::MAX))?);
            for row in wanted {
                let (digest, path) = (digest.value(row).to_owned(), path.value(row).to_owned());
                all.push((digest, size.value(row), id.value(row), path));
            }
            Ok(())
        })?;
    }
    Ok(Held { all, _charges: charges })
}
