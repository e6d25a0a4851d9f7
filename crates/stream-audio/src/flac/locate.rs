//! Which frame holds a sample.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_core::{ChargedVec, Context, Result, Window};

use super::find::{self, Found};
use super::info::Info;

/// A sample's number and the first byte of the frame that begins with it.
pub(super) type Point = (u64, u64);

/// Points that are kept: where the last seeks arrived. 4 KiB.
const MOST: usize = 256;
/// Bytes that are read on through rather than jumped over.
const NEAR: u64 = 48 << 10;

/// Where frames are, as far as is known, shared by all who read one file.
pub(super) struct Places {
    info: Info,
    /// Samples of a block, in streams that number frames.
    pub(super) fixed: u32,
    /// The first frame's byte, and the byte behind the last.
    pub(super) start: u64,
    pub(super) end: u64,
    points: Mutex<ChargedVec<Point>>,
}

impl Places {
    /// Nothing is known but the first frame's place and the byte behind the last.
    pub(super) fn new(cx: &Context, info: Info, fixed: u32, start: u64, end: u64) -> Self {
        let points = Mutex::new(ChargedVec::new(cx.budget()));
        Self { info, fixed, start, end, points }
    }

    fn lock(&self) -> MutexGuard<'_, ChargedVec<Point>> {
        self.points.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a point, where there is room for it.
    fn learn(&self, point: Point) {
        let mut points = self.lock();
        let at = points.partition_point(|known| known.0 < point.0);
        let known = points.get(at).is_some_and(|known| known.0 == point.0);
        // a point more or less makes a seek quicker or slower, nothing else
        if points.len() >= MOST {
            // those who read onwards need the latest
            points.clear();
            let _ = points.push(point);
            return;
        }
        if !known && points.push(point).is_ok() {
            let tail = points.as_mut_slice().get_mut(at..).unwrap_or_default();
            tail.rotate_right(1);
        }
    }

    /// The known points around a sample.
    fn around(&self, sample: u64) -> (Point, Option<Point>) {
        let points = self.lock();
        let at = points.partition_point(|known| known.0 <= sample);
        let before = at.checked_sub(1).and_then(|at| points.get(at)).copied();
        (before.unwrap_or((0, self.start)), points.get(at).copied())
    }

    /// A frame that begins at or before `sample`, and as near to it as the headers tell; the first frame's place where none
    /// does. The number of its first sample, and its first byte. Reads a few KiB around each guess.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn locate(&self, window: &mut Window, sample: u64) -> Result<Point> {
        let (mut low, above) = self.around(sample);
        let total = self.info.total.unwrap_or(0);
        let mut high = above.unwrap_or((total, self.end));
        for round in 0..48 {
            let bytes = high.1.saturating_sub(low.1);
            if bytes <= NEAR {
                break;
            }
            let guess = match high.0.checked_sub(low.0) {
                // by the share of samples, some frames early; when that does not close in, by halves
                Some(samples) if round < 8 && samples > 0 => {
                    let wanted = u128::from(sample.saturating_sub(low.0));
                    let share = wanted.saturating_mul(u128::from(bytes));
                    let share = share.checked_div(u128::from(samples)).unwrap_or(0);
                    let early = NEAR / 2;
                    low.1.saturating_add(u64::try_from(share).unwrap_or(0)).saturating_sub(early)
                }
                _ => low.1.saturating_add(bytes / 2),
            };
            if guess <= low.1.saturating_add(NEAR / 2) {
                break;
            }
            let guess = guess.min(high.1.saturating_sub(1));
            let (from, to) = (low.0, high.0);
            let plausible = |first: u64| first > from && (to <= from || first < to);
            let found = find::next(window, &self.info, guess, high.1, |header| {
                plausible(header.first(self.fixed))
            })?;
            match found {
                Some(Found { offset, header }) if header.first(self.fixed) <= sample => {
                    low = (header.first(self.fixed), offset);
                    if header.end(self.fixed) > sample {
                        return Ok(self.arrived(low));
                    }
                    if sample.saturating_sub(low.0) < u64::from(header.block).saturating_mul(4) {
                        break;
                    }
                }
                Some(Found { header, .. }) => high = (header.first(self.fixed), guess),
                None => high = (high.0, guess),
            }
        }
        self.walk(window, low, sample)
    }

    /// Goes on from frame to frame by their numbers, without decoding.
    fn walk(&self, window: &mut Window, mut low: Point, sample: u64) -> Result<Point> {
        // far beyond where the next header stands in a stream that is not damaged
        const FAR: u64 = 1 << 20;
        let here = find::next(window, &self.info, low.1, low.1.saturating_add(32), |_| true)?;
        let Some(Found { offset, mut header }) = here.filter(|found| found.offset == low.1) else {
            return Ok(low);
        };
        low = (header.first(self.fixed), offset);
        while header.end(self.fixed) <= sample {
            let due = header.end(self.fixed);
            let from = low.1.saturating_add(u64::try_from(header.length).unwrap_or(0));
            let to = from.saturating_add(FAR).min(self.end);
            let fixed = self.fixed;
            let found = find::next(window, &self.info, from, to, |next| next.first(fixed) == due)?;
            let Some(found) = found else { break };
            low = (due, found.offset);
            header = found.header;
        }
        Ok(self.arrived(low))
    }

    fn arrived(&self, point: Point) -> Point {
        self.learn(point);
        point
    }
}
