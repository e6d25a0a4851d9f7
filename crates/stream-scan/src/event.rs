//! What happens while a scan runs.

use std::path::Path;

use crate::row::FileRow;

/// Something that happened. Told from the thread that did it, which waits meanwhile.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The plan is there.
    Planned {
        /// Inputs in this share.
        inputs: u64,
        /// Bytes of the whole plan.
        bytes: u64,
        /// Inputs that an earlier run did.
        done: u64,
    },
    /// A file's row is made. It is not yet in a table.
    Read(&'a FileRow),
    /// A process that read a file died of it.
    Died {
        /// The file.
        path: &'a Path,
        /// The kind of error.
        kind: &'a str,
        /// How often by now.
        times: u32,
    },
    /// A part is there for good.
    Part {
        /// Rows of files in it.
        files: u64,
    },
}
