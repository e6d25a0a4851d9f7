//! Reading the next chunks while the caller is busy with this one.

mod shared;

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::reader::Planned;
use crate::{Array, Chunk, ChunkPlan, Chunks, Context, Result};
use shared::Shared;

/// Reads and decodes the next chunks of a plan on other threads, up to [`Context::threads`] of them, and delivers them in the
/// plan's order. Chunks that wait are charged like any other; where the budget is short, fewer are read ahead, down to one at
/// a time. What a governor allows is looked at before each chunk. Without a plan chunks come as they are.
pub fn ahead(chunks: Box<dyn Chunks>, cx: &Context) -> Box<dyn Chunks> {
    let Some(plan) = chunks.plan() else { return chunks };
    let array = chunks.array();
    let threads = cx.most_threads().get().min(plan.len());
    if threads < 2 {
        return chunks;
    }
    let shared = Arc::new(Shared::new(plan.clone(), threads, cx));
    let mut workers = Vec::new();
    for i in 0..threads {
        let shared = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name(format!("ahead {i}"));
        match thread.spawn(move || shared.work(i)) {
            Ok(worker) => workers.push(worker),
            Err(_) => break,
        }
    }
    if workers.is_empty() {
        return Box::new(Planned::new(plan));
    }
    Box::new(Ahead { shared, workers, plan, array })
}

struct Ahead {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    plan: Arc<dyn ChunkPlan>,
    array: Option<Array>,
}

impl Chunks for Ahead {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        self.shared.next()
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        Some(self.plan.clone())
    }

    fn array(&self) -> Option<Array> {
        self.array.clone()
    }
}

impl Drop for Ahead {
    /// Waits for the chunks that are being read.
    fn drop(&mut self) {
        self.shared.stop();
        for worker in self.workers.drain(..) {
            // a panic was told to the caller as an error
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
