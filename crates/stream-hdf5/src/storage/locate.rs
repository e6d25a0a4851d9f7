//! From an object header to the places of the values.

use stream_core::{Context, Dims, Result, Span};

use super::Stored;
use super::defect::Defect;
use super::index::array::Numbering;
use super::index::{btree1, btree2, extensible, fixed};
use super::layout::{self, Chunking, Message};
use super::meta::Meta;
use super::table::{Builder, ChunkSpan, ChunkTable, Grid, IndexKind, Table};

/// Where a dataset's values stand.
#[derive(Debug)]
pub enum Layout {
    /// Nowhere: nothing was written yet, and every element is the fill value.
    Unallocated,
    /// In the object header; a place in the file, base address included.
    Compact(Span),
    /// In one piece; a place in the file, base address included.
    Contiguous(Span),
    /// In chunks.
    Chunked(Box<ChunkTable>),
    /// In other files.
    External,
    /// In other datasets.
    Virtual,
    /// In a way that only the library knows, and which.
    Other(&'static str),
}

impl Layout {
    /// The class as the standard calls it, or `chunked` and its like for what is not known further.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Unallocated => "unallocated",
            Self::Compact(_) => "compact",
            Self::Contiguous(_) => "contiguous",
            Self::Chunked(_) => "chunked",
            Self::External => "external",
            Self::Virtual => "virtual",
            Self::Other(_) => "other",
        }
    }
}

/// Reads a dataset's object header and, for a chunked one, its index: once, in one or a few reads for each block or node.
/// Checksums of what it reads are verified always, as the library does.
///
/// # Errors
/// `Malformed` or `Truncated` with a [`Defect`] and its offset, `OverBudget` (resumable), `Cancelled`, `Io`. Chunks themselves are not
/// looked at: one that lies beyond the end of the file is an error when it is read.
pub fn locate(cx: &Context, stored: &Stored) -> Result<Layout> {
    let meta = Meta {
        cx,
        base: stored.base,
        offset_size: usize::from(stored.offset_size),
        length_size: usize::from(stored.length_size),
    };
    for width in [stored.offset_size, stored.length_size] {
        if !(1..=8).contains(&width) {
            return Ok(Layout::Other("addresses or lengths of more than 8 bytes"));
        }
    }
    let at = meta.place(stored.header);
    let message = super::header::layout_message(&meta, stored.header, &mut |fields| {
        layout::parse(&meta, fields)
    })?;
    if !stored.external.is_empty() {
        return Ok(Layout::External);
    }
    let needed = stored
        .shape
        .elements()
        .and_then(|n| n.checked_mul(u64::try_from(stored.element.stored).ok()?));
    let needed =
        needed.ok_or_else(|| Defect::Value { of: "size of an array", found: u64::MAX }.at(at))?;
    match message {
        _ if needed == 0 => Ok(Layout::Unallocated),
        Message::Compact(span) => whole(span, needed, at).map(Layout::Compact),
        Message::Contiguous { address: None, .. } => Ok(Layout::Unallocated),
        Message::Contiguous { address: Some(address), size } => {
            let offset = meta.place(address);
            let length = size.unwrap_or(needed);
            whole(Span { offset, length }, needed, at).map(Layout::Contiguous)
        }
        Message::Chunked(chunking) => chunked(&meta, stored, chunking, at),
        Message::Virtual => Ok(Layout::Virtual),
    }
}

/// The first `needed` bytes of `span`.
fn whole(span: Span, needed: u64, at: u64) -> Result<Span> {
    if span.length < needed {
        return Err(Defect::StorageSize { expected: needed, found: span.length }.at(at));
    }
    Ok(Span { length: needed, ..span })
}

fn chunked(meta: &Meta<'_>, stored: &Stored, chunking: Chunking, at: u64) -> Result<Layout> {
    let Chunking { chunk, element, index, address, plain_edges } = chunking;
    if chunk.len() != stored.shape.len() {
        let (expected, found) = (stored.shape.len(), chunk.len());
        return Err(Defect::ChunkRank { expected, found }.at(at));
    }
    let expected = u64::try_from(stored.element.stored).unwrap_or(u64::MAX);
    if element != expected {
        return Err(Defect::ElementSize { expected, found: element }.at(at));
    }
    let plain = chunk.elements().and_then(|n| n.checked_mul(element));
    let plain = plain.and_then(|n| u32::try_from(n).ok());
    let Some((plain, bytes)) = plain.and_then(|n| Some((n, usize::try_from(n).ok()?))) else {
        return Ok(Layout::Other("chunks of 4 GiB or more"));
    };
    let max_counts: Dims = stored.max_shape.iter().zip(chunk.iter()).map(chunks_along).collect();
    let Some(grid) = Grid::new(&stored.shape, chunk) else {
        return Ok(Layout::Other("more chunks than 64 bits count"));
    };
    let index_name = match index {
        layout::IndexKind::BTree1 => IndexKind::BTree1,
        layout::IndexKind::Single(_) => IndexKind::Single,
        layout::IndexKind::Implicit => IndexKind::Implicit,
        layout::IndexKind::FixedArray => IndexKind::FixedArray,
        layout::IndexKind::ExtensibleArray => IndexKind::ExtensibleArray,
        layout::IndexKind::BTree2 => IndexKind::BTree2,
        layout::IndexKind::Unknown => return Ok(Layout::Other("an unknown chunk index")),
    };
    let (table, stored_chunks) = match address {
        None => Builder::new(meta.cx, &grid)?.finish(),
        Some(address) if index == layout::IndexKind::Implicit => {
            (Table::Run { address, size: plain, max_counts }, grid.cells())
        }
        Some(address) => {
            let mut builder = Builder::new(meta.cx, &grid)?;
            let numbering = || Numbering::new(grid.counts(), &max_counts);
            let unnumbered = || Defect::Value { of: "maximum extents", found: u64::MAX }.at(at);
            match index {
                layout::IndexKind::BTree1 => {
                    btree1::walk(meta, address, grid.chunk(), &mut builder)?;
                }
                layout::IndexKind::BTree2 => {
                    btree2::walk(meta, address, grid.counts().len(), plain, &mut builder)?;
                }
                layout::IndexKind::FixedArray => {
                    let numbering = numbering().ok_or_else(unnumbered)?;
                    fixed::walk(meta, address, &numbering, plain, &mut builder)?;
                }
                layout::IndexKind::ExtensibleArray => {
                    let numbering = numbering().ok_or_else(unnumbered)?;
                    extensible::walk(meta, address, &numbering, plain, &mut builder)?;
                }
                layout::IndexKind::Single(filtered) => {
                    let (size, mask) = filtered.unwrap_or((plain.into(), 0));
                    let size = u32::try_from(size)
                        .map_err(|_| Defect::Value { of: "size of a chunk", found: size }.at(at))?;
                    let origin = Dims::filled(grid.counts().len(), 0);
                    builder.add(&origin, ChunkSpan { address, size, mask })?;
                }
                layout::IndexKind::Implicit | layout::IndexKind::Unknown => {}
            }
            builder.finish()
        }
    };
    let index = index_name;
    Ok(Layout::Chunked(Box::new(ChunkTable {
        grid,
        index,
        bytes,
        plain_edges,
        table,
        stored: stored_chunks,
    })))
}

/// Chunks along an axis of the maximum extents; `u64::MAX` where it is unlimited.
fn chunks_along((&extent, &size): (&u64, &u64)) -> u64 {
    if extent == u64::MAX { u64::MAX } else { extent.div_ceil(size.max(1)) }
}
