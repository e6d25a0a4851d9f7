//! Growable memory that is charged before it grows.

use std::fmt;
use std::ops::Deref;

use stream_memory::{Budget, OverBudget, Reservation};

/// A vector whose capacity is reserved from a budget before it is allocated. Growing doubles, so that
/// appending is amortised; clearing keeps the memory and its charge.
pub struct ChargedVec<T> {
    items: Vec<T>,
    budget: Budget,
    charge: Option<Reservation>,
}

impl<T> ChargedVec<T> {
    /// An empty vector; nothing is reserved yet.
    pub fn new(budget: &Budget) -> Self {
        Self { items: Vec::new(), budget: budget.clone(), charge: None }
    }

    /// Makes room for `more` items.
    ///
    /// # Errors
    /// `OverBudget`; the vector is as it was.
    pub fn room(&mut self, more: usize) -> Result<(), OverBudget> {
        if self.items.capacity().saturating_sub(self.items.len()) >= more {
            return Ok(());
        }
        self.grow(more)
    }

    #[cold]
    fn grow(&mut self, more: usize) -> Result<(), OverBudget> {
        let needed = self.items.len().saturating_add(more);
        let at_least = needed.max(64usize.checked_div(size_of::<T>().max(1)).unwrap_or(1).max(4));
        let doubled = at_least.max(self.items.capacity().saturating_mul(2));
        // twice what is there if the budget has it, else just what is needed
        let (capacity, charge) = match self.reserve(doubled) {
            Ok(charge) => (doubled, charge),
            Err(_) => (needed, self.reserve(needed)?),
        };
        // the old block and the new one stand side by side while the items move, both charged
        self.items.reserve_exact(capacity.saturating_sub(self.items.len()));
        self.charge = Some(charge);
        Ok(())
    }

    fn reserve(&self, capacity: usize) -> Result<Reservation, OverBudget> {
        let bytes = capacity.saturating_mul(size_of::<T>());
        self.budget.reserve(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Appends an item.
    ///
    /// # Errors
    /// `OverBudget`; the vector is as it was.
    pub fn push(&mut self, item: T) -> Result<(), OverBudget> {
        self.room(1)?;
        self.items.push(item);
        Ok(())
    }

    /// Removes and returns the last item.
    pub fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }

    /// Removes all items, keeping the memory.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// Keeps the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        self.items.truncate(len);
    }

    /// The items.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items
    }

    /// The budget that is charged.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl<T: Copy> ChargedVec<T> {
    /// Appends a copy of `items`.
    ///
    /// # Errors
    /// `OverBudget`; the vector is as it was.
    pub fn extend(&mut self, items: &[T]) -> Result<(), OverBudget> {
        self.room(items.len())?;
        self.items.extend_from_slice(items);
        Ok(())
    }
}

impl<T> Deref for ChargedVec<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: fmt::Debug> fmt::Debug for ChargedVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

/// A string whose memory is reserved from a budget before it grows.
pub struct ChargedString {
    text: String,
    budget: Budget,
    charge: Option<Reservation>,
}

impl ChargedString {
    /// An empty string; nothing is reserved yet.
    pub fn new(budget: &Budget) -> Self {
        Self { text: String::new(), budget: budget.clone(), charge: None }
    }

    /// Makes room for `more` bytes.
    ///
    /// # Errors
    /// `OverBudget`; the string is as it was.
    pub fn room(&mut self, more: usize) -> Result<(), OverBudget> {
        if self.text.capacity().saturating_sub(self.text.len()) >= more {
            return Ok(());
        }
        self.grow(more)
    }

    #[cold]
    fn grow(&mut self, more: usize) -> Result<(), OverBudget> {
        let needed = self.text.len().saturating_add(more).max(64);
        let doubled = needed.max(self.text.capacity().saturating_mul(2));
        let reserve = |n: usize| self.budget.reserve(u64::try_from(n).unwrap_or(u64::MAX));
        let (capacity, charge) = match reserve(doubled) {
            Ok(charge) => (doubled, charge),
            Err(_) => (needed, reserve(needed)?),
        };
        self.text.reserve_exact(capacity.saturating_sub(self.text.len()));
        self.charge = Some(charge);
        Ok(())
    }

    /// Appends `text`.
    ///
    /// # Errors
    /// `OverBudget`; the string is as it was.
    pub fn push_str(&mut self, text: &str) -> Result<(), OverBudget> {
        self.room(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// Appends a character.
    ///
    /// # Errors
    /// `OverBudget`; the string is as it was.
    pub fn push(&mut self, c: char) -> Result<(), OverBudget> {
        self.room(c.len_utf8())?;
        self.text.push(c);
        Ok(())
    }

    /// Replaces the content.
    ///
    /// # Errors
    /// `OverBudget`; the string is then empty.
    pub fn set(&mut self, text: &str) -> Result<(), OverBudget> {
        self.text.clear();
        self.push_str(text)
    }

    /// Appends a decimal number without an allocation of its own.
    ///
    /// # Errors
    /// `OverBudget`; the string is as it was.
    pub fn push_decimal(&mut self, mut n: u64) -> Result<(), OverBudget> {
        // 20 digits hold any u64; they are made from the last to the first
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for place in digits.iter_mut().rev() {
            *place = b'0'.saturating_add(u8::try_from(n % 10).unwrap_or(0));
            start = start.saturating_sub(1);
            n /= 10;
            if n == 0 {
                break;
            }
        }
        let digits = digits.get(start..).unwrap_or_default();
        self.push_str(std::str::from_utf8(digits).unwrap_or_default())
    }

    /// Removes the content, keeping the memory.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// Shortens to `len` bytes; `len` is a character boundary at or before the end, else nothing happens.
    pub fn truncate(&mut self, len: usize) {
        if self.text.is_char_boundary(len) {
            self.text.truncate(len);
        }
    }

    /// The content.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The budget that is charged.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl fmt::Write for ChargedString {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.push_str(s).map_err(|_| fmt::Error)
    }
}

impl Deref for ChargedString {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ChargedString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_what_is_charged() {
        let budget = Budget::new("b", 1 << 20);
        let mut v = ChargedVec::new(&budget);
        (0..1000u64).for_each(|i| v.push(i).unwrap());
        assert_eq!(budget.used(), (v.items.capacity() * 8) as u64);
        drop(v);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_refused_push_leaves_the_vector_as_it_was() {
        let budget = Budget::new("b", 64);
        let mut v = ChargedVec::new(&budget);
        (0..8u64).for_each(|i| v.push(i).unwrap());
        assert!(v.push(8).is_err());
        assert_eq!(v.len(), 8);
    }

    #[test]
    fn a_string_takes_decimals() {
        let mut s = ChargedString::new(&Budget::new("b", 1 << 20));
        s.push_decimal(0).unwrap();
        s.push('/').unwrap();
        s.push_decimal(u64::MAX).unwrap();
        assert_eq!(s.as_str(), format!("0/{}", u64::MAX));
    }
}
