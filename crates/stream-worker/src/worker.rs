//! A worker process, ready for one file after another.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Weak};

use stream_core::{Error, ErrorKind, Result};
use stream_factory::{Looked, Options, look_path};

use crate::board::Board;
use crate::codec::{Opening, Put, put_opening};
use crate::executable::Settings;
use crate::held::{Held, share_of};
use crate::process::Process;
use crate::remote::Remote;
use crate::wire;
use crate::workers::Lease;

/// A process that reads files, one at a time. Dropping it ends the process, unless a [`Remote`] still reads.
pub struct Worker {
    process: Arc<Process>,
    current: Weak<Held>,
}

/// Bytes of entries that cross together, at most: many enough that their crossing costs little beside them, few enough to be
/// nothing beside a budget.
const BATCH: u64 = 64 << 10;

impl Worker {
    /// Starts a worker.
    ///
    /// # Errors
    /// `Io` when the process cannot be started.
    pub fn spawn(settings: &Settings) -> Result<Self> {
        Ok(Self { process: Process::spawn(settings)?, current: Weak::new() })
    }

    /// Opens a file in the worker.
    ///
    /// # Errors
    /// As [`Worker::open_looked`], and as [`look_path`].
    pub fn open(&mut self, path: impl AsRef<Path>, options: &Options) -> Result<Remote> {
        self.open_looked(look_path(path, options)?)
    }

    /// Opens a file whose format is known already. The worker gets the open file, so that no name is looked up again, and three
    /// parts of four of what is free of the budget.
    ///
    /// # Errors
    /// `Request` while the file before is still open, `Unsupported` for a source that is no file or is looked at through gzip,
    /// `Crashed`, `Timeout`, and what the format's reader says.
    pub fn open_looked(&mut self, looked: Looked) -> Result<Remote> {
        if self.current.upgrade().is_some() {
            return Err(Error::new(ErrorKind::Request, "the worker still reads another file"));
        }
        let opened =
            open(&self.process, &looked, (None, false)).map_err(|refused| refused.error)?;
        self.current = opened.held();
        Ok(opened)
    }

    /// The number of the process.
    pub fn id(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.process.id())
    }

    /// Whether the process runs, so that it can read another file.
    pub fn is_alive(&self) -> bool {
        self.process.is_alive()
    }

    /// The most memory that the process ever had resident, in bytes; `None` once it has ended.
    pub fn peak(&self) -> Option<u64> {
        self.process.peak()
    }
}

/// Why a file was not opened.
pub(crate) struct Refused {
    pub(crate) error: Error,
    /// Whether the worker had turned to this file.
    pub(crate) begun: bool,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, begun: true }
    }
}

/// Opens a file in a worker that has none open; to `list` it the worker begins at once, and gives nothing but entries and summary.
pub(crate) fn open(
    process: &Arc<Process>,
    looked: &Looked,
    (lease, list): (Option<Lease>, bool),
) -> Result<Remote, Refused> {
    let (detection, cx) = (*looked.detection(), looked.context().clone());
    let name = detection.format.name;
    let source = cx.source().clone();
    let (Some(file), Some(path)) = (source.descriptor(), source.path()) else {
        let message = "only files are read in a worker process";
        return Err(Error::new(ErrorKind::Unsupported, message).with_format(name).into());
    };
    let free = cx.budget().attainable();
    let share = cx.budget().reserve(share_of(free)).map_err(Error::from)?;
    let batch = free.saturating_sub(share.bytes()).div_ceil(8).min(BATCH);
    let batch = usize::try_from(batch).unwrap_or(0);
    let opening = Opening {
        path: path.to_owned(),
        format: name.to_owned(),
        threads: cx.most_threads(),
        chunk_size: cx.fixed_chunk_size(),
        settings: cx.settings().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        budget: share.bytes(),
        batch,
        list,
    };
    let board = Board::new(batch)
        .map_err(|e| Error::new(ErrorKind::Io, format!("a board for the worker: {e}")))?;
    let mut put = Put::new(cx.budget());
    put_opening(&mut put, &opening).map_err(Error::from)?;
    process.next_file();
    let held = Arc::new(Held::new(process.clone(), board, (cx, share), lease));
    let line = held.command(wire::OPEN, &put, &[file, held.board.fd()])?;
    drop(put);
    let opened = Remote::open(line, detection, list);
    process.set_idle(held.board.idle());
    opened.map_err(|error| Refused { error, begun: held.board.has_begun() || process.is_alive() })
}
