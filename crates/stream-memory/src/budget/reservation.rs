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
        self.transferred(to);
        Ok(())
    }

    /// As [`transfer`](Self::transfer), but asks nobody to give way: says whether it was done.
    pub(crate) fn try_transfer(&mut self, to: &Budget) -> bool {
        let shared = self.budget.common(to);
        let done = to.try_charge(shared, self.bytes).is_ok();
        if done {
            self.transferred(to);
        }
        done
    }

    /// `to` has been charged below the common level: the former budget gives back up to there.
    fn transferred(&mut self, to: &Budget) {
        self.budget.release(self.budget.common(to), self.bytes);
        self.budget = to.clone();
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
