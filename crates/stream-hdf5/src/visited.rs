//! Which objects were seen, by the address of their header.

mod addresses;

pub(crate) use addresses::Addresses;
use stream_core::memory::Budget;
use stream_core::{ChargedVec, Result};

/// A set of addresses with a number for each, in open addressing: at most half full.
///
/// 16 bytes a place: an address takes 32 to 64 bytes, and a third more for the moment in which the table grows.
#[derive(Debug)]
pub(crate) struct Visited {
    places: ChargedVec<(u64, u64)>,
    used: usize,
}

/// What no header's address is.
const FREE: u64 = u64::MAX;

impl Visited {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { places: ChargedVec::new(budget), used: 0 }
    }

    /// The number that was given for `address`.
    pub(crate) fn get(&self, address: u64) -> Option<u64> {
        let at = self.place(address)?;
        let (found, number) = *self.places.get(at)?;
        (found == address).then_some(number)
    }

    /// Notes `address` with a number, unless it is there.
    pub(crate) fn insert(&mut self, address: u64, number: u64) -> Result<()> {
        if self.places.len() <= self.used.saturating_mul(2) {
            self.grow()?;
        }
        if let Some(at) = self.place(address)
            && let Some(place) = self.places.as_mut_slice().get_mut(at)
            && place.0 == FREE
        {
            *place = (address, number);
            self.used = self.used.saturating_add(1);
        }
        Ok(())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.used).unwrap_or(u64::MAX)
    }

    /// All addresses, in no order.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = u64> + '_ {
        self.places.iter().map(|(address, _)| *address).filter(|address| *address != FREE)
    }

    /// Where an address is, or belongs.
    fn place(&self, address: u64) -> Option<usize> {
        let mask = self.places.len().checked_sub(1)?;
        let hash = address.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let mut at = usize::try_from(hash).unwrap_or(0) & mask;
        loop {
            let (found, _) = *self.places.get(at)?;
            if found == address || found == FREE {
                return Some(at);
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    fn grow(&mut self) -> Result<()> {
        let more = self.places.len().saturating_mul(2).max(16);
        let mut places = ChargedVec::new(self.places.budget());
        places.room(more)?;
        for _ in 0..more {
            places.push((FREE, 0))?;
        }
        let old = std::mem::replace(&mut self.places, places);
        for &(address, number) in old.iter().filter(|(address, _)| *address != FREE) {
            if let Some(at) = self.place(address)
                && let Some(place) = self.places.as_mut_slice().get_mut(at)
            {
                *place = (address, number);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_addresses_are_found_again() {
        let mut visited = Visited::new(&Budget::new("b", 1 << 20));
        for n in 0..5000u64 {
            assert_eq!(visited.get(n.wrapping_mul(272)), None);
            visited.insert(n.wrapping_mul(272), n).unwrap();
        }
        for n in 0..5000u64 {
            assert_eq!(visited.get(n.wrapping_mul(272)), Some(n));
        }
    }
}
