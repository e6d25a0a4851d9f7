//! Several entries in one pass: record variables block by block of records, the others one after the other.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Arc, Mutex, PoisonError};

use stream_core::{
    Array, Chunk, ChunkPlan, Context, Error, ErrorKind, Place, Region, Result, Scratch,
};
use stream_memory::Buf;

use super::VariablePlan;

/// Plans one behind the other, each with the path of its entry.
#[derive(Default)]
pub(crate) struct Together {
    /// Each with the number of chunks up to its end.
    plans: Vec<(usize, Arc<dyn ChunkPlan>, Box<str>)>,
}

impl Together {
    pub(crate) fn push(&mut self, plan: Arc<dyn ChunkPlan>, path: &str) {
        let end = self.len().saturating_add(plan.len());
        self.plans.push((end, plan, path.into()));
    }

    fn find(&self, index: usize) -> Option<(usize, &Arc<dyn ChunkPlan>, &str)> {
        let at = self.plans.partition_point(|(end, ..)| *end <= index);
        let before = at.checked_sub(1).and_then(|at| self.plans.get(at)).map_or(0, |p| p.0);
        let (_, plan, path) = self.plans.get(at)?;
        Some((index.saturating_sub(before), plan, path))
    }
}

impl ChunkPlan for Together {
    fn len(&self) -> usize {
        self.plans.last().map_or(0, |(end, ..)| *end)
    }

    fn array(&self) -> Option<Array> {
        self.plans.first().and_then(|(_, plan, _)| plan.array())
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (index, plan, _) = self.find(index)?;
        plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let (index, plan, path) = self.find(index).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let result = plan.read(index, scratch);
        result.map_err(|e| if path.is_empty() { e } else { e.in_entry(path) }.with_format("netcdf"))
    }
}

/// Record variables that are wanted together: blocks of records, and in each block one chunk for each variable. A block is read
/// once when the wanted bytes make up a good part of it.
pub(crate) struct Records {
    cx: Context,
    plans: Vec<(VariablePlan, Box<str>)>,
    blocks: usize,
    /// Whether whole blocks are read.
    whole: bool,
    /// The blocks read last: one in use, and one that another thread went on to.
    held: Mutex<[Option<Held>; 2]>,
}

#[derive(Clone)]
struct Held {
    block: usize,
    start: u64,
    bytes: Arc<Buf>,
}

impl Records {
    /// Of plans for record variables with the same region along the records.
    pub(crate) fn new(
        cx: Context,
        plans: Vec<(VariablePlan, Box<str>)>,
        region: &Region,
        chunk: usize,
    ) -> Result<Self> {
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX);
        let layout = plans.first().map(|(p, _)| p.elements.layout);
        let stride = layout.map_or(1, |l| l.stride).max(1);
        let wanted = plans.iter().fold(0u64, |n, (p, _)| n.saturating_add(p.row()));
        let step = region.axes().first().map_or(1, |s| s.step.max(1));
        let apart = stride.saturating_mul(step);
        // reading four bytes for one costs less than asking for each record of each variable
        let whole = wanted.saturating_mul(4) >= apart && apart <= chunk;
        let longest = plans.iter().map(|(p, _)| p.row()).max().unwrap_or(1).max(1);
        let per_row = if whole { apart } else { longest };
        let rows = chunk.checked_div(per_row).unwrap_or(1).max(1);
        let plans = plans.into_iter().map(|(p, path)| Ok((p.in_rows(region, rows)?, path)));
        let plans = plans.collect::<Result<Vec<_>>>()?;
        let blocks = plans.first().map_or(0, |(p, _)| p.len());
        Ok(Self { cx, plans, blocks, whole, held: Mutex::default() })
    }

    fn find(&self, index: usize) -> Option<(usize, &VariablePlan, &str)> {
        let count = self.plans.len();
        let block = index.checked_div(count)?;
        let (plan, path) = self.plans.get(index.checked_rem(count)?)?;
        (block < self.blocks).then_some((block, plan, path))
    }

    /// The bytes of a block, read now or just before. The lock is held while they are read, so that nobody reads them twice.
    fn block(&self, block: usize) -> Result<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = held.iter().flatten().find(|h| h.block == block) {
            return Ok(found.clone());
        }
        let [new, old] = &mut *held;
        *old = new.take();
        let (mut start, mut end) = (u64::MAX, 0);
        for (plan, _) in &self.plans {
            let (first, last) = plan.span(block)?;
            (start, end) = (start.min(first), end.max(last));
        }
        let len = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        let mut bytes = self.cx.buf(len)?;
        self.cx.read_exact_at(start, &mut bytes)?;
        let fresh = Held { block, start, bytes: Arc::new(bytes) };
        *new = Some(fresh.clone());
        Ok(fresh)
    }

    fn forget(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = [None, None];
    }
}

impl ChunkPlan for Records {
    fn len(&self) -> usize {
        self.blocks.saturating_mul(self.plans.len())
    }

    fn array(&self) -> Option<Array> {
        self.plans.first().and_then(|(plan, _)| plan.array())
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (block, plan, _) = self.find(index)?;
        plan.place(block)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let (block, plan, path) = self.find(index).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let result = if self.whole {
            self.block(block).and_then(|held| {
                plan.chunk(block, |runs, out| {
                    runs.pick(&held.bytes, held.start, plan.swap(), out);
                    Ok(())
                })
            })
        } else {
            plan.read(block, scratch)
        };
        let result = match result {
            // too little memory for a whole block, or a file that ends inside it: piece by piece
            Err(_) if self.whole => {
                self.forget();
                plan.read(block, scratch)
            }
            result => result,
        };
        result.map_err(|e| e.in_entry(path))
    }
}
