//! An array cut into boxes of bounded size, in C order.

use stream_core::Dims;

/// Boxes of equal extents that cover an array; those at its ends are cut.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    shape: Dims,
    /// A box's extents, and how many boxes there are along each axis.
    each: Dims,
    counts: Dims,
}

impl Boxes {
    /// Boxes of `unit` along each axis, and of multiples of it, from the fastest axis on, while no more than `most` elements are in one.
    pub(crate) fn new(unit: &[u64], shape: Dims, most: usize) -> Self {
        let each = grown(unit, &shape, most);
        let counts = shape.iter().zip(each.iter()).map(|(&n, &by)| n.div_ceil(by.max(1))).collect();
        Self { shape, each, counts }
    }

    /// The extents of the array.
    pub(crate) fn shape(&self) -> &Dims {
        &self.shape
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        let count = match self.shape.elements() {
            Some(0) => 0,
            _ => self.counts.elements().unwrap_or(u64::MAX),
        };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// First element and extents of a box; `None` beyond the last.
    pub(crate) fn get(&self, index: usize) -> Option<(Dims, Dims)> {
        if index >= self.len() {
            return None;
        }
        let mut rest = u64::try_from(index).ok()?;
        let mut origin = Dims::filled(self.shape.len(), 0);
        for ((at, &count), &by) in
            origin.iter_mut().zip(self.counts.iter()).zip(self.each.iter()).rev()
        {
            *at = rest.checked_rem(count)?.checked_mul(by)?;
            rest = rest.checked_div(count)?;
        }
        let cut = |((&extent, &at), &by): ((&u64, &u64), &u64)| extent.saturating_sub(at).min(by);
        let shape = self.shape.iter().zip(origin.iter()).zip(self.each.iter()).map(cut).collect();
        (rest == 0).then_some((origin, shape))
    }
}

fn grown(unit: &[u64], shape: &[u64], most: usize) -> Dims {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut each: Dims =
        unit.iter().zip(shape).map(|(&unit, &extent)| unit.min(extent).max(1)).collect();
    for axis in (0..shape.len()).rev() {
        let others = each.elements().unwrap_or(u64::MAX);
        let (Some(own), Some(&extent)) = (each.get_mut(axis), shape.get(axis)) else { continue };
        let times = most.checked_div(others).unwrap_or(1).max(1);
        *own = own.saturating_mul(times).min(extent).max(1);
        if *own < extent {
            break;
        }
    }
    each
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_cover_an_array_and_are_cut_at_its_ends() {
        let boxes = Boxes::new(&[2, 2], Dims::from([5, 7]), 8);
        assert_eq!(boxes.len(), 6);
        assert_eq!(boxes.get(1), Some((Dims::from([0, 4]), Dims::from([2, 3]))));
        assert_eq!(boxes.get(5), Some((Dims::from([4, 4]), Dims::from([1, 3]))));
        assert_eq!(boxes.get(6), None);
        assert_eq!(Boxes::new(&[1, 1], Dims::from([5, 0]), 8).len(), 0);
    }
}
