//! What was gathered, by span and format.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::allocator::{self, Refusal};
use crate::json;
use crate::size::Bytes;

use super::tally::Tally;

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) span: &'static str,
    /// Empty where there is none.
    pub(super) format: &'static str,
}

impl Key {
    /// Whether it is the same, which is seen soonest by where the names lie.
    #[inline]
    pub(super) fn is(self, other: Key) -> bool {
        let same = |a: &'static str, b: &'static str| ptr::eq(a, b) || a == b;
        same(self.span, other.span) && same(self.format, other.format)
    }

    /// A number by where the names lie, whose lowest bits differ for most pairs of keys.
    #[inline]
    pub(super) fn place(self) -> usize {
        // 2^32 by the golden ratio: neighbours end far from one another
        const SPREAD: usize = 0x9e37_79b9;
        let at = self.span.as_ptr().addr() ^ self.format.as_ptr().addr().rotate_left(8);
        at.wrapping_mul(SPREAD) >> 16
    }
}

/// What one entering of a span came to, or several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) count: u64,
    pub(super) allocated: u64,
    pub(super) freed: u64,
    pub(super) peak: u64,
    pub(super) time: Duration,
}

impl Use {
    #[inline]
    pub(super) fn add(&mut self, other: Use) {
        self.count = self.count.saturating_add(other.count);
        self.allocated = self.allocated.saturating_add(other.allocated);
        self.freed = self.freed.saturating_add(other.freed);
        self.peak = self.peak.max(other.peak);
        self.time = self.time.saturating_add(other.time);
    }
}

/// What one span of one format came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The span's name.
    pub span: String,
    /// The format that was read; empty where none was named.
    pub format: String,
    /// How often it was entered.
    pub count: u64,
    /// Bytes allocated by the threads that were in it.
    pub allocated: u64,
    /// Bytes freed by them, whoever had allocated those.
    pub freed: u64,
    /// The most bytes that one entering held at once beyond what its thread held before.
    pub peak: u64,
    /// The time that threads spent in it, added up.
    pub time: Duration,
}

impl Row {
    /// Bytes allocated in the span and not freed in it: what it left behind, or handed to others. Below zero where it freed
    /// what others had allocated.
    pub fn live(&self) -> i64 {
        let live = i128::from(self.allocated).saturating_sub(i128::from(self.freed));
        i64::try_from(live).unwrap_or(if live < 0 { i64::MIN } else { i64::MAX })
    }
}

/// What was gathered: a row a span and format, the most time first.
///
/// Displayed as a table for people; [`json`](Table::json) is for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Whether bytes were counted, and if not, why: then they are all zero.
    pub bytes: Result<(), Refusal>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Rows of this process; more than these are counted as [`OTHER`].
const MOST_ROWS: usize = 4096;
/// The span whose row stands for all that have none of their own.
const OTHER: Key = Key { span: "other", format: "" };

static ROWS: OnceLock<Mutex<Rows>> = OnceLock::new();
/// How often the table was reset; changed only while it is locked.
static GENERATION: AtomicU64 = AtomicU64::new(0);

#[derive(Default)]
struct Rows {
    /// Of threads that have ended, and what their tallies had no room for.
    ours: HashMap<Key, Use>,
    /// Of other processes, whose names are not static here.
    theirs: HashMap<(String, String), Use>,
    /// Of the threads that run.
    tallies: Vec<Arc<Tally>>,
}

impl Rows {
    fn add(&mut self, key: Key, used: Use) {
        let known = self.ours.len() < MOST_ROWS || self.ours.contains_key(&key);
        self.ours.entry(if known { key } else { OTHER }).or_default().add(used);
    }
}

fn rows() -> MutexGuard<'static, Rows> {
    ROWS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn add(key: Key, used: Use) {
    rows().add(key, used);
}

/// Which table there is now.
#[inline]
pub(super) fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// A tally for the calling thread, whose rows are part of the table from now on.
pub(super) fn tally() -> Arc<Tally> {
    let tally = Arc::<Tally>::default();
    rows().tallies.push(tally.clone());
    tally
}

