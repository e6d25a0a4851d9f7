//! RLE frames: PS3.5 annex G.
#![deny(clippy::arithmetic_side_effects)]

use crate::ByteOrder;

/// Decodes a frame of `pixels` pixels with `samples` samples of `size` bytes into interleaved little-endian samples.
pub(super) fn decode(
    frame: &[u8],
    pixels: u64,
    samples: u64,
    size: u64,
    out: &mut [u8],
) -> Result<(), String> {
    let word = |at: usize| ByteOrder::Little.u32(frame, at.saturating_mul(4));
    let expected = samples.saturating_mul(size);
    let found = u64::from(word(0).ok_or("RLE frame shorter than its header")?);
    if found != expected {
        return Err(format!("RLE frame: expected {expected} segments, found {found}"));
    }
    if expected > 15 {
        return Err(format!("RLE frame: at most 15 segments, found {expected}"));
    }
    let pixels = usize::try_from(pixels).unwrap_or(usize::MAX);
    let step = usize::try_from(expected).unwrap_or(usize::MAX);
    let size = usize::try_from(size).unwrap_or(1).max(1);
    for segment in 0..step {
        let start = word(segment.saturating_add(1)).unwrap_or(0);
        let end = word(segment.saturating_add(2)).filter(|_| segment.saturating_add(1) < step);
        let range = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let end = end.map_or(frame.len(), range);
        let bytes = frame.get(range(start)..end).filter(|_| start >= 64);
        let bytes = bytes.ok_or_else(|| format!("RLE segment {segment} lies outside its frame"))?;
        // the most significant byte of each sample comes first
        let (sample, byte) = (segment.checked_div(size), segment.checked_rem(size));
        let low = size.saturating_sub(1).saturating_sub(byte.unwrap_or(0));
        let first = sample.unwrap_or(0).saturating_mul(size).saturating_add(low);
        let done = unpack(bytes, first, step, pixels, out);
        if done != pixels {
            return Err(format!("RLE segment {segment}: expected {pixels} bytes, found {done}"));
        }
    }
    Ok(())
}

/// PackBits into every `step`-th byte from `first` on, at most `count`; says how many.
fn unpack(mut bytes: &[u8], first: usize, step: usize, count: usize, out: &mut [u8]) -> usize {
    let mut places = out.iter_mut().skip(first).step_by(step.max(1)).take(count);
    let mut done = 0usize;
    while let Some((&control, rest)) = bytes.split_first() {
        let control = control.cast_signed();
        if control >= 0 {
            let len = usize::from(control.unsigned_abs()).saturating_add(1);
            let literal = rest.get(..len).unwrap_or(rest);
            for &byte in literal {
                let Some(place) = places.next() else { return done };
                *place = byte;
                done = done.saturating_add(1);
            }
            bytes = rest.get(len..).unwrap_or_default();
        } else if control == -128 {
            // reserved: nothing
            bytes = rest;
        } else {
            let Some((&byte, rest)) = rest.split_first() else { return done };
            let len = usize::from(control.unsigned_abs()).saturating_add(1);
            for _ in 0..len {
                let Some(place) = places.next() else { return done };
                *place = byte;
                done = done.saturating_add(1);
            }
            bytes = rest;
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut bytes = (segments.len() as u32).to_le_bytes().to_vec();
        let mut at = 64u32;
        for s in segments {
            bytes.extend(at.to_le_bytes());
            at = at.saturating_add(s.len() as u32);
        }
        bytes.resize(64, 0);
        segments.iter().for_each(|s| bytes.extend(*s));
        bytes
    }

    #[test]
    fn runs_and_literals_fill_the_bytes_of_each_sample() {
        // high bytes 1 1 1 1, low bytes 5 6 7 8
        let bytes = frame(&[&[0xfd, 1], &[3, 5, 6, 7, 8]]);
        let mut out = [0; 8];
        decode(&bytes, 4, 1, 2, &mut out).unwrap();
        assert_eq!(out, [5, 1, 6, 1, 7, 1, 8, 1]);
    }

    #[test]
    fn colours_are_interleaved() {
        let bytes = frame(&[&[1, 1, 2, 0], &[1, 3, 4, 0], &[1, 5, 6, 0]]);
        let mut out = [0; 6];
        decode(&bytes, 2, 3, 1, &mut out).unwrap();
        assert_eq!(out, [1, 3, 5, 2, 4, 6]);
    }

    #[test]
    fn short_segments_and_wrong_counts_are_refused() {
        let mut out = [0; 8];
        let short = frame(&[&[0xfd, 1], &[1, 5, 6]]);
        assert!(decode(&short, 4, 1, 2, &mut out).is_err());
        assert!(decode(&frame(&[&[0xfd, 1]]), 4, 1, 2, &mut out).is_err());
        for cut in 0..short.len() {
            assert!(decode(&short[..cut], 4, 1, 2, &mut out).is_err());
        }
    }
}
