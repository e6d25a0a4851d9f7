//! From the mappings as stored to pieces, by the sources' present extents.

use stream_core::memory::Reservation;
use stream_core::{Dims, Result};

use super::indices::{Indices, Pattern};
use super::sources::{Sources, is_absent, numbered};
use super::{Chain, Mapped, Piece};
use crate::dataset::Mapping;
use crate::ffi::{Hyperslab, Selection};
use crate::object::Object;
use crate::walk::is_the_callers;

/// What a piece costs: two names and the axes of two selections.
const PIECE: u64 = 1 << 10;
/// More numbered sources are not looked for.
const MOST_BLOCKS: u64 = 1 << 20;

const IRREGULAR: &str =
    "virtual dataset: a selection that is neither everything nor a regular hyperslab";
const UNNUMBERED: &str =
    "virtual dataset: an unlimited selection of a limited source whose name has no %b";

/// A mapping whose source is not there and whose extents are therefore unknown: it is taken to reach as far as the array does.
struct Unknown {
    piece: usize,
    axis: usize,
    place: Pattern,
    from: Pattern,
    from_axis: usize,
}

struct Resolving {
    mapped: Mapped,
    held: Option<Reservation>,
    /// Along each axis, the end of what unlimited selections have now.
    ends: Vec<Option<u64>>,
    /// And of what limited ones have.
    least: Vec<u64>,
    unknown: Vec<Unknown>,
}

impl Mapped {
    /// The pieces of the virtual dataset `object`, and its extents: `shape`, changed along unlimited axes to where its sources reach
    /// now. What the sources' extents are asked for is opened; nothing stays open.
    pub(crate) fn new(
        object: &Object,
        chain: &Chain,
        mappings: &[Mapping],
        shape: &mut Dims,
    ) -> Result<Self> {
        let sources = Sources::new(object.file().clone(), chain.with(object)?);
        let (pieces, missing) = (Vec::new(), Vec::new());
        let mapped = Self { sources, pieces, missing, unsupported: None, _held: None };
        let (ends, least) = (vec![None; shape.len()], vec![0; shape.len()]);
        let mut resolving = Resolving { mapped, held: None, ends, least, unknown: Vec::new() };
        for mapping in mappings {
            resolving.mapping(mapping)?;
        }
        for ((extent, end), &least) in shape.iter_mut().zip(&resolving.ends).zip(&resolving.least) {
            if let Some(end) = end {
                *extent = (*end).max(least);
            }
        }
        for Unknown { piece, axis, place, from, from_axis } in
            std::mem::take(&mut resolving.unknown)
        {
            let length = place.before(shape.get(axis).copied().unwrap_or(0));
            let Some(piece) = resolving.mapped.pieces.get_mut(piece) else { continue };
            set(piece.place.as_deref_mut(), axis, place.first(length));
            set(piece.from.as_deref_mut(), from_axis, from.first(length));
        }
        resolving.mapped.sources.close();
        Ok(Self { _held: resolving.held, ..resolving.mapped })
    }
}

fn set(indices: Option<&mut [Indices]>, axis: usize, to: Indices) {
    if let Some(indices) = indices.and_then(|indices| indices.get_mut(axis)) {
        *indices = to;
    }
}

fn patterns(blocks: &Hyperslab) -> Vec<Pattern> {
    let axes = blocks.start.iter().zip(&blocks.stride).zip(blocks.count.iter().zip(&blocks.block));
    let pattern = |((&start, &stride), (&count, &block))| Pattern { start, stride, count, block };
    axes.map(pattern).collect()
}

/// The axis without bound: a selection has one at most.
fn unlimited(patterns: &[Pattern]) -> Option<(usize, Pattern)> {
    let mut axes = patterns.iter().enumerate();
    axes.find(|(_, pattern)| pattern.is_unlimited()).map(|(axis, pattern)| (axis, *pattern))
}

/// All axes, the one without bound empty.
fn bounded(patterns: &[Pattern]) -> Option<Vec<Indices>> {
    let axis = |pattern: &Pattern| match pattern.is_unlimited() {
        true => Some(pattern.first(0)),
        false => pattern.whole(),
    };
    patterns.iter().map(axis).collect()
}

impl Resolving {
    fn unsupported(&mut self, why: &'static str) -> Result<()> {
        self.mapped.unsupported.get_or_insert(why);
        Ok(())
    }

