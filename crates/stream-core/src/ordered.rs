//! Chunks in C order, whatever order and shape the file stores them in.

mod bands;
mod copy;
mod places;
mod room;

use std::sync::Arc;

pub use copy::{Side, copy_box};

use crate::reader::Planned;
use crate::{Array, Chunk, ChunkPlan, Chunks, Context, Place, Result, Scratch, ahead};

/// Delivers the same data as slabs in C order: one after another they are the array as `npy` and `raw` want it. Entries of a
/// request follow one another.
///
/// Nothing is copied or held where the plan's chunks are slabs already: they are read in order, unchanged. Else slabs are
/// assembled from the tiles that meet them, read in parallel. A slab is as many whole rows of tiles as a quarter of the free budget
/// holds, or one such row if it fits into three quarters beside the tiles that are read meanwhile, on one thread where it does not
/// beside those of more. Where not even one fits, it is fewer rows (down to a part of one row), and each tile is read again for
/// every slab that it meets: a tile of `t` rows in slabs of `s` rows is read about `t / s` times. No order of reading needs less: what
/// is kept of a tile for later slabs takes as much as the rows by which those could be larger.
///
/// Where there is no plan, or places or sizes of elements are not known beforehand, chunks come as the format has them.
///
/// # Errors
/// What reading a chunk gives. Slabs are charged to `cx`'s budget, as chunks are.
pub fn ordered(chunks: Box<dyn Chunks>, cx: &Context) -> Box<dyn Chunks> {
    in_order(chunks, cx, room::Beside::Use)
}

/// [`ordered`] for who sends each slab on and makes nothing else of it, while at most one more is assembled: slabs may take all of
/// the free budget. Each chunk stands where its place says: after the region.
pub fn ordered_for_sending(chunks: Box<dyn Chunks>, cx: &Context) -> Box<dyn Chunks> {
    let Some(plan) = chunks.plan() else { return chunks };
    let placed = Box::new(Planned::new(Arc::new(Placed(plan))));
    in_order(placed, cx, room::Beside::Sending)
}

/// The same data in C order, cut as whoever reads it finds it easiest, the next of it decoded meanwhile: for who writes elements
/// one after another. Where another process reads, it also puts them in order, and sends pieces, so that not even one chunk or slab
/// has to fit into what this process has of the budget.
///
/// # Errors
/// What reading a chunk gives.
pub fn pieces(mut chunks: Box<dyn Chunks>, cx: &Context) -> Box<dyn Chunks> {
    match chunks.in_pieces() {
        true => chunks,
        false => ahead(ordered(chunks, cx), cx),
    }
}

fn in_order(chunks: Box<dyn Chunks>, cx: &Context, beside: room::Beside) -> Box<dyn Chunks> {
    let Some(plan) = chunks.plan() else { return chunks };
    let array = chunks.array().or_else(|| plan.array());
    let Some(order) = places::Order::of(&*plan) else { return chunks };
    if order.is_stored() {
        return chunks;
    }
    if order.is_slabs() {
        return Box::new(Planned::new(Arc::new(Permuted {
            plan,
            order: order.into_indices(),
            array,
        })));
    }
    if array.as_ref().is_none_or(|array| array.dtype.size().is_none()) {
        return chunks;
    }
    let plan = Arc::new(Placed(plan));
    Box::new(bands::Bands::new(plan, order, array, cx, beside))
}

/// Delivers the chunks of several entries by rows: by the first index, then by entry, so that columns advance together.
/// Chunks come unchanged.
pub fn by_rows(chunks: Box<dyn Chunks>) -> Box<dyn Chunks> {
    let Some(plan) = chunks.plan() else { return chunks };
    let Some(mut order) = places::Order::of(&*plan) else { return chunks };
    order.by_rows(&*plan);
    let array = chunks.array();
    Box::new(Planned::new(Arc::new(Permuted { plan, order: order.into_indices(), array })))
}

/// A plan whose chunks stand where their places say: a chunk itself says where it stands in the whole array, its place where in the
/// region.
struct Placed(Arc<dyn ChunkPlan>);

impl ChunkPlan for Placed {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn array(&self) -> Option<Array> {
        self.0.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.0.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let chunk = self.0.read(index, scratch)?;
        let Some(Place { origin, .. }) = self.place(index) else { return Ok(chunk) };
        let (entry, shape, dtype) = (chunk.entry(), chunk.shape().into(), chunk.dtype().clone());
        Chunk::new(entry, origin, shape, dtype, chunk.into_buf())
    }
}

/// A plan in another order.
struct Permuted {
    plan: Arc<dyn ChunkPlan>,
    order: Vec<usize>,
    array: Option<Array>,
}

impl Permuted {
    fn index(&self, index: usize) -> usize {
        // beyond the end stays beyond the end
        self.order.get(index).copied().unwrap_or(usize::MAX)
    }
}

impl ChunkPlan for Permuted {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn array(&self) -> Option<Array> {
        self.array.clone()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.plan.place(self.index(index))
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        self.plan.read(self.index(index), scratch)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
