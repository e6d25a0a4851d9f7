//! A group's links, some at a time, in the order of its index.

use stream_core::{ChargedVec, Context, Result};

use super::{Addresses, Pages, Symbol, Symbols};
use crate::storage::defect::Defect;
use crate::storage::meta::Meta;

/// Levels of a B-tree, at most: with two children a node they hold more links than a file can.
const LEVELS: usize = 32;
/// A tree's node before its keys and children: signature, type, level, number of children; then two siblings.
const TREE: u64 = 8;
/// A symbol table node before its entries.
const NODE: u64 = 8;
/// Of a symbol's entry, what stands behind its two addresses: cache type, zeros, scratch space.
const SCRATCH: u64 = 24;
/// The cache type of a soft link.
const SOFT: u64 = 2;

/// How far a listing is: the child of each level, from the root's on, and the symbol of the node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    children: [u16; LEVELS],
    symbol: u16,
    /// Nodes that were begun: more than the file has room for are some of them again.
    begun: u64,
}

/// Takes a link's name and what it leads to; says whether it took it.
pub(crate) type Take<'t> = &'t mut dyn FnMut(&[u8], Symbol) -> Result<bool>;

/// A node of a tree.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) address: u64,
    pub(super) level: u8,
    pub(super) children: u16,
}

impl Node {
    /// The node at `address`, `level` levels above the symbols where that is known.
    pub(super) fn read(
        meta: &Meta<'_>,
        pages: &mut Pages,
        address: u64,
        level: Option<u8>,
    ) -> Result<Self> {
        let of = "group's b-tree";
        pages.tree.signature(meta, address, *b"TREE", of)?;
        let word = pages.tree.number(meta, address.saturating_add(4), 4, of)?;
        let [kind, found, low, high, ..] = word.to_le_bytes();
        let at = meta.place(address);
        if kind != 0 {
            return Err(Defect::Value { of: "kind of a b-tree node", found: kind.into() }.at(at));
        }
        let due = level.unwrap_or(found);
        if found != due || usize::from(found) >= LEVELS {
            let (expected, found) = (due.into(), found.into());
            return Err(Defect::NodeLevel { expected, found }.at(at));
        }
        Ok(Self { address, level: found, children: u16::from_le_bytes([low, high]) })
    }

    /// Where the `index`-th key stands; behind it its child's address.
    fn place(&self, meta: &Meta<'_>, index: u16) -> u64 {
        let width = |n: usize| u64::try_from(n).unwrap_or(8);
        let siblings = width(meta.offset_size).saturating_mul(2);
        let one = width(meta.offset_size.saturating_add(meta.length_size));
        let before = TREE.saturating_add(siblings).saturating_add(one.saturating_mul(index.into()));
        self.address.saturating_add(before)
    }

    /// The heap's offset of the name after which the `index`-th child's begin.
    pub(super) fn key(&self, meta: &Meta<'_>, pages: &mut Pages, index: u16) -> Result<u64> {
        let place = self.place(meta, index);
        pages.tree.number(meta, place, meta.length_size, "group's b-tree")
    }

    pub(super) fn child(&self, meta: &Meta<'_>, pages: &mut Pages, index: u16) -> Result<u64> {
        let key = u64::try_from(meta.length_size).unwrap_or(8);
        let place = self.place(meta, index).saturating_add(key);
        pages.tree.number(meta, place, meta.offset_size, "group's b-tree")
    }
}

/// The number of symbols of the node at `address`.
pub(super) fn symbols(meta: &Meta<'_>, pages: &mut Pages, address: u64) -> Result<u16> {
    let of = "symbol table node";
    pages.node.signature(meta, address, *b"SNOD", of)?;
    let word = pages.node.number(meta, address.saturating_add(4), 4, of)?;
    let [version, _, low, high, ..] = word.to_le_bytes();
    if version != 1 {
        return Err(Defect::Version { of, found: version }.at(meta.place(address)));
    }
    Ok(u16::from_le_bytes([low, high]))
}

/// The `index`-th symbol of the node at `address`: its name's offset in the heap, and what it leads to.
pub(super) fn symbol(
    meta: &Meta<'_>,
    pages: &mut Pages,
    address: u64,
    index: u16,
) -> Result<(u64, Symbol)> {
    let of = "symbol table node";
    let wide = u64::try_from(meta.offset_size).unwrap_or(8);
    let one = wide.saturating_mul(2).saturating_add(SCRATCH);
    let before = NODE.saturating_add(one.saturating_mul(index.into()));
    let name = address.saturating_add(before);
    let object = name.saturating_add(wide);
    let kind = object.saturating_add(wide);
    let mut number = |at: u64, width| pages.node.number(meta, at, width, of);
    let offset = number(name, meta.offset_size)?;
    if number(kind, 4)? == SOFT {
        return Ok((offset, Symbol::Soft(number(kind.saturating_add(8), 4)?)));
    }
    Ok((offset, Symbol::Hard(number(object, meta.offset_size)?)))
}

impl Symbols {
    /// Shows the links from `cursor` on to `take`, until it refuses one, and tells whether it did. `cursor` then stands at that one;
    /// after an error it stands at the link that could not be shown. `name` is for a name.
    pub(crate) fn list(
        &self,
        (cx, addresses): (&Context, Addresses),
        pages: &mut Pages,
        cursor: &mut Cursor,
        name: &mut ChargedVec<u8>,
        take: Take<'_>,
    ) -> Result<bool> {
        let meta = addresses.meta(cx);
        // the way from the root to the node at hand
        let mut way: [Option<Node>; LEVELS] = [None; LEVELS];
        let root = Node::read(&meta, pages, self.tree, None)?;
        way[0] = Some(root);
        let mut depth = 0usize;
        loop {
            let Some(node) = way.get(depth).copied().flatten() else { return Ok(false) };
            let index = cursor.children.get(depth).copied().unwrap_or(u16::MAX);
            if index >= node.children {
                // this node is done, and so is its place in the one above
                cursor.next(depth);
                let Some(above) = depth.checked_sub(1) else { return Ok(false) };
                depth = above;
                continue;
            }
            let child = node.child(&meta, pages, index)?;
            if let Some(level) = node.level.checked_sub(1) {
                depth = depth.saturating_add(1);
                if let Some(place) = way.get_mut(depth) {
                    *place = Some(Node::read(&meta, pages, child, Some(level))?);
                }
                continue;
            }
            if cursor.symbol == 0 {
                cx.cancel().check()?;
                cursor.begun = cursor.begun.saturating_add(1);
                if cursor.begun > meta.file().checked_div(NODE).unwrap_or(0) {
                    return Err(Defect::ChunkOrder.at(meta.place(child)));
                }
            }
            let count = symbols(&meta, pages, child)?;
            while cursor.symbol < count {
                let (offset, leads) = symbol(&meta, pages, child, cursor.symbol)?;
                name.clear();
                self.text((cx, addresses), pages, offset, name)?;
                if !take(name, leads)? {
                    return Ok(true);
                }
                cursor.symbol = cursor.symbol.saturating_add(1);
            }
            cursor.symbol = 0;
            if let Some(at) = cursor.children.get_mut(depth) {
                *at = at.saturating_add(1);
            }
        }
    }
}

impl Cursor {
    /// Leaves the node of level `depth` for the next one.
    fn next(&mut self, depth: usize) {
        if let Some(at) = self.children.get_mut(depth) {
            *at = 0;
        }
        let above = depth.checked_sub(1).and_then(|above| self.children.get_mut(above));
        if let Some(above) = above {
            *above = above.saturating_add(1);
        }
    }
}
