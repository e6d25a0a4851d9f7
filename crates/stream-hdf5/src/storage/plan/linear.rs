//! Data in one piece: contiguous, compact, in external files, or not there at all.

use std::path::Path;

use stream_core::{
    Array, Chunk, ChunkPlan, Context, Dims, Error, ErrorKind, Extent, Place, Result, Scratch,
    shape_of,
};

use super::super::{Layout, Stored};
use super::gather::gather;
use super::{Common, fill};

/// Where the bytes of an array are.
pub(super) enum Values {
    /// Nowhere: all are the fill value.
    Fill,
    /// From this place of the file on.
    File { cx: Context, offset: u64 },
    /// In other files, one after the other.
    External(Vec<Piece>),
}

/// Bytes of an external file.
pub(super) struct Piece {
    cx: Context,
    name: String,
    offset: u64,
    /// The first byte of the array that stands here, and how many do.
    first: u64,
    length: u64,
}

impl Values {
    pub(super) fn new(cx: &Context, stored: &Stored, layout: &Layout) -> Result<Self> {
        match layout {
            Layout::Unallocated => Ok(Self::Fill),
            Layout::Compact(span) | Layout::Contiguous(span) => {
                Ok(Self::File { cx: cx.clone(), offset: span.offset })
            }
            Layout::External => external(cx, stored),
            Layout::Virtual => Err(library("virtual data")),
            Layout::Other(why) => Err(library(why)),
            Layout::Chunked(_) => Err(library("chunked data")),
        }
    }

    /// Bytes that are stored.
    pub(super) fn length(&self, stored: &Stored) -> u64 {
        let element = u64::try_from(stored.element.stored).unwrap_or(u64::MAX);
        match self {
            Self::Fill => 0,
            _ => stored.shape.elements().and_then(|n| n.checked_mul(element)).unwrap_or(0),
        }
    }

    /// Fills `to` with the array's bytes from `at` on.
    pub(super) fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        match self {
            Self::Fill => {
                to.fill(0);
                Ok(())
            }
            Self::File { cx, offset } => cx.read_exact_at(offset.saturating_add(at), to),
            Self::External(pieces) => external_read(pieces, at, to),
        }
    }
}

fn library(why: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{why}: read through the library"))
}

fn external(cx: &Context, stored: &Stored) -> Result<Values> {
    let element = u64::try_from(stored.element.stored).unwrap_or(u64::MAX);
    let needed = stored.shape.elements().and_then(|n| n.checked_mul(element)).unwrap_or(u64::MAX);
    let mut first = 0u64;
    let mut pieces = Vec::new();
    for part in &stored.external {
        if first >= needed {
            break;
        }
        let left = needed.saturating_sub(first);
        let length = part.size.unwrap_or(left).min(left);
        let missing = |e: Error| {
            let message = format!("external file {}: {e}", part.name);
            Error::new(e.kind(), message).with_source(e)
        };
        let cx = cx.related(Path::new(&part.name)).map_err(missing)?;
        pieces.push(Piece { cx, name: part.name.clone(), offset: part.offset, first, length });
        first = first.saturating_add(length);
    }
    Ok(Values::External(pieces))
}

fn external_read(pieces: &[Piece], mut at: u64, mut to: &mut [u8]) -> Result<()> {
    while !to.is_empty() {
        let holds = |piece: &&Piece| {
            at.checked_sub(piece.first).is_some_and(|inside| inside < piece.length)
        };
        let Some(piece) = pieces.iter().find(holds) else {
            let message = format!("external files end at byte {at} of the array");
            return Err(Error::new(ErrorKind::Truncated, message));
        };
        let inside = at.saturating_sub(piece.first);
        let left = usize::try_from(piece.length.saturating_sub(inside)).unwrap_or(usize::MAX);
        let (now, rest) = to.split_at_mut_checked(left.min(to.len())).unwrap_or_default();
        let offset = piece.offset.saturating_add(inside);
        piece.cx.read_exact_at(offset, now).map_err(|e| {
            if e.resumable() {
                return e;
            }
            Error::new(e.kind(), format!("external file {}: {e}", piece.name)).with_source(e)
        })?;
        at = at.saturating_add(u64::try_from(now.len()).unwrap_or(u64::MAX));
        to = rest;
    }
    Ok(())
}

