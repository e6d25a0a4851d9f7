//! Data, reduced to what must be equal however it was cut into chunks.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use stream_core::Chunk;

use crate::random::mix;

/// Counts, an exact sum and a hash of data by position: the order and the size of chunks do not show in it, a missing,
/// doubled, moved or changed element does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// Elements.
    pub elements: u64,
    /// Bytes.
    pub bytes: u64,
    /// Sum of all bytes' values: an integer fold that is exact.
    pub sum: u128,
    /// Sum over all elements of a hash of place, type and value; for types without a fixed size, over chunks.
    pub placed: u64,
    /// Polynomial hash of the bytes in order, for elements without a fixed size; 0 for others.
    pub sequence: u64,
    sequence_bytes: u64,
}

/// A prime below 2^61: products fit 128 bits, and remainders are cheap enough.
const PRIME: u128 = (1 << 61) - 1;
const BASE: u128 = 0x0123_4567_89ab_cdef;

impl Digest {
    /// Adds a chunk.
    pub fn add(&mut self, chunk: &Chunk) {
        self.add_of(chunk, chunk.entry());
    }

    /// Adds a chunk as if it was of the `entry`-th entry of its request.
    pub fn add_of(&mut self, chunk: &Chunk, entry: usize) {
        let bytes = chunk.bytes();
        self.elements = self.elements.wrapping_add(chunk.elements());
        self.bytes = self.bytes.wrapping_add(widen(bytes.len()));
        self.sum = bytes.iter().fold(self.sum, |sum, &b| sum.wrapping_add(u128::from(b)));
        let mut key = Text::new();
        // infallible: a hasher takes everything
        let _ = write!(key, "{entry} {}", chunk.dtype());
        match chunk.dtype().size() {
            Some(0) => {}
            Some(size) => self.place(chunk, key.finish(), size),
            None => {
                for &byte in bytes {
                    let next = u128::from(self.sequence) * BASE + u128::from(byte) + 1;
                    self.sequence = narrow(next % PRIME);
                }
                self.sequence_bytes = self.sequence_bytes.wrapping_add(widen(bytes.len()));
            }
        }
    }

    fn place(&mut self, chunk: &Chunk, key: u64, size: usize) {
        let (rows, columns) = match chunk.shape() {
            [] => (&[][..], 1),
            [rows @ .., columns] => (rows, *columns),
        };
        let origin = chunk.origin();
        let first = origin.last().copied().unwrap_or(0);
        let row_bytes = usize::try_from(columns).unwrap_or(usize::MAX).saturating_mul(size);
        if row_bytes == 0 {
            return;
        }
        for (row, bytes) in (0u64..).zip(chunk.bytes().chunks_exact(row_bytes)) {
            // the row's coordinates, slowest axis last
            let mut rest = row;
            let mut row_key = key;
            for (extent, start) in rows.iter().zip(origin).rev() {
                let at = rest.checked_rem(*extent).unwrap_or(0);
                rest = rest.checked_div(*extent).unwrap_or(0);
                row_key = mix(row_key ^ start.wrapping_add(at)).wrapping_add(1);
            }
            for (column, element) in (first..).zip(bytes.chunks_exact(size)) {
                let value = element.chunks(8).fold(0u64, |h, eight| {
                    let word = eight.iter().fold(0u64, |w, &b| (w << 8) | u64::from(b));
                    if size <= 8 { word } else { mix(h ^ word).wrapping_add(1) }
                });
                let place = row_key.wrapping_add(column.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                self.placed = self.placed.wrapping_add(mix(mix(place) ^ value));
            }
        }
    }

    /// Appends what another digest saw after this one.
    pub fn merge(&mut self, later: Self) {
        self.elements = self.elements.wrapping_add(later.elements);
        self.bytes = self.bytes.wrapping_add(later.bytes);
        self.sum = self.sum.wrapping_add(later.sum);
        self.placed = self.placed.wrapping_add(later.placed);
        let shifted = u128::from(self.sequence) * power(later.sequence_bytes);
        self.sequence = narrow((shifted + u128::from(later.sequence)) % PRIME);
        self.sequence_bytes = self.sequence_bytes.wrapping_add(later.sequence_bytes);
    }
}

/// `BASE` to the power of `n`, by squaring.
fn power(mut n: u64) -> u128 {
    let (mut result, mut square) = (1, BASE);
    while n > 0 {
        if n & 1 == 1 {
            result = result * square % PRIME;
        }
        square = square * square % PRIME;
        n >>= 1;
    }
    result
}

fn narrow(n: u128) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// A hasher that text can be written into, without an allocation.
pub(crate) struct Text(DefaultHasher);

impl Text {
    pub(crate) fn new() -> Self {
        Self(DefaultHasher::new())
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0.finish()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::memory::{Budget, Buf};
    use stream_core::{DType, Dims};

    fn chunk(origin: [u64; 2], shape: [u64; 2], bytes: &[u8]) -> Chunk {
        let mut buf = Buf::unpooled(&Budget::new("b", 1 << 20), bytes.len()).unwrap();
        buf.copy_from_slice(bytes);
        Chunk::new(0, Dims::from(origin), Dims::from(shape), DType::U8, buf).unwrap()
    }

    fn digest(chunks: &[Chunk]) -> Digest {
        let mut digest = Digest::default();
        chunks.iter().for_each(|c| digest.add(c));
        digest
    }

    #[test]
    fn the_same_elements_cut_otherwise_and_in_another_order_are_equal() {
        let whole = digest(&[chunk([0, 0], [2, 3], &[1, 2, 3, 4, 5, 6])]);
        let rows = digest(&[chunk([1, 0], [1, 3], &[4, 5, 6]), chunk([0, 0], [1, 3], &[1, 2, 3])]);
        let columns =
            digest(&[chunk([0, 0], [2, 1], &[1, 4]), chunk([0, 1], [2, 2], &[2, 3, 5, 6])]);
        assert_eq!(whole, rows);
        assert_eq!(whole, columns);
    }

    #[test]
    fn an_element_moved_doubled_or_exchanged_shows() {
        let whole = digest(&[chunk([0, 0], [2, 2], &[1, 2, 3, 4])]);
        for other in [
            digest(&[chunk([0, 0], [2, 2], &[2, 1, 3, 4])]),
            digest(&[chunk([0, 1], [2, 2], &[1, 2, 3, 4])]),
            digest(&[chunk([0, 0], [2, 2], &[1, 2, 3, 4]), chunk([0, 0], [1, 1], &[0])]),
        ] {
            assert_ne!(whole, other);
        }
    }

    fn text(bytes: &[u8]) -> Digest {
        let mut buf = Buf::unpooled(&Budget::new("b", 1 << 20), bytes.len()).unwrap();
        buf.copy_from_slice(bytes);
        let mut digest = Digest::default();
        digest.add(&Chunk::new(0, Dims::from([0]), Dims::from([1]), DType::Str, buf).unwrap());
        digest
    }

    #[test]
    fn text_is_hashed_in_order_and_merges_as_one() {
        let mut two = text(b"one ");
        two.merge(text(b"two"));
        assert_eq!(two.sequence, text(b"one two").sequence);
        let mut turned = text(b"two");
        turned.merge(text(b"one "));
        assert_ne!(two.sequence, turned.sequence);
    }
}
