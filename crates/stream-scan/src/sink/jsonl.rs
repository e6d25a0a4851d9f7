//! Rows as JSON lines.

use std::io::Write;
use std::path::Path;

use stream_core::Result;

use super::Sink;
use crate::Block;
use crate::canonical::line;
use crate::fault::Doing as _;

/// Writes each row as a line: `{"entry":{…}}` for the entries of some files, then `{"file":{…}}` for each of these files. What
/// is null has no key.
pub struct JsonLines<W> {
    out: W,
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes to `out`, which is best buffered.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// What it wrote to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write + Send> Sink for JsonLines<W> {
    fn take(&mut self, block: &Block) -> Result<()> {
        let at = Path::new("JSON lines");
        for batch in block.entries()? {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                writeln!(self.out, "{{\"entry\":{}}}", line(&batch, row, &[]))
                    .doing(at, "writing")?;
            }
        }
        let batch = block.files()?;
        for row in 0..batch.num_rows() {
            writeln!(self.out, "{{\"file\":{}}}", line(&batch, row, &[])).doing(at, "writing")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush().doing(Path::new("JSON lines"), "writing")
    }
}
