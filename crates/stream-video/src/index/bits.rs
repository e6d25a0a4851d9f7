//! Bits of a codec's header, first bit first, with the emulation prevention of H.264 taken out.

/// Reads bits onwards from a slice. Past its end, `None`.
#[derive(Clone, Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u8,
    left: u32,
    zeros: u32,
    escaped: bool,
}

impl<'a> Bits<'a> {
    /// The bits of `bytes` as they are.
    pub(crate) fn plain(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, held: 0, left: 0, zeros: 0, escaped: false }
    }

    /// The bits of a NAL unit: a byte 3 after two zeros is no payload (ITU-T H.264, 7.3.1).
    pub(crate) fn escaped(bytes: &'a [u8]) -> Self {
        Self { escaped: true, ..Self::plain(bytes) }
    }

    fn next_byte(&mut self) -> Option<u8> {
        let mut byte = *self.bytes.get(self.at)?;
        self.at = self.at.saturating_add(1);
        if self.escaped && self.zeros >= 2 && byte == 3 {
            self.zeros = 0;
            byte = *self.bytes.get(self.at)?;
            self.at = self.at.saturating_add(1);
        }
        self.zeros = if byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        Some(byte)
    }

    /// One bit.
    pub(crate) fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.held = self.next_byte()?;
            self.left = 8;
        }
        self.left = self.left.saturating_sub(1);
        Some(self.held.checked_shr(self.left)? & 1 == 1)
    }

    /// `count` bits, at most 32.
    pub(crate) fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0u32;
        for _ in 0..count {
            value = value.wrapping_shl(1) | u32::from(self.bit()?);
        }
        Some(value)
    }

    /// An unsigned Exp-Golomb code (ITU-T H.264, 9.1).
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0u32;
        while !self.bit()? {
            zeros = zeros.checked_add(1).filter(|&n| n < 32)?;
        }
        let base = 1u32.checked_shl(zeros)?.checked_sub(1)?;
        base.checked_add(self.bits(zeros)?)
    }

    /// A signed Exp-Golomb code; only that it is there matters to its caller.
    pub(crate) fn se(&mut self) -> Option<u32> {
        self.ue()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_and_emulation_prevention_are_read() {
        // 1 | 010 | 011 | 00100 : 0, 1, 2, 3
        let mut bits = Bits::plain(&[0b1010_0110, 0b0100_0000]);
        assert_eq!(
            [bits.ue(), bits.ue(), bits.ue(), bits.ue()],
            [Some(0), Some(1), Some(2), Some(3)]
        );
        let mut bits = Bits::escaped(&[0, 0, 3, 1]);
        assert_eq!((bits.bits(24), bits.bit()), (Some(1), None));
    }
}
