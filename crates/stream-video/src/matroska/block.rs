//! Blocks: the header of one, and the frames that are laced in it (RFC 9559, 10).

use super::element::vint;
use crate::index::be16;

/// Frames in one block.
const FRAMES: usize = 256;

/// The header of a block, and the sizes of its frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) track: u64,
    /// Relative to its cluster.
    pub(crate) time: i16,
    pub(crate) key: bool,
    pub(crate) frames: usize,
    sizes: [u32; FRAMES],
    /// Bytes of the block before its first frame.
    pub(crate) header: u64,
}

impl Block {
    /// Reads the header of a block of `length` bytes from its first bytes; `None` where they make none, or are too few.
    pub(crate) fn parse(bytes: &[u8], length: u64) -> Option<Self> {
        let (track, used) = vint(bytes, 8, false)?;
        let time = be16(bytes, used)?.cast_signed();
        let flags = *bytes.get(used.checked_add(2)?)?;
        let mut at = used.checked_add(3)?;
        let mut block =
            Self { track, time, key: flags & 0x80 != 0, frames: 1, sizes: [0; FRAMES], header: 0 };
        let lacing = flags & 6;
        if lacing != 0 {
            block.frames = usize::from(*bytes.get(at)?).checked_add(1)?;
            at = at.checked_add(1)?;
        }
        match lacing {
            2 => at = block.xiph(bytes, at)?,
            6 => at = block.ebml(bytes, at)?,
            _ => {}
        }
        block.header = u64::try_from(at).ok()?;
        block.last(length, lacing == 4)?;
        Some(block)
    }

    /// The sizes of its frames.
    pub(crate) fn sizes(&self) -> &[u32] {
        self.sizes.get(..self.frames).unwrap_or_default()
    }

    fn all_but_last(&mut self) -> &mut [u32] {
        let count = self.frames.saturating_sub(1);
        self.sizes.get_mut(..count).unwrap_or_default()
    }

    fn xiph(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        for size in self.all_but_last() {
            loop {
                let byte = *bytes.get(at)?;
                at = at.checked_add(1)?;
                *size = size.checked_add(byte.into())?;
                if byte != 255 {
                    break;
                }
            }
        }
        Some(at)
    }

    fn ebml(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        let mut before: Option<i64> = None;
        for size in self.all_but_last() {
            let (value, used) = vint(bytes.get(at..)?, 8, false)?;
            at = at.checked_add(used)?;
            let value = i64::try_from(value).ok()?;
            let found = match before {
                None => value,
                // differences are signed, around the middle of their range
                Some(before) => {
                    let bits = u32::try_from(used).ok()?.checked_mul(7)?.checked_sub(1)?;
                    let middle = 1i64.checked_shl(bits)?.checked_sub(1)?;
                    before.checked_add(value.checked_sub(middle)?)?
                }
            };
            before = Some(found);
            *size = u32::try_from(found).ok()?;
        }
        Some(at)
    }

    /// What is left is the last frame's; with fixed sizes it is divided.
    fn last(&mut self, length: u64, fixed: bool) -> Option<()> {
        let rest = length.checked_sub(self.header)?;
        if fixed {
            let count = u64::try_from(self.frames).ok()?;
            let each = rest.checked_div(count)?;
            if each.checked_mul(count)? != rest {
                return None;
            }
            let each = u32::try_from(each).ok()?;
            self.sizes.get_mut(..self.frames)?.fill(each);
            return Some(());
        }
        let before: u64 = self.all_but_last().iter().map(|size| u64::from(*size)).sum();
        let last = u32::try_from(rest.checked_sub(before)?).ok()?;
        *self.sizes.get_mut(self.frames.checked_sub(1)?)? = last;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8], length: u64) -> (u64, i16, bool, Vec<u32>) {
        let b = Block::parse(bytes, length).unwrap();
        (b.track, b.time, b.key, b.sizes().to_vec())
    }

    #[test]
    fn a_block_without_lacing_is_one_frame() {
        assert_eq!(parsed(&[0x81, 0xff, 0xfe, 0x80], 14), (1, -2, true, vec![10]));
    }

    #[test]
    fn sizes_of_laced_frames_are_told_in_three_ways() {
        // RFC 9559, 10.3: frames of 800, 500 and 1000 bytes
        let xiph = [0x81, 0, 0, 2, 2, 255, 255, 255, 35, 255, 245];
        assert_eq!(parsed(&xiph, 2311).3, [800, 500, 1000]);
        let ebml = [0x81, 0, 0, 6, 2, 0x43, 0x20, 0x5e, 0xd3];
        assert_eq!(parsed(&ebml, 2309).3, [800, 500, 1000]);
        assert_eq!(parsed(&[0x81, 0, 0, 4, 2], 2405).3, [800, 800, 800]);
    }

    #[test]
    fn sizes_beyond_the_block_are_refused() {
        assert!(Block::parse(&[0x81, 0, 0, 2, 1, 200], 100).is_none());
        assert!(Block::parse(&[0x81, 0, 0, 4, 2], 2406).is_none());
        assert!(Block::parse(&[0x81, 0, 0], 3).is_none());
    }
}
