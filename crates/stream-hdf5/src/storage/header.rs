//! The object header: the way to one of its messages (clause IV.A.1).

use std::collections::VecDeque;

use stream_core::Result;

use super::defect::Defect;
use super::meta::{Block, Fields, Meta};

/// A header has a continuation for each time it outgrew its blocks; libraries write a handful.
const CONTINUATIONS: usize = 4096;

const DATA_LAYOUT: u16 = 0x08;
const CONTINUATION: u16 = 0x10;
/// The message's body is elsewhere.
const SHARED: u8 = 0x02;

/// Blocks of messages that are still to be read: address and length.
type Pending = VecDeque<(u64, u64)>;

/// What a caller makes of a message.
pub(super) type Parse<'p, T> = &'p mut dyn FnMut(&mut Fields<'_>) -> Result<T>;

/// Reads the object header at `address` block by block and gives its first data layout message to `parse`.
pub(super) fn layout_message<T>(meta: &Meta<'_>, address: u64, parse: Parse<'_, T>) -> Result<T> {
    let found = message(meta, address, DATA_LAYOUT, parse)?;
    found.ok_or_else(|| Defect::NoLayout.at(meta.place(address)))
}

/// The same for the first message of type `wanted`; `None` where there is none.
pub(super) fn message<T>(
    meta: &Meta<'_>,
    address: u64,
    wanted: u16,
    parse: Parse<'_, T>,
) -> Result<Option<T>> {
    let mut wanted = Wanted { wanted, parse };
    // most headers of datasets fit
    let start = meta.read_up_to(address, 512, "object header")?;
    let mut peek = start.fields(0);
    if peek.bytes(4)? == b"OHDR" {
        version_2(meta, address, &start, &mut wanted)
    } else {
        version_1(meta, address, &start, &mut wanted)
    }
}

/// The message that is looked for, and what is made of it.
struct Wanted<'p, T> {
    wanted: u16,
    parse: Parse<'p, T>,
}

fn version_1<T>(
    meta: &Meta<'_>,
    address: u64,
    start: &Block,
    wanted: &mut Wanted<'_, T>,
) -> Result<Option<T>> {
    let mut fields = start.fields(0);
    fields.version(1)?;
    fields.bytes(7)?;
    let size = u64::from(fields.u32()?);
    // the messages start at a multiple of 8 bytes
    let mut pending = Pending::from([(address.saturating_add(16), size)]);
    let mut blocks = 0usize;
    while let Some((at, length)) = pending.pop_front() {
        count(&mut blocks, meta.place(at))?;
        let block = meta.read(at, length, "object header")?;
        let mut fields = block.fields(0);
        while fields.left() >= 8 {
            let kind = fields.u16()?;
            let size = usize::from(fields.u16()?);
            let flags = fields.u8()?;
            fields.bytes(3)?;
            if let Some(found) =
                one(meta, &block, &mut fields, (kind, size, flags), &mut pending, wanted)?
            {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

fn version_2<T>(
    meta: &Meta<'_>,
    address: u64,
    start: &Block,
    wanted: &mut Wanted<'_, T>,
) -> Result<Option<T>> {
    let mut fields = start.fields(4);
    fields.version(2)?;
    let flags = fields.u8()?;
    if flags & 0x20 != 0 {
        fields.bytes(16)?;
    }
    if flags & 0x10 != 0 {
        fields.bytes(4)?;
    }
    // flags 0 and 1: the width of the size of the first block
    let width = 1usize << (flags & 3);
    let size = fields.number(width)?;
    let prefix = fields.position();
    let tracked = flags & 0x04 != 0;
    let prefix_length = u64::try_from(prefix).unwrap_or(u64::MAX);
    let whole = size.saturating_add(prefix_length).saturating_add(4);
    let first = meta.read(address, whole, "object header")?;
    first.check(0, first.len())?;
    let mut pending = Pending::new();
    if let Some(found) = messages_2(meta, &first, prefix, tracked, &mut pending, wanted)? {
        return Ok(Some(found));
    }
    let mut blocks = 0usize;
    while let Some((at, length)) = pending.pop_front() {
        count(&mut blocks, meta.place(at))?;
        let block = meta.read(at, length, "object header continuation")?;
        block.fields(0).signature(b"OCHK")?;
        block.check(0, block.len())?;
        if let Some(found) = messages_2(meta, &block, 4, tracked, &mut pending, wanted)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn messages_2<T>(
    meta: &Meta<'_>,
    block: &Block,
    from: usize,
    tracked: bool,
    pending: &mut Pending,
    wanted: &mut Wanted<'_, T>,
) -> Result<Option<T>> {
    let mut fields = block.fields(from).end_at(block.len().saturating_sub(4));
    // a gap too short for a message may stand at the end
    while fields.left() >= 4 {
        let kind = u16::from(fields.u8()?);
        let size = usize::from(fields.u16()?);
        let flags = fields.u8()?;
        if tracked {
            if fields.left() < 2 {
                break;
            }
            fields.bytes(2)?;
        }
        if let Some(found) = one(meta, block, &mut fields, (kind, size, flags), pending, wanted)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn one<T>(
    meta: &Meta<'_>,
    block: &Block,
    fields: &mut Fields<'_>,
    (kind, size, flags): (u16, usize, u8),
    pending: &mut Pending,
    wanted: &mut Wanted<'_, T>,
) -> Result<Option<T>> {
    let from = fields.position();
    fields.bytes(size)?;
    let mut body = block.fields(from).end_at(from.saturating_add(size));
    match kind {
        kind if kind == wanted.wanted && flags & SHARED == 0 => (wanted.parse)(&mut body).map(Some),
        CONTINUATION => {
            let at = body.place();
            let address = body.address(meta)?;
            let length = body.length(meta)?;
            let address = address.ok_or_else(|| {
                Defect::Value { of: "address of a continuation", found: u64::MAX }.at(at)
            })?;
            pending.push_back((address, length));
            if pending.len() > CONTINUATIONS {
                return Err(Defect::HeaderTooLong.at(at));
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn count(blocks: &mut usize, at: u64) -> Result<()> {
    *blocks = blocks.saturating_add(1);
    if *blocks > CONTINUATIONS { Err(Defect::HeaderTooLong.at(at)) } else { Ok(()) }
}
