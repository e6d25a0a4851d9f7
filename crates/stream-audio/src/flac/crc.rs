//! The sums of frame headers (CRC-8, polynomial 0x07) and of frames (CRC-16, polynomial 0x8005): RFC 9639, 9.1.8 and 9.3.
#![deny(clippy::arithmetic_side_effects)]

/// Eight bytes are summed at once: `TABLES[n][b]` is the sum of byte `b` with `n` zeros behind it.
static TABLES: [[u16; 256]; 8] = tables();
static CRC8: [u8; 256] = table8();

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0u16; 256]; 8];
    let mut byte = 0usize;
    while byte < 256 {
        let mut sum = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x8005 };
            bit = i32::wrapping_add(bit, 1);
        }
        tables[0][byte] = sum;
        byte = byte.wrapping_add(1);
    }
    let mut n = 1usize;
    while n < 8 {
        let mut byte = 0usize;
        while byte < 256 {
            let before = tables[n.wrapping_sub(1)][byte];
            tables[n][byte] = (before << 8) ^ tables[0][(before >> 8) as usize];
            byte = byte.wrapping_add(1);
        }
        n = n.wrapping_add(1);
    }
    tables
}

const fn table8() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let mut sum = byte as u8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x80 == 0 { sum << 1 } else { (sum << 1) ^ 0x07 };
            bit = i32::wrapping_add(bit, 1);
        }
        table[byte] = sum;
        byte = byte.wrapping_add(1);
    }
    table
}

#[inline(always)]
fn look(table: &[u16; 256], byte: u8) -> u16 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The CRC-16 of `bytes` behind others whose sum is `sum`; 0 at the start.
pub(super) fn crc16(mut sum: u16, bytes: &[u8]) -> u16 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
    for &[a, b, c, d, e, f, g, h] in eights {
        let [high, low] = sum.to_be_bytes();
        sum = look(t7, a ^ high)
            ^ look(t6, b ^ low)
            ^ look(t5, c)
            ^ look(t4, d)
            ^ look(t3, e)
            ^ look(t2, f)
            ^ look(t1, g)
            ^ look(t0, h);
    }
    for &byte in rest {
        let [high, _] = sum.to_be_bytes();
        sum = (sum << 8) ^ look(t0, high ^ byte);
    }
    sum
}

/// The CRC-8 of `bytes`.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    let step = |sum: u8, &byte: &u8| CRC8.get(usize::from(sum ^ byte)).copied().unwrap_or_default();
    bytes.iter().fold(0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_of_the_digits_are_the_published_ones() {
        // CRC-8/SMBUS and CRC-16/UMTS of the catalogue of parametrised CRC algorithms
        assert_eq!((crc8(b"123456789"), crc16(0, b"123456789")), (0xf4, 0xfee8));
    }

    #[test]
    fn a_sum_may_be_taken_in_pieces() {
        let bytes: Vec<u8> = (0..=255).collect();
        let whole = crc16(0, &bytes);
        for cut in 0..bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(crc16(crc16(0, a), b), whole);
        }
    }
}
