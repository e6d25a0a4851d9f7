//! Encapsulated frames over a source that only goes forward: one after the other, as their fragments come.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stream_core::{Chunk, ChunkPlan, Chunks, Dims, Error, ErrorKind, Extent, Region, Result};
use stream_memory::Buf;

use super::frames;
use crate::PixelData;
use crate::frames::fragments::{Fragment, Fragments, Table};
use crate::pixel_data::read_exact;

pub(super) struct ForwardFrames {
    pixels: PixelData,
    path: Box<str>,
    fragments: Fragments,
    picked: Extent,
    /// The fragment that starts the next frame.
    next: Option<Fragment>,
    /// The frame that is being put together, as far as it is.
    buf: Option<Buf>,
    number: u64,
    /// The fragment whose bytes come next.
    current: Option<Fragment>,
    started: bool,
    ended: bool,
    reached: Arc<AtomicU64>,
}

impl ForwardFrames {
    pub(super) fn new(
        pixels: &PixelData,
        path: &str,
        region: &Region,
        reached: Arc<AtomicU64>,
    ) -> Result<Self> {
        // how many frames there are is not known before the last
        let counts_back = region
            .axes()
            .iter()
            .any(|s| s.start.is_some_and(|n| n < 0) || s.stop.is_some_and(|n| n < 0));
        if counts_back {
            let message =
                "frames of a source that only goes forward cannot be counted from the end";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let picked = frames::select(region, u64::MAX)?;
        Ok(Self {
            pixels: pixels.clone(),
            path: path.into(),
            fragments: Fragments::new(pixels, Table::Followed)
                .map_err(|e| e.with_format("dicom"))?,
            picked,
            next: None,
            buf: None,
            number: 0,
            current: None,
            started: false,
            ended: false,
            reached,
        })
    }

    fn is_wanted(&self) -> bool {
        let past = self.number.checked_sub(self.picked.start);
        past.is_some_and(|n| n.checked_rem(self.picked.step) == Some(0))
    }

    /// Puts the next frame together. A refusal or cancellation leaves it as far as it is.
    fn frame(&mut self) -> Result<Option<Buf>> {
        loop {
            if let Some(fragment) = self.current {
                if self.is_wanted() {
                    self.append(&fragment)?;
                }
                self.reached.store(fragment.end(), Ordering::Relaxed);
                self.current = None;
            }
            let following = match self.next.take() {
                Some(fragment) => Some(fragment),
                None => self.fragments.next()?,
            };
            match following {
                Some(fragment) if fragment.starts && self.started => {
                    self.next = Some(fragment);
                    self.started = false;
                    return Ok(Some(self.take()?));
                }
                Some(fragment) => {
                    self.started = true;
                    self.current = Some(fragment);
                }
                None if self.started => {
                    self.started = false;
                    self.ended = true;
                    return Ok(Some(self.take()?));
                }
                None => return Ok(None),
            }
        }
    }

    fn take(&mut self) -> Result<Buf> {
        match self.buf.take() {
            Some(buf) => Ok(buf),
            None => self.pixels.cx.buf(0),
        }
    }

    fn append(&mut self, fragment: &Fragment) -> Result<()> {
        let filled = self.buf.as_ref().map_or(0, Buf::len);
        let len = filled.saturating_add(usize::try_from(fragment.length).unwrap_or(usize::MAX));
        let roomy = self.buf.as_ref().is_some_and(|buf| buf.capacity() >= len);
        if !roomy {
            let mut larger = self.pixels.cx.buf(len)?;
            if let Some((to, from)) = larger.get_mut(..filled).zip(self.buf.as_deref()) {
                to.copy_from_slice(from);
            }
            larger.truncate(filled);
            self.buf = Some(larger);
        }
        let Some(buf) = &mut self.buf else { return Ok(()) };
        buf.set_len(len).map_err(|e| Error::new(ErrorKind::OverBudget, e.to_string()))?;
        let (base, at) = (self.pixels.base, fragment.offset.saturating_add(8));
        let result =
            read_exact(&self.pixels.cx, base, at, buf.get_mut(filled..).unwrap_or_default());
        if result.is_err() {
            buf.truncate(filled);
        }
        result
    }
}

impl Chunks for ForwardFrames {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let end =
            self.picked.start.saturating_add(self.picked.count.saturating_mul(self.picked.step));
        while !self.ended || self.started {
            let number = self.number;
            if number >= end {
                self.ended = true;
                break;
            }
            let wanted = self.is_wanted();
            let frame = self.frame().map_err(|e| {
                if !e.resumable() {
                    (self.ended, self.started) = (true, false);
                }
                e.in_entry(self.path.clone()).with_format("dicom")
            })?;
            let Some(buf) = frame else { break };
            self.number = number.saturating_add(1);
            if wanted {
                let one = Chunk::new(
                    0,
                    Dims::from([number]),
                    Dims::from([1]),
                    frames::frame_type(),
                    buf,
                )?;
                return Ok(Some(one));
            }
        }
        self.ended = true;
        Ok(None)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}
