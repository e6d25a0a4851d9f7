//! Counts by the leading bits of a number: a histogram that needs to know no range beforehand.
//!
//! The bits of a floating-point number, sign, exponent and fraction in this order, grow with its magnitude, so numbers that
//! share their leading bits lie side by side: `2^k` bins of equal width between two powers of two. A bin's place never moves,
//! so counts of any two parts of the data add up. Exponents that occur get a page of `2^k` counters; `k` is the largest, up to
//! 12, for which the pages of all exponents that occur fit into 65,536 counters. It can only fall as data comes, and pairs
//! of bins then become one, exactly; so `k` and all counts at the end depend on the numbers alone, not on their order.
//!
//! Types of 8 and 16 bits have a counter for each value. Integers of 32 and 64 bits are binned like their `f64`.
#![allow(clippy::arithmetic_side_effects)] // shifts and indices below 2^17; counts of elements in 64 bits

mod edges;

pub(crate) use edges::Bin;

use stream_core::memory::{Budget, Reservation};
use stream_core::{Error, Result};

/// Counters of one column: 512 KiB.
const COUNTERS: usize = 1 << 16;
/// Bins between two powers of two, as a power of two, while few exponents occur.
const FINEST: u32 = 12;
/// Signs and exponents of an `f64`.
const PAGES: usize = 1 << 12;
/// A page that has no counters yet.
const NONE: u16 = u16::MAX;

/// How numbers are laid out over bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A counter a value, from this least one on.
    Values { least: i32, count: usize },
    /// A counter a bit pattern of binary16.
    Half,
    /// Pages by the sign and exponent of binary32.
    Single,
    /// Pages by the sign and exponent of binary64.
    Double,
}

pub(crate) struct Bins {
    layout: Layout,
    /// `k`.
    bits: u32,
    /// The number of pages in use.
    used: usize,
    directory: Box<[u16; PAGES]>,
    counters: Box<[u64; COUNTERS]>,
    _charge: Reservation,
}

impl Bins {
    /// Bytes that each takes.
    pub(crate) const SIZE: usize = size_of::<u64>() * COUNTERS + size_of::<u16>() * PAGES;

    /// Empty bins, charged whole to `budget`.
    pub(crate) fn new(layout: Layout, budget: &Budget) -> Result<Self> {
        let charge = budget.reserve(Self::SIZE as u64)?;
        // zeroed memory that was never touched costs nothing yet
        let counters = vec![0; COUNTERS].into_boxed_slice().try_into();
        let directory = vec![NONE; PAGES].into_boxed_slice().try_into();
        let (Ok(counters), Ok(directory)) = (counters, directory) else {
            return Err(Error::new(stream_core::ErrorKind::Request, "bins of another size"));
        };
        Ok(Self { layout, bits: FINEST, used: 0, directory, counters, _charge: charge })
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// `k`: a bin is `2^-k` of its lower power of two wide.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Counts values of a type with a counter for each, by their place.
    #[inline]
    pub(crate) fn count_places(&mut self, places: impl Iterator<Item = u16>) {
        for place in places {
            self.counters[usize::from(place)] += 1;
        }
    }

    /// Counts finite numbers of binary32.
    pub(crate) fn count_single(&mut self, numbers: &[f32]) {
        self.count_images::<23>(numbers.iter().map(|&x| u64::from((x + 0.0).to_bits())));
    }

    /// Counts finite numbers of binary64.
    pub(crate) fn count_double(&mut self, numbers: impl Iterator<Item = f64>) {
        self.count_images::<52>(numbers.map(|x| (x + 0.0).to_bits()));
    }

    /// Counts numbers by their bits, of which the lowest `FRACTION` are the fraction. Zero was given one sign by adding zero.
    #[inline]
    fn count_images<const FRACTION: u32>(&mut self, images: impl Iterator<Item = u64>) {
        let mut bits = self.bits;
        for image in images {
            let page = (image >> FRACTION) as usize & (PAGES - 1);
            if self.directory[page] == NONE {
                self.add_page(page);
                bits = self.bits;
            }
            let low = (image & ((1 << FRACTION) - 1)) >> (FRACTION - bits);
            let at = usize::from(self.directory[page]) << bits | low as usize;
            self.counters[at & (COUNTERS - 1)] += 1;
        }
    }

    /// Gives a sign and exponent counters, joining pairs of bins where there are too few for all.
    #[cold]
    fn add_page(&mut self, page: usize) {
        while (self.used + 1) << self.bits > COUNTERS {
            self.coarsen();
        }
        if let Some(slot) = self.directory.get_mut(page) {
            *slot = self.used as u16;
            self.used += 1;
        }
    }

    /// Joins pairs of neighbours.
    fn coarsen(&mut self) {
        let len = self.used << self.bits;
        for i in 0..len / 2 {
            self.counters[i] = self.counters[2 * i] + self.counters[2 * i + 1];
        }
        if let Some(rest) = self.counters.get_mut(len / 2..len) {
            rest.fill(0);
        }
        self.bits -= 1;
    }

    /// Adds the counts of other bins of the same layout.
    pub(crate) fn merge(&mut self, other: &Self) {
        match self.layout {
            Layout::Values { .. } | Layout::Half => {
                for (a, b) in self.counters.iter_mut().zip(other.counters.iter()) {
                    *a += b;
                }
            }
            Layout::Single | Layout::Double => self.merge_pages(other),
        }
    }

    fn merge_pages(&mut self, other: &Self) {
        while self.bits > other.bits {
            self.coarsen();
        }
        let pages = || other.directory.iter().enumerate().filter(|(_, slot)| **slot != NONE);
        for (page, _) in pages() {
            if self.directory.get(page) == Some(&NONE) {
                self.add_page(page);
            }
        }
        let finer = other.bits - self.bits;
        for (page, &from) in pages() {
            let to = usize::from(self.directory.get(page).copied().unwrap_or(0)) << self.bits;
            let from = usize::from(from) << other.bits;
            for i in 0..1usize << other.bits {
                self.counters[to + (i >> finer)] += other.counters[from + i];
            }
        }
    }
}
