//! Boxes (ISO 14496-12, 4.2).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use crate::input::Input;

/// A box's name.
pub(super) type Fourcc = [u8; 4];

/// A box's header.
pub(super) struct Head {
    pub kind: Fourcc,
    pub start: u64,
    pub end: u64,
}

/// A name as text: bytes are characters, so that 0xa9 is the copyright sign.
pub(super) fn name(kind: Fourcc) -> String {
    kind.iter().map(|b| char::from(*b)).collect()
}

/// The header at the position, which moves to the content; `None` at the end, or where no box can be.
///
/// # Errors
/// What reading gives.
pub(super) fn next(input: &mut Input) -> Result<Option<Head>> {
    let start = input.pos();
    let Some([a, b, c, d, k, l, m, n]) = input.array::<8>()? else { return Ok(None) };
    let kind = [k, l, m, n];
    let size = u32::from_be_bytes([a, b, c, d]);
    let (size, header) = match size {
        0 => (input.end().saturating_sub(start), 8),
        1 => match input.array::<8>()? {
            Some(large) => (u64::from_be_bytes(large), 16),
            None => return Ok(None),
        },
        size => (u64::from(size), 8),
    };
    if size < header {
        return Ok(None);
    }
    Ok(Some(Head { kind, start, end: start.saturating_add(size) }))
}

/// Gives each box up to `end` to `visit`, with the end of its content, and goes behind it whatever that took.
///
/// # Errors
/// What `visit` and reading give.
pub(super) fn each(
    input: &mut Input,
    end: u64,
    visit: &mut dyn FnMut(&mut Input, &Fourcc, u64) -> Result<()>,
) -> Result<()> {
    while input.pos().saturating_add(8) <= end {
        let Some(head) = next(input)? else { break };
        let inner = head.end.min(end);
        visit(input, &head.kind, inner)?;
        input.go(inner);
    }
    input.go(end);
    Ok(())
}

/// Version and flags of a full box.
///
/// # Errors
/// What reading gives.
pub(super) fn full(input: &mut Input) -> Result<Option<(u8, u32)>> {
    let Some([version, a, b, c]) = input.array::<4>()? else { return Ok(None) };
    Ok(Some((version, u32::from_be_bytes([0, a, b, c]))))
}

/// A number of four bytes, or of eight where `wide`.
///
/// # Errors
/// What reading gives.
pub(super) fn number(input: &mut Input, wide: bool) -> Result<Option<u64>> {
    Ok(if wide { input.array()?.map(u64::from_be_bytes) } else { input.u32_be()?.map(u64::from) })
}

/// Timescale and duration of a movie or media header (8.2.2, 8.4.2); a duration of all ones is unknown, and 0 here.
///
/// # Errors
/// What reading gives.
pub(super) fn times(input: &mut Input) -> Result<Option<(u32, u64)>> {
    let Some((version, _)) = full(input)? else { return Ok(None) };
    let wide = version == 1;
    input.skip(if wide { 16 } else { 8 });
    let Some(timescale) = input.u32_be()? else { return Ok(None) };
    let Some(duration) = number(input, wide)? else { return Ok(None) };
    let unknown = if wide { u64::MAX } else { u64::from(u32::MAX) };
    Ok(Some((timescale, if duration == unknown { 0 } else { duration })))
}
