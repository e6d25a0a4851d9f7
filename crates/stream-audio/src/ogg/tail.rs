//! Where sound ends, by the last page.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result};

use super::page;
use crate::findings::Findings;
use crate::input::Input;

/// The granule position of the last page of `serial` that has one, at or behind `first`; looks at the last 64 KiB, and at twice
/// that where other streams fill these.
///
/// # Errors
/// What reading gives.
pub(super) fn last_granule(
    cx: &Context,
    serial: u32,
    first: u64,
    size: u64,
) -> Result<Option<i64>> {
    // what is wrong there is found by the walk
    let ignored = Findings::new(cx.budget());
    let reach = u64::try_from(page::LONGEST).unwrap_or(u64::MAX);
    for times in [1, 2, 8] {
        let start = size.saturating_sub(reach.saturating_mul(times)).max(first);
        let mut input = Input::with_window(cx, start, size, page::LONGEST);
        let mut last = None;
        while let Some(page) = page::next(&mut input, &ignored)? {
            if page.serial == serial && page.granule >= 0 {
                last = Some(page.granule);
            }
            input.go(page.end());
        }
        if last.is_some() || start == first {
            return Ok(last);
        }
    }
    Ok(None)
}
