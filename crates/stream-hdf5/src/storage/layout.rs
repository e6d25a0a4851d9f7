//! The data layout message (clause IV.A.2.i), versions 1 to 5.

use stream_core::{Dims, Result, Span};

use super::defect::Defect;
use super::meta::{Fields, Meta};

/// The library's own bound on ranks (`H5S_MAX_RANK`).
const MAX_RANK: usize = 32;

/// What the message says.
#[derive(Debug)]
pub(super) enum Message {
    /// The values stand in the message.
    Compact(Span),
    /// The values stand in one piece, or nowhere yet. Versions 1 and 2 give no size.
    Contiguous {
        address: Option<u64>,
        size: Option<u64>,
    },
    Chunked(Chunking),
    /// Made of other datasets.
    Virtual,
}

#[derive(Debug)]
pub(super) struct Chunking {
    /// A chunk's extents in elements.
    pub(super) chunk: Dims,
    /// Bytes of an element.
    pub(super) element: u64,
    pub(super) index: IndexKind,
    /// Where the index stands; `None` while there is no chunk.
    pub(super) address: Option<u64>,
    /// Chunks that stand out of the array went through no filter.
    pub(super) plain_edges: bool,
}

/// How chunks are found (clauses III.A.1, VII).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexKind {
    BTree1,
    /// With the size and the mask when filtered.
    Single(Option<(u64, u32)>),
    Implicit,
    FixedArray,
    ExtensibleArray,
    BTree2,
    Unknown,
}

/// Reads the message.
pub(super) fn parse(meta: &Meta<'_>, fields: &mut Fields<'_>) -> Result<Message> {
    let at = fields.place();
    match fields.u8()? {
        1 | 2 => old(meta, fields),
        3 => {
            let class = fields.u8()?;
            if class == 2 { chunked_3(meta, fields) } else { newer(meta, fields, class) }
        }
        4 | 5 => {
            let class = fields.u8()?;
            if class == 2 { chunked_4(meta, fields) } else { newer(meta, fields, class) }
        }
        found => Err(Defect::Version { of: "data layout message", found }.at(at)),
    }
}

/// Versions 1 and 2: the extents of every class stand in the message.
fn old(meta: &Meta<'_>, fields: &mut Fields<'_>) -> Result<Message> {
    let at = fields.place();
    let rank = usize::from(fields.u8()?);
    let class = fields.u8()?;
    fields.bytes(5)?;
    match class {
        0 => {
            fields.bytes(rank.saturating_mul(4))?;
            let size = u64::from(fields.u32()?);
            compact(fields, size)
        }
        1 => {
            let address = fields.address(meta)?;
            Ok(Message::Contiguous { address, size: None })
        }
        2 => {
            let address = fields.address(meta)?;
            let (chunk, element) = extents(fields, rank, 4)?;
            Ok(Message::Chunked(Chunking {
                chunk,
                element,
                index: IndexKind::BTree1,
                address,
                plain_edges: false,
            }))
        }
        _ => Err(Defect::Value { of: "layout class", found: class.into() }.at(at)),
    }
}

/// Versions 3 to 5, the classes that are alike.
fn newer(meta: &Meta<'_>, fields: &mut Fields<'_>, class: u8) -> Result<Message> {
    let at = fields.place();
    match class {
        0 => {
            let size = u64::from(fields.u16()?);
            compact(fields, size)
        }
        1 => {
            let address = fields.address(meta)?;
            Ok(Message::Contiguous { address, size: Some(fields.length(meta)?) })
        }
        3 => Ok(Message::Virtual),
        _ => Err(Defect::Value { of: "layout class", found: class.into() }.at(at)),
    }
}

fn compact(fields: &mut Fields<'_>, size: u64) -> Result<Message> {
    let offset = fields.place();
    fields.bytes(usize::try_from(size).unwrap_or(usize::MAX))?;
    Ok(Message::Compact(Span { offset, length: size }))
}

fn chunked_3(meta: &Meta<'_>, fields: &mut Fields<'_>) -> Result<Message> {
    let rank = usize::from(fields.u8()?);
    let address = fields.address(meta)?;
    let (chunk, element) = extents(fields, rank, 4)?;
    let index = IndexKind::BTree1;
    Ok(Message::Chunked(Chunking { chunk, element, index, address, plain_edges: false }))
}

fn chunked_4(meta: &Meta<'_>, fields: &mut Fields<'_>) -> Result<Message> {
    let flags = fields.u8()?;
    let rank = usize::from(fields.u8()?);
    let at = fields.place();
    let width = usize::from(fields.u8()?);
    if !(1..=8).contains(&width) {
        let found = u64::try_from(width).unwrap_or(u64::MAX);
        return Err(Defect::Value { of: "width of a chunk's extents", found }.at(at));
    }
    let (chunk, element) = extents(fields, rank, width)?;
    let index = match fields.u8()? {
        1 if flags & 2 != 0 => {
            let size = fields.length(meta)?;
            IndexKind::Single(Some((size, fields.u32()?)))
        }
        1 => IndexKind::Single(None),
        2 => IndexKind::Implicit,
        // what these say stands in the header of the index too
        3 => {
            fields.bytes(1)?;
            IndexKind::FixedArray
        }
        4 => {
            fields.bytes(5)?;
            IndexKind::ExtensibleArray
        }
        5 => {
            fields.bytes(6)?;
            IndexKind::BTree2
        }
        _ => {
            let index = IndexKind::Unknown;
            let chunking = Chunking { chunk, element, index, address: None, plain_edges: false };
            return Ok(Message::Chunked(chunking));
        }
    };
    let address = fields.address(meta)?;
    Ok(Message::Chunked(Chunking { chunk, element, index, address, plain_edges: flags & 1 != 0 }))
}

/// The chunk's extents, and the element's size, which stands last.
fn extents(fields: &mut Fields<'_>, rank: usize, width: usize) -> Result<(Dims, u64)> {
    let at = fields.place();
    let Some(axes) = rank.checked_sub(1).filter(|axes| (1..=MAX_RANK).contains(axes)) else {
        let found = u64::try_from(rank).unwrap_or(u64::MAX);
        return Err(Defect::Value { of: "dimensionality of chunks", found }.at(at));
    };
    let mut chunk = Dims::new();
    for _ in 0..axes {
        let at = fields.place();
        match fields.number(width)? {
            0 => return Err(Defect::Value { of: "extent of a chunk", found: 0 }.at(at)),
            extent => chunk.push(extent),
        }
    }
    Ok((chunk, fields.number(width)?))
}
