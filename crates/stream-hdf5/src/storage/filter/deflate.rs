//! Filter 1: a zlib stream (RFC 1950).

use std::cell::RefCell;

use libdeflater::{DecompressionError, Decompressor};

use super::Decode;

thread_local! {
    /// About 12 KiB, one for each thread that decodes.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::new(Decompressor::new());
}

/// Inflates all of `from` into `to`.
pub(super) fn decode(from: &[u8], to: &mut [u8]) -> Decode {
    DECOMPRESSOR.with_borrow_mut(|d| d.zlib_decompress(from, to)).map_err(|e| match e {
        DecompressionError::BadData => "not a zlib stream",
        DecompressionError::InsufficientSpace => "longer than its chunk",
    })
}
