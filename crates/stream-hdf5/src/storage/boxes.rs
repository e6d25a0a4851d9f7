//! Copying boxes of elements from one array in memory to another.

use stream_core::Dims;

/// Part of an array in memory, in C order: along each axis indices from `start`, `step` apart.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The array's extents.
    pub shape: &'a [u64],
    /// The first index along each axis.
    pub start: &'a [u64],
    /// The distance of two indices along each axis, at least 1.
    pub step: &'a [u64],
}

impl Part<'_> {
    /// Elements between two neighbours along each axis; `None` when that does not fit.
    fn strides(&self) -> Option<Dims> {
        let mut strides = Dims::filled(self.shape.len(), 1);
        let mut stride = 1u64;
        for (to, &extent) in strides.iter_mut().zip(self.shape).rev() {
            *to = stride;
            stride = stride.checked_mul(extent)?;
        }
        Some(strides)
    }

    /// Whether `count` indices along each axis lie within the array.
    fn holds(&self, count: &[u64]) -> bool {
        let rank = self.shape.len();
        let fits = |((&extent, &start), (&step, &count)): ((&u64, &u64), (&u64, &u64))| {
            let last = count.checked_sub(1).and_then(|n| n.checked_mul(step)?.checked_add(start));
            count == 0 || last.is_some_and(|last| last < extent)
        };
        [self.start.len(), self.step.len(), count.len()] == [rank; 3]
            && self.shape.iter().zip(self.start).zip(self.step.iter().zip(count)).all(fits)
    }
}

/// An axis of a copy, in bytes.
#[derive(Clone, Copy)]
struct Axis {
    count: usize,
    from: usize,
    to: usize,
}

