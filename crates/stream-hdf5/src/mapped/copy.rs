//! Copying what one source has of a slab.

use std::ops::Range;

use stream_core::{
    ChargedVec, Chunk, Dims, Error, ErrorKind, Extent, Place, Region, Request, Result, Scratch,
    Slice,
};

use super::indices::{Indices, Run};
use super::plan::Want;
use super::{Piece, all_unless};
use crate::dataset::Prepared;
use crate::storage::{Part, copy_box};

/// An axis of the array and one of the source whose indices stand for one another. Where one has no such axis, the other selects
/// a single index.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    place: Option<(usize, Indices)>,
    from: Option<(usize, Indices)>,
}

impl Pair {
    /// The axis of the array and that of the source, where their indices follow one another without gaps in both.
    pub(super) fn straight(&self) -> Option<(usize, usize)> {
        let ((to, place), (from, indices)) = (self.place?, self.from?);
        (place.is_one_block() && indices.is_one_block()).then_some((to, from))
    }
}

/// The slab of the array that is read: its extents and bytes.
pub(super) struct Slab<'a> {
    pub(super) part: &'a [Extent],
    pub(super) shape: &'a [u64],
    pub(super) bytes: &'a mut [u8],
    /// About how many bytes the source is read at once.
    pub(super) size: usize,
}

/// Pairs the axes of both selections.
///
/// # Errors
/// `Unsupported` for selections of different shapes or elements of another type, `Malformed` for a selection beyond the source's
/// extents.
pub(super) fn pairs(want: &Want, piece: &Piece, source: &Prepared) -> Result<Vec<Pair>> {
    let unsupported = |message| Error::new(ErrorKind::Unsupported, message);
    if source.dtype() != &want.dtype {
        let message = format!("elements (expected {}, found {})", want.dtype, source.dtype());
        return Err(unsupported(message));
    }
    let place = piece.place(&want.shape);
    let from = all_unless(piece.from.as_deref(), source.shape());
    let rank = source.shape().len();
    if from.len() != rank || place.len() != want.shape.len() {
        return Err(unsupported(format!("rank (expected {}, found {rank})", from.len())));
    }
    let nothing = place.iter().chain(&from).any(|indices| indices.length() == 0);
    for (indices, &extent) in from.iter().zip(source.shape().iter()) {
        if indices.end() > extent && !nothing {
            let message = format!("selection ends at {} of {extent}", indices.end());
            return Err(unsupported(message));
        }
    }
    let mut pairs = Vec::with_capacity(place.len().max(rank));
    if nothing {
        return Ok(pairs);
    }
    let mut place = place.into_iter().enumerate().peekable();
    let mut from = from.into_iter().enumerate().peekable();
    loop {
        let one = |next: Option<&(usize, Indices)>| next.map(|(_, indices)| indices.length());
        let (to, of) = (one(place.peek()), one(from.peek()));
        pairs.push(match (to, of) {
            (None, None) => break,
            (Some(a), Some(b)) if a == b => Pair { place: place.next(), from: from.next() },
            (Some(1), _) => Pair { place: place.next(), from: None },
            (_, Some(1)) => Pair { place: None, from: from.next() },
            _ => {
                let message = "selections of different shapes in the array and the source";
                return Err(unsupported(message.to_owned()));
            }
        });
    }
    // one element for one, without axes
    if pairs.is_empty() {
        pairs.push(Pair { place: None, from: None });
    }
    Ok(pairs)
}

/// How the indices of one pair meet the slab, and what of the source's axis that takes.
struct Axis {
    pair: Pair,
    runs: ChargedVec<Run>,
    first: u64,
    last: u64,
    step: u64,
}

impl Axis {
    fn new(want: &Want, pair: Pair, part: &[Extent]) -> Result<Self> {
        let one = Extent { start: 0, count: 1, step: 1 };
        let single = Indices::run(0, 1);
        let (place, part) = match pair.place {
            Some((axis, indices)) => (indices, part.get(axis).copied().unwrap_or(one)),
            None => (single, one),
        };
        let from = pair.from.map_or(single, |(_, indices)| indices);
        let mut runs = ChargedVec::new(want.cx.budget());
        place.meet(&from, &part, &mut runs)?;
        let last = |run: &Run| {
            run.from.saturating_add(run.count.saturating_sub(1).saturating_mul(run.from_step))
        };
        let first = runs.first().map_or(0, |run| run.from);
        let step = runs.iter().fold(0, |step, run| {
            let within = if run.count > 1 { run.from_step } else { 0 };
            common(common(step, run.from.saturating_sub(first)), within)
        });
        let last = runs.last().map_or(0, last);
        Ok(Self { pair, runs, first, last, step: step.max(1) })
    }

