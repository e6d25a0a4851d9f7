//! Rows of whole files, on their way to a sink.

mod gather;
mod spool;

pub(crate) use gather::Gather;

use arrow_array::RecordBatch;
use stream_core::Result;

use crate::row::FileRow;
use crate::table::Files;
use spool::Spool;

/// Rows of files with all the rows of their entries: a sink takes all of it or nothing.
pub struct Block {
    files: Files,
    entries: Vec<RecordBatch>,
    spool: Option<Spool>,
}

impl Block {
    /// The files, in the order they were done.
    pub fn rows(&self) -> &[FileRow] {
        self.files.rows()
    }

    /// The files as a record batch, with the columns of the table `files`.
    ///
    /// # Errors
    /// `Io`, when Arrow cannot hold them.
    pub fn files(&self) -> Result<RecordBatch> {
        self.files.batch().map_err(arrow)
    }

    /// Their entries, with the columns of the table `entries`. Those of a file with very many come from disk, piece by piece.
    ///
    /// # Errors
    /// `Io`, when they cannot be read back.
    pub fn entries(&self) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
        let spooled = self.spool.as_ref().map(Spool::batches).transpose()?;
        Ok(self.entries.iter().cloned().map(Ok).chain(spooled.into_iter().flatten()))
    }
}

pub(crate) fn arrow(e: arrow_schema::ArrowError) -> stream_core::Error {
    stream_core::Error::new(stream_core::ErrorKind::Io, format!("record batch: {e}"))
}
