//! Frames decoded one after another.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Context, Error, ErrorKind, Result, Window};

use super::decode::Decoder;
use super::fault::Fault;
use super::find;
use super::frame::Header;
use super::info::Info;
use super::locate::Places;
use super::verify::{Digest, Growing};
use super::{emit, frame};
use crate::Defect;
use crate::container;
use crate::findings::Findings;

/// Bytes read at once.
const WINDOW: usize = 256 << 10;
/// The most bytes that a frame is looked for in: 65,535 samples of eight channels with 32 bits are 2 MiB.
const FRAME: usize = 4 << 20;

/// A place in the stream, with the frame that it is in.
pub(super) struct Run {
    cx: Context,
    info: Info,
    places: Arc<Places>,
    findings: Findings,
    window: Window,
    decoder: Decoder,
    /// The next frame's first byte.
    offset: u64,
    /// The number of the sample that is due there.
    due: u64,
    /// The number of the decoded frame's first sample, and how many of it were taken.
    first: u64,
    taken: usize,
    /// Samples before this one are not wanted.
    from: u64,
    ended: bool,
    /// The digest of all samples so far, while none is missing.
    digest: Option<(Box<Growing>, Arc<Digest>)>,
}

impl Run {
    /// Before the first frame.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub(super) fn new(
        cx: &Context,
        info: Info,
        places: &Arc<Places>,
        findings: &Findings,
    ) -> Result<Self> {
        Ok(Self {
            cx: cx.clone(),
            info,
            places: Arc::clone(places),
            findings: findings.clone(),
            window: Window::new(cx.clone(), WINDOW),
            decoder: Decoder::new(cx, &info)?,
            offset: places.start,
            due: 0,
            first: 0,
            taken: 0,
            from: 0,
            ended: false,
            digest: None,
        })
    }

    /// Takes the digest of all samples on the way, unless it is sent elsewhere.
    pub(super) fn with_digest(mut self, to: &Arc<Digest>) -> Self {
        self.digest = Some((Box::new(Growing::new(self.info)), Arc::clone(to)));
        self
    }

    /// Samples of the decoded frame that are left to be taken.
    fn left(&self) -> usize {
        self.decoder.block().saturating_sub(self.taken)
    }

    /// The next decoded frame with samples that are wanted: the number of its next one, and the decoder with how many of its were
    /// taken. `None` at the end.
    pub(super) fn frame(&mut self) -> Result<Option<(u64, &Decoder, usize)>> {
        while self.left() == 0 {
            if !self.advance()? {
                return Ok(None);
            }
        }
        let taken = u64::try_from(self.taken).unwrap_or(u64::MAX);
        Ok(Some((self.first.saturating_add(taken), &self.decoder, self.taken)))
    }

    /// Takes so many samples of the decoded frame.
    pub(super) fn take(&mut self, count: usize) {
        self.taken = self.taken.saturating_add(count);
    }

    /// Decodes the next frame; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.cx.cancel().check()?;
        match self.decode(self.offset)? {
            Ok((header, length)) if header.first(self.places.fixed) >= self.due => {
                let (at, due) = (self.offset, self.due);
                let lost = header.first(self.places.fixed).saturating_sub(due);
                if lost > 0 {
                    self.note(Fault::Missing, at, due, lost, 0)?;
                }
                self.arrive(&header, at, length);
                Ok(true)
            }
            Ok(_) => self.resume(Fault::Reserved("number of a frame that was before")),
            Err(fault) => self.resume(fault),
        }
    }

    /// Decodes the frame at `offset`, reading as many bytes as it turns out to need.
    fn decode(&mut self, offset: u64) -> Result<std::result::Result<(Header, usize), Fault>> {
        let told = usize::try_from(self.info.max_frame).unwrap_or(0);
        let mut want = if told == 0 { 16 << 10 } else { told.saturating_add(frame::LONGEST) };
        loop {
            let end = usize::try_from(self.places.end.saturating_sub(offset)).unwrap_or(usize::MAX);
            let held = self.window.at(offset, want.min(end))?;
            let all = held.len() >= end || held.len() < want;
            let held = held.get(..held.len().min(end)).unwrap_or_default();
            let header = match Header::parse(held, &self.info) {
                Ok(header) => header,
                Err(fault) => return Ok(Err(fault)),
            };
            if !self.decoder.holds(&header) {
                // STREAMINFO says less than there is, or this is no frame
                let max_block = header.block;
                self.decoder = Decoder::new(&self.cx, &Info { max_block, ..self.info })?;
            }
            match self.decoder.decode(held, &header) {
                Ok(length) => return Ok(Ok((header, length))),
                Err(Fault::Cut) if !all && want < FRAME => want = want.saturating_mul(2),
                Err(fault) => return Ok(Err(fault)),
            }
        }
    }

    /// Stands in the decoded frame; what is missing before it was lost.
    fn arrive(&mut self, header: &Header, offset: u64, length: usize) {
        self.first = header.first(self.places.fixed);
        self.due = header.end(self.places.fixed);
        self.offset = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        let skip = self.from.saturating_sub(self.first);
        self.taken = usize::try_from(skip).unwrap_or(usize::MAX).min(self.decoder.block());
        if let Some((growing, _)) = &mut self.digest
            && !growing.add(self.first, &self.decoder)
        {
            self.digest = None;
        }
    }

    /// Searches for the next whole frame behind a fault, and notes what was lost.
    fn resume(&mut self, fault: Fault) -> Result<bool> {
        let (at, due, fixed, end) = (self.offset, self.due, self.places.fixed, self.places.end);
        let total = self.info.total;
        let expected = total.is_none_or(|total| due < total);
        let mut from = at.saturating_add(1);
        loop {
            let later = |header: &Header| {
                let first = header.first(fixed);
                first >= due && total.is_none_or(|total| first < total)
            };
            let found = find::next(&mut self.window, &self.info, from, end, later)?;
            let Some(found) = found else {
                self.stop(fault, at, due, expected)?;
                self.decoder_is_empty();
                self.ended = true;
                if let Some((growing, digest)) = self.digest.take() {
                    growing.end(&digest);
                }
                return Ok(false);
            };
            if let Ok((header, length)) = self.decode(found.offset)? {
                let lost = header.first(fixed).saturating_sub(due);
                self.note(fault, at, due, lost, found.offset.saturating_sub(at))?;
                self.arrive(&header, found.offset, length);
                return Ok(true);
            }
            from = found.offset.saturating_add(1);
        }
    }

    fn decoder_is_empty(&mut self) {
        self.taken = self.decoder.block();
    }

    /// Notes what stands at the end of a stream that has no more frames.
    fn stop(&mut self, fault: Fault, at: u64, due: u64, expected: bool) -> Result<()> {
        let end = self.window.end().map_or(self.places.end, |end| end.min(self.places.end));
        let bytes = end.saturating_sub(at);
        if bytes == 0 && expected && self.info.total.is_some() {
            // cut between two frames
            let claimed = self.info.total.unwrap_or(0);
            let defect = Defect::LengthMismatch { unit: "frames", claimed, counted: due };
            return self.findings.note(at, defect);
        }
        let claimed = self.info.total.unwrap_or(due);
        if due > claimed {
            let defect = Defect::LengthMismatch { unit: "frames", claimed, counted: due };
            self.findings.note(self.places.start, defect)?;
        }
        if bytes == 0 {
            return Ok(());
        }
        if !expected {
            return self.findings.note(at, Defect::Garbage { bytes });
        }
        let lost = self.info.total.map_or(0, |total| total.saturating_sub(due));
        self.note(fault, at, due, lost, bytes)
    }

    fn note(&self, fault: Fault, at: u64, due: u64, lost: u64, bytes: u64) -> Result<()> {
        if lost == 0 {
            return self.findings.note(at, Defect::Garbage { bytes });
        }
        let time = due as f64 / f64::from(self.info.rate.max(1));
        let why = fault.to_string();
        let defect = Defect::PacketUndecodable { time, frames: lost, why };
        self.findings.lost(at, Some("stream/0"), defect, lost)
    }
}

