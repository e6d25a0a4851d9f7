//! Filter 32008: the bits of elements transposed in blocks of a multiple of 8, alone or compressed with LZ4 or Zstandard.
//!
//! Client data: version (two), element size, elements of a block (0 is the default), compressor (0 none, 2 LZ4, 3 Zstandard). A compressed
//! chunk starts with its length (8 bytes) and the bytes of a block (4), both big-endian; each block with its stored length (4).
//! Elements behind the last multiple of 8 are stored as they are.

use super::{Decode, lz4, zstd};

const SHORT: &str = "ends within a block";

/// What the client data says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bitshuffle {
    size: usize,
    /// Elements of a block; 0 for the default.
    block: usize,
    compressor: Compressor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compressor {
    None,
    Lz4,
    Zstd,
}

impl Bitshuffle {
    /// Reads the client data; `None` for what is not known.
    pub(super) fn new(values: &[u32]) -> Option<Self> {
        let value = |at: usize| values.get(at).map(|&n| usize::try_from(n).unwrap_or(usize::MAX));
        let compressor = match value(4).unwrap_or(0) {
            0 => Compressor::None,
            2 => Compressor::Lz4,
            3 => Compressor::Zstd,
            _ => return None,
        };
        let size = value(2).filter(|&n| n > 0)?;
        let block = value(3).unwrap_or(0);
        (block % 8 == 0).then_some(Self { size, block, compressor })
    }

    /// The library's choice: about 8 KiB, a multiple of 8 elements, at least 128.
    fn block(self) -> usize {
        match self.block {
            0 => {
                let fit = 8192usize.checked_div(self.size).unwrap_or(0);
                (fit / 8).saturating_mul(8).max(128)
            }
            block => block,
        }
    }

