//! Slabs assembled from tiles.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use stream_memory::Buf;

use super::copy::{Side, copy_box};
use super::places::Order;
use super::room::{Beside, Room};
use crate::ext::fold;
use crate::{
    Array, Chunk, ChunkPlan, Chunks, Context, DType, Dims, Error, ErrorKind, Place, Result, Scratch,
};

/// Assembles slab after slab.
pub(super) struct Bands {
    cx: Context,
    plan: Arc<dyn ChunkPlan>,
    order: Order,
    array: Option<Array>,
    /// The entry whose slabs are being delivered.
    entry: usize,
    /// Within the order, the first of its chunks that is not all behind.
    first: usize,
    /// The first element that was not delivered, counted in C order.
    next: u64,
    /// The type of the elements of the entry with this number.
    dtype: Option<(usize, DType)>,
    /// Slabs above this size were refused.
    most: u64,
    /// How large slabs of the entry with this number may be, and how many threads fill them.
    room: Option<(usize, Room)>,
    /// What is kept beside a slab.
    beside: Beside,
    ended: bool,
}

/// A slab: indices before `axis` are fixed, `axis` runs over a range, all axes after it are whole.
struct Slab {
    origin: Dims,
    shape: Dims,
}

impl Bands {
    pub(super) fn new(
        plan: Arc<dyn ChunkPlan>,
        order: Order,
        array: Option<Array>,
        cx: &Context,
        beside: Beside,
    ) -> Self {
        let cx = cx.clone();
        let dtype = array.as_ref().map(|array| (0, array.dtype.clone()));
        let (entry, first, next, most) = (0, 0, 0, u64::MAX);
        let (room, ended) = (None, false);
        Self { cx, plan, order, array, entry, first, next, dtype, most, room, beside, ended }
    }

    /// The type of the current entry's elements, known of the first; of others only a chunk tells.
    fn dtype(&mut self) -> Result<Option<DType>> {
        if let Some((entry, dtype)) = &self.dtype
            && *entry == self.entry
        {
            return Ok(Some(dtype.clone()));
        }
        let mine = self.order.indices().get(self.first).copied();
        let Some(index) = mine else { return Ok(None) };
        let chunk = self.plan.read(index, &mut Scratch::new())?;
        let (_, dtype) = self.dtype.insert((self.entry, chunk.dtype().clone()));
        Ok(Some(dtype.clone()))
    }

