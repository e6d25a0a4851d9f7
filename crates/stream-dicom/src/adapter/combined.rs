//! The data of several entries in one pass.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Array, Chunk, ChunkPlan, Chunks, Error, ErrorKind, Planned, Result, Scratch};

/// Plans one behind the other.
#[derive(Default)]
pub(super) struct Combined {
    /// Each with the number of chunks up to its end, and its entry's path.
    plans: Vec<(usize, Arc<dyn ChunkPlan>, Box<str>)>,
    /// Whether a source behind it only goes forward.
    pub(super) only_in_order: bool,
}

impl Combined {
    pub(super) fn push(&mut self, plan: Arc<dyn ChunkPlan>, path: &str) {
        let end = self.len().saturating_add(plan.len());
        self.plans.push((end, plan, path.into()));
    }

    pub(super) fn into_chunks(self) -> Box<dyn Chunks> {
        let only_in_order = self.only_in_order;
        let planned = Planned::new(Arc::new(self));
        if only_in_order { Box::new(InOrder(planned)) } else { Box::new(planned) }
    }
}

impl ChunkPlan for Combined {
    fn len(&self) -> usize {
        self.plans.last().map_or(0, |(end, ..)| *end)
    }

    fn array(&self) -> Option<Array> {
        self.plans.first().and_then(|(_, plan, _)| plan.array())
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let at = self.plans.partition_point(|(end, ..)| *end <= index);
        let before =
            at.checked_sub(1).and_then(|at| self.plans.get(at)).map_or(0, |(end, ..)| *end);
        let Some((_, plan, path)) = self.plans.get(at) else {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        };
        let result = plan.read(index.saturating_sub(before), scratch);
        result.map_err(|e| e.in_entry(path.clone()).with_format("dicom"))
    }
}

/// Chunks of a source that only goes forward: the same, without the promise of random access.
struct InOrder(Planned);

impl Chunks for InOrder {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        self.0.next_chunk()
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.0.array()
    }
}
