//! The chunks of a compressed image, by index, from any thread.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Buf;
use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Form, Place, Request,
    Result, Scratch, Span, shape_of,
};

use super::convert::{self, Turn};
use super::decode::{Kind, Work};
use super::feed::{Feed, Row, Store};
use super::grid::{Grid, Pick, Piece};
use super::gzip::Inflaters;
use super::quantize::Quantum;
use super::{Cells, TileDefect, TiledImage};

/// Chunks of whole tiles.
pub(super) struct TilePlan {
    cx: Context,
    tiled: TiledImage,
    entry: usize,
    wanted: Vec<Extent>,
    grid: Grid,
    dtype: DType,
    turn: Turn,
    /// Whether stored values change their signedness.
    flips: bool,
    store: Store,
    inflaters: Inflaters,
}

/// Buffers of one call.
struct Room {
    tile: Buf,
    work: Buf,
    picks: Vec<Pick>,
}

impl TilePlan {
    pub(super) fn new(
        tiled: &TiledImage,
        cx: &Context,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let image = tiled.image();
        let numeric = image.numeric;
        let wanted = request.region.resolve(&image.shape)?;
        let scales = numeric.is_integer() || !image.scaling.is_identity();
        let (dtype, turn) = match request.form {
            Form::Bytes => {
                let message = "pixels of a compressed image have no bytes in the file";
                return Err(Error::new(ErrorKind::Request, message));
            }
            Form::Scaled if scales => (image.scaled(), Turn::Scale(numeric, image.scaling)),
            _ => (image.stored(), Turn::Copy(usize::try_from(numeric.size()).unwrap_or(1))),
        };
        let flips = matches!(turn, Turn::Copy(_)) && image.scaling.flips_sign(numeric);
        let size = u64::try_from(dtype.size().unwrap_or(8)).unwrap_or(8).max(1);
        let pixels = u64::try_from(chunk).unwrap_or(u64::MAX).checked_div(size).unwrap_or(1);
        let tiles = image.shape.iter().zip(tiled.tile().iter());
        let tiles = tiles.map(|(extent, tile)| extent.div_ceil((*tile).max(1)));
        let tiles = tiles.fold(1u64, u64::saturating_mul);
        if tiled.rows < tiles {
            let message = format!("tiles: expected a table of {tiles} rows, found {}", tiled.rows);
            return Err(Error::malformed(tiled.offset, message));
        }
        let grid = Grid::new(&image.shape, tiled.tile(), &wanted, pixels);
        let grid = grid.ok_or_else(|| Error::malformed(tiled.offset, "tiles beyond all count"))?;
        Ok(Self {
            cx: cx.clone(),
            entry,
            wanted,
            grid,
            dtype,
            turn,
            flips,
            store: Store::new(cx, tiled.data)?,
            inflaters: Inflaters::new(cx.budget()),
            tiled: tiled.clone(),
        })
    }

    /// Pixels and bytes of scratch that the largest tile needs.
    fn room(&self, direct: bool) -> Result<Room> {
        let largest = self.grid.largest();
        let size = self.tiled.image().numeric.size();
        let bytes = largest.elements().and_then(|n| n.checked_mul(size));
        let bytes = bytes.and_then(|n| usize::try_from(n).ok());
        let work = self.tiled.work(&largest).and_then(|n| usize::try_from(n).ok());
        // what cannot be counted is refused by the budget
        Ok(Room {
            tile: self.cx.buf(if direct { 0 } else { bytes.unwrap_or(usize::MAX) })?,
            work: self.cx.buf(work.unwrap_or(usize::MAX))?,
            picks: Vec::new(),
        })
    }

    /// Whether tiles of this piece are decoded straight to where they belong: nothing is left out, and each is one run.
    fn direct(&self, piece: &Piece, shape: &[u64]) -> bool {
        let whole = self.wanted.iter().all(|want| want.step == 1);
        let mut picks = Vec::new();
        let mut tile = piece.first();
        // the first and the last tile of each axis are those that a region cuts
        let mut all = whole && matches!(self.turn, Turn::Copy(_));
        for last in [false, true] {
            if last {
                tile = piece.tiles.iter().map(|range| range.end.saturating_sub(1)).collect();
            }
            self.grid.picks(piece, &tile, &mut picks);
            all = all && picks.iter().all(|pick| pick.count == pick.extent);
            // behind the first axis of more than one pixel, tiles are as wide as the chunk
            let mut behind = picks.iter().zip(shape).skip_while(|(pick, _)| pick.extent <= 1);
            behind.next();
            all = all && behind.all(|(pick, &extent)| pick.count == extent);
        }
        all
    }

