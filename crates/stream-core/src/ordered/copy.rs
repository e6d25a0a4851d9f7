//! Copying a box of one array into another.

/// A box of elements within an array of bytes in C order.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The extents of the array.
    pub shape: &'a [u64],
    /// Where in it the box begins.
    pub at: &'a [u64],
}

/// Copies a box of `extents` elements of `size` bytes from `source` to `target`, run by run along the innermost axes that lie
/// together in both. `None`, with part of it copied, where the box does not lie within both.
pub fn copy_box(
    target: (&mut [u8], Side<'_>),
    source: (&[u8], Side<'_>),
    extents: &[u64],
    size: usize,
) -> Option<()> {
    let ((target, to), (source, from)) = (target, source);
    let rank = extents.len();
    if [to.shape.len(), to.at.len(), from.shape.len(), from.at.len()] != [rank; 4] {
        return None;
    }
    for side in [to, from] {
        for ((at, n), extent) in side.at.iter().zip(extents).zip(side.shape) {
            if at.checked_add(*n)? > *extent {
                return None;
            }
        }
    }
    if extents.contains(&0) {
        return Some(());
    }
    // innermost axes that are whole in both lie together with the next one out
    let mut outer = rank;
    let mut run = size;
    while let Some(axis) = outer.checked_sub(1) {
        let n = *extents.get(axis)?;
        run = run.checked_mul(usize::try_from(n).ok()?)?;
        outer = axis;
        if to.shape.get(axis) != Some(&n) || from.shape.get(axis) != Some(&n) {
            break;
        }
    }
    let (counts, _) = extents.split_at_checked(outer)?;
    let mut index = vec![0u64; outer];
    loop {
        let a = start(to, &index, size)?;
        let b = start(from, &index, size)?;
        let piece = source.get(b..b.checked_add(run)?)?;
        target.get_mut(a..a.checked_add(run)?)?.copy_from_slice(piece);
        // the next index, the last axis fastest
        let mut axis = outer;
        loop {
            let Some(next) = axis.checked_sub(1) else { return Some(()) };
            axis = next;
            let i = index.get_mut(axis)?;
            *i = i.checked_add(1)?;
            if *i < *counts.get(axis)? {
                break;
            }
            *i = 0;
        }
    }
}

/// The byte at which the run begins that stands `index` into the box.
fn start(side: Side<'_>, index: &[u64], size: usize) -> Option<usize> {
    let inner = std::iter::repeat(&0);
    let mut element = 0u64;
    for ((extent, at), i) in side.shape.iter().zip(side.at).zip(index.iter().chain(inner)) {
        element = element.checked_mul(*extent)?.checked_add(at.checked_add(*i)?)?;
    }
    usize::try_from(element).ok()?.checked_mul(size)
}
