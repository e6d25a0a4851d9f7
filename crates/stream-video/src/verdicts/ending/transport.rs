//! Transport packets of one length, and packetized streams that say theirs (ISO/IEC 13818-1, 2.4.3).

use stream_core::{Result, Window};

use super::Short;
use crate::index::be16;

/// Bytes at the end in which packetized streams are followed.
const TAIL: u64 = 1 << 20;
/// Streams that are followed.
const STREAMS: usize = 32;

/// What is missing at the end.
///
/// # Errors
/// What the source says.
pub(super) fn look(w: &mut Window, size: u64) -> Result<Option<Short>> {
    let Some((before, length)) = packets(w)? else { return Ok(None) };
    let last = size.checked_rem(length).unwrap_or(0);
    let end = size.saturating_sub(last);
    if last != 0 {
        let what = format!(
            "transport packet: {length} bytes expected (found {last}) (ISO/IEC 13818-1, 2.4.3.2)"
        );
        return Ok(Some(Short { what, offset: end }));
    }
    let mut open: Vec<Open> = Vec::new();
    let whole = TAIL.checked_div(length).unwrap_or(0).saturating_mul(length);
    let mut at = end.saturating_sub(whole);
    while at < end {
        let packet = w.at(at.saturating_add(before), 188)?;
        if let Some(packet) = packet.first_chunk::<188>() {
            follow(packet, at, &mut open);
        }
        at = at.saturating_add(length);
    }
    let lacks = open.iter().filter(|open| open.found < open.expected).min_by_key(|open| open.at);
    Ok(lacks.map(|open| Short {
        what: format!(
            "packetized stream of PID {}: {} bytes expected (found {}) (ISO/IEC 13818-1, 2.4.3.7)",
            open.pid, open.expected, open.found
        ),
        offset: open.at,
    }))
}

/// A packet of a stream whose end has not come.
struct Open {
    pid: u16,
    at: u64,
    expected: u64,
    found: u64,
}

/// Bytes before the sync byte, and from one packet to the next.
fn packets(w: &mut Window) -> Result<Option<(u64, u64)>> {
    let head = w.at(0, 4 * 204)?;
    for (before, length) in [(0usize, 188usize), (4, 192), (0, 204)] {
        let mut starts = head.iter().skip(before).step_by(length).take(4);
        if starts.len() == 4 && starts.all(|b| *b == 0x47) {
            let widen = |n: usize| u64::try_from(n).unwrap_or(0);
            return Ok(Some((widen(before), widen(length))));
        }
    }
    Ok(None)
}

/// Takes a transport packet into account.
fn follow(packet: &[u8; 188], at: u64, open: &mut Vec<Open>) {
    let [sync, high, low, flags, ..] = *packet;
    if sync != 0x47 || high & 0x80 != 0 {
        return;
    }
    let pid = u16::from_be_bytes([high & 0x1f, low]);
    let skip = match flags >> 4 & 3 {
        1 => 4,
        3 => usize::from(packet.get(4).copied().unwrap_or(183)).saturating_add(5),
        _ => return,
    };
    let payload = packet.get(skip..).unwrap_or_default();
    let found = u64::try_from(payload.len()).unwrap_or(0);
    let known = open.iter().position(|open| open.pid == pid);
    if high & 0x40 == 0 {
        if let Some(open) = known.and_then(|known| open.get_mut(known)) {
            open.found = open.found.saturating_add(found);
        }
        return;
    }
    // a packetized stream says its length behind the start code; 0 is none
    let length = be16(payload, 4).filter(|n| payload.starts_with(&[0, 0, 1]) && *n > 0);
    let expected = length.map_or(0, |length| u64::from(length).saturating_add(6));
    let next = Open { pid, at, expected, found };
    if known.is_none() && open.len() < STREAMS {
        open.push(next);
    } else if let Some(known) = known.and_then(|known| open.get_mut(known)) {
        *known = next;
    }
}
