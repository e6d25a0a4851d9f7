//! Many addresses in little memory: without a number each, and in order.

use stream_core::memory::Budget;
use stream_core::{ChargedVec, Result};

use super::Visited;

/// Every so many addresses one stands whole.
const BLOCK: u64 = 64;
/// So many are noted before they are put in order with the rest; later an eighth of all.
const FEW: u64 = 1024;

/// A set of addresses: a sorted run of their differences, and a table of those that were added since it was made.
///
/// An address takes the bytes of the distance to the one before, 7 bits each: two or three where objects follow one another.
/// The run is written anew when an eighth was added; both stand side by side then, so that ten bytes an address are enough.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// Differences, 7 bits a byte, the low ones first; a byte of 128 and more is not the last.
    run: ChargedVec<u8>,
    /// The first address of each block, and where its differences begin.
    blocks: ChargedVec<(u64, usize)>,
    count: u64,
    recent: Visited,
}

impl Addresses {
    pub(crate) fn new(budget: &Budget) -> Self {
        let (run, blocks) = (ChargedVec::new(budget), ChargedVec::new(budget));
        Self { run, blocks, count: 0, recent: Visited::new(budget) }
    }

    pub(crate) fn contains(&self, address: u64) -> bool {
        self.recent.get(address).is_some() || self.in_run(address)
    }

    /// Adds an address that is not there.
    pub(crate) fn insert(&mut self, address: u64) -> Result<()> {
        if self.recent.len() >= (self.count / 8).max(FEW) {
            self.merge()?;
        }
        self.recent.insert(address, 0)
    }

    fn in_run(&self, address: u64) -> bool {
        let block = self.blocks.partition_point(|(first, _)| *first <= address);
        let Some(block) = block.checked_sub(1) else { return false };
        let mut block = Differences { run: &self.run, blocks: &self.blocks, block, at: 0, left: 0 };
        let mut last = None;
        for _ in 0..BLOCK {
            let next = block.after(last);
            match next {
                Some(found) if found < address => last = next,
                found => return found == Some(address),
            }
        }
        false
    }

    /// Puts what was added into the run.
    fn merge(&mut self) -> Result<()> {
        let budget = self.run.budget().clone();
        let mut added = ChargedVec::new(&budget);
        added.room(usize::try_from(self.recent.len()).unwrap_or(usize::MAX))?;
        for address in self.recent.addresses() {
            added.push(address)?;
        }
        added.as_mut_slice().sort_unstable();
        let mut merged = Self::new(&budget);
        merged.run.room(self.run.len().saturating_add(added.len().saturating_mul(2)))?;
        let all = Differences { run: &self.run, blocks: &self.blocks, block: 0, at: 0, left: 0 };
        let mut old = All { of: all, last: None }.peekable();
        let mut added = added.iter().copied().peekable();
        let mut last = 0u64;
        loop {
            let next = match (old.peek(), added.peek()) {
                (Some(a), Some(b)) if a < b => old.next(),
                (_, Some(_)) => added.next(),
                (_, None) => old.next(),
            };
            let Some(next) = next else { break };
            merged.push(next, last)?;
            last = next;
        }
        *self = merged;
        Ok(())
    }

    /// Adds to the end of the run what is larger than its `last`.
    fn push(&mut self, address: u64, last: u64) -> Result<()> {
        if self.count.checked_rem(BLOCK) == Some(0) {
            self.blocks.push((address, self.run.len()))?;
        } else {
            let mut rest = address.saturating_sub(last);
            while rest > 127 {
                self.run.push(u8::try_from(rest & 127).unwrap_or(0) | 128)?;
                rest >>= 7;
            }
            self.run.push(u8::try_from(rest).unwrap_or(0))?;
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

/// A place in a run.
struct Differences<'a> {
    run: &'a [u8],
    blocks: &'a [(u64, usize)],
    /// The block that comes next, where the next difference stands, and how many the block at hand has left.
    block: usize,
    at: usize,
    left: u64,
}

impl Differences<'_> {
    /// The address after `last`, which was the one before.
    fn after(&mut self, last: Option<u64>) -> Option<u64> {
        if self.left == 0 {
            let (first, at) = *self.blocks.get(self.block)?;
            (self.at, self.left) = (at, BLOCK.saturating_sub(1));
            self.block = self.block.saturating_add(1);
            return Some(first);
        }
        let mut difference = 0u64;
        let mut shift = 0u32;
        loop {
            let byte = *self.run.get(self.at)?;
            self.at = self.at.saturating_add(1);
            difference |= u64::from(byte & 127).checked_shl(shift).unwrap_or(0);
            shift = shift.saturating_add(7);
            if byte < 128 {
                break;
            }
        }
        self.left = self.left.saturating_sub(1);
        last?.checked_add(difference)
    }
}

/// All addresses of a run.
struct All<'a> {
    of: Differences<'a>,
    last: Option<u64>,
}

impl Iterator for All<'_> {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        self.last = self.of.after(self.last);
        self.last
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// Numbers in an order that is none.
    fn shuffled(n: u64) -> impl Iterator<Item = u64> {
        (0..n).map(move |i| (i * 7919) % n)
    }

    #[test]
    fn addresses_in_any_order_are_found_again_and_others_are_not() {
        let mut all = Addresses::new(&Budget::new("b", 4 << 20));
        let address = |i: u64| i * 97 + i % 5 + (i / 9000) * 0x1_0000_0000;
        for i in shuffled(20_000) {
            assert!(!all.contains(address(i)), "{i}");
            all.insert(address(i)).unwrap();
        }
        for i in 0..20_000 {
            assert!(all.contains(address(i)), "{i}");
            assert!(!all.contains(address(i) + 1), "{i}");
        }
    }

    #[test]
    fn ten_bytes_an_address_are_enough() {
        let budget = Budget::new("b", 64 << 20);
        let mut all = Addresses::new(&budget);
        for i in shuffled(300_000) {
            all.insert(i * 180).unwrap();
        }
        assert!(budget.peak() < 300_000 * 10, "{}", budget.peak());
    }
}
