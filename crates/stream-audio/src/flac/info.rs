//! STREAMINFO: RFC 9639, 8.2.
#![deny(clippy::arithmetic_side_effects)]

/// What the first metadata block says of the whole stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    /// The fewest samples of a block, the last aside.
    pub(super) min_block: u32,
    /// The most samples of a block.
    pub(super) max_block: u32,
    /// The most bytes of a frame; 0 where that is not said.
    pub(super) max_frame: u32,
    /// Samples of a channel in a second.
    pub(super) rate: u32,
    /// 1 to 8.
    pub(super) channels: u8,
    /// 4 to 32.
    pub(super) bits: u8,
    /// Samples of a channel in all; `None` where that is not said.
    pub(super) total: Option<u64>,
    /// The digest of all samples; `None` where it was not made.
    pub(super) md5: Option<[u8; 16]>,
}

impl Info {
    /// The block's bytes.
    pub(super) fn parse(block: &[u8]) -> Option<Self> {
        let block: &[u8; 34] = block.first_chunk()?;
        let word = |at: usize| {
            let bytes = block.get(at..)?.first_chunk::<8>()?;
            Some(u64::from_be_bytes(*bytes))
        };
        let low = |value: u64, bits: u32| {
            // masked to at most 24 bits
            u32::try_from(value & 1u64.wrapping_shl(bits).wrapping_sub(1)).unwrap_or(0)
        };
        let (head, facts) = (word(0)?, word(10)?);
        let max_frame = low(word(2)?, 24);
        let total = facts & 0xf_ffff_ffff;
        let md5: [u8; 16] = block.get(18..34)?.try_into().ok()?;
        Some(Self {
            min_block: low(head >> 48, 16),
            max_block: low(head >> 32, 16),
            max_frame,
            rate: low(facts >> 44, 20),
            channels: u8::try_from((facts >> 41) & 7).ok()?.wrapping_add(1),
            bits: u8::try_from((facts >> 36) & 31).ok()?.wrapping_add(1),
            total: (total != 0).then_some(total),
            md5: md5.iter().any(|&b| b != 0).then_some(md5),
        })
    }

    /// The samples of every block but the last, where frames are numbered.
    pub(super) fn fixed_block(&self) -> Option<u32> {
        (self.min_block == self.max_block && self.max_block != 0).then_some(self.max_block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_the_standards_example_come_out() {
        // RFC 9639, appendix D.1
        let block = [
            0x10, 0x00, 0x10, 0x00, 0x00, 0x00, 0x0f, 0x00, 0x00, 0x0f, 0x0a, 0xc4, 0x42, 0xf0,
            0x00, 0x00, 0x00, 0x01, 0x3e, 0x84, 0xb4, 0x18, 0x07, 0xdc, 0x69, 0x03, 0x07, 0x58,
            0x6a, 0x3d, 0xad, 0x1a, 0x2e, 0x0f,
        ];
        let info = Info::parse(&block).unwrap();
        assert_eq!((info.min_block, info.max_block, info.max_frame), (4096, 4096, 15));
        assert_eq!((info.rate, info.channels, info.bits, info.total), (44_100, 2, 16, Some(1)));
        assert_eq!(info.md5.map(|d| d[..2].to_vec()), Some(vec![0x3e, 0x84]));
        assert_eq!(Info::parse(&block[..33]), None);
    }
}
