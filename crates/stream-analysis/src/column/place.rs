//! Where in the array an extreme value stands.

use std::cmp::Ordering;

use stream_core::Dims;

use super::Number;
use crate::Value;

/// A least or greatest value, and the first element that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Extreme {
    /// The value; a zero is positive.
    pub value: Value,
    /// The indices of the first element, in C order, that has it; after the region.
    pub at: Dims,
}

/// Where the numbers of a block stand.
pub(crate) struct Place<'a> {
    pub(crate) origin: &'a [u64],
    pub(crate) shape: &'a [u64],
    /// The first number of the block, counted from the chunk's.
    pub(crate) first: u64,
    /// Numbers of an element.
    pub(crate) repeat: u64,
}

impl Place<'_> {
    /// The indices of the block's `i`-th number.
    fn index(&self, i: u64) -> Dims {
        let mut rest = self.first.saturating_add(i).checked_div(self.repeat).unwrap_or(0);
        let mut at: Dims = self.origin.into();
        for (index, &extent) in at.iter_mut().zip(self.shape).rev() {
            *index = index.saturating_add(rest.checked_rem(extent).unwrap_or(0));
            rest = rest.checked_div(extent).unwrap_or(0);
        }
        at
    }
}

/// Whether a value replaces what is known: by itself, or by standing earlier.
fn replaces(known: &Extreme, value: Value, at: &[u64], better: Ordering) -> bool {
    match value.cmp(&known.value) {
        // C order is the order of indices, the slowest first
        Ordering::Equal => at < &*known.at,
        order => order == better,
    }
}

/// Notes a value of a block.
pub(super) fn note<N: Number>(
    slot: &mut Option<Extreme>,
    better: Ordering,
    value: N,
    block: &[N],
    place: &Place<'_>,
) {
    let Some(value) = value.value() else { return };
    if let Some(known) = slot {
        let order = value.cmp(&known.value);
        // no number of the block stands before its first one
        if order == better.reverse() || (order == Ordering::Equal && *place.index(0) >= *known.at) {
            return;
        }
    }
    let first = block.iter().position(|n| n.value() == Some(value)).unwrap_or(0);
    let at = place.index(u64::try_from(first).unwrap_or(0));
    if slot.as_ref().is_none_or(|known| replaces(known, value, &at, better)) {
        *slot = Some(Extreme { value, at });
    }
}

/// Notes what another part of the data has.
pub(super) fn merge(slot: &mut Option<Extreme>, other: &Option<Extreme>, better: Ordering) {
    let Some(other) = other else { return };
    if slot.as_ref().is_none_or(|known| replaces(known, other.value, &other.at, better)) {
        *slot = Some(other.clone());
    }
}
