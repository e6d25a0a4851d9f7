//! Filter 32000: LZF, as h5py writes it. Runs of literals, and copies of up to 264 bytes from up to 8 KiB back.

use super::Decode;

const PAST: &str = "a copy from before the start";
const SHORT: &str = "ends within an instruction";
const LONG: &str = "longer than its chunk";

/// Decompresses all of `from` into `to`.
pub(super) fn decode(mut from: &[u8], to: &mut [u8]) -> Decode {
    let mut done = 0usize;
    while let Some((&control, rest)) = from.split_first() {
        let control = usize::from(control);
        if control < 32 {
            let count = control.saturating_add(1);
            let (literals, rest) = rest.split_at_checked(count).ok_or(SHORT)?;
            let end = done.saturating_add(count);
            to.get_mut(done..end).ok_or(LONG)?.copy_from_slice(literals);
            (from, done) = (rest, end);
            continue;
        }
        let (mut count, mut rest) = (control >> 5, rest);
        if count == 7 {
            let (&more, after) = rest.split_first().ok_or(SHORT)?;
            count = count.saturating_add(usize::from(more));
            rest = after;
        }
        let (&low, rest) = rest.split_first().ok_or(SHORT)?;
        let back = ((control & 0x1f) << 8 | usize::from(low)).saturating_add(1);
        let start = done.checked_sub(back).ok_or(PAST)?;
        done = copy_back(to, start, done, count.saturating_add(2)).ok_or(LONG)?;
        from = rest;
    }
    Ok(done)
}

/// Repeats `count` bytes from `start` at `done`, which may lie within them, and gives the new end.
pub(super) fn copy_back(to: &mut [u8], start: usize, done: usize, count: usize) -> Option<usize> {
    let end = done.checked_add(count)?;
    if end > to.len() || start >= done {
        return None;
    }
    let period = done.saturating_sub(start);
    let mut at = done;
    // what was copied doubles the piece that can be copied at once
    while at < end {
        let piece = at.saturating_sub(start).min(end.saturating_sub(at));
        let whole = piece.checked_div(period).unwrap_or(1).max(1).saturating_mul(period).min(piece);
        to.copy_within(start..start.saturating_add(whole), at);
        at = at.saturating_add(whole);
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_overlapping_copies_are_followed() {
        // "ab", then 9 bytes from two back, with a long and a short count
        let mut out = [0; 14];
        assert_eq!(decode(&[1, b'a', b'b', 0xe0, 0, 1], &mut out), Ok(11));
        assert_eq!(&out[..11], b"abababababa");
        assert_eq!(decode(&[1, b'a', b'b', 0x20, 0], &mut out), Ok(5));
        assert_eq!(&out[..5], b"abbbb");
    }

    #[test]
    fn what_breaks_the_rules_is_refused() {
        let mut out = [0; 4];
        assert_eq!(decode(&[0x20, 0], &mut out), Err(PAST));
        assert_eq!(decode(&[5, 1], &mut out), Err(SHORT));
        assert_eq!(decode(&[0, 1, 0xe0], &mut out), Err(SHORT));
        assert_eq!(decode(&[0, 1, 0x40, 0, 0, 1], &mut out), Err(LONG));
    }
}
