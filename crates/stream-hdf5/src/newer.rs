//! What HDF5 2.0 writes and an older library refuses: told as what it is, and what would read it.

use stream_core::{Error, ErrorKind};

use crate::ffi;
use crate::file::File;
use crate::storage::symbols::first_byte;

/// Messages of an object header whose version 5 HDF5 2.0 brought, with the bits by which the version is shifted in the first byte.
const MESSAGES: [(u16, u32, &str); 2] = [(0x08, 0, "data layout"), (0x03, 4, "datatype")];
const VERSION: u8 = 5;

/// The library's error for the object whose header stands at `address`, or in its place one that says that a newer library is needed.
pub(crate) fn explained(file: &File, address: u64, error: Error) -> Error {
    if error.kind() != ErrorKind::Malformed || ffi::release().first() >= Some(&2) {
        return error;
    }
    for (message, shift, name) in MESSAGES {
        let byte = first_byte(file.context(), file.addresses(), address, message);
        let version = byte.and_then(|byte| byte.checked_shr(shift));
        if version == Some(VERSION) {
            let text = format!(
                "{name} message of version {VERSION}: written by HDF5 2.0 or later, and {} is linked; \
                 a build with the feature `static` reads it",
                ffi::version()
            );
            let told = Error::new(ErrorKind::Unsupported, text).with_source(error);
            return told.at(file.base().saturating_add(address));
        }
    }
    error
}
