//! Blosc's own codec, of FastLZ's kind: runs of literals, and copies from up to 8 KiB back, or up to 72 KiB with two bytes more.

use super::Decode;
use super::lzf::copy_back;

const SHORT: &str = "ends within an instruction";
const LONG: &str = "longer than its chunk";
const PAST: &str = "a copy from before the start";
/// The longest distance of a short copy.
const NEAR: usize = 8191;

/// Decompresses all of `from` into `to`.
pub(super) fn decode(from: &[u8], to: &mut [u8]) -> Decode {
    let (&first, mut rest) = from.split_first().ok_or(SHORT)?;
    // the first instruction can only be literals: its high bits are a version
    let mut control = usize::from(first & 31);
    let mut done = 0usize;
    loop {
        if control < 32 {
            let count = control.saturating_add(1);
            let (literals, after) = rest.split_at_checked(count).ok_or(SHORT)?;
            let end = done.saturating_add(count);
            to.get_mut(done..end).ok_or(LONG)?.copy_from_slice(literals);
            (rest, done) = (after, end);
        } else {
            let mut count = (control >> 5).saturating_sub(1);
            let high = (control & 31) << 8;
            if count == 6 {
                loop {
                    let (&more, after) = rest.split_first().ok_or(SHORT)?;
                    rest = after;
                    count = count.saturating_add(usize::from(more));
                    if more != 255 {
                        break;
                    }
                }
            }
            let (&low, after) = rest.split_first().ok_or(SHORT)?;
            rest = after;
            let mut back = high.saturating_add(usize::from(low)).saturating_add(1);
            if low == 255 && high == 31 << 8 {
                let (far, after) = rest.split_first_chunk::<2>().ok_or(SHORT)?;
                rest = after;
                back = usize::from(u16::from_be_bytes(*far)).saturating_add(NEAR).saturating_add(1);
            }
            let start = done.checked_sub(back).ok_or(PAST)?;
            done = copy_back(to, start, done, count.saturating_add(3)).ok_or(LONG)?;
        }
        let Some((&next, after)) = rest.split_first() else { return Ok(done) };
        control = usize::from(next);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_copies_are_followed() {
        let mut out = [0; 40];
        // two literals, three bytes from two back, then a long one from one back
        assert_eq!(decode(&[1, b'a', b'b', 0x20, 1, 0xe0, 10, 0], &mut out), Ok(24));
        assert_eq!(&out[..24], b"ababaaaaaaaaaaaaaaaaaaaa");
    }

    #[test]
    fn what_breaks_the_rules_is_refused() {
        let mut out = [0; 8];
        assert_eq!(decode(&[], &mut out), Err(SHORT));
        assert_eq!(decode(&[3, 1], &mut out), Err(SHORT));
        assert_eq!(decode(&[0, 1, 0x20, 5], &mut out), Err(PAST));
        assert_eq!(decode(&[0, 1, 0xe0, 255, 255, 255, 0, 0], &mut out), Err(LONG));
    }
}
