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
        2 => fixed::<2>(planes, elements),
        4 => fixed::<4>(planes, elements),
        8 => fixed::<8>(planes, elements),
        16 => fixed::<16>(planes, elements),
        _ => {
            for (at, plane) in planes.chunks_exact(count).enumerate() {
                let places = elements.iter_mut().skip(at).step_by(size);
                places.zip(plane).for_each(|(to, &from)| *to = from);
            }
        }
    }
    tail.copy_from_slice(rest);
}

/// Elements of a size known beforehand: blocks that the compiler turns into vector code.
fn fixed<const SIZE: usize>(planes: &[u8], elements: &mut [u8]) {
    let count = planes.len().checked_div(SIZE).unwrap_or(0);
    let mut all = [&[][..]; SIZE];
    for (to, plane) in all.iter_mut().zip(planes.chunks_exact(count.max(1))) {
        *to = plane;
    }
    for (at, element) in elements.as_chunks_mut::<SIZE>().0.iter_mut().enumerate() {
        for (to, plane) in element.iter_mut().zip(all) {
            *to = plane.get(at).copied().unwrap_or(0);
        }
    }
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
