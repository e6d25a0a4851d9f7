//! The classic formats, CDF-1, CDF-2 and CDF-5, from their specification (NetCDF User's Guide, appendix B; CDF-5 by PnetCDF).
#![deny(clippy::arithmetic_side_effects)]

mod check;
mod cursor;
mod layout;
mod parse;

pub(crate) use check::claim;
pub(crate) use layout::Layout;
pub(crate) use parse::{Parsed, parse};

use crate::Version;

/// The version of a file that begins with `head`; `None` for other files.
pub(crate) fn version(head: &[u8]) -> Option<Version> {
    match head {
        [b'C', b'D', b'F', 1, ..] => Some(Version::Classic),
        [b'C', b'D', b'F', 2, ..] => Some(Version::Offset64),
        [b'C', b'D', b'F', 5, ..] => Some(Version::Data64),
        _ => None,
    }
}
