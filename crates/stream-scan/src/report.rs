//! What a scan found, added up.

use std::collections::BTreeMap;

use crate::Duplicates;
use crate::row::{FileRow, Status};

/// Totals of a scan or of a catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Rows of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Entries in them, listed or not.
    pub entries: u64,
    /// Whether it was stopped before all was done.
    pub interrupted: bool,
    /// Files by status.
    pub statuses: BTreeMap<String, u64>,
    /// Files by kind of error.
    pub errors: BTreeMap<String, u64>,
    /// By format; files of none are under `none`.
    pub formats: BTreeMap<String, Share>,
    /// The ten files that took longest: seconds and path.
    pub slowest: Vec<(f64, String)>,
    /// The ten files that needed most memory: bytes and path.
    pub largest: Vec<(u64, String)>,
    /// Files that are there more than once: of a committed catalogue with digests.
    pub duplicates: Option<Duplicates>,
}

/// What a format's files come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Seconds that reading them took, added up over threads.
    pub elapsed: f64,
    /// The most memory that one needed.
    pub peak: u64,
}

/// How many of the slowest and largest are kept.
const KEPT: usize = 10;

/// What a report needs to know of a row.
pub(crate) struct Seen<'a> {
    pub(crate) path: &'a str,
    pub(crate) format: Option<&'a str>,
    pub(crate) status: &'a str,
    pub(crate) error: Option<&'a str>,
    pub(crate) size: u64,
    pub(crate) entries: u64,
    pub(crate) elapsed: f64,
    pub(crate) peak: u64,
}

impl Report {
    /// Files that were not read whole.
    pub fn broken(&self) -> u64 {
        let fine = self.statuses.get(Status::Ok.as_str()).copied().unwrap_or(0);
        self.files.saturating_sub(fine)
    }

    pub(crate) fn row(&mut self, row: &FileRow) {
        self.see(&Seen {
            path: &row.path.to_string_lossy(),
            format: row.format,
            status: row.status.as_str(),
            error: row.fault.as_ref().map(|f| f.kind.as_str()),
            size: row.size,
            entries: row.entries,
            elapsed: row.elapsed,
            peak: row.peak_memory,
        });
    }

    pub(crate) fn see(&mut self, row: &Seen<'_>) {
        let add = |to: &mut u64, more: u64| *to = to.saturating_add(more);
        add(&mut self.files, 1);
        add(&mut self.bytes, row.size);
        add(&mut self.entries, row.entries);
        count(&mut self.statuses, row.status);
        if let Some(error) = row.error {
            count(&mut self.errors, error);
        }
        let format = row.format.unwrap_or("none");
        if !self.formats.contains_key(format) {
            self.formats.insert(format.to_owned(), Share::default());
        }
        if let Some(share) = self.formats.get_mut(format) {
            add(&mut share.files, 1);
            add(&mut share.bytes, row.size);
            share.elapsed += row.elapsed;
            share.peak = share.peak.max(row.peak);
        }
        keep(&mut self.slowest, row.elapsed, row.path);
        keep(&mut self.largest, row.peak, row.path);
    }
}

fn count(of: &mut BTreeMap<String, u64>, name: &str) {
    match of.get_mut(name) {
        Some(n) => *n = n.saturating_add(1),
        None => drop(of.insert(name.to_owned(), 1)),
    }
}

fn keep<T: PartialOrd + Copy>(best: &mut Vec<(T, String)>, value: T, path: &str) {
    let at = best.partition_point(|(other, _)| *other >= value);
    if at < KEPT {
        best.insert(at, (value, path.to_owned()));
        best.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_largest_are_kept_in_order() {
        let mut best = Vec::new();
        for n in 0..30u64 {
            keep(&mut best, (n * 7) % 30, "p");
        }
        let kept: Vec<u64> = best.iter().map(|(n, _)| *n).collect();
        assert_eq!(kept, (20..30).rev().collect::<Vec<_>>());
    }
}
