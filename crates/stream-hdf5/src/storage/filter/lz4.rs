//! Filter 32004: LZ4 blocks in the framing of the HDF5 plugin: the whole length (8 bytes, big-endian), the length of a block (4),
//! then for each block its stored length (4) and its bytes; a block that is stored as long as it is, is stored as it is.

use super::Decode;

const SHORT: &str = "ends within a block";

/// Decompresses all of `from` into `to`.
pub(super) fn decode(from: &[u8], to: &mut [u8]) -> Decode {
    let (whole, from) = from.split_first_chunk::<8>().ok_or("shorter than its header")?;
    let (block, mut from) = from.split_first_chunk::<4>().ok_or("shorter than its header")?;
    let whole = usize::try_from(u64::from_be_bytes(*whole)).map_err(|_| "longer than its chunk")?;
    let to = to.get_mut(..whole).ok_or("longer than its chunk")?;
    let block = usize::try_from(u32::from_be_bytes(*block)).unwrap_or(usize::MAX);
    if block == 0 && whole > 0 {
        return Err("blocks without a length");
    }
    for to in to.chunks_mut(block.max(1)) {
        let (length, rest) = from.split_first_chunk::<4>().ok_or(SHORT)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (stored, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
        block_into(stored, to)?;
        from = rest;
    }
    Ok(whole)
}

/// One block, which becomes exactly `to`.
pub(super) fn block_into(stored: &[u8], to: &mut [u8]) -> Result<(), &'static str> {
    if stored.len() == to.len() {
        to.copy_from_slice(stored);
        return Ok(());
    }
    raw_block(stored, to)
}

/// One block that is compressed whatever its length, which becomes exactly `to`.
pub(super) fn raw_block(stored: &[u8], to: &mut [u8]) -> Result<(), &'static str> {
    match lz4_flex::block::decompress_into(stored, to) {
        Ok(n) if n == to.len() => Ok(()),
        Ok(_) => Err("a block shorter than said"),
        Err(_) => Err("not an LZ4 block"),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn blocks_compressed_and_plain_come_back() {
        let data: Vec<u8> = (0..1000u32).map(|n| (n / 40) as u8).collect();
        let mut framed = 1000u64.to_be_bytes().to_vec();
        framed.extend(600u32.to_be_bytes());
        let first = lz4_flex::block::compress(&data[..600]);
        framed.extend((first.len() as u32).to_be_bytes());
        framed.extend(first);
        framed.extend(400u32.to_be_bytes());
        framed.extend(&data[600..]);
        let mut out = vec![0; 1000];
        assert_eq!(decode(&framed, &mut out), Ok(1000));
        assert_eq!(out, data);
        assert!(decode(&framed, &mut out[..999]).is_err());
        assert!((0..framed.len()).all(|n| decode(&framed[..n], &mut out).is_err()));
    }
}
