//! Where sums of squares are cut: at places that do not depend on how the samples come.
//!
//! A slot is a hop's samples. Where the length of a frame is no multiple of the hop, frames end within a slot, which therefore
//! has two parts: `head`, and what is behind it. A part is added up in blocks of at most [`BLOCK`] samples.

use super::Framing;

/// Samples added up in one go, at most.
const BLOCK: u64 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cuts {
    hop: u64,
    /// Samples of a slot that a frame's end holds; 0 where frames end with slots.
    pub(super) head: u64,
}

/// Where a sample lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Samples of its block before it.
    pub(super) into: u64,
    /// Samples to the end of its block, at least 1.
    pub(super) left: u64,
    /// What ends where its block ends.
    pub(super) closes: Closes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closes {
    /// Only the block.
    Block,
    /// The head of a slot.
    Head,
    /// A slot.
    Slot,
}

impl Cuts {
    pub(super) fn new(framing: &Framing) -> Self {
        Self { hop: framing.hop, head: framing.length.checked_rem(framing.hop).unwrap_or(0) }
    }

    /// The `t`-th sample, the padding before the first one counted.
    pub(super) fn at(&self, t: u64) -> Cut {
        let within = t.checked_rem(self.hop).unwrap_or(0);
        let in_head = within < self.head;
        let (start, end) = if in_head { (0, self.head) } else { (self.head, self.hop) };
        let into = within.saturating_sub(start).rem_euclid(BLOCK);
        let to_block = BLOCK.saturating_sub(into);
        let to_end = end.saturating_sub(within);
        let closes = match (to_block < to_end, in_head) {
            (true, _) => Closes::Block,
            (false, true) => Closes::Head,
            (false, false) => Closes::Slot,
        };
        Cut { into, left: to_block.min(to_end), closes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rms::Edges;

    fn cuts(length: u64, hop: u64) -> Cuts {
        Cuts::new(&Framing::new(length, hop, Edges::Whole).unwrap())
    }

    #[test]
    fn slots_have_a_head_where_frames_end_within_them() {
        let cuts = cuts(1023, 100);
        assert_eq!(cuts.at(200), Cut { into: 0, left: 23, closes: Closes::Head });
        assert_eq!(cuts.at(222), Cut { into: 22, left: 1, closes: Closes::Head });
        assert_eq!(cuts.at(223), Cut { into: 0, left: 77, closes: Closes::Slot });
    }

    #[test]
    fn long_slots_are_added_up_in_blocks() {
        let cuts = cuts(10_000, 10_000);
        assert_eq!(cuts.at(10_000), Cut { into: 0, left: 4096, closes: Closes::Block });
        assert_eq!(cuts.at(8191), Cut { into: 4095, left: 1, closes: Closes::Block });
        assert_eq!(cuts.at(8192), Cut { into: 0, left: 1808, closes: Closes::Slot });
    }
}
