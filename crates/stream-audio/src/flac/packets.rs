//! Frames as packets: found and summed without being decoded.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedVec, Context, Result, Window};

use super::crc::crc16;
use super::find::{self, Found};
use super::info::Info;
use super::locate::Places;
use crate::container;
use crate::{Packet, Place};

/// Bytes read at once.
const WINDOW: usize = 64 << 10;

/// A walk over frames: each ends where the next one begins whose number is due, and the sum before it fits.
pub(super) struct Packets {
    cx: Context,
    window: Window,
    info: Info,
    places: Arc<Places>,
    /// The next frame, when its place is known.
    next: Option<Found>,
    /// Where to look for it otherwise.
    offset: u64,
    index: u64,
    /// The number of the first sample that is due.
    due: u64,
}

impl Packets {
    /// Before the first frame.
    pub(super) fn new(cx: &Context, info: Info, places: &Arc<Places>) -> Self {
        let window = Window::new(cx.clone(), WINDOW);
        let (offset, places) = (places.start, Arc::clone(places));
        Self { cx: cx.clone(), window, info, places, next: None, offset, index: 0, due: 0 }
    }

    /// Where the frame at `found` ends, and the one that begins there.
    fn end(&mut self, found: Found) -> Result<(u64, Option<Found>)> {
        let fixed = self.places.fixed;
        let due = found.header.end(fixed);
        let most = self.places.end;
        let mut summed = found.offset;
        let mut sum = 0u16;
        let mut from = found.offset.saturating_add(1);
        let mut later = None;
        loop {
            let accept = |next: &super::frame::Header| next.first(fixed) >= due;
            let Some(next) = find::next(&mut self.window, &self.info, from, most, accept)? else {
                break;
            };
            // all but the two bytes of the sum
            let body = next.offset.saturating_sub(2);
            sum = self.sum(sum, summed, body)?;
            summed = summed.max(body);
            let footer = self.window.at(body, 2)?.first_chunk().copied();
            if footer.map(u16::from_be_bytes) == Some(sum) {
                return Ok((next.offset, Some(next)));
            }
            if next.header.first(fixed) == due && later.is_none() {
                later = Some(next);
            }
            // a frame that is damaged ends where the one is that is due
            let far = u64::from(self.info.max_frame).saturating_mul(4).max(1 << 20);
            if next.offset.saturating_sub(found.offset) > far && later.is_some() {
                break;
            }
            from = next.offset.saturating_add(1);
        }
        match later {
            Some(next) => Ok((next.offset, Some(next))),
            None => Ok((self.window.end().unwrap_or(most).min(most), None)),
        }
    }

    /// Goes on with the sum of a frame's bytes.
    fn sum(&mut self, mut sum: u16, from: u64, to: u64) -> Result<u16> {
        let mut at = from;
        while at < to {
            let left = usize::try_from(to.saturating_sub(at)).unwrap_or(usize::MAX);
            let held = self.window.at(at, left.min(WINDOW / 2))?;
            let part = held.get(..held.len().min(left)).unwrap_or_default();
            if part.is_empty() {
                break;
            }
            sum = crc16(sum, part);
            at = at.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(sum)
    }
}

impl container::Packets for Packets {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        let fixed = self.places.fixed;
        let due = self.due;
        let most = self.places.end;
        let found = match self.next {
            Some(found) => found,
            None => {
                let accept = |header: &super::frame::Header| header.first(fixed) >= due;
                let found = find::next(&mut self.window, &self.info, self.offset, most, accept)?;
                let Some(found) = found else { return Ok(false) };
                found
            }
        };
        let (end, next) = self.end(found)?;
        let first = found.header.first(fixed);
        let length = end.saturating_sub(found.offset);
        *packet = Packet {
            stream: 0,
            index: self.index,
            pts: i64::try_from(first).unwrap_or(i64::MAX),
            duration: u64::from(found.header.block),
            frame: first,
            frames: found.header.block,
            discard: false,
            at: Place::plain(found.offset, length),
        };
        self.index = self.index.saturating_add(1);
        self.due = found.header.end(fixed);
        self.offset = end;
        self.next = next;
        Ok(true)
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        bytes.clear();
        let mut at = packet.at.offset;
        let end = at.saturating_add(packet.at.length);
        let mut part = [0; 4096];
        while at < end {
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            let part = part.get_mut(..left.min(4096)).unwrap_or_default();
            self.cx.read_exact_at(at, part)?;
            bytes.extend(part)?;
            at = at.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    fn seek(&mut self, _stream: u32, frame: u64) -> Result<()> {
        if !self.cx.is_random() {
            return Ok(());
        }
        let (first, offset) = self.places.locate(&mut self.window, frame)?;
        (self.offset, self.due, self.next) = (offset, first, None);
        // the number of packets before is known where they are alike
        self.index = first.checked_div(u64::from(self.places.fixed.max(1))).unwrap_or(0);
        Ok(())
    }

    fn position(&self) -> u64 {
        self.next.map_or(self.offset, |found| found.offset)
    }
}
