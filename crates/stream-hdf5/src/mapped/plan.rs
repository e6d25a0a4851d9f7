//! The data of a virtual dataset, slab by slab, from any thread.

use std::fmt;
use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Form, Place, Request,
    Result, Scratch, shape_of,
};

use super::copy::{Slab, copy, pairs};
use super::{Mapped, is_the_callers};
use crate::slabs::Boxes;
use crate::storage;

/// What the array is.
#[derive(Clone)]
pub(crate) struct Want {
    pub(crate) cx: Context,
    pub(crate) path: Box<str>,
    pub(crate) shape: Dims,
    pub(crate) dtype: DType,
    /// Bytes of an element.
    pub(crate) packed: usize,
    /// What elements hold that no mapping gives; zeros for `None`.
    pub(crate) fill: Option<Vec<u8>>,
}

impl fmt::Debug for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Want").field("path", &self.path).field("shape", &self.shape).finish()
    }
}

/// The slabs of a virtual dataset's region. A slab is, where its size allows, a multiple of the first source's chunks, so that those are
/// decoded once.
struct Plan {
    want: Want,
    mapped: Arc<Mapped>,
    entry: usize,
    extents: Vec<Extent>,
    slabs: Boxes,
    length: usize,
    size: usize,
}

/// The slabs that `request` wants. Which sources are missing [`Mapped::absent`] says.
///
/// Reading one takes its buffer, and, for one source after the other, what reading that takes.
///
/// # Errors
/// `Request` for a region or a form that does not fit, `Unsupported` for selections that are not regular, `OverBudget`.
pub(crate) fn plan(
    mapped: &Arc<Mapped>,
    want: &Want,
    entry: usize,
    request: &Request,
) -> Result<Arc<dyn ChunkPlan>> {
    if request.form == Form::Bytes {
        let message = "form: a virtual dataset has no bytes of its own";
        return Err(Error::new(ErrorKind::Request, message));
    }
    if let Some(unsupported) = mapped.unsupported {
        return Err(Error::new(ErrorKind::Unsupported, unsupported));
    }
    let extents = request.region.resolve(&want.shape)?;
    let size = request.chunk_size.unwrap_or_else(|| want.cx.chunk_size());
    let most = size.checked_div(want.packed).unwrap_or(1).max(1);
    let unit = unit(mapped, want, &extents, most)?;
    let slabs = Boxes::new(&unit, shape_of(&extents), most);
    // what no source gives cannot be verified
    let nothing = want.cx.switched_on("verify")
        && !mapped.pieces.iter().any(|piece| piece.meets(&want.shape, &extents));
    let length = if nothing { 0 } else { slabs.len() };
    let (want, mapped) = (want.clone(), mapped.clone());
    Ok(Arc::new(Plan { want, mapped, entry, extents, slabs, length, size }))
}

/// The chunks of the first source that can be opened, in the array; single elements where those would be too large.
fn unit(mapped: &Mapped, want: &Want, extents: &[Extent], most: usize) -> Result<Dims> {
    let mut unit = Dims::filled(extents.len(), 1);
    let Some(piece) = mapped.pieces.iter().find(|piece| piece.meets(&want.shape, extents)) else {
        return Ok(unit);
    };
    let source = match mapped.sources.get(&piece.file, &piece.dataset) {
        Ok(source) => source,
        Err(error) if is_the_callers(&error) => return Err(error),
        Err(_) => return Ok(unit),
    };
    let (Some(chunk), Ok(pairs)) = (source.chunk(), pairs(want, piece, &source)) else {
        return Ok(unit);
    };
    for (to, from) in pairs.iter().filter_map(|pair| pair.straight()) {
        let plain = extents.get(to).is_some_and(|extent| extent.step == 1);
        if let (Some(unit), Some(&chunk), true) = (unit.get_mut(to), chunk.get(from), plain) {
            *unit = chunk;
        }
    }
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_mul(4);
    let small = unit.elements().is_some_and(|elements| elements <= most);
    Ok(if small { unit } else { Dims::filled(extents.len(), 1) })
}

impl Mapped {
    /// Sources of the requested region that cannot be read, and why: all of those are opened once for that, one after the other.
    ///
    /// # Errors
    /// `OverBudget`, `Cancelled`, and what `request` does wrong.
    pub(crate) fn absent(&self, want: &Want, request: &Request) -> Result<Vec<String>> {
        let mut missing = self.missing.clone();
        for found in self.check(want, &request.region.resolve(&want.shape)?)? {
            if !missing.contains(&found) {
                missing.push(found);
            }
        }
        Ok(missing)
    }
}

impl ChunkPlan for Plan {
    fn len(&self) -> usize {
        self.length
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.want.dtype.clone(), self.slabs.shape().clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (origin, shape) = self.slabs.get(index)?;
        Some(Place { entry: self.entry, origin, shape })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let Some(Place { entry, origin, shape }) = self.place(index) else {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        };
        let Want { cx, dtype, packed, fill, .. } = &self.want;
        let part = |((extent, &at), &count): ((&Extent, &u64), &u64)| Extent {
            start: extent.start.saturating_add(at.saturating_mul(extent.step)),
            count,
            step: extent.step,
        };
        let part: Vec<Extent> =
            self.extents.iter().zip(origin.iter()).zip(shape.iter()).map(part).collect();
        let elements = shape.elements().and_then(|n| usize::try_from(n).ok());
        let bytes = elements.and_then(|n| n.checked_mul(*packed)).unwrap_or(usize::MAX);
        cx.cancel().check()?;
        let mut buf = cx.buf(bytes)?;
        storage::fill(fill.as_deref(), &mut buf);
        // where mappings overlap, the later one holds
        for piece in &self.mapped.pieces {
            if !piece.meets(&self.want.shape, &part) {
                continue;
            }
            let mut slab = Slab { part: &part, shape: &shape, bytes: &mut buf, size: self.size };
            let source = self.mapped.sources.get(&piece.file, &piece.dataset);
            source
                .and_then(|source| copy(&self.want, piece, &source, &mut slab, scratch))
                .map_err(|error| piece.failed(error).in_entry(&*self.want.path))?;
        }
        let start = part.iter().map(|extent| extent.start).collect();
        Chunk::new(entry, start, shape, dtype.clone(), buf)
    }
}
