//! Which tiles a chunk has, and which of their pixels a region takes.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Dims, Extent, Place};

/// One axis of a tiled array, of the region that is wanted of it, and of the chunks that it is read in.
#[derive(Clone, Copy, Debug)]
struct Axis {
    /// Pixels, and pixels of a tile.
    extent: u64,
    tile: u64,
    /// What is wanted.
    want: Extent,
    /// Pixels of a chunk: a whole number of tiles.
    piece: u64,
    /// How many chunks, and which is the first.
    pieces: u64,
    first: u64,
}

/// A range of tiles, or of wanted indices, along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Range {
    pub(super) fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// What is taken of a tile along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    /// Pixels of the tile, cut at the edge of the array.
    pub(super) extent: u64,
    /// The first that is taken, counted in the tile, how many, and how far apart.
    pub(super) from: u64,
    pub(super) count: u64,
    pub(super) step: u64,
    /// Where the first goes, counted in the chunk.
    pub(super) to: u64,
}

impl Axis {
    /// The wanted indices at `from` or later.
    fn rank(&self, from: u64) -> u64 {
        let Extent { start, count, step } = self.want;
        from.saturating_sub(start).div_ceil(step.max(1)).min(count)
    }

    /// Wanted indices of the `k`-th chunk.
    fn wanted(&self, k: u64) -> Range {
        if self.want.step > self.piece {
            // chunks between two wanted pixels have none: one chunk for each pixel
            return Range { start: k, end: k.saturating_add(1) };
        }
        let low = self.first.saturating_add(k).saturating_mul(self.piece);
        Range { start: self.rank(low), end: self.rank(low.saturating_add(self.piece)) }
    }

    /// The pixel that a wanted index names.
    fn pixel(&self, index: u64) -> u64 {
        index.saturating_mul(self.want.step).saturating_add(self.want.start)
    }

    /// Tiles that hold the first and last of these wanted indices, and those between.
    fn tiles(&self, wanted: Range) -> Range {
        let tile = |index| self.pixel(index).checked_div(self.tile).unwrap_or(0);
        let last = wanted.end.saturating_sub(1);
        Range { start: tile(wanted.start), end: tile(last).saturating_add(1) }
    }

    fn pick(&self, tile: u64, wanted: Range) -> Pick {
        let low = tile.saturating_mul(self.tile);
        let high = low.saturating_add(self.tile).min(self.extent);
        let start = self.rank(low).max(wanted.start);
        let end = self.rank(high).min(wanted.end);
        Pick {
            extent: high.saturating_sub(low),
            from: self.pixel(start).saturating_sub(low),
            count: end.saturating_sub(start),
            step: self.want.step,
            to: start.saturating_sub(wanted.start),
        }
    }
}

/// How an array is cut into tiles, and a region of it into chunks of whole tiles.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    axes: Vec<Axis>,
    chunks: u64,
}

/// A chunk: tiles and wanted indices by axis.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) tiles: Vec<Range>,
    wanted: Vec<Range>,
}

impl Grid {
    /// Chunks of about `pixels` pixels each: a tile, or as many consecutive tiles as that allows. `None` for more chunks than
    /// can be counted.
    pub(super) fn new(shape: &[u64], tile: &[u64], wanted: &[Extent], pixels: u64) -> Option<Self> {
        let axes = shape.iter().zip(tile).zip(wanted).map(|((&extent, &tile), &want)| Axis {
            extent,
            tile: tile.max(1),
            want,
            piece: tile.max(1),
            pieces: 0,
            first: 0,
        });
        let mut axes: Vec<Axis> = axes.collect();
        let mut size = axes
            .iter()
            .try_fold(1u64, |n, axis| n.checked_mul(axis.tile.min(axis.extent.max(1))))?;
        // tiles stand in C order: along the next axis only when all that is wanted of the faster ones is taken
        for axis in axes.iter_mut().rev() {
            let tiles = axis.tiles(Range { start: 0, end: axis.want.count.max(1) }).len();
            let fit = pixels.checked_div(size).unwrap_or(1).clamp(1, tiles.max(1));
            let all = axis.extent.div_ceil(axis.tile);
            let whole = fit >= tiles;
            axis.piece = axis.tile.saturating_mul(if whole { all } else { fit });
            size = size.saturating_mul(fit);
            if !whole {
                break;
            }
        }
        for axis in &mut axes {
            let Extent { start, count, step } = axis.want;
            axis.first = start.checked_div(axis.piece)?;
            axis.pieces = match count.checked_sub(1) {
                None => 0,
                Some(last) if step > axis.piece => last.checked_add(1)?,
                Some(last) => {
                    let last = axis.pixel(last).checked_div(axis.piece)?;
                    last.saturating_sub(axis.first).checked_add(1)?
                }
            };
        }
        let chunks = axes.iter().try_fold(1u64, |n, axis| n.checked_mul(axis.pieces))?;
        Some(Self { axes, chunks })
    }

