//! Cues as text, JSON lines or csv.

use std::io::{self, Write};

use stream_core::{Entry, Value};

use crate::cli::{Cat, To};
use crate::output::{Out, element, json};

/// Writes cues one by one.
pub(super) struct Cues {
    to: Option<To>,
    header: bool,
}

impl Cues {
    pub(super) fn new(to: Option<To>) -> Self {
        Self { to, header: false }
    }

    /// Whether cues are written from their facts; other forms take their bytes.
    pub(super) fn takes(&self, cat: &Cat) -> bool {
        matches!(self.to, None | Some(To::Jsonl | To::Csv))
            && cat.form.is_none()
            && cat.region.is_none()
    }

    pub(super) fn write(&mut self, out: &mut Out, cue: &Entry) -> io::Result<()> {
        match self.to {
            Some(To::Jsonl) => {
                json::map(out, cue.fields().iter())?;
                out.write_all(b"\n")
            }
            Some(To::Csv) => self.row(out, cue),
            _ => {
                let text = cue.fields().get("text").and_then(|v| v.as_str()).unwrap_or_default();
                out.write_all(text.as_bytes())?;
                out.write_all(b"\n\n")
            }
        }
    }

    /// RFC 4180; the columns are start, end, id and text.
    fn row(&mut self, out: &mut Out, cue: &Entry) -> io::Result<()> {
        if !self.header {
            self.header = true;
            out.write_all(b"start,end,id,text\r\n")?;
        }
        for (i, key) in ["start", "end", "id", "text"].into_iter().enumerate() {
            if i > 0 {
                out.write_all(b",")?;
            }
            match cue.fields().get(key) {
                Some(Value::Time(t)) => write!(out, "{t}")?,
                Some(Value::Text(text)) => element::quoted(out, text)?,
                _ => {}
            }
        }
        out.write_all(b"\r\n")
    }
}