    /// The chunks of the current entry that begin before a row and are not all behind.
    fn tiles(&self, end: u64) -> impl Iterator<Item = (usize, Place)> + '_ {
        let rest = self.order.indices().get(self.first..).unwrap_or_default();
        let places = rest.iter().filter_map(|&i| Some((i, self.plan.place(i)?)));
        let entry = self.entry;
        let begins = |place: &Place| place.origin.first().copied().unwrap_or(0);
        places.take_while(move |(_, place)| place.entry == entry && begins(place) < end)
    }

    /// Leaves chunks behind that end before a row: sorted by their first rows, those in front end first in any regular
    /// tiling, and others only cost a look.
    fn pass(&mut self, row: u64) {
        let dead = self.tiles(u64::MAX).take_while(|(_, place)| {
            let end = place.origin.first().zip(place.shape.first());
            end.is_some_and(|(at, n)| at.saturating_add(*n) <= row)
        });
        let dead = dead.count();
        self.first = self.first.saturating_add(dead);
    }

    /// The slab that begins at the next element, of `limit` bytes at most where more than one element is.
    fn slab(&self, shape: &[u64], size: usize, limit: u64) -> Option<Slab> {
        let origin = unravel(self.next, shape);
        let size = u64::try_from(size).ok()?.max(1);
        let most = limit.checked_div(size)?.max(1);
        let mut axis = shape.len().checked_sub(1)?;
        let mut inner = 1u64;
        // along an axis further out only from the start of this one
        while axis > 0 && origin.get(axis) == Some(&0) {
            let whole = inner.checked_mul(*shape.get(axis)?)?;
            if whole > most {
                break;
            }
            (inner, axis) = (whole, axis.saturating_sub(1));
        }
        let at = *origin.get(axis)?;
        let left = shape.get(axis)?.checked_sub(at)?;
        let wanted = most.checked_div(inner.max(1))?.max(1).min(left);
        let n = self.aligned(axis, &origin, wanted, left);
        let mut extents = Dims::filled(shape.len(), 1);
        for (i, (extent, &whole)) in extents.iter_mut().zip(shape).enumerate() {
            if i == axis {
                *extent = n;
            } else if i > axis {
                *extent = whole;
            }
        }
        Some(Slab { origin, shape: extents })
    }

    /// The most indices along `axis`, at most `wanted`, after which tiles end; `wanted` where none do.
    fn aligned(&self, axis: usize, origin: &[u64], wanted: u64, left: u64) -> u64 {
        if wanted >= left {
            return left;
        }
        let at = origin.get(axis).copied().unwrap_or(0);
        let end = at.saturating_add(wanted);
        let row = origin.first().copied().unwrap_or(0);
        let rows = if axis == 0 { end } else { row.saturating_add(1) };
        let ends = self
            .tiles(rows)
            .filter_map(|(_, p)| p.origin.get(axis)?.checked_add(*p.shape.get(axis)?));
        let best = ends.filter(|e| *e > at && *e <= end).max();
        best.map_or(wanted, |e| e.saturating_sub(at))
    }

    /// Reads the tiles that meet a slab and copies them into it.
    fn assemble(
        &self,
        slab: &Slab,
        dtype: &DType,
        size: usize,
        threads: NonZeroUsize,
    ) -> Result<Chunk> {
        let elements = slab.shape.elements().and_then(|n| usize::try_from(n).ok());
        let bytes = elements.and_then(|n| n.checked_mul(size));
        let Some(bytes) = bytes else {
            return Err(Error::new(ErrorKind::Request, "slab larger than the address space"));
        };
        let mut buf = self.cx.buf(bytes)?;
        let first = slab.origin.first().zip(slab.shape.first());
        let rows = first.map_or(u64::MAX, |(at, n)| at.saturating_add(*n));
        let mut covered = 0u64;
        let mut indices = Vec::new();
        for (index, place) in self.tiles(rows) {
            if let Some((_, extents)) = meet(&place, slab) {
                covered = covered.saturating_add(extents.elements().unwrap_or(0));
                indices.push(index);
            }
        }
        if slab.shape.elements() != Some(covered) {
            buf.fill(0);
        }
        let tiles = Tiles { plan: &*self.plan, indices };
        let target = Mutex::new(buf);
        fold::planned(
            &tiles,
            &fold::Pace::at_most(threads, &self.cx),
            &|| (),
            &|(), chunk| copy(chunk, slab, &mut lock(&target), size),
            &|(), ()| Ok(()),
        )?;
        let buf = target.into_inner().unwrap_or_else(PoisonError::into_inner);
        Chunk::new(self.entry, slab.origin.clone(), slab.shape.clone(), dtype.clone(), buf)
    }

    /// The next slab of the current entry; smaller ones while the budget refuses.
    fn next_slab(&mut self, shape: &[u64], dtype: &DType, size: usize) -> Result<Chunk> {
        let Room { limit, threads } = self.room(shape, size);
        let mut limit = limit.min(self.most);
        if let Some(fixed) = self.cx.fixed_chunk_size() {
            // rows of tiles rather than fewer rows, but no more than asked
            limit = limit.min(u64::try_from(fixed).unwrap_or(u64::MAX).max(self.band(shape, size)));
        }
        loop {
            let Some(slab) = self.slab(shape, size, limit) else {
                return Err(Error::new(ErrorKind::Request, "array larger than 64 bits count"));
            };
            let elements = slab.shape.elements().unwrap_or(0);
            match self.assemble(&slab, dtype, size, threads) {
                Err(e) if e.kind() == ErrorKind::OverBudget && elements > 1 => {
                    let bytes = elements.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX));
                    let refused = limit.min(bytes);
                    limit = refused.saturating_sub(refused / 4);
                    if bytes < 4096 {
                        return Err(e);
                    }
                    self.most = limit;
                }
                Ok(chunk) => {
                    self.next = self.next.saturating_add(elements);
                    let inner = shape.iter().skip(1).try_fold(1u64, |n, &d| n.checked_mul(d));
                    self.pass(self.next.checked_div(inner.unwrap_or(0)).unwrap_or(0));
                    return Ok(chunk);
                }
                Err(e) => return Err(e),
            }
        }
    }

    /// How slabs of the current entry are filled: found once for each, while little is held.
    fn room(&mut self, shape: &[u64], size: usize) -> Room {
        if let Some((entry, room)) = self.room
            && entry == self.entry
        {
            return room;
        }
        let elements = self.tiles(u64::MAX).next().and_then(|(_, place)| place.shape.elements());
        let tile = elements.unwrap_or(u64::MAX);
        let tile = tile.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX));
        let band = self.band(shape, size);
        let room =
            Room::new(self.cx.budget().attainable(), band, tile, self.cx.threads(), self.beside);
        self.room = Some((self.entry, room));
        room
    }

    /// The bytes of one row of tiles.
    fn band(&self, shape: &[u64], size: usize) -> u64 {
        let rows = self.tiles(u64::MAX).next().and_then(|(_, place)| place.shape.first().copied());
        let inner = shape.iter().skip(1).try_fold(1u64, |n, &d| n.checked_mul(d));
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        rows.unwrap_or(1).saturating_mul(inner.unwrap_or(u64::MAX)).saturating_mul(size)
    }
}