    /// How many chunks.
    pub(super) fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Tiles along each axis, slowest first.
    fn counts(&self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator {
        self.axes.iter().map(|axis| axis.extent.div_ceil(axis.tile))
    }

    /// The chunk of this number.
    pub(super) fn piece(&self, index: u64) -> Piece {
        let mut rest = index;
        let mut wanted: Vec<Range> = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let pieces = axis.pieces.max(1);
            wanted.push(axis.wanted(rest.checked_rem(pieces).unwrap_or(0)));
            rest = rest.checked_div(pieces).unwrap_or(0);
        }
        wanted.reverse();
        let tiles = self.axes.iter().zip(&wanted).map(|(axis, &wanted)| axis.tiles(wanted));
        Piece { tiles: tiles.collect(), wanted }
    }

    /// The number of a tile, counted from 0 in the order of the table's rows.
    pub(super) fn number(&self, tile: &[u64]) -> u64 {
        self.counts()
            .zip(tile)
            .fold(0, |n, (count, &at)| n.saturating_mul(count).saturating_add(at))
    }

    /// How many tiles follow each other in the table from `tile` on, all of them of this chunk.
    pub(super) fn run(&self, piece: &Piece, tile: &[u64]) -> u64 {
        let mut run = 1u64;
        let mut whole = 1u64;
        for ((range, &at), count) in piece.tiles.iter().zip(tile).zip(self.counts()).rev() {
            // those that are left of this axis, with all tiles of the axes behind
            let left = range.end.saturating_sub(at).saturating_sub(1);
            run = run.saturating_add(whole.saturating_mul(left));
            if range.len() != count {
                break;
            }
            whole = whole.saturating_mul(count);
        }
        run
    }

    /// What is taken of a tile, by axis.
    pub(super) fn picks(&self, piece: &Piece, tile: &[u64], picks: &mut Vec<Pick>) {
        picks.clear();
        let axes = self.axes.iter().zip(tile).zip(&piece.wanted);
        picks.extend(axes.map(|((axis, &tile), &wanted)| axis.pick(tile, wanted)));
    }

    /// The extents of the largest tile, cut to the array.
    pub(super) fn largest(&self) -> Dims {
        self.axes.iter().map(|axis| axis.tile.min(axis.extent)).collect()
    }
}

impl Piece {
    /// Where the chunk lies in the region.
    pub(super) fn place(&self, entry: usize) -> Place {
        Place {
            entry,
            origin: self.wanted.iter().map(|range| range.start).collect(),
            shape: self.shape(),
        }
    }

    /// Its extents.
    pub(super) fn shape(&self) -> Dims {
        self.wanted.iter().map(|range| range.len()).collect()
    }

    /// The first tile.
    pub(super) fn first(&self) -> Dims {
        self.tiles.iter().map(|range| range.start).collect()
    }

    /// Goes to the next tile in C order; `false` behind the last.
    pub(super) fn advance(&self, tile: &mut Dims) -> bool {
        for (at, range) in tile.iter_mut().zip(&self.tiles).rev() {
            *at = at.saturating_add(1);
            if *at < range.end {
                return true;
            }
            *at = range.start;
        }
        false
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
