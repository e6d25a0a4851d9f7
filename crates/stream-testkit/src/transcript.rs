//! Everything a reader said about a file, to be compared.

use std::fmt::{self, Write};

use stream_core::{Entry, Error, ErrorKind, Summary};

use crate::describe;
use crate::digest::{Digest, Text};

/// What was delivered of an entry's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) digest: Digest,
    /// The error that ended it.
    pub(crate) error: Option<ErrorKind>,
}

impl Data {
    pub(crate) fn new(digest: Digest, error: Option<&Error>) -> Self {
        // how much comes before an error, and what it calls expected and found, is a matter of chunks
        let digest = if error.is_some() { Digest::default() } else { digest };
        Self { digest, error: error.map(Error::kind) }
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.digest, self.error)
    }
}

/// A name and a value, as text.
pub(crate) type Fact = (String, String);

/// What was said of one entry, its data included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) data_error: bool,
}

/// The entries in order, the summary and the error; the whole of it in words, for the few runs that are explained.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript {
    pub(crate) lines: Vec<Line>,
    pub(crate) summary: Vec<Fact>,
}

impl Transcript {
    pub(crate) fn entry(&mut self, entry: &Entry) {
        let mut facts = Vec::new();
        describe::entry(entry, &mut |name, value| facts.push((name.to_owned(), value.to_string())));
        self.lines.push(Line { path: entry.path().to_owned(), facts, data_error: false });
    }

    pub(crate) fn data(&mut self, at: usize, data: &Data) {
        if let Some(line) = self.lines.get_mut(at) {
            line.facts.push(("data".to_owned(), data.to_string()));
            line.data_error |= data.error.is_some();
        }
    }

    pub(crate) fn summary(&mut self, summary: &Summary) {
        describe::summary(summary, &mut |name, value| {
            self.summary.push((name.to_owned(), value.to_string()));
        });
    }

    pub(crate) fn failed(&mut self, failed: Option<&Error>) {
        let error = failed.map_or_else(|| "none".to_owned(), |e| format!("{} {e}", e.kind()));
        self.summary.push(("error".to_owned(), error));
    }
}

/// The same reduced to a hash per entry, for the thousands of runs that are only compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hashes {
    /// Of entries with their data.
    pub(crate) entries: Vec<u64>,
    /// Of entries without their data.
    pub(crate) facts: Vec<u64>,
    /// Of the summary and the error.
    pub(crate) end: u64,
}

impl Hashes {
    pub(crate) fn set(&mut self, at: usize, facts: u64, whole: u64) {
        let len = self.entries.len().max(at.saturating_add(1));
        for (all, hash) in [(&mut self.entries, whole), (&mut self.facts, facts)] {
            all.resize(len, 0);
            if let Some(slot) = all.get_mut(at) {
                *slot = hash;
            }
        }
    }
}

pub(crate) fn hash_entry(entry: &Entry) -> u64 {
    let mut text = Text::new();
    describe::entry(entry, &mut |name, value| fact(&mut text, name, value));
    text.finish()
}

pub(crate) fn hash_data(entry: u64, data: &Data) -> u64 {
    let mut text = Text::new();
    fact(&mut text, "data", format_args!("{entry} {data}"));
    text.finish()
}

pub(crate) fn hash_summary(summary: &Summary) -> u64 {
    let mut text = Text::new();
    describe::summary(summary, &mut |name, value| fact(&mut text, name, value));
    text.finish()
}

pub(crate) fn hash_end(summary: u64, failed: Option<&Error>) -> u64 {
    let mut text = Text::new();
    let _ = match failed {
        Some(e) => write!(text, "{summary} {} {e}", e.kind()),
        None => write!(text, "{summary}"),
    };
    text.finish()
}

fn fact(text: &mut Text, name: &str, value: fmt::Arguments<'_>) {
    // infallible: a hasher takes everything
    let _ = write!(text, "{}:{name}={value};", name.len());
}
