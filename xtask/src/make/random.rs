//! Numbers that look random and are the same on every machine.
use std::io::{self, Write};

/// Marsaglia's xorshift64* generator.
pub struct Random(u64);

impl Random {
    /// A generator; the same seed gives the same numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next 64 bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Fills a buffer with random bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for eight in bytes.chunks_mut(8) {
            let random = self.next_u64().to_le_bytes();
            eight.copy_from_slice(&random[..eight.len()]);
        }
    }
}

/// Writes `size` random bytes.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, size: u64, seed: u64) -> io::Result<()> {
    let mut random = Random::new(seed);
    let mut block = vec![0; 1 << 18];
    let mut left = size;
    while left > 0 {
        random.fill(&mut block);
        let part = usize::try_from(left).unwrap_or(block.len()).min(block.len());
        out.write_all(&block[..part])?;
        left -= part as u64;
    }
    Ok(())
}