/// Keeps the rows of a tally whose thread ends.
pub(super) fn close(tally: &Arc<Tally>) {
    let mut rows = rows();
    for (key, used) in tally.rows(generation()) {
        rows.add(key, used);
    }
    rows.tallies.retain(|other| !Arc::ptr_eq(other, tally));
}

pub(super) fn merge(more: &[Row]) {
    let mut rows = rows();
    for row in more {
        if rows.theirs.len() >= MOST_ROWS {
            break;
        }
        let Row { count, allocated, freed, peak, time, .. } = *row;
        let used = Use { count, allocated, freed, peak, time };
        rows.theirs.entry((row.span.clone(), row.format.clone())).or_default().add(used);
    }
}

pub(super) fn reset() {
    let mut rows = rows();
    GENERATION.fetch_add(1, Ordering::Relaxed);
    rows.ours.clear();
    rows.theirs.clear();
}

pub(super) fn gathered() -> Table {
    let mut all = HashMap::<(String, String), Use>::new();
    {
        let rows = rows();
        let running = rows.tallies.iter().flat_map(|tally| tally.rows(generation()));
        for (key, used) in rows.ours.iter().map(|(key, used)| (*key, *used)).chain(running) {
            all.entry((key.span.to_owned(), key.format.to_owned())).or_default().add(used);
        }
        for (key, used) in &rows.theirs {
            all.entry(key.clone()).or_default().add(*used);
        }
    }
    let mut rows: Vec<_> = all
        .into_iter()
        .map(|((span, format), used)| {
            let Use { count, allocated, freed, peak, time } = used;
            Row { span, format, count, allocated, freed, peak, time }
        })
        .collect();
    rows.sort_by(|a, b| {
        b.time.cmp(&a.time).then_with(|| (&a.span, &a.format).cmp(&(&b.span, &b.format)))
    });
    Table { bytes: allocator::thread().map(|_| ()), rows }
}

impl Table {
    /// The table as one JSON object: `allocator`, and `spans` with `span`, `format`, `count`, `seconds`, and where bytes
    /// are counted `allocated`, `freed`, `peak`, `live`, in bytes.
    pub fn json(&self) -> String {
        let mut object = json::Object::new();
        object.text("allocator", allocator::current().name());
        if let Err(why) = &self.bytes {
            object.text("bytes", &why.to_string());
        }
        object.list("spans", self.rows.iter().map(|row| self.row(row)));
        object.end()
    }

    fn row(&self, row: &Row) -> String {
        let mut object = json::Object::new();
        object.text("span", &row.span);
        if !row.format.is_empty() {
            object.text("format", &row.format);
        }
        object.number("count", row.count);
        object.float("seconds", row.time.as_secs_f64());
        if self.bytes.is_ok() {
            object.number("allocated", row.allocated);
            object.number("freed", row.freed);
            object.number("peak", row.peak);
            object.signed("live", row.live());
        }
        object.end()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = |of: fn(&Row) -> &str, least: usize| {
            self.rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).max(least)
        };
        let (span, format) = (widest(|row| &row.span, 4), widest(|row| &row.format, 6));
        write!(f, "{:span$}  {:format$}  {:>9}  {:>10}", "span", "format", "count", "seconds")?;
        if self.bytes.is_ok() {
            write!(f, "  {:>10}  {:>10}  {:>10}  {:>11}", "allocated", "freed", "peak", "live")?;
        }
        writeln!(f)?;
        for row in &self.rows {
            let seconds = row.time.as_secs_f64();
            write!(
                f,
                "{:span$}  {:format$}  {:>9}  {seconds:>10.3}",
                row.span, row.format, row.count
            )?;
            if self.bytes.is_ok() {
                let size = |bytes| Bytes(bytes).to_string();
                let live = row.live();
                let sign = if live < 0 { "-" } else { "" };
                let live = format!("{sign}{}", Bytes(live.unsigned_abs()));
                let (allocated, freed) = (size(row.allocated), size(row.freed));
                write!(f, "  {allocated:>10}  {freed:>10}  {:>10}  {live:>11}", size(row.peak))?;
            }
            writeln!(f)?;
        }
        if let Err(why) = &self.bytes {
            writeln!(f, "no bytes: {why}")?;
        }
        Ok(())
    }
}
