//! The chunks of a plan, sorted by where they lie.

use crate::{ChunkPlan, Dims, Place};

/// Indices of a plan's chunks in C order of where they lie, entry by entry. 8 bytes a chunk; its place is asked again when it
/// is needed.
pub(super) struct Order {
    indices: Vec<usize>,
    /// The extents of each entry's array: those that its chunks reach.
    shapes: Vec<Dims>,
    stored: bool,
    slabs: bool,
}

impl Order {
    /// `None` where a place is not known.
    pub(super) fn of(plan: &dyn ChunkPlan) -> Option<Self> {
        let shapes = shapes(plan)?;
        let mut order = Self { indices: Vec::new(), shapes, stored: true, slabs: true };
        if order.are_slabs((0..plan.len()).map(|i| plan.place(i)))? {
            order.indices = (0..plan.len()).collect();
            return Some(order);
        }
        order.stored = false;
        order.indices = (0..plan.len()).collect();
        order.indices.sort_by_cached_key(|&i| plan.place(i).map(|p| (p.entry, p.origin.to_vec())));
        order.slabs = order.are_slabs(order.indices.iter().map(|&i| plan.place(i)))?;
        Some(order)
    }

    /// Whether the plan's own order is C order, slab after slab.
    pub(super) fn is_stored(&self) -> bool {
        self.stored
    }

    /// Whether the chunks are slabs, which only have to be read in this order.
    pub(super) fn is_slabs(&self) -> bool {
        self.slabs
    }

    pub(super) fn into_indices(self) -> Vec<usize> {
        self.indices
    }

    pub(super) fn indices(&self) -> &[usize] {
        &self.indices
    }

    pub(super) fn shapes(&self) -> &[Dims] {
        &self.shapes
    }

    /// Sorts by the first index, then by entry.
    pub(super) fn by_rows(&mut self, plan: &dyn ChunkPlan) {
        self.indices.sort_by_cached_key(|&i| {
            plan.place(i).map(|p| (p.origin.first().copied(), p.entry, p.origin.to_vec()))
        });
    }

    /// Whether each place begins at the element where the one before ends, and covers elements that follow one another.
    fn are_slabs(&self, places: impl Iterator<Item = Option<Place>>) -> Option<bool> {
        let mut entry = 0usize;
        let mut expected = 0u64;
        for place in places {
            let place = place?;
            let shape = self.shapes.get(place.entry)?;
            if place.entry < entry {
                return Some(false);
            }
            if place.entry > entry {
                (entry, expected) = (place.entry, 0);
            }
            let Some((first, count)) = run(&place, shape) else { return Some(false) };
            if count > 0 && first != expected {
                return Some(false);
            }
            expected = expected.saturating_add(count);
        }
        Some(true)
    }
}

/// The first element of a place and how many it has, where they follow one another in C order.
fn run(place: &Place, shape: &[u64]) -> Option<(u64, u64)> {
    let count = place.shape.elements()?;
    let mut first = 0u64;
    // once an axis has more than one index, all axes within must be whole
    let mut open = false;
    for ((&at, &n), &extent) in place.origin.iter().zip(place.shape.iter()).zip(shape) {
        first = first.checked_mul(extent)?.checked_add(at)?;
        if open && n != extent {
            return None;
        }
        open |= n > 1;
    }
    Some((first, count))
}

/// The extents that the chunks of each entry reach.
fn shapes(plan: &dyn ChunkPlan) -> Option<Vec<Dims>> {
    let mut shapes: Vec<Option<Dims>> = Vec::new();
    for i in 0..plan.len() {
        let place = plan.place(i)?;
        if place.entry > plan.len() || place.origin.len() != place.shape.len() {
            return None;
        }
        if shapes.len() <= place.entry {
            shapes.resize(place.entry.checked_add(1)?, None);
        }
        let rank = place.origin.len();
        let shape = shapes.get_mut(place.entry)?.get_or_insert_with(|| Dims::filled(rank, 0));
        if shape.len() != rank {
            return None;
        }
        for ((extent, at), n) in shape.iter_mut().zip(place.origin.iter()).zip(place.shape.iter()) {
            *extent = (*extent).max(at.checked_add(*n)?);
        }
    }
    Some(shapes.into_iter().map(Option::unwrap_or_default).collect())
}