    /// What of the source's axis is read.
    fn slice(&self) -> Slice {
        let bound = |n: u64| Some(i64::try_from(n).unwrap_or(i64::MAX));
        Slice {
            start: bound(self.first),
            stop: bound(self.last.saturating_add(1)),
            step: self.step,
        }
    }

    /// The part of a run that lies in `read`, indices counted as they are read.
    fn cut(&self, run: &Run, read: &Range<u64>) -> Option<Run> {
        let from = run.from.checked_sub(self.first)?.checked_div(self.step)?;
        let from_step = run.from_step.checked_div(self.step)?.max(1);
        let number = |at: u64| at.saturating_sub(from).div_ceil(from_step).min(run.count);
        let (skipped, end) = (number(read.start), number(read.end));
        let count = end.checked_sub(skipped).filter(|&count| count > 0)?;
        let from = from.checked_add(skipped.checked_mul(from_step)?)?.checked_sub(read.start)?;
        let to = run.to.checked_add(skipped.checked_mul(run.to_step)?)?;
        Some(Run { to, to_step: run.to_step, from, from_step, count })
    }
}

/// The greatest common divisor.
fn common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    a
}

/// Copies what `piece` has of the slab.
pub(super) fn copy(
    want: &Want,
    piece: &Piece,
    source: &Prepared,
    slab: &mut Slab<'_>,
    scratch: &mut Scratch,
) -> Result<()> {
    let mut axes = Vec::new();
    for pair in pairs(want, piece, source)? {
        let axis = Axis::new(want, pair, slab.part)?;
        if axis.runs.is_empty() {
            return Ok(());
        }
        axes.push(axis);
    }
    if axes.is_empty() {
        return Ok(());
    }
    let slices: Vec<Slice> =
        axes.iter().filter(|axis| axis.pair.from.is_some()).map(Axis::slice).collect();
    let request =
        Request::default().with_region(Region::new(slices)).with_chunk_size(slab.size.max(1));
    let plan = source.plan(0, &request)?;
    for index in 0..plan.len() {
        let placeless = || Error::new(ErrorKind::Unsupported, "chunks without a place");
        let place = plan.place(index).ok_or_else(placeless)?;
        let chunk = plan.read(index, scratch)?;
        take(want, &axes, (&chunk, &place), slab)?;
    }
    Ok(())
}

/// Copies what a chunk of the source has of the slab.
fn take(
    want: &Want,
    axes: &[Axis],
    (chunk, place): (&Chunk, &Place),
    slab: &mut Slab<'_>,
) -> Result<()> {
    let outside = || Error::new(ErrorKind::Malformed, "chunk of a source lies outside of it");
    let mut cuts = Vec::with_capacity(axes.len());
    let (mut from_shape, mut to_shape) = (Dims::new(), Dims::new());
    for axis in axes {
        let of = |axis: usize, dims: &[u64]| dims.get(axis).copied().ok_or_else(outside);
        let (start, extent) = match axis.pair.from {
            Some((from, _)) => (of(from, &place.origin)?, of(from, &place.shape)?),
            None => (0, 1),
        };
        from_shape.push(extent);
        to_shape.push(match axis.pair.place {
            Some((to, _)) => of(to, slab.shape)?,
            None => 1,
        });
        let read = start..start.saturating_add(extent);
        let mut runs = ChargedVec::new(want.cx.budget());
        for run in axis.runs.iter().filter_map(|run| axis.cut(run, &read)) {
            runs.push(run)?;
        }
        if runs.is_empty() {
            return Ok(());
        }
        cuts.push(runs);
    }
    let mut at = vec![0usize; cuts.len()];
    loop {
        let here = || at.iter().zip(&cuts).filter_map(|(&at, runs)| runs.get(at));
        let dims = |field: fn(&Run) -> u64| -> Dims { here().map(field).collect() };
        let (from, from_step) = (dims(|run| run.from), dims(|run| run.from_step));
        let (to, to_step) = (dims(|run| run.to), dims(|run| run.to_step));
        let source = Part { shape: &from_shape, start: &from, step: &from_step };
        let target = Part { shape: &to_shape, start: &to, step: &to_step };
        let (read, write) = ((chunk.bytes(), source), (&mut *slab.bytes, target));
        copy_box(want.packed, read, write, &dims(|run| run.count)).ok_or_else(outside)?;
        let mut carried = true;
        for (at, runs) in at.iter_mut().zip(&cuts).rev() {
            *at = at.saturating_add(1);
            if *at < runs.len() {
                carried = false;
                break;
            }
            *at = 0;
        }
        if carried {
            return Ok(());
        }
    }
}
