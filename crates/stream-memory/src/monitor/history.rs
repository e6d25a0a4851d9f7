//! The last samples, in a ring of fixed size.

use std::time::Duration;

use super::Sample;
use crate::level::Level;

/// What is kept of a sample: 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// Time since the monitor started.
    pub at: Duration,
    /// Resident bytes of the process.
    pub resident: u64,
    /// Live bytes, where the allocator tells them; else zero.
    pub live: u64,
    /// Bytes reserved from the budget.
    pub reserved: u64,
    /// Bytes that no reservation accounts for ([`Sample::unaccounted`]).
    pub unaccounted: u64,
    /// Bytes that may still be used ([`Sample::available`]).
    pub available: u64,
    /// The level then.
    pub level: Level,
}

/// A ring of [`Point`]s: the oldest gives way.
#[derive(Clone, Debug)]
pub struct History {
    points: Vec<Point>,
    most: usize,
    next: usize,
}

impl Point {
    pub(super) fn of(sample: &Sample, level: Level) -> Point {
        Point {
            at: sample.at,
            resident: sample.process.resident,
            live: sample.heap.map_or(0, |heap| heap.live),
            reserved: sample.budget.map_or(0, |budget| budget.used),
            unaccounted: sample.unaccounted(),
            available: sample.available().unwrap_or(u64::MAX),
            level,
        }
    }
}

impl History {
    /// Room for `most` points, at least 2, allocated at once.
    pub(super) fn new(most: usize) -> History {
        let most = most.max(2);
        History { points: Vec::with_capacity(most), most, next: 0 }
    }

    pub(super) fn push(&mut self, point: Point) {
        match self.points.get_mut(self.next) {
            Some(oldest) => *oldest = point,
            None => self.points.push(point),
        }
        self.next = self.next.saturating_add(1).checked_rem(self.most).unwrap_or(0);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// From the oldest to the newest.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Point> {
        let (newer, older) = self.points.split_at(self.next.min(self.points.len()));
        older.iter().chain(newer)
    }

    /// The least that was unaccounted for.
    pub(super) fn least_unaccounted(&self) -> Option<u64> {
        self.points.iter().map(|point| point.unaccounted).min()
    }
}

#[cfg(test)]
mod tests {
    use super::{History, Point};

    #[test]
    fn the_oldest_gives_way_and_order_is_kept() {
        let mut history = History::new(3);
        for resident in 1..=5 {
            history.push(Point { resident, ..Point::default() });
            let kept: Vec<u64> = history.iter().map(|point| point.resident).collect();
            let expected: Vec<u64> = (resident.saturating_sub(2).max(1)..=resident).collect();
            assert_eq!(kept, expected);
        }
        assert_eq!(history.len(), 3);
    }
}
