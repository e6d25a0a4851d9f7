//! What reading files needed before.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The highest memory that files of each format and size needed so far: a small table, kept in a file on request.
///
/// Sizes are put together by powers of two. At most [`PastPeaks::MOST`] rows are kept; those that were seen least
/// recently give way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastPeaks {
    rows: BTreeMap<(String, u8), Row>,
    /// Counts what was noted, to tell which row is the oldest.
    clock: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    runs: u64,
    peak: u64,
    last: u64,
    seen: u64,
}

/// What is known of a format and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// How many files it comes from.
    pub runs: u64,
    /// The highest resident memory of them, in bytes.
    pub peak: u64,
    /// That of the last one.
    pub last: u64,
}

/// The first line of the file.
const TITLE: &str = "narrows past peaks 1";

/// A class away, at most, a file is still about the same size: four times.
const NEAR: u8 = 2;

/// The longest file that is read, in bytes; one with all rows has some 80 KB.
const LONGEST: u64 = 1 << 20;

/// The longest name of a format that is kept, in bytes.
const NAME: usize = 32;

impl PastPeaks {
    /// The most rows that are kept.
    pub const MOST: usize = 1024;

    /// An empty table.
    pub fn new() -> PastPeaks {
        PastPeaks::default()
    }

    /// Notes that reading a file of this size took `peak` bytes. The name of a format is a word; anything else is not
    /// noted.
    pub fn note(&mut self, format: &str, size: u64, peak: u64) {
        if !is_name(format) {
            return;
        }
        self.clock = self.clock.saturating_add(1);
        let seen = self.clock;
        let row = self.rows.entry((format.to_owned(), class(size)));
        let row = row.or_insert(Row { runs: 0, peak: 0, last: 0, seen });
        *row = Row { runs: row.runs.saturating_add(1), peak: row.peak.max(peak), last: peak, seen };
        self.bound();
    }

    /// What files of this format and about this size needed; of several sizes near enough the nearest, the larger of two.
    pub fn find(&self, format: &str, size: u64) -> Option<Past> {
        let wanted = class(size);
        let near = (0..=NEAR).flat_map(|d| [wanted.saturating_add(d), wanted.saturating_sub(d)]);
        let mut found = near.filter_map(|class| self.rows.get(&(format.to_owned(), class)));
        found.next().map(|row| Past { runs: row.runs, peak: row.peak, last: row.last })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Reads a table. Lines that are not understood are left out: a broken file costs what it knew, and no more. One that
    /// does not exist is empty.
    ///
    /// # Errors
    /// What the system says when an existing file cannot be read.
    pub fn load(path: &Path) -> io::Result<PastPeaks> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(PastPeaks::new()),
            Err(e) => return Err(e),
        };
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(PastPeaks::parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Writes the table: beside the file first, then in its place, so that whoever reads sees one or the other. Of two who
    /// save at once, the later wins.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let beside = path.with_file_name(name);
        let mut file = File::create(&beside)?;
        let written = file.write_all(self.text().as_bytes()).and_then(|()| file.sync_all());
        let moved = written.and_then(|()| std::fs::rename(&beside, path));
        if moved.is_err() {
            // the first error is the one to tell
            let _ = std::fs::remove_file(&beside);
        }
        moved
    }

    fn text(&self) -> String {
        let mut text = format!("{TITLE}\n# format, log2 of the size, runs, peak, last, order\n");
        for ((format, class), row) in &self.rows {
            let Row { runs, peak, last, seen } = row;
            text.push_str(&format!("{format}\t{class}\t{runs}\t{peak}\t{last}\t{seen}\n"));
        }
        text
    }

    fn parse(text: &str) -> PastPeaks {
        let mut past = PastPeaks::new();
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return past;
        }
        for (key, row) in lines.filter_map(parse_row) {
            past.clock = past.clock.max(row.seen);
            past.rows.insert(key, row);
            past.bound();
        }
        past
    }

    fn bound(&mut self) {
        if self.rows.len() > Self::MOST {
            let oldest = self.rows.iter().min_by_key(|(_, row)| row.seen);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.rows.remove(&key);
            }
        }
    }
}

fn parse_row(line: &str) -> Option<((String, u8), Row)> {
    let mut fields = line.split('\t');
    let format = fields.next().filter(|name| is_name(name))?;
    let class: u8 = fields.next()?.parse().ok().filter(|class| *class <= 64)?;
    let mut number = || fields.next()?.parse::<u64>().ok();
    let row = Row { runs: number()?, peak: number()?, last: number()?, seen: number()? };
    let sound = row.runs > 0 && row.peak >= row.last && fields.next().is_none();
    sound.then(|| ((format.to_owned(), class), row))
}

fn is_name(name: &str) -> bool {
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    word && !name.is_empty() && name.len() <= NAME
}

/// Sizes of a class differ by less than two times: the bits of the number.
fn class(size: u64) -> u8 {
    let bits = u64::BITS.saturating_sub(size.leading_zeros());
    u8::try_from(bits).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
