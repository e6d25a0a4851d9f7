//! Filter 2: first bytes of all elements, then second bytes, and so on.

use super::Decode;

/// Puts the bytes of elements of `size` bytes together. Bytes behind the last whole element stand as they are.
pub(super) fn decode(size: usize, from: &[u8], to: &mut [u8]) -> Decode {
    let to = to.get_mut(..from.len()).ok_or("longer than its chunk")?;
    unshuffle(size, from, to);
    Ok(from.len())
}

/// As [`decode`] for two slices of one length.
pub(super) fn unshuffle(size: usize, from: &[u8], to: &mut [u8]) {
    let count = from.len().checked_div(size).unwrap_or(0);
    if size <= 1 || count <= 1 {
        to.copy_from_slice(from);
        return;
    }
    let whole = count.saturating_mul(size);
    let (planes, rest) = from.split_at_checked(whole).unwrap_or((from, &[]));
    let (elements, tail) = to.split_at_mut_checked(whole).unwrap_or_default();
    match size {
        2 => blocks::<2, { 2 * BLOCK }>(planes, elements, two),
        4 => blocks::<4, { 4 * BLOCK }>(planes, elements, four),
        8 => blocks::<8, { 8 * BLOCK }>(planes, elements, eight),
        _ => strided(size, planes, elements),
    }
    tail.copy_from_slice(rest);
}

/// Elements that are put together at once: some vectors of bytes.
const BLOCK: usize = 64;

/// So many bytes of one plane.
type Bytes<'a> = &'a [u8; BLOCK];

/// Whole blocks with `join`, the elements behind them one by one.
fn blocks<const SIZE: usize, const BYTES: usize>(
    from: &[u8],
    to: &mut [u8],
    join: impl Fn([Bytes<'_>; SIZE], &mut [u8; BYTES]),
) {
    let count = from.len().checked_div(SIZE).unwrap_or(0);
    let mut planes = [(&[][..], &[][..]); SIZE];
    for (to, plane) in planes.iter_mut().zip(from.chunks_exact(count.max(1))) {
        *to = plane.as_chunks::<BLOCK>();
    }
    let (places, rest) = to.as_chunks_mut::<BYTES>();
    for (at, place) in places.iter_mut().enumerate() {
        join(planes.map(|(blocks, _)| blocks.get(at).unwrap_or(&[0; BLOCK])), place);
    }
    for (byte, (_, plane)) in planes.iter().enumerate() {
        let places = rest.iter_mut().skip(byte).step_by(SIZE);
        places.zip(*plane).for_each(|(to, &from)| *to = from);
    }
}

/// Elements of any size, a byte at a time.
fn strided(size: usize, from: &[u8], to: &mut [u8]) {
    let count = from.len().checked_div(size).unwrap_or(0).max(1);
    for (byte, plane) in from.chunks_exact(count).enumerate() {
        let places = to.iter_mut().skip(byte).step_by(size);
        places.zip(plane).for_each(|(to, &from)| *to = from);
    }
}

// Bytes become pairs, pairs fours, fours eights. Each step is a loop of one widening and one shift that the compiler makes
// an interleaving of whole vectors; all bytes of an element in one step it does not.

fn pairs(low: Bytes<'_>, high: Bytes<'_>) -> [u16; BLOCK] {
    std::array::from_fn(|i| u16::from(low[i]) | (u16::from(high[i]) << 8))
}

fn fours(low: &[u16; BLOCK], high: &[u16; BLOCK]) -> [u32; BLOCK] {
    std::array::from_fn(|i| u32::from(low[i]) | (u32::from(high[i]) << 16))
}

fn eights(low: &[u32; BLOCK], high: &[u32; BLOCK]) -> [u64; BLOCK] {
    std::array::from_fn(|i| u64::from(low[i]) | (u64::from(high[i]) << 32))
}

fn two([a, b]: [Bytes<'_>; 2], to: &mut [u8; 2 * BLOCK]) {
    let numbers = pairs(a, b);
    to.as_chunks_mut::<2>().0.iter_mut().zip(numbers).for_each(|(to, n)| *to = n.to_le_bytes());
}

fn four([a, b, c, d]: [Bytes<'_>; 4], to: &mut [u8; 4 * BLOCK]) {
    let numbers = fours(&pairs(a, b), &pairs(c, d));
    to.as_chunks_mut::<4>().0.iter_mut().zip(numbers).for_each(|(to, n)| *to = n.to_le_bytes());
}

fn eight([a, b, c, d, e, f, g, h]: [Bytes<'_>; 8], to: &mut [u8; 8 * BLOCK]) {
    let low = fours(&pairs(a, b), &pairs(c, d));
    let numbers = eights(&low, &fours(&pairs(e, f), &pairs(g, h)));
    to.as_chunks_mut::<8>().0.iter_mut().zip(numbers).for_each(|(to, n)| *to = n.to_le_bytes());
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn shuffled(size: usize, data: &[u8]) -> Vec<u8> {
        let count = data.len() / size;
        let mut all: Vec<u8> = Vec::new();
        for byte in 0..size {
            all.extend((0..count).map(|n| data[n * size + byte]));
        }
        all.extend(&data[count * size..]);
        all
    }

    #[test]
    fn every_size_and_length_comes_back() {
        let data: Vec<u8> = (0..1031u32).map(|n| (n * 7 + n / 251) as u8).collect();
        for size in 1..20 {
            for length in [0, 1, size, 3 * size + 1, 64 * size, data.len()] {
                let data = &data[..length.min(data.len())];
                let mut out = vec![0; data.len()];
                assert_eq!(decode(size, &shuffled(size, data), &mut out), Ok(data.len()));
                assert_eq!(out, data, "size {size}, {} bytes", data.len());
            }
        }
    }
}
