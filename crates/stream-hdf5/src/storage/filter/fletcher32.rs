//! Filter 3: Fletcher's checksum behind the data.

use super::Defect;

/// Words whose sums fit 64 bits many times over before they are folded.
const BLOCK: usize = 4096;

/// Checks the sum behind `bytes` and gives the length before it.
pub(super) fn check(bytes: &[u8]) -> Result<usize, Defect> {
    let short = Defect::Filter { id: 3, rule: "shorter than its checksum" };
    let (data, sum) = bytes.split_last_chunk::<4>().ok_or(short)?;
    let (expected, found) = (u32::from_le_bytes(*sum), fletcher32(data));
    // libraries before 1.6.3 wrote the bytes of each half the other way round
    let [a, b, c, d] = found.to_le_bytes();
    let reversed = u32::from_le_bytes([b, a, d, c]);
    if expected != found && expected != reversed {
        return Err(Defect::Fletcher32 { expected, found });
    }
    Ok(data.len())
}

/// The sum over big-endian words of 16 bits; an odd byte at the end is the high half of a word.
#[allow(clippy::arithmetic_side_effects)] // sums of at most 4096 words of 16 bits, folded to 17 bits after each block
fn fletcher32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (0u64, 0u64);
    let words = data.chunks_exact(2);
    let odd = words.remainder().first().copied();
    for block in data.chunks(BLOCK * 2) {
        for word in block.chunks_exact(2) {
            if let &[high, low] = word {
                a += u64::from(u16::from_be_bytes([high, low]));
                b += a;
            }
        }
        (a, b) = (fold(a), fold(b));
    }
    if let Some(odd) = odd {
        a += u64::from(odd) << 8;
        b += a;
    }
    let half = |n: u64| u32::try_from(fold(n)).unwrap_or(0);
    (half(b) << 16) | half(a)
}

/// The same number modulo 65535, as 16 bits; not 0 unless it was.
#[allow(clippy::arithmetic_side_effects)]
fn fold(mut n: u64) -> u64 {
    while n > 0xffff {
        n = (n & 0xffff) + (n >> 16);
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_summed_and_their_sums_summed() {
        assert_eq!(fletcher32(&[]), 0);
        assert_eq!(fletcher32(&[0xff]), 0xff00_ff00);
        assert_eq!(fletcher32(&[1, 2, 3, 4, 5, 6, 7, 8]), 0x1e28_1014);
    }

    #[test]
    fn a_changed_byte_is_found() {
        let mut bytes = vec![7u8; 100];
        let sum = fletcher32(&bytes).to_le_bytes();
        bytes.extend(sum);
        assert_eq!(check(&bytes), Ok(100));
        bytes[3] ^= 1;
        assert!(matches!(check(&bytes), Err(Defect::Fletcher32 { .. })));
        assert!(check(&bytes[..3]).is_err());
    }
}
