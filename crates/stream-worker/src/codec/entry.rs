//! Entries.

use stream_core::{Entry, Kind, Span};
use stream_memory::OverBudget;

use super::fields::{put_fields, take_fields};
use super::take::Result;
use super::{Flaw, Put, Take, put_array, take_array};

const HAS_ARRAY: u8 = 1;
const HAS_SPAN: u8 = 2;
const HAS_DATA: u8 = 4;

pub(crate) fn put_entry(put: &mut Put, entry: &Entry) -> Result<(), OverBudget> {
    let kind = Kind::ALL.iter().position(|k| *k == entry.kind()).unwrap_or(usize::MAX);
    put.u8(u8::try_from(kind).unwrap_or(u8::MAX))?;
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    put.u8(flag(entry.array().is_some(), HAS_ARRAY)
        | flag(entry.span().is_some(), HAS_SPAN)
        | flag(entry.has_data(), HAS_DATA))?;
    put.u64(u64::from(entry.depth()))?;
    put.str(entry.path())?;
    if let Some(array) = entry.array() {
        put_array(put, array)?;
    }
    if let Some(span) = entry.span() {
        put.u64(span.offset)?;
        put.u64(span.length)?;
    }
    put_fields(put, entry.fields())
}

/// Fills `entry` with a message. When it fails the entry is left half filled, and may be filled again.
pub(crate) fn take_entry(bytes: &[u8], entry: &mut Entry) -> Result<()> {
    let mut take = Take::new(bytes);
    let kind = Kind::ALL.get(usize::from(take.u8()?)).ok_or(Flaw::Wrong("an unknown kind"))?;
    let flags = take.u8()?;
    if flags & !(HAS_ARRAY | HAS_SPAN | HAS_DATA) != 0 {
        return Err(Flaw::Wrong("an unknown flag"));
    }
    entry.reset(*kind);
    entry.set_depth(take.u32()?);
    let path = take.str()?;
    entry.path_mut().push_str(path)?;
    if flags & HAS_ARRAY != 0 {
        let budget = entry.path_mut().budget().clone();
        entry.set_array(take_array(&mut take, &budget)?);
    }
    if flags & HAS_SPAN != 0 {
        entry.set_span(Span { offset: take.u64()?, length: take.u64()? });
    }
    if flags & HAS_DATA != 0 {
        entry.set_has_data();
    }
    take_fields(&mut take, entry.fields_mut())?;
    take.end()
}