impl Chunks for Bands {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        while !self.ended {
            let Some(shape) = self.order.shapes().get(self.entry).cloned() else { break };
            let elements = shape.elements().unwrap_or(0);
            if self.next >= elements {
                let tiles = self.tiles(u64::MAX).count();
                self.first = self.first.saturating_add(tiles);
                self.entry = self.entry.saturating_add(1);
                self.next = 0;
                continue;
            }
            let Some(dtype) = self.dtype()? else { break };
            let Some(size) = dtype.size() else {
                let message = format!("tiles of {dtype}: elements of variable size have no order");
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            let slab = self.next_slab(&shape, &dtype, size);
            self.ended = slab.as_ref().is_err_and(|e| !e.resumable());
            return slab.map(Some);
        }
        Ok(None)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.array.clone()
    }
}

fn lock(target: &Mutex<Buf>) -> std::sync::MutexGuard<'_, Buf> {
    target.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a tile and a slab overlap: first index and extents.
fn meet(place: &Place, slab: &Slab) -> Option<(Dims, Dims)> {
    let (mut origin, mut extents) = (Dims::new(), Dims::new());
    let tile = place.origin.iter().zip(place.shape.iter());
    for ((&a, &n), (&b, &m)) in tile.zip(slab.origin.iter().zip(slab.shape.iter())) {
        let from = a.max(b);
        let to = a.saturating_add(n).min(b.saturating_add(m));
        extents.push(to.checked_sub(from).filter(|n| *n > 0)?);
        origin.push(from);
    }
    Some((origin, extents))
}

fn copy(chunk: &Chunk, slab: &Slab, target: &mut [u8], size: usize) -> Result<()> {
    let place =
        Place { entry: chunk.entry(), origin: chunk.origin().into(), shape: chunk.shape().into() };
    let Some((origin, extents)) = meet(&place, slab) else { return Ok(()) };
    let within = |base: &[u64]| -> Dims {
        origin.iter().zip(base).map(|(at, base)| at.saturating_sub(*base)).collect()
    };
    let (to, from) = (within(&slab.origin), within(&place.origin));
    let target = (target, Side { shape: &slab.shape, at: &to });
    let source = (chunk.bytes(), Side { shape: &place.shape, at: &from });
    copy_box(target, source, &extents, size).ok_or_else(|| {
        let message = format!("chunk at {:?} is not as large as its plan says", place.origin);
        Error::new(ErrorKind::Malformed, message)
    })
}

/// Some of a plan's chunks.
struct Tiles<'a> {
    plan: &'a dyn ChunkPlan,
    indices: Vec<usize>,
}

impl ChunkPlan for Tiles<'_> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        self.plan.read(self.indices.get(index).copied().unwrap_or(usize::MAX), scratch)
    }
}

/// The indices of the `n`-th element in C order.
fn unravel(mut n: u64, shape: &[u64]) -> Dims {
    let mut index = Dims::filled(shape.len(), 0);
    for (i, &extent) in index.iter_mut().zip(shape).rev() {
        *i = n.checked_rem(extent).unwrap_or(0);
        n = n.checked_div(extent).unwrap_or(0);
    }
    index
}
