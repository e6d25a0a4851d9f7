//! What no chunk may do: bytes of any kind through every filter, and pipelines of every shape.

use std::sync::Arc;

use proptest::prelude::*;
use stream_core::memory::Budget;
use stream_core::{Context, MemorySource, Scratch};

use super::{Pipeline, StoredChunk};
use crate::storage::Filter;

fn filter(id: u16, values: &[u32]) -> Filter {
    Filter { id, flags: 0, values: values.to_vec() }
}

fn decode(filters: &[Filter], mask: u32, stored: &[u8], length: usize) -> Option<Vec<u8>> {
    let cx = Context::new(Arc::new(MemorySource::new(stored)), &Budget::new("b", 1 << 20));
    let mut out = vec![0; length];
    let chunk = StoredChunk { at: 0, size: stored.len(), mask };
    let pipeline = Pipeline::new(filters, 4).unwrap();
    pipeline.decode(&cx, chunk, &mut Scratch::new(), &mut out).ok().map(|()| out)
}

proptest! {
    #[test]
    fn any_bytes_through_any_filter_give_a_chunk_or_an_error(
        mut stored in proptest::collection::vec(any::<u8>(), 0..200),
        which in 0usize..9,
        honest in any::<bool>(),
        length in 0usize..300,
    ) {
        let kinds = [
            filter(1, &[6]), filter(2, &[4]), filter(3, &[]), filter(32000, &[]), filter(32004, &[]),
            filter(32015, &[3]), filter(32008, &[0, 4, 4, 0, 2]), filter(32008, &[0, 4, 4, 8, 3]), filter(32001, &[2, 2, 4]),
        ];
        // lengths that pass the first look lead further in
        if honest && stored.len() > 20 {
            let whole = (length as u32).to_le_bytes();
            match which {
                8 => {
                    let flags = stored[2] & 0xf5;
                    stored[..4].copy_from_slice(&[2, 1, flags, 4]);
                    stored[4..8].copy_from_slice(&whole);
                    stored[8..12].copy_from_slice(&64u32.to_le_bytes());
                    stored[12..16].copy_from_slice(&16u32.to_le_bytes());
                }
                4 | 6 | 7 => {
                    stored[..8].copy_from_slice(&(length as u64).to_be_bytes());
                    stored[8..12].copy_from_slice(&32u32.to_be_bytes());
                }
                _ => {}
            }
        }
        let _ = decode(&kinds[which..=which], 0, &stored, length);
    }
}

#[test]
fn steps_are_undone_from_the_last_and_masked_ones_left_out() {
    let data: Vec<u8> = (0..64).collect();
    let shuffled: Vec<u8> = (0..4).flat_map(|b| (0..16).map(move |n| n * 4 + b)).collect();
    let sum = |bytes: &[u8]| {
        let words = bytes.chunks(2).map(|w| u64::from(w[0]) << 8 | u64::from(w[1]));
        let (a, b) = words.fold((0, 0), |(a, b), w| ((a + w) % 65535, (b + a + w) % 65535));
        [bytes, &((b << 16 | a) as u32).to_le_bytes()].concat()
    };
    let zlib = |bytes: &[u8]| {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
        let n = compressor.zlib_compress(bytes, &mut out).unwrap();
        out.truncate(n);
        out
    };
    let (shuffle, deflate, fletcher) = (filter(2, &[4]), filter(1, &[6]), filter(3, &[]));
    let both = [shuffle.clone(), deflate.clone()];
    assert_eq!(decode(&both, 0, &zlib(&shuffled), 64).as_ref(), Some(&data));
    assert_eq!(decode(&both, 1, &zlib(&data), 64).as_ref(), Some(&data));
    assert_eq!(decode(&both, 2, &shuffled, 64).as_ref(), Some(&data));
    assert_eq!(decode(&both, u32::MAX, &data, 64).as_ref(), Some(&data));
    assert_eq!(decode(&both, 0, &zlib(&shuffled), 63), None);
    // the sum last, and first
    let after = [shuffle.clone(), deflate.clone(), fletcher.clone()];
    assert_eq!(decode(&after, 0, &sum(&zlib(&shuffled)), 64).as_ref(), Some(&data));
    let before = [fletcher.clone(), deflate.clone()];
    assert_eq!(decode(&before, 0, &zlib(&sum(&data)), 64).as_ref(), Some(&data));
    assert_eq!(decode(&[fletcher], 0, &sum(&data), 64).as_ref(), Some(&data));
    // four steps take turns in two rooms
    let many = [deflate.clone(), deflate.clone(), deflate.clone(), deflate];
    let stored = zlib(&zlib(&zlib(&zlib(&data))));
    assert_eq!(decode(&many, 0, &stored, 64).as_ref(), Some(&data));
}

#[test]
fn a_codec_that_is_not_known_is_not_called_broken() {
    let snappy = [2, 1, 2 << 5, 1, 3, 0, 0, 0, 3, 0, 0, 0, 19, 0, 0, 0, 7, 8, 9];
    let cx = Context::new(Arc::new(MemorySource::new(&snappy[..])), &Budget::new("b", 1 << 20));
    let pipeline = Pipeline::new(&[filter(32001, &[])], 1).unwrap();
    let chunk = StoredChunk { at: 0, size: snappy.len(), mask: 0 };
    let error = pipeline.decode(&cx, chunk, &mut Scratch::new(), &mut [0; 3]).unwrap_err();
    assert_eq!(error.kind(), stream_core::ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "filter 32001: snappy is not undone here (offset 0)");
}
