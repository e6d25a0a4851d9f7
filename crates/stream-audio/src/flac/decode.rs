//! A frame's bytes to its samples: RFC 9639, 9.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result};

use super::bits::Bits;
use super::crc::crc16;
use super::fault::Fault;
use super::frame::{Header, Stereo};
use super::info::Info;
use super::stereo;
use super::subframe::subframe;

/// Decodes frames one by one; holds the samples of the last, each channel on its own.
pub(super) struct Decoder {
    /// All channels, `stride` apart.
    planes: ChargedVec<i32>,
    stride: usize,
    /// The channel of differences of samples with 32 bits, which needs 33.
    side: ChargedVec<i64>,
    block: usize,
}

/// The most samples of a block (9.1.1).
const LONGEST: u32 = 65_535;

impl Decoder {
    /// A decoder for blocks of at most `info.max_block` samples. Takes 4 bytes for each sample of a block.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub(super) fn new(cx: &Context, info: &Info) -> Result<Self> {
        // a block size that is not told, or is no block size, may be any
        let longest = if info.max_block < 16 { LONGEST } else { info.max_block.min(LONGEST) };
        let stride = usize::try_from(longest).unwrap_or(0);
        let mut planes = ChargedVec::new(cx.budget());
        fill(&mut planes, stride.saturating_mul(usize::from(info.channels)))?;
        let mut side = ChargedVec::new(cx.budget());
        if info.bits == 32 && info.channels == 2 {
            fill(&mut side, stride)?;
        }
        Ok(Self { planes, stride, side, block: 0 })
    }

    /// Whether there is room for a frame's samples.
    pub(super) fn holds(&self, header: &Header) -> bool {
        usize::try_from(header.block).is_ok_and(|block| block <= self.stride)
    }

    /// Decodes the frame that `bytes` begin with and says how long it is. Behind a fault there are no samples.
    pub(super) fn decode(
        &mut self,
        bytes: &[u8],
        header: &Header,
    ) -> std::result::Result<usize, Fault> {
        self.block = 0;
        let block = usize::try_from(header.block).unwrap_or(usize::MAX);
        if block > self.stride {
            return Err(Fault::Reserved("block size beyond what there is room for"));
        }
        let mut bits = Bits::new(bytes, header.length);
        let wide = header.bits == 32 && header.stereo != Stereo::Independent;
        let planes = self.planes.as_mut_slice().chunks_mut(self.stride.max(1));
        for (at, plane) in planes.take(usize::from(header.channels)).enumerate() {
            let plane = plane.get_mut(..block).unwrap_or_default();
            let is_side = matches!(
                (header.stereo, at),
                (Stereo::LeftSide | Stereo::MidSide, 1) | (Stereo::SideRight, 0)
            );
            let width = u32::from(header.bits);
            match (is_side, wide) {
                (true, true) => {
                    let side = self.side.as_mut_slice().get_mut(..block).unwrap_or_default();
                    subframe(&mut bits, 33, side)?;
                }
                (true, false) => subframe(&mut bits, width.wrapping_add(1), plane)?,
                (false, _) => subframe(&mut bits, width, plane)?,
            }
        }
        bits.align();
        let end = bits.position();
        let body = bytes.get(..end).ok_or(Fault::Cut)?;
        let sum = bytes.get(end..).and_then(|b| b.first_chunk()).ok_or(Fault::Cut)?;
        if crc16(0, body) != u16::from_be_bytes(*sum) {
            return Err(Fault::FrameSum);
        }
        let (first, second) = self.planes.as_mut_slice().split_at_mut(self.stride);
        let first = first.get_mut(..block).unwrap_or_default();
        let second = second.get_mut(..block).unwrap_or_default();
        match wide {
            true => stereo::wide(header.stereo, first, second, &self.side),
            false => stereo::narrow(header.stereo, first, second),
        }
        self.block = block;
        Ok(end.saturating_add(2))
    }

    /// The samples of each channel, from the `from`-th of the frame on.
    pub(super) fn planes(&self, from: usize) -> impl Iterator<Item = &[i32]> {
        let planes = self.planes.chunks(self.stride.max(1));
        planes.map(move |plane| plane.get(from..self.block).unwrap_or_default())
    }

    /// Samples of each channel.
    pub(super) fn block(&self) -> usize {
        self.block
    }
}

fn fill<T: Copy + Default>(to: &mut ChargedVec<T>, count: usize) -> Result<()> {
    to.room(count)?;
    let zeros = [T::default(); 256];
    let mut left = count;
    while left > 0 {
        let part = zeros.get(..left.min(256)).unwrap_or_default();
        to.extend(part)?;
        left = left.saturating_sub(part.len());
    }
    Ok(())
}
