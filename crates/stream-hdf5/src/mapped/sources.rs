//! The datasets that a virtual one is made of, opened as they are needed.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use stream_core::memory::Budget;
use stream_core::{Error, ErrorKind, Result};

use super::Chain;
use crate::dataset::{Dataset, Prepared};
use crate::file::File;

/// Files that stay open for the next slab: each takes a file descriptor and up to 3 MiB of the budget.
const FILES: usize = 4;
/// Datasets of a file that do.
const DATASETS: usize = 16;

/// Opens sources, and keeps the last ones.
#[derive(Debug)]
pub(super) struct Sources {
    own: File,
    chain: Chain,
    /// The one used last at the end.
    open: Mutex<Vec<Open>>,
}

#[derive(Debug)]
struct Open {
    name: String,
    file: File,
    datasets: Vec<(String, Arc<Prepared>)>,
}

impl Sources {
    /// The sources of a virtual dataset in `own`, which is the last of `chain`.
    pub(super) fn new(own: File, chain: Chain) -> Self {
        Self { own, chain, open: Mutex::default() }
    }

    /// What memory is charged to.
    pub(super) fn budget(&self) -> &Budget {
        self.own.context().budget()
    }

    /// Closes all that nobody reads.
    pub(super) fn close(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The dataset `dataset` of the file `file`; `.` is the virtual dataset's own.
    ///
    /// # Errors
    /// What opening gives: `Io` for a file that is not there, `Unsupported` for one that is not opened, `Unrecognized` for a dataset
    /// that is not there.
    pub(super) fn get(&self, file: &str, dataset: &str) -> Result<Arc<Prepared>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match self.find(&mut open, file, dataset) {
            // what others are kept open for is worth less
            Err(error) if error.kind() == ErrorKind::OverBudget && !open.is_empty() => {
                open.clear();
                self.find(&mut open, file, dataset)
            }
            found => found,
        }
    }

    fn find(&self, open: &mut Vec<Open>, name: &str, dataset: &str) -> Result<Arc<Prepared>> {
        let mut used = match open.iter().position(|open| open.name == name) {
            Some(at) => open.remove(at),
            None => {
                if open.len() >= FILES {
                    open.remove(0);
                }
                Open { name: name.to_owned(), file: self.open(name)?, datasets: Vec::new() }
            }
        };
        let found = used.get(dataset, &self.chain);
        open.push(used);
        found
    }

    fn open(&self, name: &str) -> Result<File> {
        if name == "." {
            return Ok(self.own.clone());
        }
        // what the library's own programs write for files beside this one
        let plain = name.strip_prefix("./").unwrap_or(name);
        File::open(self.own.context().related(Path::new(plain))?)
    }
}

impl Open {
    fn get(&mut self, dataset: &str, chain: &Chain) -> Result<Arc<Prepared>> {
        if let Some(at) = self.datasets.iter().position(|(path, _)| path == dataset) {
            let found = self.datasets.remove(at);
            let prepared = found.1.clone();
            self.datasets.push(found);
            return Ok(prepared);
        }
        let object = self.file.object_raw(dataset.as_bytes(), dataset)?;
        let opened = Dataset::open_in(object, chain).map_err(|(_, error)| error)?;
        let prepared = Arc::new(Prepared::new(&opened)?);
        if self.datasets.len() >= DATASETS {
            self.datasets.remove(0);
        }
        self.datasets.push((dataset.to_owned(), prepared.clone()));
        Ok(prepared)
    }
}

/// A name with `%b` as the number of a block, and `%%` as one percent sign; and whether it has a number.
pub(super) fn numbered(name: &[u8], block: u64) -> (String, bool) {
    let name = String::from_utf8_lossy(name);
    let (mut out, mut has, mut rest) = (String::new(), false, &*name);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('b') {
            out.push_str(&block.to_string());
            (has, rest) = (true, after);
        } else {
            out.push('%');
            rest = after.strip_prefix('%').unwrap_or(after);
        }
    }
    out.push_str(rest);
    (out, has)
}

/// Whether a source is not there, as the first after the last of numbered ones is.
pub(super) fn is_absent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io | ErrorKind::Unrecognized)
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn numbers_and_percent_signs_are_put_into_names() {
        assert_eq!(numbered(b"f-%b.h5", 12), ("f-12.h5".to_owned(), true));
        assert_eq!(numbered(b"100%%b %c%", 3), ("100%b %c%".to_owned(), false));
    }
}
