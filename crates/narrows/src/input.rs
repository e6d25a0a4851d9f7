//! Files given on the command line.

use std::ops::{Deref, DerefMut};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stream_core::{Reader, Result};
use stream_factory::{Detection, Looked, look_path, open_with, standard_input};
use stream_worker::{Remote, Task};

use crate::cli::When;
use crate::session::Session;

/// A reader, wherever it reads, and how its format was found. Used as the reader it holds.
pub(crate) struct Opened {
    reader: Where,
    detection: Detection,
}

enum Where {
    Here(Box<dyn Reader>),
    Worker(Box<Remote>),
}

impl Opened {
    fn here(opened: stream_factory::Opened) -> Self {
        let detection = *opened.detection();
        Self { reader: Where::Here(opened.into_reader()), detection }
    }

    /// Which format, and why.
    pub(crate) fn detection(&self) -> &Detection {
        &self.detection
    }

    /// Runs a task where the reader is. To be called before an entry was read.
    pub(crate) fn call(&mut self, task: &Task, input: &[u8]) -> Result<Vec<u8>> {
        match &mut self.reader {
            Where::Here(reader) => (task.run)(&mut **reader, input),
            Where::Worker(remote) => remote.call(task.name, input),
        }
    }
}

impl Deref for Opened {
    type Target = dyn Reader;
    fn deref(&self) -> &Self::Target {
        match &self.reader {
            Where::Here(reader) => &**reader,
            Where::Worker(remote) => &**remote,
        }
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match &mut self.reader {
            Where::Here(reader) => &mut **reader,
            Where::Worker(remote) => &mut **remote,
        }
    }
}

/// Opens a FILE argument; `-` is standard input.
pub(crate) fn open(session: &Session, file: &Path) -> Result<Opened> {
    let options = session.options();
    if file == Path::new("-") {
        return open_with(standard_input(&options)?, &options).map(Opened::here);
    }
    let looked = look_path(file, &options)?;
    if !isolated(session, &looked)? {
        return looked.open().map(Opened::here);
    }
    let detection = *looked.detection();
    let remote = Box::new(session.workers().open(looked)?);
    Ok(Opened { reader: Where::Worker(remote), detection })
}

/// Whether a file is read in a worker. Streams are not, nor what is looked at through gzip: they only go forward, and whatever
/// enters a C library needs more.
fn isolated(session: &Session, looked: &Looked) -> Result<bool> {
    let source = looked.context().source();
    let a_file = source.descriptor().is_some() && !looked.detection().gzip;
    Ok(a_file
        && looked.is_compiled_in()
        && match session.isolate() {
            When::Always => true,
            When::Never => false,
            When::Auto => looked.enters_library()?,
        })
}

/// The name under which messages speak of it.
pub(crate) fn name(file: &Path) -> String {
    if file == Path::new("-") {
        "standard input".to_owned()
    } else {
        crate::output::human::clean(&file.to_string_lossy())
    }
}

/// The path in JSON: as it is, with bytes that are not UTF-8 percent-escaped.
pub(crate) fn path(file: &Path) -> String {
    let mut text = String::new();
    for piece in file.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(piece.valid());
        for byte in piece.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
