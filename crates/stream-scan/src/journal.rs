//! What was done, in records that last: a run that was ended at any point goes on from them.
//!
//! A record is a line: 16 hexadecimal digits of the xxh3 of what follows, a space, a JSON object. A line that was cut or does not
//! agree with its digits ends the journal; nothing behind it counts.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use stream_core::{Error, ErrorKind, Result};
use stream_memory::Budget;
use twox_hash::XxHash3_64;

use crate::bits::Bits;
use crate::fault::Doing as _;
use crate::files::{make_folder, sync_folder, write_whole};
use crate::part::{Done, TABLES, part_path};
use crate::row::{Fault, STAGES};
use crate::{Plan, Shard};

/// What a journal says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    /// Which plan it is about; the first of each journal.
    Begin { plan: String },
    /// A process that read a file died, and its parent saw it.
    Attempt { id: u64, kind: String, stage: String, message: String, signal: Option<String> },
    /// Both files of a part are there for good. `ids` are ranges: first and last.
    Part { name: String, ids: Vec<(u64, u64)>, entries: u64, sizes: [u64; 2] },
}

/// The journal of one share, open for more.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
}

/// What all journals of a catalogue say together.
pub(crate) struct Past {
    /// Inputs that have their rows.
    pub(crate) done: Bits,
    /// How often a process died of an input without a row.
    pub(crate) attempts: HashMap<u64, Vec<Fault>>,
    /// Names of the parts that count.
    pub(crate) parts: Vec<String>,
    /// Entries in them.
    pub(crate) entries: u64,
}

pub(crate) fn folder(catalogue: &Path) -> PathBuf {
    catalogue.join("_journal")
}

impl Journal {
    /// Opens the journal of a share, cuts off what was not written whole, and keeps other processes from it.
    pub(crate) fn open(catalogue: &Path, shard: Shard, plan: &Plan) -> Result<Self> {
        let folder = folder(catalogue);
        make_folder(&folder)?;
        let path = folder.join(log(plan.generation(), &shard.name()));
        let mut options = fs::OpenOptions::new();
        let opened = options.read(true).append(true).create(true).open(&path);
        let mut file = opened.doing(&path, "opening")?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let message = format!("{}: another process runs this share", path.display());
            return Err(Error::new(ErrorKind::Io, message));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).doing(&path, "reading")?;
        let (records, good) = records(&bytes);
        file.set_len(good).doing(&path, "cutting off what is not whole")?;
        let begin = Record::Begin { plan: plan.checksum().to_owned() };
        let mut journal = Self { file, path };
        match records.first() {
            None => journal.add(&begin)?,
            Some(first) if *first == begin => {}
            Some(_) => return Err(of_another(&journal.path)),
        }
        sync_folder(&folder)?;
        Ok(journal)
    }

    /// Adds a record; it lasts when this returns.
    pub(crate) fn add(&mut self, record: &Record) -> Result<()> {
        let line = line(record, &self.path)?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.doing(&self.path, "writing")
    }

    /// Adds that a part is done.
    pub(crate) fn part(&mut self, done: &Done) -> Result<()> {
        self.add(&Record::of(done))
    }
}

impl Record {
    /// That a part is done.
    pub(crate) fn of(done: &Done) -> Self {
        let ids = ranges(&done.ids);
        let (name, entries, sizes) = (done.name.clone(), done.entries, done.sizes);
        Self::Part { name, ids, entries, sizes }
    }
}

/// Reads all journals. A part whose files are gone, or are not as long as they were, does not count.
pub(crate) fn past(catalogue: &Path, plan: &Plan, budget: &Budget) -> Result<Past> {
    let mut past = Past {
        done: Bits::new(plan.numbers(), budget)?,
        attempts: HashMap::new(),
        parts: Vec::new(),
        entries: 0,
    };
    let begin = Record::Begin { plan: plan.checksum().to_owned() };
    for path in logs(catalogue, Some(plan.generation()))? {
        let bytes = fs::read(&path).doing(&path, "reading")?;
        let (records, _) = records(&bytes);
        if records.first().is_some_and(|first| *first != begin) {
            return Err(of_another(&path));
        }
        for record in records {
            match record {
                Record::Begin { .. } => {}
                Record::Attempt { id, kind, stage, message, signal } => {
                    let stage = STAGES.into_iter().find(|known| *known == stage).unwrap_or("open");
                    let fault = Fault { kind, message, stage, signal, entry: None, offset: None };
                    past.attempts.entry(id).or_default().push(fault);
                }
                Record::Part { name, ids, entries, sizes } => {
                    if !is_there(catalogue, &name, sizes) {
                        continue;
                    }
                    for id in ids.iter().flat_map(|&(first, last)| first..=last) {
                        past.done.insert(id);
                    }
                    past.parts.push(name);
                    past.entries = past.entries.saturating_add(entries);
                }
            }
        }
    }
    let done = &past.done;
    past.attempts.retain(|id, _| !done.contains(*id));
    Ok(past)
}

