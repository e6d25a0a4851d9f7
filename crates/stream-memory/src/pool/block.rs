//! Memory with the reservation that pays for it. The unsafe code of the pool is here.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::{fmt, slice};

use super::class;
use crate::budget::{Budget, OverBudget, Reservation};

/// The alignment of every buffer, in bytes: a cache line, and the widest vector register (AVX-512).
///
/// It is more than any element type asks for, so a buffer can be viewed as any of them.
pub const ALIGNMENT: usize = 64;

/// A class's worth of initialised memory, paid for.
#[derive(Debug)]
pub(super) struct Block {
    // before the reservation: fields are dropped in this order, and memory goes first
    memory: Memory,
    reservation: Reservation,
}

impl Block {
    /// Memory with the reservation of its capacity.
    pub(super) fn new(memory: Memory, reservation: Reservation) -> Block {
        Block { memory, reservation }
    }

    /// Allocates zeroed memory for `len` bytes, charged to `budget`.
    pub(super) fn allocate(budget: &Budget, len: usize) -> Result<Block, OverBudget> {
        let Some(capacity) = class::capacity(len) else {
            return Err(OverBudget::out_of_memory(budget, widen(len)));
        };
        let reservation = budget.reserve(widen(capacity))?;
        match Memory::zeroed(capacity) {
            Some(memory) => Ok(Block { memory, reservation }),
            None => Err(OverBudget::out_of_memory(budget, reservation.bytes())),
        }
    }

    /// The two; the memory is to go before its reservation.
    pub(super) fn into_parts(self) -> (Memory, Reservation) {
        (self.memory, self.reservation)
    }

    pub(super) fn capacity(&self) -> usize {
        self.memory.capacity
    }

    pub(super) fn reserved(&self) -> u64 {
        self.reservation.bytes()
    }

    pub(super) fn budget(&self) -> &Budget {
        self.reservation.budget()
    }

    pub(super) fn transfer(&mut self, to: &Budget) -> Result<(), OverBudget> {
        self.reservation.transfer(to)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.bytes()
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        self.memory.bytes_mut()
    }
}

/// A length as bytes of a budget: no target has pointers wider than 64 bits.
pub(super) fn widen(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Initialised memory, which whoever holds it sees to being charged.
pub(super) struct Memory {
    start: NonNull<u8>,
    /// Never zero, and of the alignment a valid layout.
    capacity: usize,
}

// SAFETY: `Memory` owns its allocation alone, as `Box<[u8]>` does: shared references to it only read,
// writing takes a unique one, and the allocator lets any thread free what another allocated.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    fn zeroed(capacity: usize) -> Option<Memory> {
        let layout = layout(capacity)?;
        // SAFETY: `layout` is of non-zero size.
        let start = unsafe { alloc_zeroed(layout) };
        NonNull::new(start).map(|start| Memory { start, capacity })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: `start` points to `capacity` bytes that were zeroed when allocated and are only ever
        // overwritten with bytes; they live as long as `self`, which is borrowed for the slice's life.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.capacity) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`; and `self` is borrowed uniquely.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.capacity) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(layout) = layout(self.capacity) {
            // SAFETY: `start` came from `alloc_zeroed` with this same layout (a pure function of the
            // capacity, which `zeroed` has seen succeed), and is freed once, here.
            unsafe { dealloc(self.start.as_ptr(), layout) };
        }
    }
}

/// `None` for zero bytes and for more than can be allocated.
fn layout(capacity: usize) -> Option<Layout> {
    Layout::from_size_align(capacity, ALIGNMENT).ok().filter(|layout| layout.size() > 0)
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {:p}", self.capacity, self.start)
    }
}
