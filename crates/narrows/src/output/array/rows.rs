//! One line a row: the elements along the last axis.

use std::io::Write;

use stream_core::{Array, Chunk};

use super::{Number, Sink, numbers};
use crate::output::json;

/// Rows with their punctuation.
pub(super) struct Rows {
    open: &'static [u8],
    close: &'static [u8],
    quoted: bool,
    /// Elements in a row; 1 where the shape is not known.
    width: u64,
    at: u64,
}

impl Rows {
    pub(super) fn csv() -> Self {
        Self { open: b"", close: b"\n", quoted: false, width: 1, at: 0 }
    }

    pub(super) fn jsonl() -> Self {
        Self { open: b"[", close: b"]\n", quoted: true, width: 1, at: 0 }
    }
}

impl Sink for Rows {
    fn begin(&mut self, _: &mut dyn Write, array: Option<&Array>) -> anyhow::Result<()> {
        self.at = 0;
        self.width = 1;
        if let Some(array) = array
            && let [.., _, width] = *array.shape
        {
            self.width = width.max(1);
        }
        Ok(())
    }

    fn chunk(&mut self, mut out: &mut dyn Write, chunk: &Chunk) -> anyhow::Result<()> {
        let (width, quoted) = (self.width, self.quoted);
        let (open, close) = (self.open, self.close);
        let at = &mut self.at;
        numbers(chunk, |n| {
            out.write_all(if *at == 0 { open } else { b"," })?;
            match n {
                // integers beyond 2^53 and what is not finite are strings in JSON
                Number::Int(n) if quoted && n.unsigned_abs() > 1 << 53 => write!(out, "\"{n}\"")?,
                Number::Int(n) => out.write_all(itoa::Buffer::new().format(n).as_bytes())?,
                Number::Float(x) if quoted => json::float(&mut out, x)?,
                Number::Float(x) => write!(out, "{x}")?,
            }
            *at = at.saturating_add(1);
            if *at == width {
                *at = 0;
                out.write_all(close)?;
            }
            Ok(())
        })
    }

    fn end(&mut self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.at > 0 {
            out.write_all(self.close)?;
        }
        Ok(())
    }
}