    /// Undoes it. `spare` is as long as `to` and is overwritten.
    pub(super) fn decode(self, from: &[u8], to: &mut [u8], spare: &mut [u8]) -> Decode {
        if self.compressor == Compressor::None {
            let to = to.get_mut(..from.len()).ok_or("longer than its chunk")?;
            let block = self.block().saturating_mul(self.size);
            for (from, to) in from.chunks(block.max(1)).zip(to.chunks_mut(block.max(1))) {
                self.block_into(from, to);
            }
            return Ok(from.len());
        }
        let (whole, from) = from.split_first_chunk::<8>().ok_or("shorter than its header")?;
        let (block, mut from) = from.split_first_chunk::<4>().ok_or("shorter than its header")?;
        let whole = usize::try_from(u64::from_be_bytes(*whole)).unwrap_or(usize::MAX);
        let to = to.get_mut(..whole).ok_or("longer than its chunk")?;
        let block = usize::try_from(u32::from_be_bytes(*block)).unwrap_or(usize::MAX);
        let block = match block.checked_div(self.size) {
            Some(0) | None => self.block().saturating_mul(self.size),
            Some(_) => block,
        };
        let eight = self.size.saturating_mul(8);
        // the last elements, fewer than 8, are neither shuffled nor compressed
        let plain = whole.checked_rem(eight).unwrap_or(0);
        let (shuffled, tail) =
            to.split_at_mut_checked(whole.saturating_sub(plain)).unwrap_or_default();
        for to in shuffled.chunks_mut(block.max(1)) {
            let (length, rest) = from.split_first_chunk::<4>().ok_or(SHORT)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let (stored, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
            let spare = spare.get_mut(..to.len()).ok_or(SHORT)?;
            if self.compressor == Compressor::Lz4 {
                lz4::raw_block(stored, spare)?;
            } else if zstd::decode(stored, spare)? != to.len() {
                return Err("a block shorter than said");
            }
            self.block_into(spare, to);
            from = rest;
        }
        tail.copy_from_slice(from.get(..tail.len()).ok_or(SHORT)?);
        Ok(whole)
    }

    /// One block, of which a part behind the last multiple of 8 elements stands as it is.
    fn block_into(self, from: &[u8], to: &mut [u8]) {
        let eight = self.size.saturating_mul(8).max(1);
        let whole = from.len().saturating_sub(from.len().checked_rem(eight).unwrap_or(0));
        let (planes, rest) = from.split_at_checked(whole).unwrap_or((from, &[]));
        let (elements, tail) = to.split_at_mut_checked(whole).unwrap_or_default();
        untranspose(self.size, planes, elements);
        tail.copy_from_slice(rest);
    }
}

/// Puts bits together: `from` holds for each bit of an element, the lowest of the first byte first, that bit of all elements.
pub(super) fn untranspose(size: usize, from: &[u8], to: &mut [u8]) {
    // bytes of one bit's plane: a byte for each 8 elements
    let plane = from.len().checked_div(size.saturating_mul(8)).unwrap_or(0);
    if plane == 0 {
        return;
    }
    for (byte, planes) in from.chunks_exact(plane.saturating_mul(8)).enumerate() {
        let mut eight = [&[][..]; 8];
        for (to, plane) in eight.iter_mut().zip(planes.chunks_exact(plane)) {
            *to = plane;
        }
        let places = to.chunks_exact_mut(size.saturating_mul(8));
        for (at, elements) in places.enumerate() {
            let mut bits = [0u8; 8];
            for (to, plane) in bits.iter_mut().zip(eight) {
                *to = plane.get(at).copied().unwrap_or(0);
            }
            let bytes = turn(u64::from_le_bytes(bits)).to_le_bytes();
            let places = elements.iter_mut().skip(byte).step_by(size);
            places.zip(bytes).for_each(|(to, from)| *to = from);
        }
    }
}

/// Transposes 8 bytes of 8 bits.
#[allow(clippy::arithmetic_side_effects)] // shifts by less than 64
fn turn(mut x: u64) -> u64 {
    let mut swap = |mask: u64, by: u32| {
        let t = (x ^ (x >> by)) & mask;
        x = x ^ t ^ (t << by);
    };
    swap(0x00aa_00aa_00aa_00aa, 7);
    swap(0x0000_cccc_0000_cccc, 14);
    swap(0x0000_0000_f0f0_f0f0, 28);
    x
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// Bit by bit, as the definition says.
    fn transposed(size: usize, data: &[u8]) -> Vec<u8> {
        let count = data.len() / size;
        let mut all = vec![0u8; data.len()];
        for bit in 0..size * 8 {
            for element in 0..count {
                let value = data[element * size + bit / 8] >> (bit % 8) & 1;
                all[bit * count / 8 + element / 8] |= value << (element % 8);
            }
        }
        all
    }

    #[test]
    fn bits_come_back_for_every_size() {
        for size in [1usize, 2, 3, 4, 8, 16] {
            let data: Vec<u8> = (0..size * 48).map(|n| (n * n + n / 3) as u8).collect();
            let mut to = vec![0; data.len()];
            untranspose(size, &transposed(size, &data), &mut to);
            assert_eq!(to, data, "size {size}");
        }
    }

    #[test]
    fn compressed_blocks_and_the_plain_end_come_back() {
        let data: Vec<u8> = (0..4 * 83u32).map(|n| (n / 5) as u8).collect();
        let (block, whole) = (4 * 32, 4 * 80);
        for compressor in [2, 3] {
            let mut framed = (data.len() as u64).to_be_bytes().to_vec();
            framed.extend((block as u32).to_be_bytes());
            for block in data[..whole].chunks(block) {
                let turned = transposed(4, block);
                let packed = if compressor == 2 {
                    lz4_flex::block::compress(&turned)
                } else {
                    ::zstd::bulk::compress(&turned, 3).unwrap()
                };
                framed.extend((packed.len() as u32).to_be_bytes());
                framed.extend(packed);
            }
            framed.extend(&data[whole..]);
            let filter = Bitshuffle::new(&[0, 4, 4, 32, compressor]).unwrap();
            let (mut to, mut spare) = (vec![0; data.len()], vec![0; data.len()]);
            assert_eq!(filter.decode(&framed, &mut to, &mut spare), Ok(data.len()));
            assert_eq!(to, data);
            for cut in 0..framed.len() {
                assert!(filter.decode(&framed[..cut], &mut to, &mut spare).is_err());
            }
        }
    }
}