/// Copies `count` elements along each axis, of `element` bytes each, from one array to another. Runs that lie together in
/// both are copied at once. Nothing is allocated for up to six axes.
///
/// Gives `None`, and copies nothing, when a part does not lie within its array, an array is longer than its bytes, or ranks differ.
pub fn copy_box(
    element: usize,
    (from, source): (&[u8], Part<'_>),
    (to, target): (&mut [u8], Part<'_>),
    count: &[u64],
) -> Option<()> {
    if !source.holds(count) || !target.holds(count) {
        return None;
    }
    let width = u64::try_from(element).ok()?;
    let long_enough = |shape: &[u64], len: usize| {
        let elements = Dims::from(shape).elements()?;
        (elements.checked_mul(width)? <= u64::try_from(len).ok()?).then_some(())
    };
    long_enough(source.shape, from.len())?;
    long_enough(target.shape, to.len())?;
    if count.contains(&0) || element == 0 {
        return Some(());
    }
    let (from_strides, to_strides) = (source.strides()?, target.strides()?);
    let first = |part: &Part<'_>, strides: &Dims| {
        let at = part.start.iter().zip(strides.iter());
        let at = at.fold(0u64, |n, (&i, &s)| n.saturating_add(i.saturating_mul(s)));
        usize::try_from(at.checked_mul(width)?).ok()
    };
    let (from_at, to_at) = (first(&source, &from_strides)?, first(&target, &to_strides)?);
    let bytes = |step: u64, stride: u64| {
        usize::try_from(step.checked_mul(stride)?.checked_mul(width)?).ok()
    };
    let mut axes = [Axis { count: 1, from: 0, to: 0 }; 32];
    let (mut used, mut run) = (0usize, element);
    // axes whose indices lie together in both arrays become part of the run
    let mut together = true;
    for axis in (0..count.len()).rev() {
        let of = |all: &[u64]| all.get(axis).copied();
        let (n, sf, st) = (of(count)?, of(source.step)?, of(target.step)?);
        let n = usize::try_from(n).ok()?;
        let (from, to) = (bytes(sf, of(&from_strides)?), bytes(st, of(&to_strides)?));
        if n == 1 {
            continue;
        }
        let (from, to) = (from?, to?);
        if together && from == run && to == run {
            run = run.checked_mul(n)?;
            continue;
        }
        together = false;
        *axes.get_mut(used)? = Axis { count: n, from, to };
        used = used.checked_add(1)?;
    }
    let axes = axes.get(..used)?;
    walk(axes, run, (from, from_at), (to, to_at));
    Some(())
}

/// Copies runs over `axes`, the innermost first.
fn walk(
    axes: &[Axis],
    run: usize,
    (from, from_at): (&[u8], usize),
    (to, to_at): (&mut [u8], usize),
) {
    let Some((inner, outer)) = axes.split_first() else {
        return line(Axis { count: 1, from: run, to: run }, run, (from, from_at), (to, to_at));
    };
    let mut index = [0usize; 32];
    let (mut f, mut t) = (from_at, to_at);
    loop {
        line(*inner, run, (from, f), (to, t));
        let mut carried = true;
        for (axis, at) in outer.iter().zip(index.iter_mut()) {
            *at = at.saturating_add(1);
            (f, t) = (f.saturating_add(axis.from), t.saturating_add(axis.to));
            if *at < axis.count {
                carried = false;
                break;
            }
            *at = 0;
            f = f.saturating_sub(axis.from.saturating_mul(axis.count));
            t = t.saturating_sub(axis.to.saturating_mul(axis.count));
        }
        if carried {
            return;
        }
    }
}

/// Copies the runs of one axis.
fn line(axis: Axis, run: usize, (from, from_at): (&[u8], usize), (to, to_at): (&mut [u8], usize)) {
    let from = from.get(from_at..).unwrap_or_default();
    let to = to.get_mut(to_at..).unwrap_or_default();
    match run {
        1 => elements::<1>(axis, from, to),
        2 => elements::<2>(axis, from, to),
        4 => elements::<4>(axis, from, to),
        8 => elements::<8>(axis, from, to),
        _ => {
            let (mut f, mut t) = (0usize, 0usize);
            for _ in 0..axis.count {
                let piece = from.get(f..f.saturating_add(run));
                if let (Some(piece), Some(place)) = (piece, to.get_mut(t..t.saturating_add(run))) {
                    place.copy_from_slice(piece);
                }
                (f, t) = (f.saturating_add(axis.from), t.saturating_add(axis.to));
            }
        }
    }
}

/// As the runs of a line, for short runs of a length known beforehand.
fn elements<const RUN: usize>(axis: Axis, from: &[u8], to: &mut [u8]) {
    let pieces = from.chunks(axis.from.max(1));
    let places = to.chunks_mut(axis.to.max(1));
    for (piece, place) in pieces.zip(places).take(axis.count) {
        if let (Some(piece), Some(place)) =
            (piece.first_chunk::<RUN>(), place.first_chunk_mut::<RUN>())
        {
            *place = *piece;
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn a_box_with_steps_lands_where_it_belongs() {
        let from: Vec<u8> = (0..60).collect();
        let mut to = [255u8; 24];
        let source = Part { shape: &[3, 4, 5], start: &[0, 1, 0], step: &[2, 1, 2] };
        let target = Part { shape: &[2, 4, 3], start: &[0, 1, 0], step: &[1, 2, 1] };
        copy_box(1, (&from, source), (&mut to, target), &[2, 2, 3]).unwrap();
        let mut expected = [255u8; 24];
        for (i, j, k) in (0..12).map(|n| (n / 6, n / 3 % 2, n % 3)) {
            expected[i * 12 + (1 + 2 * j) * 3 + k] = (i * 2 * 20 + (1 + j) * 5 + k * 2) as u8;
        }
        assert_eq!(to, expected);
    }

    #[test]
    fn every_element_size_is_copied_whole() {
        for element in 1..12usize {
            let from: Vec<u8> =
                (0..(6 * 7 * element) as u32).map(|n| (n * 31 % 251) as u8).collect();
            let mut to = vec![0; 4 * 3 * element];
            let source = Part { shape: &[6, 7], start: &[1, 0], step: &[1, 3] };
            let target = Part { shape: &[4, 3], start: &[0, 0], step: &[1, 1] };
            copy_box(element, (&from, source), (&mut to, target), &[4, 3]).unwrap();
            for (n, found) in to.chunks(element).enumerate() {
                let at = ((1 + n / 3) * 7 + n % 3 * 3) * element;
                assert_eq!(found, &from[at..at + element]);
            }
        }
    }

    #[test]
    fn what_lies_outside_is_refused() {
        let (from, mut to) = ([0; 4], [0; 4]);
        let part = Part { shape: &[4], start: &[1], step: &[1] };
        assert!(copy_box(1, (&from, part), (&mut to, part), &[4]).is_none());
        let long = Part { shape: &[5], ..part };
        assert!(copy_box(1, (&from, long), (&mut to, part), &[1]).is_none());
    }
}
