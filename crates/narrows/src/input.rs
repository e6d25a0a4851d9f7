//! Files given on the command line.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use stream_core::Result;
use stream_factory::{Opened, open_path, open_with, standard_input};

use crate::session::Session;

/// Opens a FILE argument; `-` is standard input.
pub(crate) fn open(session: &Session, file: &Path) -> Result<Opened> {
    let options = session.options();
    if file == Path::new("-") {
        return open_with(standard_input(&options)?, &options);
    }
    open_path(file, &options)
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
