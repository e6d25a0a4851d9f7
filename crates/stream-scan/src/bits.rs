//! A set of numbers, one bit each.

use stream_core::ChargedVec;
use stream_memory::{Budget, OverBudget};

/// Which of the numbers below a bound are in; 1 bit each, charged.
pub(crate) struct Bits {
    words: ChargedVec<u64>,
    ones: u64,
}

impl Bits {
    /// None of the numbers below `bound`.
    pub(crate) fn new(bound: u64, budget: &Budget) -> Result<Self, OverBudget> {
        let mut words = ChargedVec::new(budget);
        let needed = usize::try_from(bound.div_ceil(64)).unwrap_or(usize::MAX);
        words.room(needed)?;
        for _ in 0..needed {
            words.push(0)?;
        }
        Ok(Self { words, ones: 0 })
    }

    /// Puts a number in; false where it was in already or is beyond the bound.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        let (word, mask) = place(number);
        let Some(word) = self.words.as_mut_slice().get_mut(word) else { return false };
        let new = *word & mask == 0;
        *word |= mask;
        self.ones = self.ones.saturating_add(u64::from(new));
        new
    }

    /// Whether a number is in.
    pub(crate) fn contains(&self, number: u64) -> bool {
        let (word, mask) = place(number);
        self.words.get(word).is_some_and(|word| word & mask != 0)
    }

    /// How many are in.
    pub(crate) fn len(&self) -> u64 {
        self.ones
    }
}

fn place(number: u64) -> (usize, u64) {
    (usize::try_from(number / 64).unwrap_or(usize::MAX), 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once_and_beyond_the_bound_never() {
        let mut bits = Bits::new(65, &Budget::new("b", 1 << 10)).unwrap();
        assert!(bits.insert(0) && bits.insert(64) && !bits.insert(64) && !bits.insert(1000));
        assert!(bits.contains(64) && !bits.contains(63) && !bits.contains(1000));
        assert_eq!(bits.len(), 2);
    }
}
