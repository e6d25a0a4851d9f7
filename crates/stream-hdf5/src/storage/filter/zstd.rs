//! Filter 32015: a Zstandard frame (RFC 8878).

use std::cell::RefCell;

use super::Decode;

thread_local! {
    /// About 160 KiB, one for each thread that decodes Zstandard.
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Decompresses all of `from` into `to`.
pub(super) fn decode(from: &[u8], to: &mut [u8]) -> Decode {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(zstd::bulk::Decompressor::new().map_err(|_| "no decompressor")?);
        }
        let decompressor = slot.as_mut().ok_or("no decompressor")?;
        decompressor
            .decompress_to_buffer(from, to)
            .map_err(|_| "not a Zstandard frame of this length")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_a_longer_one_is_refused() {
        let frame = zstd::bulk::compress(&[7; 1000], 1).unwrap();
        let mut out = [0; 1000];
        assert_eq!(decode(&frame, &mut out), Ok(1000));
        assert_eq!(out, [7; 1000]);
        assert!(decode(&frame, &mut out[..999]).is_err());
        assert!(decode(&[1, 2, 3], &mut out).is_err());
    }
}
