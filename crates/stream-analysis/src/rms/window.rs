//! Sums over the last slots, with two additions a slot however many there are.
//!
//! Slots stand in groups of as many as a frame has, by their place in the signal. A frame is the end of one group and the
//! start of the next: sums from each slot to its group's end, and from its group's start on, are kept (van Herk's method for
//! extremes). Nothing is subtracted, so that no error stays behind.

use stream_core::memory::Budget;
use stream_core::{ChargedVec, Result};

use super::power::{Sums, add};

pub(super) struct Window {
    /// Slots in a frame.
    slots: usize,
    lines: usize,
    /// The group's slots so far.
    group: Lines,
    /// From each slot of the group before to its end.
    ends: Lines,
    /// From the group's start on.
    begun: Sums,
    /// Slots of the group so far.
    at: usize,
    /// Over the last slots.
    pub(super) sums: Sums,
}

struct Lines {
    power: ChargedVec<f64>,
    peak: ChargedVec<f32>,
}

impl Lines {
    fn zero(n: usize, budget: &Budget) -> Result<Self> {
        let (mut power, mut peak) = (ChargedVec::new(budget), ChargedVec::new(budget));
        power.room(n)?;
        peak.room(n)?;
        for _ in 0..n {
            power.push(0.0)?;
            peak.push(0.0)?;
        }
        Ok(Self { power, peak })
    }

    fn slot(&self, index: usize, lines: usize) -> (&[f64], &[f32]) {
        let from = index.saturating_mul(lines);
        let range = from..from.saturating_add(lines);
        (
            self.power.get(range.clone()).unwrap_or_default(),
            self.peak.get(range).unwrap_or_default(),
        )
    }
}

impl Window {
    /// Over `slots` slots of `lines` lines each.
    ///
    /// # Errors
    /// `OverBudget`: 24 bytes a slot and line.
    pub(super) fn new(slots: usize, lines: usize, budget: &Budget) -> Result<Self> {
        let n = slots.saturating_mul(lines);
        Ok(Self {
            slots,
            lines,
            group: Lines::zero(n, budget)?,
            ends: Lines::zero(n, budget)?,
            begun: Sums::zero(lines),
            at: 0,
            sums: Sums::zero(lines),
        })
    }

    /// Moves on by a slot.
    pub(super) fn push(&mut self, slot: &Sums) {
        let from = self.at.saturating_mul(self.lines);
        let range = from..from.saturating_add(self.lines);
        let group = &mut self.group;
        if let Some(power) = group.power.as_mut_slice().get_mut(range.clone())
            && let Some(peak) = group.peak.as_mut_slice().get_mut(range)
        {
            power.copy_from_slice(&slot.power);
            peak.copy_from_slice(&slot.peak);
        }
        if self.at == 0 {
            self.begun.set(&slot.power, &slot.peak);
        } else {
            self.begun.add(&slot.power, &slot.peak);
        }
        self.at = self.at.saturating_add(1);
        self.sums.clear();
        if self.at < self.slots {
            let (power, peak) = self.ends.slot(self.at, self.lines);
            self.sums.set(power, peak);
            self.sums.add(&self.begun.power, &self.begun.peak);
        } else {
            self.sums.set(&self.begun.power, &self.begun.peak);
            self.turn();
        }
    }

    /// The group is full: the next one begins.
    fn turn(&mut self) {
        self.at = 0;
        std::mem::swap(&mut self.group, &mut self.ends);
        let lines = self.lines.max(1);
        let mut power = self.ends.power.as_mut_slice().chunks_exact_mut(lines).rev();
        let mut peak = self.ends.peak.as_mut_slice().chunks_exact_mut(lines).rev();
        let (mut after, mut peak_after) = (power.next(), peak.next());
        for (power, peak) in power.zip(peak) {
            if let (Some(after), Some(peak_after)) = (&after, &peak_after) {
                add(power, peak, after, peak_after);
            }
            (after, peak_after) = (Some(power), Some(peak));
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::cast_precision_loss)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_the_last_slots() {
        let budget = Budget::new("test", 1 << 20);
        for slots in 1..6 {
            let mut window = Window::new(slots, 2, &budget).unwrap();
            let value = |i: usize| [((i * 7) % 11) as f64, ((i * 5) % 13) as f64];
            for i in 0..40usize {
                let power = value(i).to_vec();
                let peak = power.iter().map(|x| *x as f32).collect();
                window.push(&Sums { power, peak });
                if i + 1 < slots {
                    continue;
                }
                for line in 0..2 {
                    let last = (i + 1 - slots..=i).map(|i| value(i)[line]);
                    assert_eq!(window.sums.power[line], last.clone().sum::<f64>(), "{slots} {i}");
                    let most = last.fold(0.0, f64::max);
                    assert_eq!(f64::from(window.sums.peak[line]), most, "{slots} {i}");
                }
            }
        }
    }

    #[test]
    fn windows_of_many_slots_are_charged() {
        let budget = Budget::new("test", 1 << 20);
        assert!(Window::new(1 << 20, 3, &budget).is_err());
    }
}
