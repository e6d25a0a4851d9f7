//! The data of several entries in one pass.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Error, ErrorKind, Place, Planned, Result, Scratch,
};

/// Plans one behind the other.
pub(super) struct Combined {
    /// Each with the number of chunks up to its end.
    plans: Vec<(usize, Arc<dyn ChunkPlan>)>,
    /// The paths that were asked for, to name them in errors.
    paths: Vec<String>,
    first: Option<Array>,
}

impl Combined {
    pub(super) fn new(paths: Vec<String>) -> Self {
        Self { plans: Vec::new(), paths, first: None }
    }

    /// Adds a plan; the one that `leads` tells of the request's first entry.
    pub(super) fn push(&mut self, plan: Arc<dyn ChunkPlan>, leads: bool) {
        let end = self.len().saturating_add(plan.len());
        if leads {
            self.first = plan.array();
        }
        self.plans.push((end, plan));
    }

    pub(super) fn into_chunks(self, is_random: bool) -> Box<dyn Chunks> {
        let planned = Planned::new(Arc::new(self));
        if is_random { Box::new(planned) } else { Box::new(InOrder(planned)) }
    }

    fn find(&self, index: usize) -> Option<(usize, &Arc<dyn ChunkPlan>)> {
        let at = self.plans.partition_point(|(end, _)| *end <= index);
        let before = at.checked_sub(1).and_then(|at| self.plans.get(at)).map_or(0, |(end, _)| *end);
        let (_, plan) = self.plans.get(at)?;
        Some((index.saturating_sub(before), plan))
    }
}

impl ChunkPlan for Combined {
    fn len(&self) -> usize {
        self.plans.last().map_or(0, |(end, _)| *end)
    }

    fn array(&self) -> Option<Array> {
        self.first.clone()
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (index, plan) = self.find(index)?;
        plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let Some((index, plan)) = self.find(index) else {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        };
        plan.read(index, scratch).map_err(|e| {
            let entry = plan.place(index).map_or(0, |place| place.entry);
            match self.paths.get(entry) {
                Some(path) => e.in_entry(path.as_str()).with_format("fits"),
                None => e.with_format("fits"),
            }
        })
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
