//! What a JPEG frame says of itself before it is decoded: ITU-T T.81 B.2.2.
#![deny(clippy::arithmetic_side_effects)]

use crate::ByteOrder;

/// Rows, columns, components and bits of the frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) rows: u16,
    pub(super) columns: u16,
    pub(super) components: u8,
    pub(super) bits: u8,
    /// Whether it is coded in cosines: baseline, extended, progressive, and not lossless.
    pub(super) is_dct: bool,
}

/// Finds the frame header (SOF0 to SOF15 without DHT, JPG and DAC).
pub(super) fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let word = |at| ByteOrder::Big.u16(bytes, at);
    if word(0)? != 0xffd8 {
        return None;
    }
    let mut at = 2usize;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at.saturating_add(1))?;
        match marker {
            // fill bytes
            0xff => at = at.saturating_add(1),
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some(FrameHeader {
                    is_dct: !matches!(marker, 0xc3 | 0xc7 | 0xcb | 0xcf),
                    bits: *bytes.get(at.saturating_add(4))?,
                    rows: word(at.saturating_add(5))?,
                    columns: word(at.saturating_add(7))?,
                    components: *bytes.get(at.saturating_add(9))?,
                });
            }
            // markers without a segment
            0x01 | 0xd0..=0xd7 => at = at.saturating_add(2),
            // the end, or a scan without a frame header
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::from(word(at.saturating_add(2))?);
                at = at.saturating_add(2).saturating_add(length.max(2));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_header_is_found_behind_other_segments() {
        let bytes = b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\0\0\0";
        let header = FrameHeader { rows: 16, columns: 32, components: 1, bits: 8, is_dct: true };
        assert_eq!(frame_header(bytes), Some(header));
        for cut in 0..18 {
            assert_eq!(frame_header(&bytes[..cut]), None, "{cut}");
        }
    }
}
