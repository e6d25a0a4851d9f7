//! Whether the file is as long as its header needs.
#![deny(clippy::arithmetic_side_effects)]

use super::Layout;
use super::cursor::padding;
use crate::{Header, Variable};

/// What a header claims of its file.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    /// The bytes that all variables need.
    pub(crate) needed: u64,
    /// The first variable that the file is too short for, and the byte at which its data should end.
    pub(crate) short: Option<(Variable<'a>, u64)>,
    /// The same with the padding behind the last one.
    pub(crate) padded: u64,
}

/// Compares what the variables need with the `size` of the file.
pub(crate) fn claim(header: &Header, size: u64) -> Claim<'_> {
    let mut claim = Claim { needed: header.header_size(), short: None, padded: 0 };
    for variable in header.variables() {
        // a variable without records has no data, wherever it is to begin
        let layout = Layout::of(variable).filter(|l| l.records > 0 && l.bytes > 0);
        let end = layout.map_or(0, |l| l.end());
        // the records of an only record variable are not padded
        let bare = layout.is_none_or(|l| variable.is_record() && l.stride == l.bytes);
        let pad = layout.filter(|_| !bare && end > 0).map_or(0, |l| padding(l.bytes));
        claim.padded = claim.padded.max(end.saturating_add(pad));
        if end > size && claim.short.is_none() {
            claim.short = Some((variable, end));
        }
        claim.needed = claim.needed.max(end);
    }
    claim
}
