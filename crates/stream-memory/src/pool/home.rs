//! Where buffers go back to.

use std::sync::Arc;

use super::Buf;
use super::block::Block;
use super::stock::{SHARDS, Stock};
use crate::budget::{Budget, OverBudget};

/// A shard of a pool's stock. Each has one of its own, which its buffers share: the references are counted where only the threads
/// of that shard look, and the stock lives for as long as any buffer.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Home {
    stock: Arc<Stock>,
    shard: usize,
}

impl Home {
    /// One for each shard.
    pub(super) fn all(stock: &Arc<Stock>) -> [Arc<Home>; SHARDS] {
        std::array::from_fn(|shard| Arc::new(Home { stock: Arc::clone(stock), shard }))
    }

    /// An idle buffer of this shard, or of another, or a fresh one, which comes back here.
    pub(super) fn take(self: &Arc<Home>, budget: &Budget, len: usize) -> Result<Buf, OverBudget> {
        // Where the taker has no room for the idle one, it stays, and reserving anew makes whoever can
        // give way do so, this pool among them, or explains who is in the way.
        let block = match self.stock.take(self.shard, budget, len) {
            Some(block) => block,
            None => self.stock.allocate(budget, len)?,
        };
        Ok(Buf::new(block, len, Some(Arc::clone(self))))
    }

    pub(super) fn give_back(&self, block: Block) {
        self.stock.give_back(self.shard, block);
    }
}
