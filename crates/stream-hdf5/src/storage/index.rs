//! The indices of chunks: each walked once, from its root, in its own order.

pub(super) mod array;
pub(super) mod btree1;
pub(super) mod btree2;
pub(super) mod extensible;
pub(super) mod fixed;

use stream_core::Result;

use super::defect::Defect;
use super::meta::{Fields, Meta};
use super::table::ChunkSpan;

/// How a chunk's place is written in arrays and version 2 B-trees.
#[derive(Clone, Copy)]
pub(super) struct Item {
    /// The width of the stored size; `None` where nothing is filtered.
    size_width: Option<usize>,
    /// The size of an unfiltered chunk.
    plain: u32,
}

impl Item {
    /// The place of a chunk in `length` bytes. The width of its size (1 to 8 bytes, by the chunk's size; 8 from version 5 of the
    /// layout message on) is what is left beside address and mask.
    pub(super) fn new(meta: &Meta<'_>, filtered: bool, length: usize, plain: u32) -> Option<Self> {
        let rest = length.checked_sub(meta.offset_size)?;
        let size_width = match (filtered, rest) {
            (false, 0) => None,
            (true, rest) => Some(rest.checked_sub(4).filter(|n| (1..=8).contains(n))?),
            _ => return None,
        };
        Some(Self { size_width, plain })
    }

    /// Reads one; `None` for a chunk that is not stored.
    pub(super) fn read(
        self,
        meta: &Meta<'_>,
        fields: &mut Fields<'_>,
    ) -> Result<Option<ChunkSpan>> {
        let address = fields.address(meta)?;
        let Some(width) = self.size_width else {
            return Ok(address.map(|address| ChunkSpan { address, size: self.plain, mask: 0 }));
        };
        let at = fields.place();
        let size = fields.number(width)?;
        let mask = fields.u32()?;
        match (address, u32::try_from(size)) {
            (None, _) => Ok(None),
            (Some(address), Ok(size)) => Ok(Some(ChunkSpan { address, size, mask })),
            _ => Err(Defect::Value { of: "size of a chunk", found: size }.at(at)),
        }
    }
}

/// The width of a number that is at most `limit`, as the library chooses it.
pub(super) fn width_for(limit: u64) -> usize {
    let bits = limit.max(1).ilog2();
    usize::try_from(bits).unwrap_or(63).saturating_div(8).saturating_add(1)
}
