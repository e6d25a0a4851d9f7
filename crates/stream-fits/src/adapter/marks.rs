//! Where some HDUs start, so that finding one again is a short walk: constant memory, however many there are.
#![deny(clippy::arithmetic_side_effects)]

/// Places that are kept.
const KEPT: usize = 256;

/// Every `2^shift`-th HDU's place; where they become too many, every second is given up.
#[derive(Debug)]
pub(super) struct Marks {
    places: [u64; KEPT],
    len: usize,
    shift: u32,
}

impl Default for Marks {
    fn default() -> Self {
        Self { places: [0; KEPT], len: 0, shift: 0 }
    }
}

impl Marks {
    /// The HDU of this number starts at `offset`. Numbers come in order.
    pub(super) fn put(&mut self, number: u64, offset: u64) {
        let due = u64::try_from(self.len).unwrap_or(0).checked_shl(self.shift);
        if due != Some(number) {
            return;
        }
        if self.len == KEPT {
            for at in 0..KEPT / 2 {
                let from = self.places.get(at.saturating_mul(2)).copied();
                if let (Some(to), Some(from)) = (self.places.get_mut(at), from) {
                    *to = from;
                }
            }
            self.len = KEPT / 2;
            self.shift = self.shift.saturating_add(1);
        }
        if let Some(slot) = self.places.get_mut(self.len) {
            *slot = offset;
            self.len = self.len.saturating_add(1);
        }
    }

    /// The last known HDU at or before this number, and where it starts.
    pub(super) fn before(&self, number: u64) -> (u64, u64) {
        let at = number.checked_shr(self.shift).and_then(|n| usize::try_from(n).ok());
        let at = at.unwrap_or(usize::MAX).min(self.len.saturating_sub(1));
        let number = u64::try_from(at).unwrap_or(0).checked_shl(self.shift).unwrap_or(0);
        (number, self.places.get(at).copied().unwrap_or(0))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_places_leads_close() {
        let mut marks = Marks::default();
        for n in 0..10_000 {
            marks.put(n, n * 2880);
        }
        for n in [0, 1, 63, 64, 5000, 9999] {
            let (number, place) = marks.before(n);
            assert!(number <= n && n - number < 64, "{n}: {number}");
            assert_eq!(place, number * 2880);
        }
    }
}
