//! Rows of files as comma-separated values (RFC 4180).

use std::io::{self, Write};
use std::path::Path;

use arrow_array::RecordBatch;
use serde_json::Value;
use stream_core::Result;

use super::Sink;
use crate::Block;
use crate::canonical::cell;
use crate::fault::Doing as _;
use crate::table::FILES;

/// Writes the table `files`: a line of names, then a line a file. Lists are JSON; what is null is empty.
pub struct Csv<W> {
    out: W,
    begun: bool,
}

impl<W: Write + Send> Csv<W> {
    /// Writes to `out`, which is best buffered.
    pub fn new(out: W) -> Self {
        Self { out, begun: false }
    }

    /// What it wrote to.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let names: Vec<&str> = FILES.fields().iter().map(|field| field.name().as_str()).collect();
        writeln!(self.out, "{}", names.join(","))
    }

    fn rows(&mut self, batch: &RecordBatch) -> io::Result<()> {
        self.begin()?;
        for row in 0..batch.num_rows() {
            for (at, column) in batch.columns().iter().enumerate() {
                if at > 0 {
                    self.out.write_all(b",")?;
                }
                match cell(column, row) {
                    Value::Null => {}
                    Value::String(text) => quoted(&mut self.out, &text)?,
                    other => quoted(&mut self.out, &other.to_string())?,
                }
            }
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }
}

fn quoted(out: &mut impl Write, text: &str) -> io::Result<()> {
    if !text.contains([',', '"', '\n', '\r']) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}

impl<W: Write + Send> Sink for Csv<W> {
    fn take(&mut self, block: &Block) -> Result<()> {
        let batch = block.files()?;
        self.rows(&batch).doing(Path::new("CSV"), "writing")
    }

    fn finish(&mut self) -> Result<()> {
        self.begin().and_then(|()| self.out.flush()).doing(Path::new("CSV"), "writing")
    }
}
