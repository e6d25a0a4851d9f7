//! What one thread's spans came to: written by that thread alone and without a lock, read by any.
#![deny(clippy::arithmetic_side_effects)]

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use super::table::{Key, Use};

/// Rows of one thread that need no lock: more than the stages of all formats that one thread reads. What it enters beyond
/// them is added to the process's table at once.
const ROWS: usize = 32;

/// One thread's rows.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Odd while a row is written: what is read meanwhile is read again.
    version: AtomicU64,
    /// Of the table that the rows belong to; those of one before it were forgotten with it.
    generation: AtomicU64,
    rows: [Row; ROWS],
}

#[derive(Debug, Default)]
struct Row {
    /// Set once, and kept when the table is reset.
    key: OnceLock<Key>,
    count: AtomicU64,
    allocated: AtomicU64,
    freed: AtomicU64,
    peak: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Tally {
    /// Adds to a row of the table that is the `generation`-th; false where there is no room for another row. Only the thread
    /// whose tally this is calls it.
    pub(super) fn add(&self, generation: u64, key: Key, used: Use) -> bool {
        let Some(row) = self.row(key) else { return false };
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        // whoever reads one of the values below sees the odd version too
        fence(Ordering::Release);
        if self.generation.load(Ordering::Relaxed) != generation {
            self.generation.store(generation, Ordering::Relaxed);
            self.rows.iter().for_each(Row::clear);
        }
        row.add(used);
        self.version.store(version.wrapping_add(2), Ordering::Release);
        true
    }

    /// The key's row: nearly always the first that is looked at.
    #[inline]
    fn row(&self, key: Key) -> Option<&Row> {
        let first = key.place() % ROWS;
        let (before, from) = self.rows.split_at(first);
        from.iter().chain(before).find(|row| row.is_of(key))
    }

    /// The rows that belong to the `generation`-th table, all of one moment.
    pub(super) fn rows(&self, generation: u64) -> impl Iterator<Item = (Key, Use)> + '_ {
        let uses = loop {
            let version = self.version.load(Ordering::Acquire);
            let current = self.generation.load(Ordering::Relaxed) == generation;
            let uses =
                self.rows.each_ref().map(|row| if current { row.get() } else { Use::default() });
            fence(Ordering::Acquire);
            if version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version {
                break uses;
            }
            // its thread was stopped in the middle of some stores
            std::thread::yield_now();
        };
        let keys = self.rows.iter().map(|row| row.key.get().copied());
        keys.zip(uses)
            .filter(|(_, used)| used.count > 0)
            .filter_map(|(key, used)| Some((key?, used)))
    }
}

impl Row {
    /// Whether it is the key's, which takes it if it was nobody's. Names are compared by where they lie: two rows of the same
    /// text are added up when the table is read.
    fn is_of(&self, key: Key) -> bool {
        match self.key.get() {
            Some(mine) => ptr::eq(mine.span, key.span) && ptr::eq(mine.format, key.format),
            None => self.key.set(key).is_ok(),
        }
    }

    fn get(&self) -> Use {
        let of = |value: &AtomicU64| value.load(Ordering::Relaxed);
        Use {
            count: of(&self.count),
            allocated: of(&self.allocated),
            freed: of(&self.freed),
            peak: of(&self.peak),
            time: Duration::from_nanos(of(&self.nanoseconds)),
        }
    }

    fn add(&self, used: Use) {
        let more = |value: &AtomicU64, by: u64| {
            value.store(value.load(Ordering::Relaxed).saturating_add(by), Ordering::Relaxed);
        };
        more(&self.count, used.count);
        more(&self.allocated, used.allocated);
        more(&self.freed, used.freed);
        self.peak.store(self.peak.load(Ordering::Relaxed).max(used.peak), Ordering::Relaxed);
        more(&self.nanoseconds, nanoseconds(used.time));
    }

    fn clear(&self) {
        for value in [&self.count, &self.allocated, &self.freed, &self.peak, &self.nanoseconds] {
            value.store(0, Ordering::Relaxed);
        }
    }
}

/// 64 bits of them are 584 years.
fn nanoseconds(time: Duration) -> u64 {
    const A_SECOND: u64 = 1_000_000_000;
    time.as_secs().saturating_mul(A_SECOND).saturating_add(u64::from(time.subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn used(value: u64) -> Use {
        let time = Duration::from_nanos(value);
        Use { count: 1, allocated: value, freed: value, peak: value, time }
    }

    fn key(span: &'static str) -> Key {
        Key { span, format: "" }
    }

    #[test]
    fn rows_are_sums_by_key_with_the_highest_peak() {
        let tally = Tally::default();
        for (span, value) in [("chunk", 3), ("open", 10), ("chunk", 2)] {
            assert!(tally.add(0, key(span), used(value)), "{span}");
        }
        let rows: HashMap<_, _> = tally.rows(0).collect();
        let time = Duration::from_nanos(5);
        let chunk = Use { count: 2, allocated: 5, freed: 5, peak: 3, time };
        assert_eq!(rows, HashMap::from([(key("chunk"), chunk), (key("open"), used(10))]));
    }

    #[test]
    fn rows_of_a_table_that_was_reset_are_gone() {
        let tally = Tally::default();
        tally.add(0, key("chunk"), used(3));
        tally.add(0, key("open"), used(4));
        assert_eq!(tally.rows(1).count(), 0);
        tally.add(1, key("open"), used(5));
        assert_eq!(tally.rows(1).collect::<Vec<_>>(), [(key("open"), used(5))]);
        assert_eq!(tally.rows(0).count(), 0);
    }

    #[test]
    fn more_keys_than_rows_are_refused_and_those_known_are_not() {
        let tally = Tally::default();
        let name = |n: usize| -> &'static str { Box::leak(n.to_string().into()) };
        let names: Vec<_> = (0..ROWS).map(name).collect();
        assert!(names.iter().all(|name| tally.add(0, key(name), used(1))));
        assert!(!tally.add(0, key("one more"), used(1)));
        assert!(names.iter().all(|name| tally.add(0, key(name), used(1))));
        assert!(tally.rows(0).all(|(_, used)| used.count == 2));
        assert_eq!(tally.rows(0).count(), ROWS);
    }

    #[test]
    fn a_row_that_is_read_while_it_is_written_is_of_one_moment() {
        let tally = Tally::default();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..200_000 {
                    tally.add(0, key("chunk"), used(7));
                }
                done.store(true, Ordering::Relaxed);
            });
            let mut before = 0;
            while !done.load(Ordering::Relaxed) {
                for (_, used) in tally.rows(0) {
                    assert_eq!((used.allocated, used.freed), (used.count * 7, used.count * 7));
                    assert_eq!(used.time, Duration::from_nanos(used.count * 7));
                    assert!(used.count >= before);
                    before = used.count;
                }
            }
        });
        assert_eq!(tally.rows(0).next().map(|(_, used)| used.count), Some(200_000));
    }
}