    fn fill(
        &self,
        piece: &Piece,
        shape: &Dims,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let direct = self.direct(piece, shape);
        let mut room = self.room(direct)?;
        let mut inflater = if self.tiled.inflates() { Some(self.inflaters.take()?) } else { None };
        let mut feed = Feed::new(&self.cx, &self.tiled, &self.store, scratch);
        let mut at = piece.first();
        let numeric = self.tiled.image().numeric;
        let size = usize::try_from(numeric.size()).unwrap_or(1);
        let result = loop {
            self.cx.cancel().check()?;
            self.grid.picks(piece, &at, &mut room.picks);
            // a tile between two wanted pixels
            if room.picks.iter().all(|pick| pick.count > 0) {
                let number = self.grid.number(&at);
                if let Err(e) = feed.load(number, self.grid.run(piece, &at)) {
                    break Err(e);
                }
                let extents: Dims = room.picks.iter().map(|pick| pick.extent).collect();
                let pixels = usize::try_from(extents.elements().unwrap_or(u64::MAX));
                let bytes = pixels.unwrap_or(usize::MAX).saturating_mul(size);
                let start =
                    if direct { offset(&room.picks, shape).saturating_mul(size) } else { 0 };
                let Room { tile, work, picks } = &mut room;
                let to = if direct { &mut *out } else { &mut **tile };
                let to = to.get_mut(start..start.saturating_add(bytes)).unwrap_or_default();
                let mut work = Work { bytes: work, inflater: inflater.as_mut() };
                if let Err(e) = self.tile(&mut feed, number, &extents, to, &mut work) {
                    break Err(e);
                }
                if self.flips {
                    convert::flip(numeric, to);
                }
                if !direct {
                    let step = self.dtype.size().unwrap_or(1);
                    let tile = tile.get(..bytes).unwrap_or_default();
                    gather(tile, size, picks, out, step, shape, self.turn);
                }
            }
            if !piece.advance(&mut at) {
                break Ok(());
            }
        };
        if let Some(inflater) = inflater {
            self.inflaters.give(inflater);
        }
        result
    }

    /// Decodes one tile, stored pixels in the machine's order.
    fn tile(
        &self,
        feed: &mut Feed<'_>,
        number: u64,
        extents: &Dims,
        out: &mut [u8],
        work: &mut Work<'_>,
    ) -> Result<()> {
        let tiled = &self.tiled;
        let row = feed.row(number);
        let columns = [
            (Kind::Compressed, tiled.compressed),
            (Kind::Gzipped, tiled.gzipped),
            (Kind::Plain, tiled.plain),
        ];
        let found =
            columns.into_iter().find_map(|(kind, cells)| Some((kind, cells, row.cell(cells)?)));
        let quantum = self.quantum(row, number);
        let counted = number.saturating_add(1);
        let Some((kind, cells, cell)) = found else {
            let at = tiled.offset.saturating_add(number.saturating_mul(tiled.row_bytes));
            return Err(TileDefect::Missing.of(counted, at));
        };
        let at = self.inside(cell, counted, number)?;
        let bytes = feed.cell(number, cell, cells)?;
        let decoded = tiled.decode(bytes, kind, quantum, extents, out, work);
        decoded.map_err(|defect| defect.of(counted, at))?;
        match tiled.mask {
            Some((cells, algorithm)) => {
                self.mask(feed, (number, cells, Kind::Mask(algorithm)), extents, out, work)
            }
            None => Ok(()),
        }
    }

    /// Where a cell starts in the source, if the heap has it whole.
    fn inside(&self, cell: Span, counted: u64, number: u64) -> Result<u64> {
        let heap = self.tiled.heap;
        if cell.end() <= heap.length {
            return Ok(heap.offset.saturating_add(cell.offset));
        }
        let row = self.tiled.offset.saturating_add(number.saturating_mul(self.tiled.row_bytes));
        let message = format!(
            "tile {counted}: descriptor points beyond the heap (expected at most {} bytes, found {}) (FITS 7.3.5)",
            heap.length,
            cell.end()
        );
        Err(Error::malformed(row, message))
    }

