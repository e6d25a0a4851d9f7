//! What was done, in records that last: a run that was ended at any point goes on from them.
//!
//! A record is a line: 16 hexadecimal digits of the xxh3 of what follows, a space, a JSON object. A line that was cut or does not
//! agree with its digits ends the journal; nothing behind it counts.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use stream_core::{Error, ErrorKind, Result};
use stream_memory::Budget;
use twox_hash::XxHash3_64;

use crate::bits::Bits;
use crate::fault::Doing as _;
use crate::files::{finish, make_folder, sync_folder, unfinished};
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
    pub(crate) fn open(
        catalogue: &Path,
        shard: Shard,
        plan: &Plan,
        budget: &Budget,
    ) -> Result<Self> {
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
        let mut first = None;
        let good = each(&mut BufReader::new(&mut file), &path, budget, &mut |record| {
            first.get_or_insert(record);
            Ok(())
        })?;
        file.set_len(good).doing(&path, "cutting off what is not whole")?;
        let begin = begin(plan);
        let mut journal = Self { file, path };
        match first {
            None => journal.add(&begin)?,
            Some(first) if first == begin => {}
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
    all(catalogue, plan, budget, &mut |record| {
        match record {
            Record::Begin { .. } => {}
            Record::Attempt { id, kind, stage, message, signal } => {
                let stage = STAGES.into_iter().find(|known| *known == stage).unwrap_or("open");
                let fault = Fault { kind, message, stage, signal, entry: None, offset: None };
                past.attempts.entry(id).or_default().push(fault);
            }
            Record::Part { name, ids, entries, .. } => {
                for id in ids.iter().flat_map(|&(first, last)| first..=last) {
                    past.done.insert(id);
                }
                past.parts.push(name);
                past.entries = past.entries.saturating_add(entries);
            }
        }
        Ok(())
    })?;
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

/// Gives the records of all journals of a plan, but for those that begin one and for parts that are gone.
fn all(catalogue: &Path, plan: &Plan, budget: &Budget, act: Act<'_>) -> Result<()> {
    let begin = begin(plan);
    for path in logs(catalogue, Some(plan.generation()))? {
        let file = File::open(&path).doing(&path, "opening")?;
        let mut first = true;
        each(&mut BufReader::new(file), &path, budget, &mut |record| {
            if std::mem::take(&mut first) && record != begin {
                return Err(of_another(&path));
            }
            match &record {
                Record::Begin { .. } => Ok(()),
                Record::Part { name, sizes, .. } if !is_there(catalogue, name, *sizes) => Ok(()),
                _ => act(record),
            }
        })?;
    }
    Ok(())
}

/// Writes the journal that the plan `after` begins with: of each record of `plan` what `change` makes of it.
pub(crate) fn carry(
    catalogue: &Path,
    (plan, after): (&Plan, &Plan),
    budget: &Budget,
    change: &mut dyn FnMut(Record) -> Result<Option<Record>>,
) -> Result<()> {
    make_folder(&folder(catalogue))?;
    let path = folder(catalogue).join(log(after.generation(), "kept"));
    let file = File::create(unfinished(&path)).doing(&path, "creating")?;
    let mut out = BufWriter::new(&file);
    let mut put = |record| out.write_all(line(&record, &path)?.as_bytes()).doing(&path, "writing");
    put(begin(after))?;
    all(catalogue, plan, budget, &mut |record| change(record)?.map_or(Ok(()), &mut put))?;
    out.flush().doing(&path, "writing")?;
    drop(out);
    finish(&file, &path)
}

fn begin(plan: &Plan) -> Record {
    Record::Begin { plan: plan.checksum().to_owned() }
}

fn line(record: &Record, path: &Path) -> Result<String> {
    let text = serde_json::to_string(record)
        .map_err(|e| Error::new(ErrorKind::Io, format!("{}: {e}", path.display())))?;
    Ok(format!("{:016x} {text}\n", XxHash3_64::oneshot(text.as_bytes())))
}

/// What is done with a record.
type Act<'a> = &'a mut dyn FnMut(Record) -> Result<()>;

/// Gives the whole records at the beginning of a journal one after another, each charged while it is looked at; says where they
/// end.
fn each(from: &mut dyn BufRead, path: &Path, budget: &Budget, act: Act<'_>) -> Result<u64> {
    let mut good = 0u64;
    let mut bytes = Vec::new();
    let mut held = budget.reserve(0)?;
    loop {
        bytes.clear();
        // a line grows by what was read ahead, and is charged before
        while !bytes.ends_with(b"\n") {
            let ahead = from.fill_buf().doing(path, "reading")?;
            let end = ahead.iter().position(|b| *b == b'\n');
            let more = end.map_or(ahead.len(), |end| end.saturating_add(1));
            let Some(more) = ahead.get(..more).filter(|more| !more.is_empty()) else { break };
            let needed = bytes.len().saturating_add(more.len()).saturating_mul(TIMES);
            let needed = u64::try_from(needed).unwrap_or(u64::MAX);
            if needed > held.bytes() {
                held.resize(needed).map_err(|e| {
                    let message = format!("{}: the record at byte {good}: {e}", path.display());
                    Error::new(ErrorKind::OverBudget, message).with_source(e)
                })?;
            }
            bytes.extend_from_slice(more);
            let read = more.len();
            from.consume(read);
        }
        let Some(record) = record(&bytes) else { return Ok(good) };
        act(record)?;
        good = good.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
    }
}

/// What a line takes, by its bytes: the line, with room to grow; its text as numbers, of which the shortest has six bytes where
/// sixteen are held, with room to grow.
const TIMES: usize = 8;

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

    fn records(mut bytes: &[u8], memory: u64) -> (Vec<Record>, u64) {
        let mut records = Vec::new();
        let budget = Budget::new("journal", memory);
        let good = each(&mut bytes, Path::new("j"), &budget, &mut |record| {
            records.push(record);
            Ok(())
        });
        (records, good.unwrap())
    }

    #[test]
    fn a_journal_of_any_length_is_read_in_the_room_of_its_longest_line() {
        let mut bytes = Vec::new();
        for n in 0..5000 {
            let (name, ids) = (format!("{n:06}"), vec![(n, n)]);
            let part = Record::Part { name, ids, entries: 1, sizes: [n, 2] };
            bytes.extend(line(&part, Path::new("j")).unwrap().into_bytes());
        }
        assert!(bytes.len() > 400_000);
        assert_eq!(records(&bytes, 1 << 10).0.len(), 5000);
        let budget = Budget::new("journal", 512);
        let refused = each(&mut &bytes[..], Path::new("j"), &budget, &mut |_| Ok(()));
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::OverBudget);
        assert!(refused.message().starts_with("j: the record at byte 0: "), "{refused}");
    }

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
            let (found, good) = records(&bytes[..cut], 1 << 20);
            let whole = cut as u64 >= end;
            assert_eq!((found.len(), good), if whole { (1, end) } else { (0, 0) }, "cut at {cut}");
        }
        assert_eq!(records(&bytes, 1 << 20).0, [first.clone(), second]);
        let mut flipped = bytes.clone();
        flipped[end as usize + 20] ^= 1;
        assert_eq!(records(&flipped, 1 << 20).0, [first]);
    }

    #[test]
    fn numbers_in_a_row_are_one_range() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
    }
}
