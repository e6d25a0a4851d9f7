//! Files given on the command line.

use std::ops::{Deref, DerefMut};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stream_core::{Error, ErrorKind, Reader, Result};
use stream_factory::{Detection, Looked, Options, look_path, open_with, standard_input};
use stream_memory::profile::{self, Span};
use stream_worker::{Executable, Remote, Task};

use crate::cli::When;
use crate::governing::wait_for_room;
use crate::session::Session;
use crate::worker;

/// A reader, wherever it reads, and how its format was found. Used as the reader it holds.
pub(crate) struct Opened {
    reader: Where,
    detection: Detection,
    /// The file's, on the thread that opened it.
    _span: Span,
}

enum Where {
    Here(Box<dyn Reader>),
    Worker(Box<Remote>),
}

impl Opened {
    fn new(reader: Where, detection: Detection) -> Self {
        Self { reader, detection, _span: profile::span_of("file", detection.format.name) }
    }

    fn here(opened: stream_factory::Opened) -> Self {
        let detection = *opened.detection();
        Self::new(Where::Here(opened.into_reader()), detection)
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

impl Drop for Opened {
    /// What a worker's profile counted is a part of this one's.
    fn drop(&mut self) {
        if let (true, Where::Worker(remote)) = (profile::is_on(), &mut self.reader)
            // of one that is no more nothing is known
            && let Ok(rows) = remote.profile()
        {
            profile::merge(&rows);
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
    open_with_options(session, file, &session.options_for(file))
}

/// The same, with more settings than the run's.
pub(crate) fn open_with_options(
    session: &Session,
    file: &Path,
    options: &Options,
) -> Result<Opened> {
    wait_for_room(session)?;
    if file == Path::new("-") {
        return open_with(standard_input(options)?, options).map(Opened::here);
    }
    let looked = look_path(file, options)?;
    session.begin(&looked);
    let Some(program) = program(session.isolate(), &looked)? else {
        return looked.open().map(Opened::here);
    };
    let detection = *looked.detection();
    let remote = Box::new(session.workers().open(&program, &looked)?);
    Ok(Opened::new(Where::Worker(remote), detection))
}

/// Which program reads a file, if not this process. Streams are read here, and what is looked at through gzip: they only go
/// forward, and whatever enters a C library needs more.
pub(crate) fn program(isolate: When, looked: &Looked) -> Result<Option<Executable>> {
    let source = looked.context().source();
    if source.descriptor().is_none() || looked.detection().gzip {
        return Ok(None);
    }
    let enters = !looked.is_compiled_in() || looked.enters_library()?;
    let helper = match isolate {
        When::Never => None,
        _ => decoder(looked)?,
    };
    let other = helper.or_else(|| enters.then(|| worker::for_library(looked))?);
    if enters && other.is_none() {
        let reader = worker::program(looked.detection().format.name);
        return reader.map_or(Ok(None), |program| Err(missing(looked, program)));
    }
    Ok(match isolate {
        When::Never if looked.is_compiled_in() && (!enters || looked.has_library()) => None,
        When::Never => return Err(elsewhere(looked)),
        When::Auto => other,
        When::Always => other.or_else(|| Some(worker::this())),
    })
}

/// The program that decodes what this one does not, where it is there. What is wrong with the file is told by whoever reads it.
fn decoder(looked: &Looked) -> Result<Option<Executable>> {
    let Some(program) = worker::for_decoder(looked) else { return Ok(None) };
    Ok(looked.lacks_decoder()?.then_some(program))
}

/// Its reader is not there.
fn missing(looked: &Looked, program: &str) -> Error {
    let format = looked.detection().format;
    let message = format!(
        "this is {}; rebuild with feature {:?} (its reader is {program}, which is not beside this program)",
        format.title, format.name
    );
    Error::new(ErrorKind::NotEnabled, message).with_format(format.name)
}

/// It is read in another process or not at all.
fn elsewhere(looked: &Looked) -> Error {
    let format = looked.detection().format;
    let program = worker::program(format.name).unwrap_or("another program");
    let message = format!("{} is read by {program}, in a process of its own", format.title);
    Error::new(ErrorKind::NotEnabled, message).with_format(format.name)
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
