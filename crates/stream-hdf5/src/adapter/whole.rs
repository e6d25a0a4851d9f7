//! Values that are in memory already, as data: one chunk.

use std::sync::{Arc, Mutex, PoisonError};

use stream_core::{
    Array, ChargedVec, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Place,
    Request, Result, Scratch, shape_of,
};

use crate::values::{Values, element_length};

/// The elements of `values` that the request's region has, as one chunk; none where there are no elements.
pub(super) fn plan(
    cx: &Context,
    values: &Values,
    entry: usize,
    request: &Request,
) -> Result<Arc<dyn ChunkPlan>> {
    let shape = values.shape().cloned().unwrap_or_else(|| Dims::from([0]));
    let extents = request.region.resolve(&shape)?;
    let mut bytes = ChargedVec::new(cx.budget());
    take(values, &shape, &extents, &mut bytes)?;
    let shape = shape_of(&extents);
    let start = extents.iter().map(|extent| extent.start).collect();
    let dtype = values.dtype().clone();
    Ok(Arc::new(Whole { cx: cx.clone(), entry, dtype, start, shape, bytes: Mutex::new(bytes) }))
}

/// Appends the elements of a region.
fn take(
    values: &Values,
    shape: &[u64],
    extents: &[Extent],
    out: &mut ChargedVec<u8>,
) -> Result<()> {
    let mut rest = values.bytes();
    let mut at = Dims::filled(shape.len(), 0);
    while !rest.is_empty() {
        let length = element_length(values.dtype(), rest)?;
        let (element, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let wanted = at.iter().zip(extents).all(|(&at, extent)| {
            let from = at.checked_sub(extent.start);
            from.is_some_and(|n| {
                n.checked_rem(extent.step) == Some(0)
                    && n.checked_div(extent.step).is_some_and(|n| n < extent.count)
            })
        });
        if wanted {
            out.extend(element)?;
        }
        rest = after;
        for (at, &extent) in at.iter_mut().zip(shape).rev() {
            *at = at.saturating_add(1);
            if *at < extent {
                break;
            }
            *at = 0;
        }
        if length == 0 {
            break;
        }
    }
    Ok(())
}

struct Whole {
    cx: Context,
    entry: usize,
    dtype: DType,
    /// Where the region begins in the attribute's own array.
    start: Dims,
    shape: Dims,
    bytes: Mutex<ChargedVec<u8>>,
}

impl ChunkPlan for Whole {
    fn len(&self) -> usize {
        usize::from(self.shape.elements() != Some(0))
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.dtype.clone(), self.shape.clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let origin = Dims::filled(self.shape.len(), 0);
        let place = Place { entry: self.entry, origin, shape: self.shape.clone() };
        (index < self.len()).then_some(place)
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let Some(place) = self.place(index) else {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        };
        self.cx.cancel().check()?;
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buf = self.cx.buf(bytes.len())?;
        buf.copy_from_slice(&bytes);
        Chunk::new(self.entry, self.start.clone(), place.shape, self.dtype.clone(), buf)
    }
}
