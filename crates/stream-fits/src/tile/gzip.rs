//! GZIP_1 and GZIP_2: gzip members, the second with the bytes of all pixels by significance (10.4.2).
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, PoisonError};

use flate2::{Crc, Decompress, FlushDecompress, Status};
use stream_core::memory::{Budget, OverBudget, Reservation};

use super::TileDefect;

/// What a decompressor holds on the heap: a window of 32 KiB, tables, state.
const STATE: u64 = 64 << 10;

/// Decompressors that threads take and give back.
#[derive(Debug)]
pub(super) struct Inflaters {
    budget: Budget,
    idle: Mutex<Vec<Inflater>>,
}

/// A decompressor and its charge.
#[derive(Debug)]
pub(super) struct Inflater {
    state: Decompress,
    _charge: Reservation,
}

impl Inflaters {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { budget: budget.clone(), idle: Mutex::new(Vec::new()) }
    }

    /// An idle one, or a new one.
    pub(super) fn take(&self) -> Result<Inflater, OverBudget> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(inflater) = idle {
            return Ok(inflater);
        }
        let charge = self.budget.reserve(STATE)?;
        Ok(Inflater { state: Decompress::new(false), _charge: charge })
    }

    pub(super) fn give(&self, inflater: Inflater) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(inflater);
    }
}

impl Inflater {
    /// Inflates a gzip member into `out` and gives the length of what it holds, which is at most that of `out`.
    ///
    /// # Errors
    /// `Gzip` and `GzipCheck` for a stream that is none or is not whole, `Length` for more than fits.
    pub(super) fn inflate(&mut self, bytes: &[u8], out: &mut [u8]) -> Result<usize, TileDefect> {
        let body = body(bytes).ok_or(TileDefect::Gzip)?;
        self.state.reset(false);
        let status = self.state.decompress(body, out, FlushDecompress::Finish);
        let length = usize::try_from(self.state.total_out()).map_err(|_| TileDefect::Gzip)?;
        match status {
            Ok(Status::StreamEnd) => {}
            Ok(_) if length == out.len() => {
                let found = length.saturating_add(1);
                return Err(TileDefect::Length { expected: length, found });
            }
            Ok(_) => return Err(TileDefect::Short { at: bytes.len() }),
            Err(_) => return Err(TileDefect::Gzip),
        }
        let content = out.get(..length).ok_or(TileDefect::Gzip)?;
        let used = usize::try_from(self.state.total_in()).map_err(|_| TileDefect::Gzip)?;
        let trailer = body.get(used..).and_then(|rest| rest.first_chunk::<8>());
        let [a, b, c, d, e, f, g, h] = *trailer.ok_or(TileDefect::Short { at: bytes.len() })?;
        let mut crc = Crc::new();
        crc.update(content);
        let size = u32::from_le_bytes([e, f, g, h]);
        if crc.sum() != u32::from_le_bytes([a, b, c, d]) || crc.amount() != size {
            return Err(TileDefect::GzipCheck);
        }
        Ok(length)
    }
}

/// What follows the header of a gzip member (RFC 1952, 2.3).
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (&[0x1f, 0x8b, 8, flags, ..], mut rest) = bytes.split_first_chunk::<10>()? else {
        return None;
    };
    let (extra, texts, check) = (flags & 4 != 0, [flags & 8 != 0, flags & 16 != 0], flags & 2 != 0);
    if extra {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for _ in texts.iter().filter(|there| **there) {
        let end = memchr::memchr(0, rest)?;
        rest = rest.get(end.saturating_add(1)..)?;
    }
    if check { rest.get(2..) } else { Some(rest) }
}

/// Puts the bytes of each number together: in `shuffled` the first bytes of all come first. `out` is in the same order of
/// bytes, big-endian, and as long.
pub(super) fn unshuffle<const N: usize>(shuffled: &[u8], out: &mut [u8]) {
    let count = shuffled.len().checked_div(N).unwrap_or(0);
    let (numbers, _) = out.as_chunks_mut::<N>();
    let mut planes: [&[u8]; N] = [&[]; N];
    for (plane, bytes) in planes.iter_mut().zip(shuffled.chunks_exact(count.max(1))) {
        *plane = bytes;
    }
    for (n, number) in numbers.iter_mut().enumerate().take(count) {
        for (byte, plane) in number.iter_mut().zip(planes) {
            *byte = plane.get(n).copied().unwrap_or(0);
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut out = flate2::GzBuilder::new()
            .filename("name")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), flate2::Compression::default());
        out.write_all(content).unwrap();
        out.finish().unwrap()
    }

    fn inflater() -> Inflater {
        Inflaters::new(&Budget::new("b", 1 << 20)).take().unwrap()
    }

    #[test]
    fn a_member_with_every_header_field_is_inflated_and_the_next_too() {
        let mut inflater = inflater();
        let mut out = [0; 40];
        for content in [&b"abcabcabc"[..], b"", b"z"] {
            let length = inflater.inflate(&gzip(content), &mut out).unwrap();
            assert_eq!(&out[..length], content);
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        let mut inflater = inflater();
        let mut out = [0; 9];
        let good = gzip(b"abcabcabc");
        assert_eq!(inflater.inflate(&good, &mut out), Ok(9));
        let mut check = good.clone();
        let last = check.len() - 1;
        check[last] ^= 1;
        assert_eq!(inflater.inflate(&check, &mut out), Err(TileDefect::GzipCheck));
        assert_eq!(inflater.inflate(&good[..last], &mut out), Err(TileDefect::Short { at: last }));
        let long = TileDefect::Length { expected: 8, found: 9 };
        assert_eq!(inflater.inflate(&good, &mut out[..8]), Err(long));
        assert_eq!(inflater.inflate(b"\x1f\x8b\x08", &mut out), Err(TileDefect::Gzip));
    }

    #[test]
    fn bytes_by_significance_are_put_together() {
        let mut out = [0; 6];
        unshuffle::<2>(&[1, 2, 3, 11, 12, 13], &mut out);
        assert_eq!(out, [1, 11, 2, 12, 3, 13]);
    }
}