    fn quantum(&self, row: Row<'_>, number: u64) -> Option<Quantum> {
        let tiled = &self.tiled;
        let blank = row.number(tiled.blank).filter(|blank| blank.fract() == 0.0);
        tiled.quantized.then(|| Quantum {
            dither: tiled.dither,
            seed: number.saturating_add(tiled.seed),
            scale: row.number(tiled.scale).unwrap_or(1.0),
            zero: row.number(tiled.zero).unwrap_or(0.0),
            // 32 bits, as the integers that it stands among
            blank: blank.map(|blank| blank as i64),
        })
    }

    /// Makes the pixels missing whose mask is not zero: NaN, or BLANK.
    fn mask(
        &self,
        feed: &mut Feed<'_>,
        (number, cells, kind): (u64, Cells, Kind),
        extents: &Dims,
        out: &mut [u8],
        work: &mut Work<'_>,
    ) -> Result<()> {
        let Some(cell) = feed.row(number).cell(Some(cells)) else { return Ok(()) };
        let counted = number.saturating_add(1);
        let at = self.inside(cell, counted, number)?;
        let pixels = usize::try_from(extents.elements().unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let mut mask = self.cx.buf(pixels)?;
        let bytes = feed.cell(number, cell, Some(cells))?;
        let decoded = self.tiled.decode_mask(bytes, kind, extents, &mut mask, work);
        decoded.map_err(|defect| defect.of(counted, at))?;
        convert::blank(self.tiled.image(), &mask, out);
        Ok(())
    }
}

/// Where the first pixel of a tile goes in a chunk of this shape.
fn offset(picks: &[Pick], shape: &[u64]) -> usize {
    let at = picks
        .iter()
        .zip(shape)
        .fold(0u64, |at, (pick, &extent)| at.saturating_mul(extent).saturating_add(pick.to));
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Takes the wanted pixels of a tile, line by line.
fn gather(
    tile: &[u8],
    size: usize,
    picks: &[Pick],
    out: &mut [u8],
    step: usize,
    shape: &[u64],
    turn: Turn,
) {
    let Some((line, slower)) = picks.split_last() else { return };
    let narrow = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let mut index = Dims::filled(slower.len(), 0);
    loop {
        let (mut from, mut to) = (0u64, 0u64);
        for ((pick, &at), &extent) in slower.iter().zip(index.iter()).zip(shape) {
            let pixel = pick.from.saturating_add(at.saturating_mul(pick.step));
            from = from.saturating_mul(pick.extent).saturating_add(pixel);
            to = to.saturating_mul(extent).saturating_add(pick.to).saturating_add(at);
        }
        let wide = shape.last().copied().unwrap_or(1);
        from = from.saturating_mul(line.extent).saturating_add(line.from);
        to = to.saturating_mul(wide).saturating_add(line.to);
        let from = tile.get(narrow(from).saturating_mul(size)..).unwrap_or_default();
        let to = out.get_mut(narrow(to).saturating_mul(step)..).unwrap_or_default();
        turn.line(from, narrow(line.step), narrow(line.count), to);
        let mut more = false;
        for (at, pick) in index.iter_mut().zip(slower).rev() {
            *at = at.saturating_add(1);
            if *at < pick.count {
                more = true;
                break;
            }
            *at = 0;
        }
        if !more {
            return;
        }
    }
}

impl ChunkPlan for TilePlan {
    fn len(&self) -> usize {
        usize::try_from(self.grid.chunks()).unwrap_or(usize::MAX)
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.dtype.clone(), shape_of(&self.wanted)))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let index = u64::try_from(index).ok().filter(|index| *index < self.grid.chunks())?;
        Some(self.grid.piece(index).place(self.entry))
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let number = u64::try_from(index).ok().filter(|index| *index < self.grid.chunks());
        let number = number.ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let piece = self.grid.piece(number);
        let shape = piece.shape();
        let origin: Dims = (piece.place(self.entry).origin.iter().zip(&self.wanted))
            .map(|(&at, want)| at.saturating_mul(want.step).saturating_add(want.start))
            .collect();
        let size = self.dtype.size().unwrap_or(1);
        let count = shape.elements().and_then(|n| usize::try_from(n).ok());
        let bytes = count.and_then(|n| n.checked_mul(size)).unwrap_or(usize::MAX);
        let mut buf = self.cx.buf(bytes)?;
        self.fill(&piece, &shape, &mut buf, scratch)?;
        Chunk::new(self.entry, origin, shape, self.dtype.clone(), buf)
    }
}
