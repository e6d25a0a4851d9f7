//! Version 2 B-trees of chunks (clauses III.A.2, VII.E; record types 10 and 11).

use stream_core::{ChargedVec, Dims, Result};

use super::super::defect::Defect;
use super::super::meta::{Fields, Meta};
use super::super::table::Builder;
use super::{Item, width_for};

/// Signature, version and type, and the checksum.
const NODE_FRAME: u64 = 10;

struct Tree {
    node_size: u64,
    record: usize,
    kind: u8,
    item: Item,
    rank: usize,
    /// For each level from the leaves up: the most records of a node, and the width of the number of all records below it.
    levels: Vec<(u64, usize)>,
    /// The width of the number of records of a node.
    count_width: usize,
}

/// What is still to be done, the next last.
#[derive(Clone, Copy)]
enum Pending {
    Node {
        address: u64,
        records: u64,
        level: usize,
    },
    /// A record between two children: it stands in its node, which is read again at this place.
    Record {
        at: u64,
    },
}

/// Walks the tree whose header is at `header`.
pub(in crate::storage) fn walk(
    meta: &Meta<'_>,
    header: u64,
    rank: usize,
    plain: u32,
    builder: &mut Builder<'_>,
) -> Result<()> {
    let length = 22usize.saturating_add(meta.offset_size).saturating_add(meta.length_size);
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let block = meta.read(header, length, "b-tree header")?;
    let mut fields = block.fields(0);
    fields.signature(b"BTHD")?;
    fields.version(0)?;
    block.check(0, block.len())?;
    let at = fields.place();
    let kind = fields.u8()?;
    let node_size = u64::from(fields.u32()?);
    let record = usize::from(fields.u16()?);
    let depth = usize::from(fields.u16()?);
    fields.bytes(2)?;
    let root = fields.address(meta)?;
    let records = u64::from(fields.u16()?);
    let filtered = match kind {
        10 => false,
        11 => true,
        found => {
            return Err(
                Defect::Value { of: "type of a b-tree of chunks", found: found.into() }.at(at)
            );
        }
    };
    let offsets = rank.saturating_mul(8);
    let item = record.checked_sub(offsets).and_then(|n| Item::new(meta, filtered, n, plain));
    let item = item.ok_or_else(|| {
        let found = u64::try_from(record).unwrap_or(u64::MAX);
        Defect::Value { of: "size of a b-tree record", found }.at(at)
    })?;
    let Some(root) = root else { return Ok(()) };
    let tree = Tree::new(meta, (node_size, record, depth), kind, item, rank)
        .ok_or_else(|| Defect::Value { of: "size of a b-tree node", found: node_size }.at(at))?;
    let mut pending = ChargedVec::new(meta.cx.budget());
    pending.push(Pending::Node { address: root, records, level: depth })?;
    while let Some(next) = pending.pop() {
        match next {
            Pending::Node { address, records, level } => {
                tree.node(meta, (address, records, level), &mut pending, builder)?;
            }
            Pending::Record { at } => {
                let length = u64::try_from(tree.record).unwrap_or(u64::MAX);
                let block = meta.read(at.saturating_sub(meta.base), length, "b-tree record")?;
                tree.record(meta, &mut block.fields(0), builder)?;
            }
        }
    }
    Ok(())
}

impl Tree {
    fn new(
        meta: &Meta<'_>,
        (node_size, record, depth): (u64, usize, usize),
        kind: u8,
        item: Item,
        rank: usize,
    ) -> Option<Self> {
        let width = u64::try_from(record).ok()?;
        let room = node_size.checked_sub(NODE_FRAME)?;
        let most = room.checked_div(width).filter(|&n| n > 0)?;
        let count_width = width_for(most);
        let mut levels = vec![(most, 0usize)];
        let mut below = most;
        for _ in 0..depth {
            let under = levels.last()?.1;
            let pointer = meta.offset_size.checked_add(count_width)?.checked_add(under)?;
            let pointer = u64::try_from(pointer).ok()?;
            let most = room.checked_sub(pointer)?.checked_div(width.checked_add(pointer)?)?;
            // a tree whose number of records does not fit 64 bits is deeper than any file
            below =
                most.checked_add(1)?.checked_mul(below)?.checked_add(most).filter(|_| most > 0)?;
            levels.push((most, width_for(below)));
        }
        Some(Self { node_size, record, kind, item, rank, levels, count_width })
    }

    /// Reads a node: a leaf's records at once, an inner node's children and records in turn.
    fn node(
        &self,
        meta: &Meta<'_>,
        (address, records, level): (u64, u64, usize),
        pending: &mut ChargedVec<Pending>,
        builder: &mut Builder<'_>,
    ) -> Result<()> {
        let at = meta.place(address);
        let (most, _) = self.levels.get(level).copied().unwrap_or((0, 0));
        if records > most || (records == 0 && level > 0) {
            return Err(Defect::Value { of: "records of a b-tree node", found: records }.at(at));
        }
        let leaf = level == 0;
        let block = meta.read(address, self.node_size, "b-tree node")?;
        let mut fields = block.fields(0);
        fields.signature(if leaf { b"BTLF" } else { b"BTIN" })?;
        fields.version(0)?;
        let at = fields.place();
        let kind = fields.u8()?;
        if kind != self.kind {
            return Err(Defect::Value { of: "type of a b-tree node", found: kind.into() }.at(at));
        }
        let count = usize::try_from(records).unwrap_or(usize::MAX);
        let under = level.checked_sub(1).and_then(|l| self.levels.get(l)).map(|&(_, width)| width);
        let first_record = fields.position();
        let after = first_record.saturating_add(self.record.saturating_mul(count));
        let Some(under) = under else {
            block.check(0, after.saturating_add(4))?;
            for _ in 0..count {
                self.record(meta, &mut fields, builder)?;
            }
            return Ok(());
        };
        let pointer = meta.offset_size.saturating_add(self.count_width).saturating_add(under);
        let end = count.saturating_add(1).saturating_mul(pointer).saturating_add(after);
        block.check(0, end.saturating_add(4))?;
        let waiting = pending.len();
        let mut children = block.fields(after);
        let record = u64::try_from(self.record).unwrap_or(u64::MAX);
        let mut record_at = fields.place();
        for child in 0..=count {
            let at = children.place();
            let address = children.address(meta)?;
            let records = children.number(self.count_width)?;
            children.bytes(under)?;
            let Some(address) = address else {
                return Err(
                    Defect::Value { of: "address of a b-tree node", found: u64::MAX }.at(at)
                );
            };
            pending.push(Pending::Node { address, records, level: level.saturating_sub(1) })?;
            if child < count {
                pending.push(Pending::Record { at: record_at })?;
                record_at = record_at.saturating_add(record);
            }
        }
        if let Some(children) = pending.as_mut_slice().get_mut(waiting..) {
            children.reverse();
        }
        Ok(())
    }

    fn record(
        &self,
        meta: &Meta<'_>,
        fields: &mut Fields<'_>,
        builder: &mut Builder<'_>,
    ) -> Result<()> {
        let at = fields.place();
        let span = self.item.read(meta, fields)?;
        let mut coordinates = Dims::new();
        for _ in 0..self.rank {
            coordinates.push(fields.number(8)?);
        }
        span.map_or(Ok(()), |span| builder.add_ordered(coordinates, span, at))
    }
}
