//! Dataspaces: extents and selections.

use hdf5_metno_sys as sys;
use stream_core::{Dims, Result};
use sys::h5s;

use super::{Id, Library};

/// What a dataspace spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// No elements at all.
    Null,
    /// One element.
    Scalar,
    /// These extents, and how far each may grow; `None` without bound.
    Simple { shape: Dims, most: Vec<Option<u64>> },
}

/// Blocks at regular distances along each axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hyperslab {
    pub(crate) start: Vec<u64>,
    pub(crate) stride: Vec<u64>,
    /// How many blocks; `None` without bound.
    pub(crate) count: Vec<Option<u64>>,
    /// How long each is; `None` without bound.
    pub(crate) block: Vec<Option<u64>>,
}

/// What of a dataspace is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    All,
    None,
    Blocks(Hyperslab),
    /// Points, or blocks at no regular distances.
    Irregular,
}

impl std::fmt::Display for Hyperslab {
    /// As the library's calls take it; -1 without bound.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bound = |axes: &[Option<u64>]| -> Vec<String> {
            axes.iter().map(|n| n.map_or_else(|| "-1".to_owned(), |n| n.to_string())).collect()
        };
        let (count, block) = (bound(&self.count).join(","), bound(&self.block).join(","));
        write!(f, "start {:?} stride {:?} count [{count}] block [{block}]", self.start, self.stride)
    }
}

const UNLIMITED: u64 = u64::MAX;

fn bounded(n: u64) -> Option<u64> {
    (n != UNLIMITED).then_some(n)
}

impl Library<'_> {
    pub(crate) fn extent(self, space: &Id) -> Result<Extent> {
        let attempt = || "dataspace: asking for its extents".to_owned();
        // SAFETY: an open dataspace.
        let class = unsafe { h5s::H5Sget_simple_extent_type(space.raw()) };
        match class {
            h5s::H5S_class_t::H5S_NULL => return Ok(Extent::Null),
            h5s::H5S_class_t::H5S_SCALAR => return Ok(Extent::Scalar),
            h5s::H5S_class_t::H5S_SIMPLE => {}
            _ => return Err(self.failed(&attempt())),
        }
        // 32 is the format's highest rank (clause IV.A.2.b)
        let [mut shape, mut most] = [[0u64; 32]; 2];
        // SAFETY: an open dataspace; places for as many extents as any has.
        let rank = unsafe {
            h5s::H5Sget_simple_extent_dims(space.raw(), shape.as_mut_ptr(), most.as_mut_ptr())
        };
        let rank = usize::try_from(self.count(i64::from(rank), attempt)?).unwrap_or(0);
        let shape = Dims::from(shape.get(..rank).unwrap_or_default());
        let most = most.iter().take(rank).map(|&n| bounded(n)).collect();
        Ok(Extent::Simple { shape, most })
    }

    /// A simple dataspace of these extents.
    pub(crate) fn simple(self, shape: &[u64]) -> Result<Id> {
        let rank = i32::try_from(shape.len()).unwrap_or(i32::MAX);
        // SAFETY: as many extents as the rank says.
        let raw = unsafe { h5s::H5Screate_simple(rank, shape.as_ptr(), std::ptr::null()) };
        self.id(raw, || format!("dataspace: making one of {shape:?}"))
    }

    /// Selects `count` elements from `start` on, `step` apart, along each axis.
    pub(crate) fn select(
        self,
        space: &Id,
        start: &[u64],
        step: &[u64],
        count: &[u64],
    ) -> Result<()> {
        // SAFETY: an open dataspace of the rank that all three have; no block means blocks of one element.
        let status = unsafe {
            h5s::H5Sselect_hyperslab(
                space.raw(),
                h5s::H5S_seloper_t::H5S_SELECT_SET,
                start.as_ptr(),
                step.as_ptr(),
                count.as_ptr(),
                std::ptr::null(),
            )
        };
        self.done(status, || format!("dataspace: selecting {count:?} at {start:?}"))
    }

    /// What of a dataspace is selected.
    pub(crate) fn selection(self, space: &Id) -> Result<Selection> {
        let attempt = || "dataspace: asking what is selected".to_owned();
        // SAFETY: an open dataspace.
        match unsafe { h5s::H5Sget_select_type(space.raw()) } {
            h5s::H5S_sel_type::H5S_SEL_ALL => return Ok(Selection::All),
            h5s::H5S_sel_type::H5S_SEL_NONE => return Ok(Selection::None),
            _ => {}
        }
        // SAFETY: an open dataspace.
        let regular = unsafe { h5s::H5Sis_regular_hyperslab(space.raw()) };
        if regular <= 0 {
            self.forget_errors();
            return Ok(Selection::Irregular);
        }
        let rank = unsafe {
            // SAFETY: an open dataspace.
            h5s::H5Sget_simple_extent_ndims(space.raw())
        };
        let rank = usize::try_from(self.count(i64::from(rank), attempt)?).unwrap_or(0);
        let [mut start, mut stride, mut count, mut block] = [[0u64; 32]; 4];
        // SAFETY: an open dataspace with such a selection; places for as many axes as any has.
        let status = unsafe {
            h5s::H5Sget_regular_hyperslab(
                space.raw(),
                start.as_mut_ptr(),
                stride.as_mut_ptr(),
                count.as_mut_ptr(),
                block.as_mut_ptr(),
            )
        };
        self.done(status, attempt)?;
        let plain = |axes: &[u64; 32]| axes.iter().take(rank).copied().collect();
        let bound = |axes: &[u64; 32]| axes.iter().take(rank).map(|&n| bounded(n)).collect();
        Ok(Selection::Blocks(Hyperslab {
            start: plain(&start),
            stride: plain(&stride),
            count: bound(&count),
            block: bound(&block),
        }))
    }

    /// The corners of the smallest box around what is selected: first and last element along each axis.
    pub(crate) fn bounds(self, space: &Id) -> Result<(Vec<u64>, Vec<u64>)> {
        let [mut first, mut last] = [[0u64; 32]; 2];
        // SAFETY: an open dataspace; places for as many axes as any has.
        let (rank, status) = unsafe {
            (
                h5s::H5Sget_simple_extent_ndims(space.raw()),
                h5s::H5Sget_select_bounds(space.raw(), first.as_mut_ptr(), last.as_mut_ptr()),
            )
        };
        self.done(status, || "dataspace: asking for the bounds of what is selected".into())?;
        let rank = usize::try_from(rank).unwrap_or(0);
        let axes = |axes: &[u64; 32]| axes.iter().take(rank).copied().collect();
        Ok((axes(&first), axes(&last)))
    }
}
