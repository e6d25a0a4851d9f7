//! Chunks of another plan, unpacked.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Array, Chunk, ChunkPlan, Context, Dims, Place, Result, Scratch};

use crate::Packing;

/// A plan whose stored values become numbers with a unit (CF 8.1).
pub(super) struct Unpacked {
    cx: Context,
    plan: Arc<dyn ChunkPlan>,
    packing: Packing,
}

impl Unpacked {
    pub(super) fn new(cx: Context, plan: Arc<dyn ChunkPlan>, packing: Packing) -> Self {
        Self { cx, plan, packing }
    }
}

impl ChunkPlan for Unpacked {
    fn len(&self) -> usize {
        self.plan.len()
    }

    fn array(&self) -> Option<Array> {
        let array = self.plan.array()?;
        Some(Array { dtype: self.packing.dtype(), ..array })
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let chunk = self.plan.read(index, scratch)?;
        let (entry, origin) = (chunk.entry(), Dims::from(chunk.origin()));
        let (shape, dtype) = (Dims::from(chunk.shape()), self.packing.dtype());
        let size = self.packing.size().saturating_mul(chunk.elements());
        let mut stored = chunk.into_buf();
        if self.packing.is_in_place() {
            self.packing.apply_in_place(&mut stored);
            return Chunk::new(entry, origin, shape, dtype, stored);
        }
        let mut unpacked = self.cx.buf(usize::try_from(size).unwrap_or(usize::MAX))?;
        self.packing.apply(&stored, &mut unpacked);
        Chunk::new(entry, origin, shape, dtype, unpacked)
    }
}
