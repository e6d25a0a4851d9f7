//! What reading a file will need, before it is read.

use std::path::Path;
use std::time::{Duration, Instant};

use stream_core::{Descriptor, Entry, Kind, Reader, Result};
use stream_memory::monitor::Setup;
use stream_memory::strategy::{Choice, Estimate, Facts, PastPeaks, Situation};
use stream_memory::{Available, Settings};

use crate::open::look_path;
use crate::options::Options;

/// A file's format, the strategy for it, and what reading it will need.
#[derive(Clone, Copy, Debug)]
pub struct Estimated {
    /// Its format.
    pub format: &'static Descriptor,
    /// Its size, in bytes; `None` where it is not known.
    pub size: Option<u64>,
    /// What its arrays take when decoded, in bytes, where that could be told soon.
    pub decoded: Option<u64>,
    /// The strategy, and why.
    pub choice: Choice,
    /// What is to be expected.
    pub estimate: Estimate,
}

/// How long a listing may take that only adds up sizes.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks at a file's structure, never at its data, and says what reading it will need. `past` is what others like it needed.
///
/// # Errors
/// As [`open_path`](crate::open_path).
pub fn estimate(path: impl AsRef<Path>, options: &Options, past: &PastPeaks) -> Result<Estimated> {
    let idle = resident().unwrap_or(0);
    let looked = look_path(path, options)?;
    let format = looked.detection().format;
    let cx = looked.context();
    let size = cx.source().size();
    let situation = Situation {
        size,
        available: Available::here().bytes,
        budget: cx.budget().limit(),
        threads: cx.most_threads(),
        tiers: Settings::current().tiers(),
    };
    let choice = situation.choose();
    let mut opened = looked.open()?;
    let decoded = decoded_size(&mut *opened, PATIENCE);
    let (name, overhead) = (format.name, format.overhead);
    let facts = Facts { format: name, size: size.unwrap_or(0), decoded, overhead, idle };
    let estimate = Estimate::of(&facts, &choice, past);
    Ok(Estimated { format, size, decoded, choice, estimate })
}

/// The bytes of all arrays of a reader that stands before its first entry, once decoded; `None` where there is none, or one
/// cannot be told, or the listing takes longer than `patience`.
pub fn decoded_size(reader: &mut dyn Reader, patience: Duration) -> Option<u64> {
    let start = Instant::now();
    let mut entry = reader.context().entry();
    let mut sum = None;
    loop {
        match reader.read_entry(&mut entry) {
            Ok(true) => {}
            Ok(false) => return sum,
            Err(_) => return None,
        }
        if let Some(bytes) = decoded(&entry) {
            sum = Some(bytes.saturating_add(sum.unwrap_or(0)));
        }
        if start.elapsed() > patience {
            return None;
        }
    }
}

/// Of arrays with data of their own: a table's columns are its rows seen otherwise.
fn decoded(entry: &Entry) -> Option<u64> {
    let array = entry.array().filter(|_| entry.has_data() && entry.kind() != Kind::Column)?;
    let each = u64::try_from(array.dtype.size()?).ok()?;
    array.shape.elements()?.checked_mul(each)
}

/// What this process has resident now.
fn resident() -> Option<u64> {
    let mut watcher = Setup::new().with_history(2).watcher().ok()?;
    watcher.step(|_| ());
    Some(watcher.latest().process.resident)
}
