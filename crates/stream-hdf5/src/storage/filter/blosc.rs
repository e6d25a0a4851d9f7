//! Filter 32001: a Blosc 1 buffer: header, starts of blocks, and in each block one or several streams of its codec.
//!
//! Header of 16 bytes: version, version of the codec's format, flags, element size, then little-endian: bytes, bytes of a block,
//! bytes of the buffer. Of its codecs, snappy is not undone. Flags: 1 shuffled by bytes, 2 stored as it is, 4 shuffled by bits, 16 blocks are not split, the codec in the
//! highest three bits.

use super::{Fault, blosclz, deflate, lz4, shuffle, zstd};
use crate::storage::filter::bitshuffle::untranspose;

const SHORT: &str = "ends within a block";
/// Elements of more bytes are never split.
const MOST_STREAMS: usize = 16;
/// Nor are blocks with fewer elements than this.
const LEAST_ELEMENTS: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    BloscLz,
    Lz4,
    Zlib,
    Zstd,
}

struct Header {
    flags: u8,
    size: usize,
    whole: usize,
    block: usize,
    codec: Codec,
}

fn header(from: &[u8]) -> Result<Header, Fault> {
    let (head, _) = from.split_first_chunk::<16>().ok_or("shorter than its header")?;
    let &[version, _, flags, size, a, b, c, d, e, f, g, h, i, j, k, l] = head;
    if version == 0 || version > 2 {
        return Err(Fault::Broken("unknown version"));
    }
    let number = |bytes| usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX);
    let codec = match flags >> 5 {
        0 => Codec::BloscLz,
        // LZ4 and its slower compressor give the same format
        1 => Codec::Lz4,
        3 => Codec::Zlib,
        4 => Codec::Zstd,
        2 => return Err(Fault::Unknown("snappy is not undone here")),
        _ => return Err(Fault::Broken("unknown codec")),
    };
    if number([i, j, k, l]) > from.len() {
        return Err(Fault::Broken("shorter than its header says"));
    }
    let (whole, block) = (number([a, b, c, d]), number([e, f, g, h]));
    Ok(Header { flags, size: usize::from(size).max(1), whole, block, codec })
}

/// Undoes it. `spare` is as long as `to` and is overwritten.
pub(super) fn decode(from: &[u8], to: &mut [u8], spare: &mut [u8]) -> Result<usize, Fault> {
    let Header { flags, size, whole, block, codec } = header(from)?;
    let to = to.get_mut(..whole).ok_or("longer than its chunk")?;
    if flags & 2 != 0 {
        let end = whole.checked_add(16).ok_or(SHORT)?;
        to.copy_from_slice(from.get(16..end).ok_or(SHORT)?);
        return Ok(whole);
    }
    if whole == 0 {
        return Ok(0);
    }
    if block == 0 {
        return Err(Fault::Broken("blocks without a length"));
    }
    let starts = from.get(16..).unwrap_or_default().as_chunks::<4>().0;
    for (number, to) in to.chunks_mut(block).enumerate() {
        let start = starts.get(number).ok_or(SHORT)?;
        let start = usize::try_from(u32::from_le_bytes(*start)).unwrap_or(usize::MAX);
        let stored = from.get(start..).ok_or("a block beyond the end")?;
        // a last block that is shorter is never split
        let divides = to.len().checked_rem(size) == Some(0) && to.len() == block;
        let many = to.len().checked_div(size).unwrap_or(0) >= LEAST_ELEMENTS;
        let split = flags & 16 == 0 && size <= MOST_STREAMS && divides && many;
        let streams = if split { size } else { 1 };
        let spare = spare.get_mut(..to.len()).ok_or("longer than its chunk")?;
        // without a shuffle the streams are the block
        let shuffled = (flags & 1 != 0 && size > 1) || flags & 4 != 0;
        let target: &mut [u8] = if shuffled { spare } else { &mut *to };
        streams_into(codec, stored, streams, target)?;
        if flags & 4 != 0 {
            unshuffle_bits(size, spare, to);
        } else if shuffled {
            shuffle::unshuffle(size, spare, to);
        }
    }
    Ok(whole)
}

/// A block's streams, each with its length before it, one after the other.
fn streams_into(
    codec: Codec,
    mut from: &[u8],
    streams: usize,
    to: &mut [u8],
) -> Result<(), &'static str> {
    let each = to.len().checked_div(streams).unwrap_or(0).max(1);
    for to in to.chunks_mut(each) {
        let (length, rest) = from.split_first_chunk::<4>().ok_or(SHORT)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| SHORT)?;
        let (stored, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
        from = rest;
        if stored.len() == to.len() {
            to.copy_from_slice(stored);
            continue;
        }
        let found = match codec {
            Codec::BloscLz => blosclz::decode(stored, to)?,
            Codec::Lz4 => {
                lz4::raw_block(stored, to)?;
                to.len()
            }
            Codec::Zlib => deflate::decode(stored, to)?,
            Codec::Zstd => zstd::decode(stored, to)?,
        };
        if found != to.len() {
            return Err("a stream shorter than said");
        }
    }
    Ok(())
}

/// Bits are shuffled where the elements are a multiple of 8; any other block stands as it is.
fn unshuffle_bits(size: usize, from: &[u8], to: &mut [u8]) {
    let elements = from.len().checked_div(size).unwrap_or(0);
    let whole = if elements.is_multiple_of(8) { elements.saturating_mul(size) } else { 0 };
    let (planes, rest) = from.split_at_checked(whole).unwrap_or((from, &[]));
    let (elements, tail) = to.split_at_mut_checked(whole).unwrap_or_default();
    untranspose(size, planes, elements);
    tail.copy_from_slice(rest);
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// A buffer of one block of 256 elements of 4 bytes, shuffled by bytes and split in 4 streams of LZ4.
    fn buffer() -> (Vec<u8>, Vec<u8>) {
        let data: Vec<u8> = (0..1024u32).map(|n| (n / 64) as u8).collect();
        let mut all = vec![2, 1, 1 | 1 << 5, 4];
        all.extend(1024u32.to_le_bytes());
        all.extend(1024u32.to_le_bytes());
        all.extend([0; 4]);
        all.extend(20u32.to_le_bytes());
        for byte in 0..4 {
            let stream: Vec<u8> = data.iter().skip(byte).step_by(4).copied().collect();
            let packed = lz4_flex::block::compress(&stream);
            all.extend((packed.len() as u32).to_le_bytes());
            all.extend(packed);
        }
        let length = (all.len() as u32).to_le_bytes();
        all[12..16].copy_from_slice(&length);
        (data, all)
    }

    #[test]
    fn split_and_shuffled_blocks_come_back() {
        let (data, all) = buffer();
        let (mut to, mut spare) = (vec![0; 1024], vec![0; 1024]);
        assert_eq!(decode(&all, &mut to, &mut spare), Ok(1024));
        assert_eq!(to, data);
        assert!((0..all.len()).all(|n| decode(&all[..n], &mut to, &mut spare).is_err()));
        assert!(decode(&all, &mut to[..1023], &mut spare).is_err());
    }

    #[test]
    fn a_buffer_stored_as_it_is_is_copied() {
        let mut all = vec![2, 1, 2, 1, 3, 0, 0, 0, 3, 0, 0, 0, 19, 0, 0, 0, 7, 8, 9];
        let mut to = [0; 3];
        assert_eq!((decode(&all, &mut to, &mut []), to), (Ok(3), [7, 8, 9]));
        all[2] = 2 << 5;
        assert_eq!(
            decode(&all, &mut to, &mut []),
            Err(Fault::Unknown("snappy is not undone here"))
        );
    }
}
