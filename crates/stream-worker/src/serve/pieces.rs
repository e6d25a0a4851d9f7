//! A chunk in pieces that lie one after another.

use stream_core::{Chunk, Dims, Place};

use crate::codec::Piece;

/// The pieces of a chunk in C order, each of at most `most` bytes: whole indices of an axis where they fit. One that is small
/// enough, and one whose elements have no size, is one piece.
pub(super) fn pieces(chunk: &Chunk, most: Option<usize>) -> impl Iterator<Item = Piece<'_>> {
    let bytes = chunk.bytes();
    let whole = || Cut { axis: 0, count: u64::MAX, run: bytes.len() };
    let cut = most.filter(|&most| bytes.len() > most).and_then(|most| Cut::of(chunk, most));
    let cut = cut.unwrap_or_else(whole);
    let mut index = Dims::filled(chunk.shape().len(), 0);
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let left = rest.take()?;
        let (origin, shape) = cut.place(chunk, &index);
        // indices at the end of an axis are fewer
        let n = shape.get(cut.axis).copied().unwrap_or(1);
        let length = match cut.count {
            u64::MAX => left.len(),
            _ => usize::try_from(n).unwrap_or(usize::MAX).saturating_mul(cut.run).min(left.len()),
        };
        let (piece, behind) = left.split_at_checked(length)?;
        if !behind.is_empty() && length > 0 {
            rest = Some(behind);
            cut.next(chunk.shape(), &mut index, n);
        }
        Some(Piece { place: Place { entry: chunk.entry(), origin, shape }, bytes: piece })
    })
}

/// How a chunk is cut: indices before `axis` one by one, `count` of `axis` at a time, all axes after it whole.
#[derive(Clone, Copy)]
struct Cut {
    axis: usize,
    count: u64,
    /// Bytes of one index of `axis`.
    run: usize,
}

impl Cut {
    fn of(chunk: &Chunk, most: usize) -> Option<Self> {
        let mut run = chunk.dtype().size().filter(|&size| size > 0)?;
        let mut axis = chunk.shape().len().checked_sub(1)?;
        while axis > 0 {
            let whole = usize::try_from(*chunk.shape().get(axis)?).ok()?.checked_mul(run)?;
            if whole > most {
                break;
            }
            (run, axis) = (whole, axis.saturating_sub(1));
        }
        let count = u64::try_from(most.checked_div(run)?).ok()?.max(1);
        Some(Self { axis, count, run })
    }

    /// The piece that begins at `index`, counted from the chunk's first element.
    fn place(&self, chunk: &Chunk, index: &[u64]) -> (Dims, Dims) {
        let origin = chunk.origin().iter().zip(index).map(|(at, i)| at.saturating_add(*i));
        if self.count == u64::MAX {
            return (origin.collect(), chunk.shape().into());
        }
        let extent = |(axis, (&extent, &at)): (usize, (&u64, &u64))| match axis.cmp(&self.axis) {
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Equal => self.count.min(extent.saturating_sub(at)),
            std::cmp::Ordering::Greater => extent,
        };
        let shape = chunk.shape().iter().zip(index).enumerate().map(extent).collect();
        (origin.collect(), shape)
    }

    /// Steps over `n` indices of the axis.
    fn next(&self, shape: &[u64], index: &mut [u64], n: u64) {
        let mut by = n;
        for axis in (0..=self.axis).rev() {
            let Some((at, &extent)) = index.get_mut(axis).zip(shape.get(axis)) else { return };
            *at = at.saturating_add(by);
            if *at < extent {
                return;
            }
            (*at, by) = (0, 1);
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use stream_core::DType;
    use stream_core::memory::{Budget, Buf};

    fn chunk(shape: &[u64]) -> Chunk {
        let n = shape.iter().product::<u64>() as usize * 2;
        let mut buf = Buf::unpooled(&Budget::new("b", 1 << 20), n).unwrap();
        for (i, byte) in buf.iter_mut().enumerate() {
            *byte = i as u8;
        }
        let origin = shape.iter().map(|_| 10).collect();
        Chunk::new(3, origin, shape.into(), DType::U16, buf).unwrap()
    }

    #[test]
    fn pieces_follow_one_another_and_none_is_too_long() {
        for shape in [&[3u64, 4, 5][..], &[7], &[1, 9], &[5, 1, 3]] {
            let chunk = chunk(shape);
            for most in 2..130 {
                let (mut bytes, mut elements) = (Vec::new(), 0u64);
                for piece in pieces(&chunk, Some(most)) {
                    let place = &piece.place;
                    assert!(piece.bytes.len() <= most, "{shape:?} {most} {piece:?}");
                    let at = place.origin.iter().zip(shape);
                    let first = at.fold(0, |n, (at, extent)| n * extent + (at - 10));
                    assert_eq!((place.entry, first), (3, elements), "{shape:?} {most}");
                    elements += place.shape.elements().unwrap();
                    assert_eq!(place.shape.elements().unwrap() * 2, piece.bytes.len() as u64);
                    bytes.extend_from_slice(piece.bytes);
                }
                assert_eq!(bytes, chunk.bytes());
            }
        }
    }

    #[test]
    fn what_is_small_enough_stays_whole() {
        let chunk = chunk(&[3, 4]);
        for most in [None, Some(24), Some(1 << 20)] {
            let all: Vec<_> = pieces(&chunk, most).collect();
            assert_eq!(all.len(), 1);
            assert_eq!((&*all[0].place.shape, all[0].bytes.len()), (&[3, 4][..], 24));
        }
    }

    #[test]
    fn an_element_that_is_too_long_is_a_piece() {
        assert_eq!(pieces(&chunk(&[2, 2]), Some(1)).count(), 4);
    }
}