/// Whether both files of a part are as they were.
fn is_there(catalogue: &Path, name: &str, sizes: [u64; 2]) -> bool {
    TABLES.iter().zip(sizes).all(|(table, size)| {
        let facts = fs::metadata(part_path(catalogue, table, name));
        facts.is_ok_and(|facts| facts.len() == size)
    })
}

/// The file name of a journal of a plan that was made anew so often.
fn log(generation: u32, name: &str) -> String {
    match generation {
        0 => format!("{name}.log"),
        n => format!("g{n}-{name}.log"),
    }
}

/// The journals of a plan that was made anew so often, or of all.
pub(crate) fn logs(catalogue: &Path, generation: Option<u32>) -> Result<Vec<PathBuf>> {
    let wanted = |name: &str| match generation {
        None => true,
        Some(0) => !name.starts_with('g'),
        Some(n) => name.starts_with(&format!("g{n}-")),
    };
    let folder = folder(catalogue);
    let Ok(found) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut logs = Vec::new();
    for entry in found {
        let path = entry.doing(&folder, "listing")?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".log") && wanted(name) {
            logs.push(path);
        }
    }
    logs.sort();
    Ok(logs)
}

fn of_another(path: &Path) -> Error {
    let message = format!("{}: belongs to another plan than the one that is there", path.display());
    Error::new(ErrorKind::Request, message)
}

/// Journals that no other process writes while this is held.
pub(crate) struct Locked {
    _files: Vec<File>,
}

/// Keeps other processes from the journals of a plan.
///
/// # Errors
/// `Io` where one runs a share.
pub(crate) fn lock(catalogue: &Path, plan: &Plan) -> Result<Locked> {
    let mut files = Vec::new();
    for path in logs(catalogue, Some(plan.generation()))? {
        let file = File::open(&path).doing(&path, "opening")?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let message = format!("{}: another process runs this share", path.display());
            return Err(Error::new(ErrorKind::Io, message));
        }
        files.push(file);
    }
    Ok(Locked { _files: files })
}

/// The records of all journals of a plan, but for those that begin one and for parts that are gone.
pub(crate) fn all(catalogue: &Path, plan: &Plan) -> Result<Vec<Record>> {
    let mut all = Vec::new();
    for path in logs(catalogue, Some(plan.generation()))? {
        let bytes = fs::read(&path).doing(&path, "reading")?;
        all.extend(records(&bytes).0.into_iter().filter(|record| match record {
            Record::Begin { .. } => false,
            Record::Attempt { .. } => true,
            Record::Part { name, sizes, .. } => is_there(catalogue, name, *sizes),
        }));
    }
    Ok(all)
}

/// Writes the journal that a plan begins with.
pub(crate) fn write(catalogue: &Path, plan: &Plan, records: &[Record]) -> Result<()> {
    make_folder(&folder(catalogue))?;
    let path = folder(catalogue).join(log(plan.generation(), "kept"));
    let begin = Record::Begin { plan: plan.checksum().to_owned() };
    let mut text = String::new();
    for record in std::iter::once(&begin).chain(records) {
        text.push_str(&line(record, &path)?);
    }
    write_whole(&path, text.as_bytes())
}

fn line(record: &Record, path: &Path) -> Result<String> {
    let text = serde_json::to_string(record)
        .map_err(|e| Error::new(ErrorKind::Io, format!("{}: {e}", path.display())))?;
    Ok(format!("{:016x} {text}\n", XxHash3_64::oneshot(text.as_bytes())))
}

/// The whole records at the beginning of `bytes`, and where they end.
fn records(bytes: &[u8]) -> (Vec<Record>, u64) {
    let (mut records, mut good) = (Vec::new(), 0u64);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let Some(record) = record(line) else { break };
        records.push(record);
        good = good.saturating_add(u64::try_from(line.len()).unwrap_or(0));
    }
    (records, good)
}

fn record(line: &[u8]) -> Option<Record> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (digits, text) = text.split_once(' ')?;
    let right = u64::from_str_radix(digits, 16).ok()? == XxHash3_64::oneshot(text.as_bytes());
    serde_json::from_str(text).ok().filter(|_| right)
}

/// Sorted numbers as ranges.
fn ranges(ids: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &id in ids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(id) => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_ends_before_the_first_line_that_is_not_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let mut journal = Journal { file: File::create(&path).unwrap(), path: path.clone() };
        let first = Record::Begin { plan: "p".into() };
        let second =
            Record::Part { name: "n".into(), ids: vec![(0, 3)], entries: 9, sizes: [1, 2] };
        journal.add(&first).unwrap();
        let end = fs::metadata(&path).unwrap().len();
        journal.add(&second).unwrap();
        let bytes = fs::read(&path).unwrap();
        for cut in 0..bytes.len() {
            let (found, good) = records(&bytes[..cut]);
            let whole = cut as u64 >= end;
            assert_eq!((found.len(), good), if whole { (1, end) } else { (0, 0) }, "cut at {cut}");
        }
        assert_eq!(records(&bytes).0, [first.clone(), second]);
        let mut flipped = bytes.clone();
        flipped[end as usize + 20] ^= 1;
        assert_eq!(records(&flipped).0, [first]);
    }

    #[test]
    fn numbers_in_a_row_are_one_range() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
    }
}
