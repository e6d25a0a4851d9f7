//! The streams of a file side by side, in the order in which FFmpeg's demuxer reads them.

use stream_core::{ChargedVec, Result, Window};

use super::chunks::{Cursor, Entry, gap};
use super::header::Stream;
use crate::index::{Refusal, rescale};

/// Chunks further apart in time than this in microseconds make FFmpeg read the streams by time.
const APART: i64 = 2_000_000;

/// A stream and where its chunks are.
pub(crate) struct Lane {
    pub(crate) stream: Stream,
    pub(crate) cursor: Cursor,
}

impl Lane {
    /// When the head is due, in microseconds.
    fn micros(&self) -> i64 {
        let ticks = i64::try_from(self.cursor.ticks).unwrap_or(i64::MAX);
        let seconds = u64::from(self.stream.scale).saturating_mul(1_000_000);
        let samples = u64::from(self.stream.sample_size.max(1));
        rescale(ticks, seconds, u64::from(self.stream.rate).saturating_mul(samples))
    }

    /// Takes `size` bytes of the head, which is gone once none are left.
    pub(crate) fn take(&mut self, size: u32) {
        let Some(head) = self.cursor.head.take() else { return };
        self.cursor.ticks = self.cursor.ticks.saturating_add(self.stream.advance(size));
        let left = head.size.saturating_sub(size);
        if left > 0 {
            let at = head.at.saturating_add(size.into());
            self.cursor.head = Some(Entry { at, size: left });
        }
    }
}

/// In which order chunks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As they stand in the file.
    Place,
    /// As they are due, the first stream first.
    Time,
}

/// The lane whose head comes next; `None` at the end.
///
/// # Errors
/// What the source says.
pub(crate) fn choose(lanes: &mut ChargedVec<Lane>, order: Order) -> Result<Option<usize>> {
    let mut best: Option<(usize, i128)> = None;
    for (index, lane) in lanes.as_mut_slice().iter_mut().enumerate() {
        lane.cursor.fill()?;
        let Some(head) = lane.cursor.head else { continue };
        let key = match order {
            Order::Place => i128::from(head.at),
            Order::Time => i128::from(lane.micros()),
        };
        if best.is_none_or(|(_, least)| key < least) {
            best = Some((index, key));
        }
    }
    Ok(best.map(|(index, _)| index))
}

/// The lane whose head comes next and is not empty; `None` at the end. Once chosen by time a lane stays chosen behind empty chunks.
///
/// # Errors
/// What the source says.
pub(crate) fn next(lanes: &mut ChargedVec<Lane>, order: Order) -> Result<Option<usize>> {
    while let Some(index) = choose(lanes, order)? {
        let Some(lane) = lanes.as_mut_slice().get_mut(index) else { break };
        while lane.cursor.head.is_some_and(|head| head.size == 0) {
            lane.take(0);
            if order == Order::Time {
                lane.cursor.fill()?;
            }
        }
        if lane.cursor.head.is_some() {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// What a walk over all chunks, as they stand in the file, found.
pub(crate) struct Checked {
    pub(crate) order: Order,
    /// What FFmpeg would do in another way.
    pub(crate) refusal: Option<Refusal>,
}

/// Walks over all chunks between `range.0` and `range.1`: whether the index names every one, and whether their times lie together.
///
/// # Errors
/// What the source says.
pub(crate) fn check(
    w: &mut Window,
    lanes: &mut ChargedVec<Lane>,
    range: (u64, u64),
) -> Result<Checked> {
    let refused = |reason, at| {
        let refusal = Some(Refusal::new(reason).at(at));
        Ok(Checked { order: Order::Place, refusal })
    };
    let mut at = range.0;
    let (mut latest, mut apart) = (i64::MIN, false);
    // where the last stream begins, and the first ends
    let (mut begins, mut ends) = (0u64, u64::MAX);
    let mut seen = 0u64;
    let mut last = [0u64; super::header::STREAMS];
    while let Some(index) = choose(lanes, Order::Place)? {
        let Some(lane) = lanes.as_mut_slice().get_mut(index) else { break };
        let Some(head) = lane.cursor.head else { break };
        let place = head.at.wrapping_sub(8);
        if place != at && gap(w, at, range.1, Some(place))? != Some(place) {
            return refused("its index leaves chunks out, or is in another order", place);
        }
        at = head.end();
        let time = lane.micros();
        lane.take(head.size);
        if head.size == 0 {
            // its index has no place for these
            continue;
        }
        apart |= latest.saturating_sub(time) > APART;
        latest = latest.max(time);
        if let Some(last) = last.get_mut(index) {
            if *last == 0 {
                begins = begins.max(place);
                seen = seen.saturating_add(1);
            }
            *last = place;
        }
    }
    if gap(w, at, range.1, Some(range.1))?.is_none_or(|end| end < range.1) {
        return refused("its index ends before its chunks", at);
    }
    for place in last.iter().filter(|place| **place > 0) {
        ends = ends.min(*place);
    }
    let one_by_one = seen > 1 && begins > ends;
    let order = if apart || one_by_one { Order::Time } else { Order::Place };
    Ok(Checked { order, refusal: None })
}