    fn mapping(&mut self, mapping: &Mapping) -> Result<()> {
        let raw = &mapping.0;
        let all = |selection: &Selection| match selection {
            Selection::Blocks(blocks) => Some(patterns(blocks)),
            _ => None,
        };
        match (&raw.place, &raw.source) {
            (Selection::None, _) | (_, Selection::None) => return Ok(()),
            (Selection::Irregular, _) | (_, Selection::Irregular) => {
                return self.unsupported(IRREGULAR);
            }
            _ => {}
        }
        let (place, from) = (all(&raw.place), all(&raw.source));
        let axes = |patterns: &Option<Vec<Pattern>>| match patterns {
            Some(patterns) => bounded(patterns).map(Some),
            None => Some(None),
        };
        let (Some(place_axes), Some(from_axes)) = (axes(&place), axes(&from)) else {
            return self.unsupported("virtual dataset: a selection of more than there can be");
        };
        let growing = place.as_deref().and_then(unlimited);
        let unlimited_axis = growing.map(|(axis, _)| axis);
        for (axis, indices) in place_axes.iter().flatten().enumerate() {
            if let Some(least) = self.least.get_mut(axis)
                && Some(axis) != unlimited_axis
            {
                *least = indices.end().max(*least);
            }
        }
        let ((file, one), (dataset, other)) = (numbered(&raw.file, 0), numbered(&raw.dataset, 0));
        let piece = Piece { file, dataset, place: place_axes, from: from_axes };
        match (growing, from.as_deref().and_then(unlimited)) {
            (None, None) => self.push(piece),
            (None, Some(_)) => {
                self.unsupported("virtual dataset: a limited selection of an unlimited source")
            }
            (Some(place), Some(from)) => self.grow(piece, place, from),
            (Some(_), None) if !one && !other => self.unsupported(UNNUMBERED),
            (Some(place), None) => self.number(&piece, mapping, place),
        }
    }

    fn push(&mut self, piece: Piece) -> Result<()> {
        let budget = self.mapped.sources.budget();
        match &mut self.held {
            Some(held) => held.grow(PIECE)?,
            none => *none = Some(budget.reserve(PIECE)?),
        }
        self.mapped.pieces.push(piece);
        Ok(())
    }

    fn reach(&mut self, axis: usize, end: u64) {
        if let Some(place) = self.ends.get_mut(axis) {
            *place = Some(place.unwrap_or(0).max(end));
        }
    }

    /// Both selections are without bound: as many indices as the source has now.
    fn grow(
        &mut self,
        mut piece: Piece,
        (axis, place): (usize, Pattern),
        (from_axis, from): (usize, Pattern),
    ) -> Result<()> {
        match self.mapped.sources.get(&piece.file, &piece.dataset) {
            Ok(source) => {
                let length = from.before(source.shape().get(from_axis).copied().unwrap_or(0));
                let indices = place.first(length);
                self.reach(axis, indices.end());
                set(piece.place.as_deref_mut(), axis, indices);
                set(piece.from.as_deref_mut(), from_axis, from.first(length));
            }
            Err(error) if is_the_callers(&error) => return Err(error),
            Err(error) => {
                self.reach(axis, 0);
                self.mapped.missing.push(piece.failed(error).message().to_owned());
                let piece = self.mapped.pieces.len();
                self.unknown.push(Unknown { piece, axis, place, from, from_axis });
            }
        }
        self.push(piece)
    }

    /// Numbered sources, one for each block, up to the first that is not there: that is their end, and no defect.
    fn number(
        &mut self,
        piece: &Piece,
        mapping: &Mapping,
        (axis, place): (usize, Pattern),
    ) -> Result<()> {
        self.reach(axis, 0);
        for number in 0..MOST_BLOCKS {
            let (file, _) = numbered(&mapping.0.file, number);
            let (dataset, _) = numbered(&mapping.0.dataset, number);
            let mut piece = Piece { file, dataset, ..piece.clone() };
            match self.mapped.sources.get(&piece.file, &piece.dataset) {
                Ok(_) => {}
                Err(error) if is_the_callers(&error) => return Err(error),
                Err(error) => {
                    // without the first there is nothing at all; what is there and cannot be read is no end
                    if number == 0 || !is_absent(&error) {
                        self.mapped.missing.push(piece.failed(error).message().to_owned());
                    }
                    return Ok(());
                }
            }
            let Some(indices) = place.block(number) else { return Ok(()) };
            self.reach(axis, indices.end());
            set(piece.place.as_deref_mut(), axis, indices);
            self.push(piece)?;
        }
        Ok(())
    }
}
