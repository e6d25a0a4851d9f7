//! The reader, good but for its fault.

use std::sync::Arc;

use stream_core::{
    Array, ChargedVec, Chunks, Context, DType, Diagnostic, Diagnostics, Entry, Error, ErrorKind,
    Kind, Planned, Progress, Reader, Request, Result, Severity, Span, Summary, Window,
    no_such_entry,
};

use super::chunks::{InOrder, Numbers, Part};
use super::{Fault, MAGIC};

pub(super) struct ToyReader {
    cx: Context,
    fault: Fault,
    window: Window,
    at: u64,
    records: u64,
    /// The count that the end record claims, once it was read.
    claimed: Option<u64>,
    failed: bool,
    arrays: ChargedVec<(u64, Span)>,
    hoard: ChargedVec<[u8; 64]>,
}

struct Header {
    kind: u8,
    span: Span,
}

const MOST_TEXT: u64 = 64;

fn overflow(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 1000]);
    if n > 0 { overflow(n + 1) + frame.iter().sum::<u64>() } else { 0 }
}

/// Reads without the context, and so without its look at the flag.
pub(super) fn read_raw(cx: &Context, at: u64, buf: &mut [u8]) -> Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match cx.source().read_at(at + done as u64, &mut buf[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(done)
}

impl ToyReader {
    pub(super) fn new(cx: Context, fault: Fault) -> Self {
        if fault == Fault::WritesBeside
            && let Some(path) = cx.source().path()
        {
            drop(std::fs::write(path.with_extension("index"), b"index"));
        }
        if fault == Fault::WritesElsewhere {
            drop(std::fs::write("/dev/null", b"log"));
        }
        if fault == Fault::HelpsItself {
            cx.budget().set_limit(u64::MAX);
        }
        if fault == Fault::NeverGivesBack {
            std::mem::forget(cx.budget().reserve(10));
        }
        if fault == Fault::Leaks {
            // of one reading within the noise, of several beyond it
            std::mem::forget(vec![1u8; 6_000]);
        }
        let (window, budget) = (Window::new(cx.clone(), 4096), cx.budget().clone());
        Self {
            cx,
            fault,
            window,
            at: MAGIC.len() as u64,
            records: 0,
            claimed: None,
            failed: false,
            arrays: ChargedVec::new(&budget),
            hoard: ChargedVec::new(&budget),
        }
    }

    fn is_clean(&self) -> bool {
        let tolerant = self.fault == Fault::TakesBadForGood;
        !self.failed && self.claimed.is_some_and(|n| tolerant || n == self.records)
    }

    fn truncated(&self, expected: usize, found: usize) -> Error {
        let end = self.cx.source().size().unwrap_or(self.at).min(self.at + found as u64);
        let far = if self.fault == Fault::WrongOffset { 1000 } else { 0 };
        let message = format!("record cut short (expected {expected} bytes, found {found})");
        match self.fault {
            Fault::Shouts => Error::truncated(end, "Record cut short.".to_owned()),
            Fault::NoOffset => Error::new(ErrorKind::Truncated, message).with_format("toy"),
            _ => Error::truncated(end + far, message),
        }
    }

    fn header(&mut self, at: u64) -> Result<Header> {
        let mut raw = [0; 5];
        let held = if self.fault == Fault::IgnoresCancel {
            let n = read_raw(&self.cx, at, &mut raw)?;
            &raw[..n]
        } else {
            self.window.at(at, 5)?
        };
        let found = held.len();
        match (self.fault, held) {
            (Fault::Panics, held) => {
                let length = u32::from_le_bytes(std::array::from_fn(|i| held[i + 1]));
                Ok(Header { kind: held[0], span: Span { offset: at + 5, length: length.into() } })
            }
            (_, [kind, a, b, c, d, ..]) => {
                let length = u32::from_le_bytes([*a, *b, *c, *d]).into();
                Ok(Header { kind: *kind, span: Span { offset: at + 5, length } })
            }
            (Fault::Hangs, _) => loop {
                std::thread::sleep(std::time::Duration::from_millis(1));
            },
            _ => Err(self.truncated(5, found)),
        }
    }

    /// A short payload.
    fn payload(&mut self, span: Span) -> Result<([u8; 64], usize)> {
        let len = span.length as usize;
        let mut raw = [0; 64];
        let found = match self.fault {
            Fault::IgnoresCancel => read_raw(&self.cx, span.offset, &mut raw[..len])?,
            _ => {
                let held = self.window.at(span.offset, len)?;
                let n = held.len().min(len);
                raw[..n].copy_from_slice(&held[..n]);
                n
            }
        };
        if found < len { Err(self.truncated(len + 5, found + 5)) } else { Ok((raw, len)) }
    }

    fn next(&mut self, entry: &mut Entry) -> Result<bool> {
        if self.claimed.is_some() {
            return Ok(false);
        }
        if self.fault == Fault::TakesCutsForEnds && self.window.at(self.at, 5)?.len() < 5 {
            self.claimed = Some(self.records);
            return Ok(false);
        }
        if self.fault == Fault::NeedsSize && self.cx.source().size().is_none() {
            return Err(Error::new(ErrorKind::Unsupported, "size expected (found a pipe)"));
        }
        if self.fault == Fault::OverflowsStack {
            overflow(1);
        }
        let header = self.header(self.at)?;
        let Header { kind, span } = header;
        if self.fault == Fault::LooksAheadTooFar && kind != b'E' {
            let mut at = span.end();
            for _ in 0..3 {
                let next = self.header(at)?;
                at = next.span.end();
                if next.kind == b'E' {
                    break;
                }
            }
        }
        match kind {
            b'T' => self.text(entry, span)?,
            b'A' => self.array(entry, span)?,
            b'E' if span.length == 8 => {
                let (raw, _) = self.payload(span)?;
                let claimed = u64::from_le_bytes(std::array::from_fn(|i| raw[i]));
                self.claimed = Some(claimed);
                self.at = span.end();
                return Ok(false);
            }
            _ => {
                let message = format!("record kind expected T, A or E (found {kind:#04x})");
                return Err(Error::malformed(self.at, message));
            }
        }
        if self.fault != Fault::MovesBeforeReserving {
            self.at = span.end();
            self.records += 1;
        }
        Ok(true)
    }

    fn text(&mut self, entry: &mut Entry, span: Span) -> Result<()> {
        if self.fault == Fault::TrustsLength {
            let text = vec![0u8; span.length as usize];
            std::hint::black_box(&text);
        }
        if span.length > MOST_TEXT {
            let message = format!("text expected up to 64 bytes (found {})", span.length);
            return Err(Error::malformed(self.at, message));
        }
        let (raw, len) = self.payload(span)?;
        if self.fault == Fault::Hoards {
            self.hoard.push(raw)?;
        }
        let text = String::from_utf8_lossy(&raw[..len]);
        self.fill(entry, Kind::Text, span)?;
        Ok(entry.fields_mut().push("text", &*text)?)
    }

    fn array(&mut self, entry: &mut Entry, span: Span) -> Result<()> {
        if self.cx.is_random() && self.cx.source().size().is_some_and(|size| span.end() > size) {
            let found = self.cx.source().size().unwrap_or(0).saturating_sub(self.at);
            return Err(self.truncated(span.length as usize + 5, found as usize));
        }
        if span.length % 2 == 1 {
            return Err(Error::malformed(self.at, "array of 16-bit numbers has an odd length"));
        }
        let known = (self.records, span);
        self.fill(entry, Kind::Array, span)?;
        entry.set_array(Array::new(DType::U16, [span.length / 2]));
        entry.set_has_data();
        // an array that is asked for again after a refusal is known already
        if self.arrays.last().is_none_or(|(index, _)| *index < self.records) {
            self.arrays.push(known)?;
        }
        Ok(())
    }

    fn fill(&mut self, entry: &mut Entry, kind: Kind, span: Span) -> Result<()> {
        let index = self.records;
        if self.fault == Fault::MovesBeforeReserving {
            self.at = span.end();
            self.records += 1;
        }
        entry.reset(kind);
        entry.set_span(span);
        entry.path_mut().push('/')?;
        Ok(entry.path_mut().push_decimal(index)?)
    }
}

impl Reader for ToyReader {
    fn context(&self) -> &Context {
        &self.cx
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        if self.failed {
            return Ok(false);
        }
        match self.next(entry) {
            Err(e)
                if self.fault == Fault::EndsWhenCancelled && e.kind() == ErrorKind::Cancelled =>
            {
                self.claimed = Some(self.records);
                Ok(false)
            }
            Err(e) if self.fault == Fault::SwallowsErrors && e.kind() == ErrorKind::Io => {
                self.claimed = Some(self.records);
                Ok(false)
            }
            Err(e) if self.fault == Fault::RefusesForGood && e.kind() == ErrorKind::OverBudget => {
                self.failed = true;
                Err(e.as_final())
            }
            Err(e) if self.fault == Fault::CancelledForGood && e.kind() == ErrorKind::Cancelled => {
                self.failed = true;
                Err(e.as_final())
            }
            Err(e) => {
                self.failed = !e.resumable() && self.fault != Fault::GoesOnAfterError;
                Err(e.with_format("toy"))
            }
            more => more,
        }
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let known = match (self.fault, &*self.arrays) {
            (Fault::Forgets, [.., last]) => std::slice::from_ref(last),
            (_, all) => all,
        };
        let asked = match self.fault {
            Fault::OnlyFirst => request.entries.get(..1).unwrap_or_default(),
            _ => &request.entries,
        };
        let find = |path: &String| {
            let found = known.iter().find(|(index, _)| *path == format!("/{index}"));
            found.map(|(_, span)| *span).ok_or_else(|| no_such_entry(path))
        };
        let mut spans = Vec::new();
        for path in asked {
            let span = find(path)?;
            let part = request.region.resolve(&[span.length / 2])?;
            let part = part
                .first()
                .filter(|part| part.step == 1)
                .ok_or_else(|| Error::new(ErrorKind::Request, "a step of 1 expected".to_owned()))?;
            let late = self.fault == Fault::CutsOneOff && part.start > 0;
            let skipped = part.start + u64::from(late);
            spans.push(Part {
                first: part.start,
                at: span.offset + skipped * 2,
                count: part.count,
            });
        }
        let bytes = request.chunk_size.unwrap_or_else(|| self.cx.chunk_size()) as u64;
        let (cx, fault) = (self.cx.clone(), self.fault);
        let plan = Numbers { cx, parts: spans, per_chunk: (bytes / 2).max(1), fault };
        let planned = Planned::new(Arc::new(plan));
        Ok(if self.cx.is_random() { Box::new(planned) } else { Box::new(InOrder(planned)) })
    }

    fn progress(&self) -> Progress {
        let total = self.cx.source().size();
        let clean = self.is_clean();
        match self.fault {
            Fault::ProgressFalls => {
                let done = total.unwrap_or(0).saturating_sub(self.at);
                Progress { done, total, complete: clean }
            }
            Fault::CompleteTooEarly => Progress {
                done: self.at,
                total,
                complete: total.is_some_and(|t| self.at + 13 >= t),
            },
            Fault::CompleteAfterError => {
                Progress { done: self.at, total, complete: clean || self.failed }
            }
            _ => Progress { done: self.at, total, complete: clean },
        }
    }

    fn finish(&mut self) -> Result<Summary> {
        let mut summary = Summary::new(self.cx.budget());
        summary.entries = self.records;
        summary.fields.push("bytes", self.at)?;
        let mut found = Diagnostics::new(self.cx.budget());
        if let Some(claimed) = self.claimed.filter(|claimed| *claimed != self.records) {
            found.push(Diagnostic {
                severity: Severity::Error,
                rule: "count",
                message: format!("count expected {} (found {claimed})", self.records).into(),
                offset: Some(self.at),
                entry: None,
            })?;
        }
        if self.fault != Fault::TakesBadForGood {
            summary.diagnostics = found;
        }
        summary.complete = self.is_clean() || self.fault == Fault::CompleteWhenAsked;
        Ok(summary)
    }
}
