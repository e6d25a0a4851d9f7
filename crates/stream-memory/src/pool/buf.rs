//! A buffer that owns what it costs.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::{error, fmt};

use super::block::Block;
use super::home::Home;
use crate::budget::{Budget, OverBudget};

/// An owned buffer: initialised memory, aligned to [`ALIGNMENT`](super::ALIGNMENT), charged to a budget.
///
/// A [`Pool`](crate::Pool) hands it out; dropping it gives it back to that pool, from whichever thread,
/// if the pool's idle limit and budget allow, and frees it otherwise. Dropping never fails or waits for
/// a budget.
///
/// It has a length and a capacity like a `Vec<u8>`, but all of the capacity is initialised: with zeros, or
/// with what a former user of the same memory left.
pub struct Buf {
    /// `None` only while being dropped or moved out of.
    block: Option<Block>,
    /// At most the block's capacity.
    len: usize,
    /// `None` if it belongs to no pool.
    home: Option<Arc<Home>>,
}

/// The error of [`Buf::set_len`]: a length beyond the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeyondCapacity {
    /// The length asked for, in bytes.
    pub len: usize,
    /// The buffer's capacity, in bytes.
    pub capacity: usize,
}

impl Buf {
    /// `len` must not be more than the block's capacity.
    pub(super) fn new(block: Block, len: usize, home: Option<Arc<Home>>) -> Buf {
        debug_assert!(len <= block.capacity());
        Buf { block: Some(block), len, home }
    }

    /// Allocates a zeroed buffer that belongs to no pool: dropping frees it.
    ///
    /// Charged and rounded up as [`Pool::take`](crate::Pool::take) does.
    ///
    /// # Errors
    /// [`OverBudget`] when `budget` has no room or the system no memory.
    pub fn unpooled(budget: &Budget, len: usize) -> Result<Buf, OverBudget> {
        Ok(Buf::new(Block::allocate(budget, len)?, len, None))
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the length is zero.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The length to which it can be set without allocating, in bytes.
    pub fn capacity(&self) -> usize {
        self.block.as_ref().map_or(0, Block::capacity)
    }

    /// What is charged for it, in bytes: its capacity.
    pub fn reserved(&self) -> u64 {
        self.block.as_ref().map_or(0, Block::reserved)
    }

    /// Shortens it to `len` bytes; does nothing if it is not longer. The capacity stays.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Sets the length to anything within the capacity.
    ///
    /// The bytes between the old and the new length are initialised but arbitrary.
    ///
    /// # Errors
    /// [`BeyondCapacity`] if it would have to allocate: see [`grow`](Buf::grow). The length stays.
    pub fn set_len(&mut self, len: usize) -> Result<(), BeyondCapacity> {
        let capacity = self.capacity();
        if len > capacity {
            return Err(BeyondCapacity { len, capacity });
        }
        self.len = len;
        Ok(())
    }

    /// Makes it at least `len` bytes long, moving its contents into a larger buffer if it must.
    ///
    /// Both are charged while the bytes are copied. The bytes beyond the old length are initialised but
    /// arbitrary. To append many times, grow by a factor.
    ///
    /// # Errors
    /// [`OverBudget`] when there is no room for the larger one; the buffer is then as it was.
    pub fn grow(&mut self, len: usize) -> Result<(), OverBudget> {
        if len > self.capacity()
            && let Some(block) = &self.block
        {
            let mut larger = match &self.home {
                Some(home) => home.take(block.budget(), len)?,
                None => Buf::unpooled(block.budget(), len)?,
            };
            if let Some(start) = larger.get_mut(..self.len) {
                start.copy_from_slice(self);
            }
            // the smaller one goes back to the pool
            *self = larger;
        }
        self.len = self.len.max(len);
        Ok(())
    }

    /// Moves the charge to another budget, e.g. a cache's, while the buffer lives on.
    ///
    /// # Errors
    /// [`OverBudget`] as [`Reservation::transfer`](crate::Reservation::transfer); it is then charged
    /// where it was.
    pub fn transfer(&mut self, to: &Budget) -> Result<(), OverBudget> {
        self.block.as_mut().map_or(Ok(()), |block| block.transfer(to))
    }
}

impl Deref for Buf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let bytes = self.block.as_ref().map_or(&[][..], Block::bytes);
        bytes.get(..self.len).unwrap_or_default()
    }
}

impl DerefMut for Buf {
    fn deref_mut(&mut self) -> &mut [u8] {
        let bytes = self.block.as_mut().map_or(&mut [][..], Block::bytes_mut);
        bytes.get_mut(..self.len).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Buf {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl AsMut<[u8]> for Buf {
    fn as_mut(&mut self) -> &mut [u8] {
        self
    }
}

impl Drop for Buf {
    fn drop(&mut self) {
        // otherwise the block is freed by its own drop
        if let Some(home) = &self.home
            && let Some(block) = self.block.take()
        {
            home.give_back(block);
        }
    }
}

impl fmt::Debug for Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // not the contents: they may be megabytes
        f.debug_struct("Buf")
            .field("len", &self.len)
            .field("capacity", &self.capacity())
            .field("budget", &self.block.as_ref().map(|block| block.budget().name()))
            .finish()
    }
}

impl fmt::Display for BeyondCapacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "length {} is beyond the buffer's capacity of {}", self.len, self.capacity)
    }
}

impl error::Error for BeyondCapacity {}
