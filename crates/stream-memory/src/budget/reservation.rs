//! The right to memory, as a value that gives itself back.

use std::{fmt, mem};

use super::{Budget, OverBudget};

/// Bytes charged to a [`Budget`] and all its ancestors; dropping gives them back.
///
/// Keep it in the same struct as the memory that it pays for, declared *after* that memory: fields are
/// dropped in order of declaration, and bytes must not be given back while they are resident.
#[must_use = "dropping a reservation gives its bytes back at once"]
pub struct Reservation {
    budget: Budget,
    bytes: u64,
}

impl Reservation {
    /// `bytes` must have been charged to `budget` already.
    pub(super) fn charged(budget: Budget, bytes: u64) -> Reservation {
        Reservation { budget, bytes }
    }

    /// How many bytes are reserved.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The budget that they are charged to.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Reserves `by` bytes more.
    ///
    /// # Errors
    /// [`OverBudget`], as [`Budget::reserve`]; the reservation is then as it was.
    pub fn grow(&mut self, by: u64) -> Result<(), OverBudget> {
        self.merge_same(self.budget.reserve(by)?);
        Ok(())
    }

    /// Gives `by` bytes back, all of them if it is more than is held.
    pub fn shrink(&mut self, by: u64) {
        drop(self.split(by));
    }

    /// Grows or shrinks to exactly `to` bytes.
    ///
    /// # Errors
    /// [`OverBudget`] where it has to grow and cannot; the reservation is then as it was.
    pub fn resize(&mut self, to: u64) -> Result<(), OverBudget> {
        match to.checked_sub(self.bytes) {
            Some(more) => self.grow(more),
            None => {
                self.shrink(self.bytes.saturating_sub(to));
                Ok(())
            }
        }
    }

    /// Takes `bytes` out into a reservation of their own, all of them if it is more than is held.
    ///
    /// Nothing is charged or given back: see what the new one holds with [`bytes`](Self::bytes).
    pub fn split(&mut self, bytes: u64) -> Reservation {
        let bytes = bytes.min(self.bytes);
        self.bytes = self.bytes.saturating_sub(bytes);
        Reservation { budget: self.budget.clone(), bytes }
    }

    /// Adds another reservation of the same budget to this one.
    ///
    /// # Errors
    /// Gives `other` back as it was if it is charged to another budget, since the bytes would be missing
    /// there; [`transfer`](Self::transfer) it first.
    pub fn merge(&mut self, other: Reservation) -> Result<(), Reservation> {
        if !self.budget.ptr_eq(&other.budget) {
            return Err(other);
        }
        self.merge_same(other);
        Ok(())
    }

    fn merge_same(&mut self, mut other: Reservation) {
        // cannot overflow: both are part of one `used`
        self.bytes = self.bytes.saturating_add(mem::take(&mut other.bytes));
    }

    /// Moves the charge to another budget: the bytes are never counted twice, nor uncounted, at any
    /// level that both budgets share.
    ///
    /// # Errors
    /// [`OverBudget`] when a level of `to` that is not shared has no room, or a shared one is over its
    /// limit; the charge then stays where it was.
    pub fn transfer(&mut self, to: &Budget) -> Result<(), OverBudget> {
        let shared = self.budget.common(to);
        to.charge(shared, self.bytes)?;
        // `to` has been charged below the common level: this one gives back up to there
        self.budget.release(shared, self.bytes);
        self.budget = to.clone();
        Ok(())
    }

    /// Takes over `bytes` that are charged to `from` without a reservation, if `to` has room, as a transfer; asks nobody to give
    /// way.
    pub(crate) fn taken_over(from: &Budget, to: &Budget, bytes: u64) -> Option<Reservation> {
        from.try_move(to, bytes).then(|| Reservation::charged(to.clone(), bytes))
    }

    /// Leaves the charge with `to`, as a transfer, if that has room; asks nobody to give way. Then nothing is reserved here any
    /// more, and whoever has the memory answers for the charge ([`taken_over`](Self::taken_over), [`Budget::uncharge`]).
    pub(crate) fn try_leave_with(&mut self, to: &Budget) -> bool {
        let moved = self.budget.try_move(to, self.bytes);
        if moved {
            self.bytes = 0;
        }
        moved
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.release(None, self.bytes);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("bytes", &self.bytes)
            .field("budget", &self.budget.name())
            .finish()
    }
}