/// The plan of data in one piece: one index of each axis before `split`, up to `block` of that, all of the axes behind.
pub(super) struct Linear {
    common: Common,
    values: Values,
    extents: Vec<Extent>,
    split: usize,
    block: u64,
    length: usize,
}

impl Linear {
    pub(super) fn new(common: Common, values: Values, extents: Vec<Extent>, size: usize) -> Self {
        let size = u64::try_from(size).unwrap_or(u64::MAX).max(1);
        let unit = common.packed.max(common.element.stored).max(1);
        let mut unit = u64::try_from(unit).unwrap_or(u64::MAX);
        // the slowest axis of which one index fits a chunk
        let mut split = extents.len();
        while let Some(axis) = split.checked_sub(1).and_then(|k| extents.get(k)) {
            split = split.saturating_sub(1);
            let larger = unit.saturating_mul(axis.count.max(1));
            if larger > size || split == 0 {
                break;
            }
            unit = larger;
        }
        let block = size.checked_div(unit).unwrap_or(1).max(1);
        let blocks = extents.get(split).map_or(1, |e| e.count.div_ceil(block));
        let outer = extents.iter().take(split).fold(1u64, |n, e| n.saturating_mul(e.count));
        // what is not stored cannot be verified
        let nothing = matches!(values, Values::Fill) && common.cx.switched_on("verify");
        let empty = nothing || extents.iter().any(|e| e.count == 0);
        let length = if empty { 0 } else { outer.saturating_mul(blocks) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Self { common, values, extents, split, block, length }
    }

    /// The part of the region that is the `index`-th chunk, and where it stands in the region.
    fn pick(&self, index: usize) -> Option<(Vec<Extent>, Dims)> {
        if index >= self.length {
            return None;
        }
        let mut rest = u64::try_from(index).ok()?;
        let mut picked = self.extents.clone();
        let mut origin = Dims::filled(picked.len(), 0);
        let axes = picked.iter_mut().zip(origin.iter_mut()).enumerate();
        for (axis, (e, origin)) in axes.take(self.split.saturating_add(1)).rev() {
            let block = if axis == self.split { self.block } else { 1 };
            let count = e.count.div_ceil(block);
            let at = rest.checked_rem(count)?.checked_mul(block)?;
            rest = rest.checked_div(count)?;
            *origin = at;
            e.start = e.start.checked_add(at.checked_mul(e.step)?)?;
            e.count = e.count.checked_sub(at)?.min(block);
        }
        Some((picked, origin))
    }
}

impl ChunkPlan for Linear {
    fn len(&self) -> usize {
        self.length
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.common.dtype.clone(), shape_of(&self.extents)))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (picked, origin) = self.pick(index)?;
        Some(Place { entry: self.common.entry, origin, shape: shape_of(&picked) })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let none = || Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.length));
        let (picked, _) = self.pick(index).ok_or_else(none)?;
        let Common { cx, entry, shape, dtype, element, packed, fill: pattern } = &self.common;
        let count = shape_of(&picked);
        let elements = count.elements().and_then(|n| usize::try_from(n).ok());
        let bytes = |size: usize| elements.and_then(|n| n.checked_mul(size)).unwrap_or(usize::MAX);
        let mut buf = cx.buf(bytes(*packed))?;
        if matches!(self.values, Values::Fill) {
            fill(pattern.as_deref(), &mut buf);
        } else if element.in_place() {
            gather(&self.values, cx, (shape, element.stored), &picked, &mut buf)?;
            element.convert_in_place(&mut buf);
        } else {
            let stored = scratch.bytes(cx, bytes(element.stored))?;
            gather(&self.values, cx, (shape, element.stored), &picked, stored)?;
            element.convert(stored, &mut buf);
        }
        let origin = picked.iter().map(|e| e.start).collect();
        Chunk::new(*entry, origin, count, dtype.clone(), buf)
    }
}
