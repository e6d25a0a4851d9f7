//! Version 1 B-trees of chunks (clause III.A.1, node type 1).

use stream_core::{ChargedVec, Dims, Result};

use super::super::defect::Defect;
use super::super::meta::Meta;
use super::super::table::{Builder, ChunkSpan};

/// A node that is still to be read.
#[derive(Clone, Copy)]
struct Pending {
    address: u64,
    /// The level it must stand on; only the root tells its own.
    level: Option<u8>,
}

/// Walks the tree whose root is at `root`; `chunk` is a chunk's extents.
pub(in crate::storage) fn walk(
    meta: &Meta<'_>,
    root: u64,
    chunk: &[u64],
    builder: &mut Builder<'_>,
) -> Result<()> {
    // the offsets have one axis more: that of the bytes of an element
    let key = chunk.len().saturating_add(1).saturating_mul(8).saturating_add(8);
    let entry = key.saturating_add(meta.offset_size);
    let head = 8usize.saturating_add(meta.offset_size.saturating_mul(2));
    let bytes = |entries: usize| {
        let all = entry.saturating_mul(entries).saturating_add(head).saturating_add(key);
        u64::try_from(all).unwrap_or(u64::MAX)
    };
    // one at a time of each level's nodes is in memory: children wait by address
    let mut pending = ChargedVec::new(meta.cx.budget());
    pending.push(Pending { address: root, level: None })?;
    while let Some(Pending { address, level }) = pending.pop() {
        // 64 entries is what a node has room for unless a file's superblock says otherwise
        let mut node = meta.read_up_to(address, bytes(64), "b-tree node")?;
        let mut fields = node.fields(0);
        fields.signature(b"TREE")?;
        let at = fields.place();
        let kind = fields.u8()?;
        if kind != 1 {
            return Err(
                Defect::Value { of: "type of a b-tree of chunks", found: kind.into() }.at(at)
            );
        }
        let found = fields.u8()?;
        if let Some(expected) = level.filter(|&level| level != found) {
            let (expected, found) = (u64::from(expected), u64::from(found));
            return Err(Defect::NodeLevel { expected, found }.at(at));
        }
        let entries = usize::from(fields.u16()?);
        if entries == 0 && level.is_some() {
            return Err(Defect::Value { of: "entries of a b-tree node", found: 0 }.at(at));
        }
        if entries > 64 || bytes(entries) > u64::try_from(node.len()).unwrap_or(u64::MAX) {
            node = meta.read(address, bytes(entries), "b-tree node")?;
        }
        let mut fields = node.fields(head);
        let waiting = pending.len();
        for _ in 0..entries {
            let at = fields.place();
            let size = fields.u32()?;
            let mask = fields.u32()?;
            let mut coordinates = Dims::new();
            for &extent in chunk {
                let offset = fields.number(8)?;
                if offset.checked_rem(extent) != Some(0) {
                    return Err(Defect::Value { of: "offset of a chunk", found: offset }.at(at));
                }
                coordinates.push(offset.checked_div(extent).unwrap_or(0));
            }
            fields.bytes(8)?;
            let Some(address) = fields.address(meta)? else { continue };
            match found.checked_sub(1) {
                Some(below) => pending.push(Pending { address, level: Some(below) })?,
                None => builder.add_ordered(coordinates, ChunkSpan { address, size, mask }, at)?,
            }
        }
        // the first child comes off the stack first
        if let Some(children) = pending.as_mut_slice().get_mut(waiting..) {
            children.reverse();
        }
    }
    Ok(())
}
