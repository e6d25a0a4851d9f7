//! Groups of the earliest format (clause IV.A.2.r): a version 1 B-tree of symbol table nodes, whose names stand in a local heap.
//!
//! The library takes such a heap into memory whole. Here nodes and names are read by position, some KiB at a time, so that a group
//! of any size is listed with little.

mod find;
mod list;
mod window;

use stream_core::{ChargedVec, Context, Result};

pub(crate) use list::Cursor;
use window::Window;

use super::defect::Defect;
use super::header::message;
use super::meta::Meta;

const SYMBOL_TABLE: u16 = 0x11;
/// Bytes of a local heap's header before the size of its data: signature, version, zeros.
const HEAP: u64 = 8;
/// The library's own bound on names of links in its newer formats; nothing longer is written.
const LONGEST: u64 = 64 << 10;

/// The first byte of the first message of a type in the object header at `header`; `None` where there is none that can be read.
pub(crate) fn first_byte(
    cx: &Context,
    addresses: Addresses,
    header: u64,
    wanted: u16,
) -> Option<u8> {
    message(&addresses.meta(cx), header, wanted, &mut |fields| fields.u8()).ok().flatten()
}

/// Where a file's addresses count from, and how wide they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) base: u64,
    pub(crate) offset_size: u8,
    pub(crate) length_size: u8,
}

impl Addresses {
    fn meta(self, cx: &Context) -> Meta<'_> {
        let (offset_size, length_size) = (self.offset_size.into(), self.length_size.into());
        Meta { cx, base: self.base, offset_size, length_size }
    }
}

/// What a name of the group leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// The object whose header stands at this address.
    Hard(u64),
    /// The path that stands here in the heap.
    Soft(u64),
}

/// A group's symbol table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Symbols {
    /// The root of its B-tree.
    tree: u64,
    /// The heap's data: address and bytes.
    heap: (u64, u64),
}

/// The pages that reading a group looks at: of its tree, its nodes, its heap. 4 KiB each, charged.
pub(crate) struct Pages {
    tree: Window,
    node: Window,
    heap: Window,
}

impl Pages {
    pub(crate) fn new(cx: &Context) -> Self {
        let window = || Window::new(cx);
        Self { tree: window(), node: window(), heap: window() }
    }
}

impl Symbols {
    /// The symbol table of the object whose header stands at `header`; `None` for a group of another format, and for what is no group.
    pub(crate) fn of(cx: &Context, addresses: Addresses, header: u64) -> Result<Option<Self>> {
        let meta = addresses.meta(cx);
        let found = message(&meta, header, SYMBOL_TABLE, &mut |fields| {
            let at = fields.place();
            let undefined =
                || Defect::Value { of: "address of a symbol table", found: u64::MAX }.at(at);
            let tree = fields.address(&meta)?.ok_or_else(undefined)?;
            Ok((tree, fields.address(&meta)?.ok_or_else(undefined)?))
        })?;
        let Some((tree, heap)) = found else { return Ok(None) };
        let size = meta.length_size.saturating_mul(2).saturating_add(meta.offset_size);
        let length = HEAP.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
        let block = meta.read(heap, length, "local heap")?;
        let mut fields = block.fields(0);
        fields.signature(b"HEAP")?;
        fields.bytes(4)?;
        let bytes = fields.length(&meta)?;
        fields.length(&meta)?;
        let at = fields.place();
        let undefined = || Defect::Value { of: "address of a heap's data", found: u64::MAX }.at(at);
        let data = fields.address(&meta)?.ok_or_else(undefined)?;
        Ok(Some(Self { tree, heap: (data, bytes) }))
    }

    /// Appends the text that begins at `offset` of the heap and ends before a zero.
    pub(crate) fn text(
        &self,
        (cx, addresses): (&Context, Addresses),
        pages: &mut Pages,
        offset: u64,
        to: &mut ChargedVec<u8>,
    ) -> Result<()> {
        let meta = addresses.meta(cx);
        let (data, size) = self.heap;
        let at = meta.place(data).saturating_add(offset);
        if offset >= size {
            let at = at.min(meta.file());
            return Err(Defect::Value { of: "place of a name in its heap", found: offset }.at(at));
        }
        let mut from = offset;
        loop {
            let left = size.saturating_sub(from);
            if left == 0 || from.saturating_sub(offset) > LONGEST {
                return Err(Defect::Short { of: "name in a local heap" }.at(at));
            }
            let bytes = pages.heap.at(&meta, data.saturating_add(from), left, "local heap")?;
            let end = bytes.iter().position(|&b| b == 0);
            to.extend(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default())?;
            if end.is_some() {
                return Ok(());
            }
            from = from.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        }
    }
}
