//! Fixed arrays of chunks (clause VII.C).

use stream_core::Result;

use super::super::defect::Defect;
use super::super::meta::{Fields, Meta};
use super::super::table::Builder;
use super::Item;
use super::array::Numbering;

/// Walks the array whose header is at `header`.
pub(in crate::storage) fn walk(
    meta: &Meta<'_>,
    header: u64,
    numbering: &Numbering,
    plain: u32,
    builder: &mut Builder<'_>,
) -> Result<()> {
    let length = 12usize.saturating_add(meta.offset_size).saturating_add(meta.length_size);
    let block =
        meta.read(header, u64::try_from(length).unwrap_or(u64::MAX), "fixed array header")?;
    let mut fields = block.fields(0);
    fields.signature(b"FAHD")?;
    fields.version(0)?;
    block.check(0, block.len())?;
    let at = fields.place();
    let filtered = fields.u8()? == 1;
    let width = usize::from(fields.u8()?);
    let page_bits = u32::from(fields.u8()?);
    let elements = fields.length(meta)?;
    let data = fields.address(meta)?;
    let item = Item::new(meta, filtered, width, plain).ok_or_else(|| {
        let found = u64::try_from(width).unwrap_or(u64::MAX);
        Defect::Value { of: "size of a fixed array's entry", found }.at(at)
    })?;
    let Some(data) = data else { return Ok(()) };
    let page = 1u64.checked_shl(page_bits).ok_or_else(|| {
        Defect::Value { of: "bits of a fixed array's page", found: page_bits.into() }.at(at)
    })?;
    let mut take = |number: u64, fields: &mut Fields<'_>| -> Result<()> {
        match item.read(meta, fields)? {
            Some(span) => builder.add(&numbering.coordinates(number), span),
            None => Ok(()),
        }
    };
    let bytes = |n: u64| n.saturating_mul(u64::try_from(width).unwrap_or(u64::MAX));
    let prefix = 6u64.saturating_add(u64::try_from(meta.offset_size).unwrap_or(8));
    if elements <= page {
        let length = bytes(elements).saturating_add(prefix).saturating_add(4);
        let block = meta.read(data, length, "fixed array data block")?;
        let mut fields = block.fields(0);
        prefix_of(meta, &mut fields, header)?;
        block.check(0, block.len())?;
        return (0..elements.min(numbering.limit())).try_for_each(|n| take(n, &mut fields));
    }
    // a bit for each page: whether anything was written to it
    let pages = elements.div_ceil(page);
    let head = pages.div_ceil(8).saturating_add(prefix).saturating_add(4);
    let block = meta.read(data, head, "fixed array data block")?;
    let mut fields = block.fields(0);
    prefix_of(meta, &mut fields, header)?;
    block.check(0, block.len())?;
    let bits = fields.bytes(fields.left().saturating_sub(4))?;
    let page_length = bytes(page).saturating_add(4);
    for number in 0..pages {
        let first = number.saturating_mul(page);
        if first >= numbering.limit() {
            break;
        }
        if !bit(bits, number) {
            continue;
        }
        let count = elements.saturating_sub(first).min(page);
        let at = data.saturating_add(head).saturating_add(number.saturating_mul(page_length));
        let length = bytes(count).saturating_add(4);
        let block = meta.read(at, length, "fixed array page")?;
        block.check(0, block.len())?;
        let mut fields = block.fields(0);
        let end = first.saturating_add(count).min(numbering.limit());
        (first..end).try_for_each(|n| take(n, &mut fields))?;
    }
    Ok(())
}

/// Signature, version, client and the header's address.
fn prefix_of(meta: &Meta<'_>, fields: &mut Fields<'_>, header: u64) -> Result<()> {
    fields.signature(b"FADB")?;
    fields.version(0)?;
    fields.bytes(1)?;
    let at = fields.place();
    let found = fields.address(meta)?;
    if found != Some(header) {
        let found = found.unwrap_or(u64::MAX);
        return Err(Defect::Value { of: "fixed array header of a data block", found }.at(at));
    }
    Ok(())
}

/// Bits stand with the first one highest.
pub(super) fn bit(bits: &[u8], number: u64) -> bool {
    let byte = usize::try_from(number / 8).ok().and_then(|at| bits.get(at)).copied().unwrap_or(0);
    byte & (0x80 >> (number % 8)) != 0
}
