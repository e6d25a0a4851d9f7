//! Blocks: one or several packets of one track (RFC 9559, 10).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use super::ebml::{self, Element};
use crate::input::Input;

/// What a block holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub track: u64,
    /// Ticks from the cluster's time.
    pub time: i16,
    /// First byte and length of each packet.
    pub packets: Vec<(u64, u64)>,
}

/// Parses a block's header and lacing; `None` where it breaks its rules.
///
/// # Errors
/// What reading gives.
pub(super) fn read(input: &mut Input, element: Element) -> Result<Option<Block>> {
    input.go(element.start);
    let Some((track, _)) = ebml::vint(input, 8, false)? else { return Ok(None) };
    let Some([a, b, flags]) = input.array::<3>()? else { return Ok(None) };
    let mut block = Block { track, time: i16::from_be_bytes([a, b]), packets: Vec::new() };
    let lacing = flags >> 1 & 3;
    if lacing == 0 {
        let Some(length) = element.end.checked_sub(input.pos()) else { return Ok(None) };
        block.packets.push((input.pos(), length));
        return Ok(Some(block));
    }
    let Some([count]) = input.array::<1>()? else { return Ok(None) };
    let mut sizes = Vec::new();
    match lacing {
        1 => {
            for _ in 0..count {
                let mut size = 0u64;
                loop {
                    let Some([byte]) = input.array::<1>()? else { return Ok(None) };
                    size = size.saturating_add(u64::from(byte));
                    if byte < 255 {
                        break;
                    }
                }
                sizes.push(size);
            }
        }
        2 => {}
        _ => {
            let mut last = 0i64;
            for at in 0..count {
                let before = input.pos();
                let Some((value, _)) = ebml::vint(input, 8, false)? else { return Ok(None) };
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                if at == 0 {
                    last = value;
                } else {
                    // 10.3.3: a difference, around the middle of what so many bytes hold
                    let bytes = input.pos().saturating_sub(before);
                    let bits = u32::try_from(bytes).unwrap_or(1).saturating_mul(7);
                    let middle = 1i64.checked_shl(bits.saturating_sub(1)).unwrap_or(0);
                    last = last.saturating_add(value.saturating_sub(middle.saturating_sub(1)));
                }
                let Ok(size) = u64::try_from(last) else { return Ok(None) };
                sizes.push(size);
            }
        }
    }
    let Some(left) = element.end.checked_sub(input.pos()) else { return Ok(None) };
    let laced = sizes.iter().fold(0u64, |n, size| n.saturating_add(*size));
    if lacing == 2 {
        let packets = u64::from(count).saturating_add(1);
        let size = left.checked_div(packets).unwrap_or(0);
        sizes = (0..packets).map(|_| size).collect();
    } else {
        let Some(rest) = left.checked_sub(laced) else { return Ok(None) };
        sizes.push(rest);
    }
    let mut at = input.pos();
    for size in sizes {
        block.packets.push((at, size));
        at = at.saturating_add(size);
    }
    Ok(Some(block))
}
