//! One line a row: the elements along the last axis; one element of a struct.

use std::io::Write;

use stream_core::{Array, Chunk, DType};

use super::Sink;
use crate::output::element;

/// Rows as csv or JSON lines.
pub(super) struct Rows {
    csv: bool,
    /// Elements in a row; 1 where the shape is not known.
    width: u64,
    at: u64,
    begun: bool,
}

impl Rows {
    pub(super) fn csv() -> Self {
        Self { csv: true, width: 1, at: 0, begun: false }
    }

    pub(super) fn jsonl() -> Self {
        Self { csv: false, width: 1, at: 0, begun: false }
    }

    /// Before the first element: a header for structs.
    fn first(&mut self, out: &mut dyn Write, dtype: &DType) -> std::io::Result<()> {
        self.begun = true;
        if !matches!(dtype, DType::Struct(_)) {
            return Ok(());
        }
        self.width = 1;
        if self.csv {
            let mut names = Vec::new();
            element::columns(dtype, "", &mut names);
            element::header(out, &names)?;
        }
        Ok(())
    }
}

impl Sink for Rows {
    fn begin(&mut self, out: &mut dyn Write, array: Option<&Array>) -> anyhow::Result<()> {
        (self.at, self.width, self.begun) = (0, 1, false);
        if let Some(array) = array {
            if let [.., _, width] = *array.shape {
                self.width = width.max(1);
            }
            self.first(out, &array.dtype)?;
        }
        Ok(())
    }

    fn chunk(&mut self, out: &mut dyn Write, chunk: &Chunk) -> anyhow::Result<()> {
        if !self.begun {
            self.first(out, chunk.dtype())?;
        }
        let object = matches!(chunk.dtype(), DType::Struct(_));
        let (open, close): (&[u8], &[u8]) = match (self.csv, object) {
            (true, _) => (b"", b"\n"),
            (false, true) => (b"", b"\n"),
            (false, false) => (b"[", b"]\n"),
        };
        for item in chunk.iter() {
            out.write_all(if self.at == 0 { open } else { b"," })?;
            if self.csv {
                element::csv(out, item?)?;
            } else {
                element::json(out, item?)?;
            }
            self.at = self.at.saturating_add(1);
            if self.at == self.width {
                self.at = 0;
                out.write_all(close)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.at > 0 {
            out.write_all(if self.csv { b"\n" } else { b"]\n" })?;
        }
        Ok(())
    }
}
