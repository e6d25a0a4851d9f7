//! Files given on the command line.

use std::ops::{Deref, DerefMut};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stream_core::{Reader, Result};
use stream_factory::{Detection, open_path, open_with, standard_input};
use stream_worker::Task;

use crate::session::Session;

/// A reader, wherever it reads, and how its format was found. Used as the reader it holds.
pub(crate) struct Opened {
    reader: stream_factory::Opened,
}

impl Opened {
    /// Which format, and why.
    pub(crate) fn detection(&self) -> &Detection {
        self.reader.detection()
    }

    /// Runs a task where the reader is. To be called before an entry was read.
    #[allow(dead_code)] // statistics are its caller
    pub(crate) fn call(&mut self, task: &Task, input: &[u8]) -> Result<Vec<u8>> {
        (task.run)(&mut *self.reader, input)
    }
}

impl Deref for Opened {
    type Target = dyn Reader;
    fn deref(&self) -> &Self::Target {
        &*self.reader
    }
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.reader
    }
}

/// Opens a FILE argument; `-` is standard input.
pub(crate) fn open(session: &Session, file: &Path) -> Result<Opened> {
    let options = session.options();
    let reader = if file == Path::new("-") {
        open_with(standard_input(&options)?, &options)?
    } else {
        open_path(file, &options)?
    };
    Ok(Opened { reader })
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
