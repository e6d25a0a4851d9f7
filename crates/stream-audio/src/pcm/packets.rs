//! Packets of files whose packets have one size.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result, Span};

use crate::container::Packets;
use crate::{Packet, Place};

/// How sample data are cut: as FFmpeg does, into as many whole frames as 4,096 bytes hold; blocks of a codec one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Bytes of a packet.
    pub(super) bytes: u64,
    /// Bytes of a frame, where samples are uncompressed.
    pub(super) frame_bytes: Option<u64>,
    /// Frames of a whole packet.
    pub(super) frames: u32,
}

/// A walk over packets of one size.
pub(super) struct Blocks {
    cx: Context,
    cut: Cut,
    data: Span,
    next: u64,
}

impl Blocks {
    /// Before the first.
    pub(super) fn new(cx: &Context, cut: Cut, data: Span) -> Self {
        Self { cx: cx.clone(), cut, data, next: 0 }
    }

    /// The bytes before packet `index`, counted from the data's first.
    fn before(&self, index: u64) -> u64 {
        index.saturating_mul(self.cut.bytes).min(self.data.length)
    }
}

impl Packets for Blocks {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        self.cx.cancel().check()?;
        let start = self.before(self.next);
        let mut length = self.data.length.saturating_sub(start).min(self.cut.bytes);
        let mut frames = self.cut.frames;
        if length < self.cut.bytes {
            match self.cut.frame_bytes {
                Some(frame) => {
                    let whole = length.checked_div(frame).unwrap_or(0);
                    frames = u32::try_from(whole).unwrap_or(u32::MAX);
                    length = whole.saturating_mul(frame);
                }
                // what is there of a block is the decoder's to judge
                None => frames = 0,
            }
        }
        if length == 0 {
            return Ok(false);
        }
        let frame = self.next.saturating_mul(u64::from(self.cut.frames));
        *packet = Packet {
            stream: 0,
            index: self.next,
            pts: i64::try_from(frame).unwrap_or(i64::MAX),
            duration: u64::from(frames),
            frame,
            frames,
            discard: false,
            at: Place::plain(self.data.offset.saturating_add(start), length),
        };
        self.next = self.next.saturating_add(1);
        Ok(true)
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        bytes.clear();
        let mut offset = packet.at.offset;
        let end = offset.saturating_add(packet.at.length);
        let mut part = [0; 4096];
        while offset < end {
            let want = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
            let part = part.get_mut(..want.min(4096)).unwrap_or_default();
            self.cx.read_exact_at(offset, part)?;
            bytes.extend(part)?;
            offset = offset.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    fn seek(&mut self, _stream: u32, frame: u64) -> Result<()> {
        if self.cx.is_random() {
            self.next = frame.checked_div(u64::from(self.cut.frames)).unwrap_or(0);
        }
        Ok(())
    }

    fn position(&self) -> u64 {
        self.data.offset.saturating_add(self.before(self.next))
    }
}
