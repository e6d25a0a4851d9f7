//! Links as they wait in a batch: bytes one after another.

use stream_core::{ChargedVec, Result};

use crate::ffi::LinkKind;
use crate::storage::symbols::Symbol;

impl From<Symbol> for LinkKind {
    fn from(symbol: Symbol) -> Self {
        match symbol {
            Symbol::Hard(address) => Self::Hard(address),
            Symbol::Soft(offset) => Self::Stored(offset),
        }
    }
}

/// A link in a batch: its kind, a number, the length of its name, the name.
pub(super) fn encode(
    names: &mut ChargedVec<u8>,
    name: &[u8],
    kind: LinkKind,
) -> Result<(), stream_core::memory::OverBudget> {
    let (tag, value) = match kind {
        LinkKind::Hard(address) => (0, address),
        LinkKind::Soft => (1, 0),
        LinkKind::Stored(offset) => (4, offset),
        LinkKind::External => (2, 0),
        LinkKind::Other(class) => (3, u64::from(class.unsigned_abs())),
    };
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    names.room(name.len().saturating_add(13))?;
    names.push(tag)?;
    names.extend(&value.to_ne_bytes())?;
    names.extend(&length.to_ne_bytes())?;
    names.extend(name)
}

/// A link of a batch, and where the next one begins.
pub(super) fn decode(names: &[u8], at: usize) -> Option<(LinkKind, &[u8], usize)> {
    let (tag, rest) = names.get(at..)?.split_first()?;
    let (value, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_ne_bytes(*length)).ok()?;
    let value = u64::from_ne_bytes(*value);
    let kind = match tag {
        0 => LinkKind::Hard(value),
        1 => LinkKind::Soft,
        2 => LinkKind::External,
        4 => LinkKind::Stored(value),
        _ => LinkKind::Other(i32::try_from(value).unwrap_or(0)),
    };
    let next = at.checked_add(13)?.checked_add(length)?;
    Some((kind, rest.get(..length)?, next))
}