impl container::Samples for Run {
    fn read(&mut self, out: &mut [f32]) -> Result<container::Run> {
        let channels = usize::from(self.info.channels).max(1);
        let bits = self.info.bits;
        let mut run = container::Run::default();
        let mut out = out;
        while !out.is_empty() {
            let Some((sample, decoder, taken)) = (match self.frame() {
                Ok(frame) => frame,
                // what is there is delivered first; the next call meets the refusal again
                Err(e) if run.frames > 0 && e.resumable() => return Ok(run),
                Err(e) => return Err(e),
            }) else {
                break;
            };
            let next = run.origin.saturating_add(u64::try_from(run.frames).unwrap_or(u64::MAX));
            if run.frames == 0 {
                run.origin = sample;
            } else if sample != next {
                break;
            }
            let room = out.len().checked_div(channels).unwrap_or(0);
            let count = decoder.block().saturating_sub(taken).min(room);
            if count == 0 {
                break;
            }
            let here = std::mem::take(&mut out);
            let split = here.split_at_mut_checked(count.saturating_mul(channels));
            let Some((part, rest)) = split else { break };
            emit::floats(decoder, taken, channels, bits, part);
            out = rest;
            run.frames = run.frames.saturating_add(count);
            self.take(count);
        }
        Ok(run)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let taken = u64::try_from(self.taken).unwrap_or(u64::MAX);
        let here = self.first.saturating_add(taken);
        let inside = self.left() > 0 && frame >= self.first && frame < self.due;
        if inside {
            let skip = frame.saturating_sub(self.first);
            self.taken = usize::try_from(skip).unwrap_or(usize::MAX);
            self.from = frame;
            return Ok(());
        }
        if !self.cx.is_random() {
            if frame < here.max(self.from) {
                let message = format!("frame {frame} lies behind");
                return Err(Error::new(ErrorKind::Passed, message));
            }
            self.from = frame;
            return Ok(());
        }
        let (due, offset) = self.places.locate(&mut self.window, frame)?;
        self.decoder_is_empty();
        self.digest = None;
        (self.offset, self.from, self.due, self.ended) = (offset, frame, due, false);
        if self.info.total.is_some_and(|total| frame >= total) {
            self.ended = true;
        }
        Ok(())
    }
}
