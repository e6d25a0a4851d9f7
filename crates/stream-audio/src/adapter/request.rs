//! Which data a request asks for, and the chunks of several entries in one pass.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;
use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Error, ErrorKind, Planned, Request, Result, no_such_entry,
};

use super::entry::index_of;
use super::{Shared, bytes, data, direct};
use crate::Packet;
use crate::container::Packets;

/// The chunks of what `request` names; `packet` is the entry at hand, where it is a packet.
///
/// # Errors
/// `Unrecognized`, `Request`, `Passed`, and what reading gives.
pub(super) fn chunks(
    shared: &Shared,
    packet: Option<&Packet>,
    mut walk: Option<&mut (dyn Packets + 'static)>,
    request: &Request,
) -> Result<Box<dyn Chunks>> {
    let mut all = VecDeque::new();
    for (entry, path) in request.entries.iter().enumerate() {
        let walk = walk.as_deref_mut();
        let one = one(shared, packet, walk, request, entry, path);
        let inner = one.map_err(|e| e.in_entry(path.as_str()))?;
        let guarded: Box<dyn Chunks> = match inner.plan() {
            Some(_) => inner,
            None => Box::new(Guarded { inner, path: path.as_str().into(), failed: false }),
        };
        all.push_back(guarded);
    }
    match (all.pop_front(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(first), false) => {
            all.push_front(first);
            Ok(Box::new(Several { all }))
        }
        (None, _) => Ok(Box::new(stream_core::NoChunks)),
    }
}

fn one(
    shared: &Shared,
    packet: Option<&Packet>,
    walk: Option<&mut (dyn Packets + 'static)>,
    request: &Request,
    entry: usize,
    path: &str,
) -> Result<Box<dyn Chunks>> {
    let header = shared.container.header();
    if let Some(index) = index_of(path, "stream") {
        let known = header.streams.get(index).filter(|s| s.channels > 0);
        let stream = u32::try_from(index).ok().filter(|_| known.is_some());
        let stream = stream.ok_or_else(|| no_such_entry(path))?;
        if shared.cx.is_random() && shared.container.is_direct(stream)? {
            let plan: Arc<dyn ChunkPlan> =
                Arc::new(direct::Direct::new(shared, stream, request, entry)?);
            return Ok(Box::new(Planned::new(plan)));
        }
        return Ok(Box::new(data::Frames::new(shared, stream, request, entry)?));
    }
    if let Some(index) = index_of(path, "picture") {
        let picture = header.pictures.get(index).ok_or_else(|| no_such_entry(path))?;
        return bytes::picture(shared, picture, request, entry);
    }
    if let Some(index) = index_of(path, "attachment") {
        let attachment = header.attachments.get(index).ok_or_else(|| no_such_entry(path))?;
        return Ok(Box::new(bytes::Plain::new(shared, attachment.span, request, entry)?));
    }
    let (stream, index) = packet_of(path).ok_or_else(|| no_such_entry(path))?;
    let at_hand = packet.filter(|p| (p.stream, p.index) == (stream, index));
    match (at_hand, walk) {
        (Some(packet), Some(walk)) => bytes::packet(shared, walk, packet, request, entry),
        _ if !shared.cx.is_random() => {
            let message =
                format!("{path} is not the entry at hand, and the source only goes forward");
            Err(Error::new(ErrorKind::Passed, message).at(header.data_offset))
        }
        _ => {
            let mut walk = shared.container.packets()?;
            let mut packet = Packet::default();
            while walk.next(&mut packet)? {
                if (packet.stream, packet.index) == (stream, index) {
                    return bytes::packet(shared, &mut *walk, &packet, request, entry);
                }
                shared.cx.cancel().check()?;
            }
            Err(no_such_entry(path))
        }
    }
}

/// `stream/0/packet/17` as 0 and 17.
fn packet_of(path: &str) -> Option<(u32, u64)> {
    let (stream, packet) = path.strip_prefix("stream/")?.split_once('/')?;
    let stream = stream.parse().ok()?;
    let index = index_of(packet, "packet")?;
    Some((stream, u64::try_from(index).ok()?))
}

/// Chunks whose errors name format and entry, and which end behind one that is final.
struct Guarded {
    inner: Box<dyn Chunks>,
    path: Box<str>,
    failed: bool,
}

impl Chunks for Guarded {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if self.failed {
            return Ok(None);
        }
        self.inner.next_chunk().map_err(|error| {
            self.failed = !error.resumable();
            error.in_entry(self.path.clone()).with_format("audio")
        })
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.inner.array()
    }
}

/// The chunks of several entries, one entry after another.
struct Several {
    all: VecDeque<Box<dyn Chunks>>,
}

impl Chunks for Several {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        while let Some(first) = self.all.front_mut() {
            if let Some(chunk) = first.next_chunk()? {
                return Ok(Some(chunk));
            }
            self.all.pop_front();
        }
        Ok(None)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.all.front().and_then(|first| first.array())
    }
}
