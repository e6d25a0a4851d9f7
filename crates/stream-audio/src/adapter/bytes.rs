//! Data that is bytes: pictures, attachments, packets.
#![deny(clippy::arithmetic_side_effects)]

mod encoded;

use std::sync::Arc;

use stream_core::{ChargedVec, Chunk, ChunkPlan, Chunks, Extent, Form, Request, Result, Span};

use super::Shared;
use super::entry::no_such_form;
use crate::container::Packets;
use crate::{Packet, Picture, Stored};

/// Bytes of a picture; `None` where only reading tells.
pub(super) fn length(picture: &Picture) -> Option<u64> {
    match picture.stored {
        Stored::Plain => Some(picture.span.length),
        Stored::OggBase64 { length, .. } => Some(u64::from(length)),
        Stored::Unsynchronised => None,
    }
}

/// The bytes that a request wants of `length`.
fn extent(request: &Request, length: u64) -> Result<Extent> {
    if !matches!(request.form, Form::Stored | Form::Bytes) {
        return Err(no_such_form("bytes have no other than their own"));
    }
    let extents = request.region.resolve(&[length])?;
    Ok(extents.first().copied().unwrap_or(Extent { start: 0, count: 0, step: 1 }))
}

/// A picture's bytes.
///
/// # Errors
/// `Request` for a region or form that does not fit.
pub(super) fn picture(
    shared: &Shared,
    picture: &Picture,
    request: &Request,
    entry: usize,
) -> Result<Box<dyn Chunks>> {
    if picture.stored == Stored::Plain {
        return Ok(Box::new(Plain::new(shared, picture.span, request, entry)?));
    }
    let length = length(picture).unwrap_or(picture.span.length);
    let extent = extent(request, length)?;
    Ok(Box::new(encoded::Encoded::new(shared, picture, extent, request, entry)))
}

/// A packet's bytes, read at once through the walk that stands behind it.
///
/// # Errors
/// `Request`, `Truncated`, `OverBudget`, what reading gives.
pub(super) fn packet(
    shared: &Shared,
    walk: &mut dyn Packets,
    packet: &Packet,
    request: &Request,
    entry: usize,
) -> Result<Box<dyn Chunks>> {
    let extent = extent(request, packet.at.length)?;
    let mut bytes = ChargedVec::new(shared.cx.budget());
    walk.bytes(packet, &mut bytes)?;
    Ok(Box::new(Held {
        shared: shared.clone(),
        bytes,
        rest: Rest::new(shared, extent, request),
        entry,
    }))
}

/// How far a region of bytes was delivered.
#[derive(Clone, Copy, Debug)]
struct Rest {
    at: u64,
    end: u64,
    step: u64,
    chunk: u64,
}

impl Rest {
    fn new(shared: &Shared, extent: Extent, request: &Request) -> Self {
        let end = extent.count.saturating_mul(extent.step).saturating_add(extent.start);
        let chunk = request.chunk_size.unwrap_or_else(|| shared.cx.chunk_size()).max(1);
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX);
        let step = extent.step.max(1);
        Self { at: extent.start, end, step, chunk: if step > 1 { 1 } else { chunk } }
    }

    /// The next bytes, of so many that there are.
    fn next(&self, length: u64) -> Option<(u64, u64)> {
        let left = self.end.min(length).saturating_sub(self.at);
        (left > 0).then(|| (self.at, left.min(self.chunk)))
    }

    fn pass(&mut self, bytes: u64) {
        self.at = self.at.saturating_add(bytes.max(self.step));
    }
}

/// Bytes that stand in the file as they are.
pub(super) struct Plain {
    shared: Shared,
    span: Span,
    rest: Rest,
    entry: usize,
}

impl Plain {
    /// The bytes of `span` that `request` wants.
    ///
    /// # Errors
    /// `Request` for a region or form that does not fit.
    pub(super) fn new(
        shared: &Shared,
        span: Span,
        request: &Request,
        entry: usize,
    ) -> Result<Self> {
        let extent = extent(request, span.length)?;
        Ok(Self { shared: shared.clone(), span, rest: Rest::new(shared, extent, request), entry })
    }
}

impl Chunks for Plain {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let Some((at, count)) = self.rest.next(self.span.length) else { return Ok(None) };
        let mut buf = self.shared.cx.buf(usize::try_from(count).unwrap_or(usize::MAX))?;
        self.shared.cx.read_exact_at(self.span.offset.saturating_add(at), &mut buf)?;
        self.rest.pass(count);
        Chunk::bytes_at(self.entry, at, buf).map(Some)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}

/// Bytes in memory.
struct Held {
    shared: Shared,
    bytes: ChargedVec<u8>,
    rest: Rest,
    entry: usize,
}

impl Chunks for Held {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let length = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let Some((at, count)) = self.rest.next(length) else { return Ok(None) };
        let (from, len) = (usize::try_from(at).unwrap_or(0), usize::try_from(count).unwrap_or(0));
        let mut buf = self.shared.cx.buf(len)?;
        if let Some(bytes) = self.bytes.get(from..from.saturating_add(len)) {
            buf.copy_from_slice(bytes);
        }
        self.rest.pass(count);
        Chunk::bytes_at(self.entry, at, buf).map(Some)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}
