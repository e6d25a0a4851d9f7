//! How results are written.

pub(crate) mod array;
pub(crate) mod human;
pub(crate) mod json;

use std::io::{BufWriter, StdoutLock};

/// Standard output behind a buffer of fixed size: results pass through in pieces and are never held whole.
pub(crate) type Out = BufWriter<StdoutLock<'static>>;

/// Enough that a line costs no system call.
const BUFFER: usize = 64 * 1024;

pub(crate) fn stdout() -> Out {
    BufWriter::with_capacity(BUFFER, std::io::stdout().lock())
}
