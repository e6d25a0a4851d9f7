//! One tile: from its bytes to stored pixels in the machine's order.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Sample;

use super::gzip::{self, Inflater};
use super::quantize::{self, Integer, Quantum};
use super::{Algorithm, TileDefect, TiledImage, convert, hcompress, plio, rice};
use crate::Numeric;

/// Which column the bytes of a tile come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `COMPRESSED_DATA`: by the image's algorithm.
    Compressed,
    /// `GZIP_COMPRESSED_DATA`: the stored pixels in gzip.
    Gzipped,
    /// `UNCOMPRESSED_DATA`: the stored pixels.
    Plain,
    /// `NULL_PIXEL_MASK`.
    Mask(Algorithm),
}

/// Where numbers go: stored pixels, or, for real ones that were made integers, real ones again.
struct Target<'a> {
    numeric: Numeric,
    quantum: Option<Quantum>,
    out: &'a mut [u8],
}

impl Target<'_> {
    fn fill<I: Integer>(self, from: &[I]) {
        match (self.quantum, self.numeric) {
            (Some(quantum), Numeric::F32) => {
                let out = f32::cast_mut(self.out).unwrap_or_default();
                quantize::restore(&quantum, from, out);
            }
            (Some(quantum), Numeric::F64) => {
                let out = f64::cast_mut(self.out).unwrap_or_default();
                quantize::restore(&quantum, from, out);
            }
            (_, numeric) => convert::integers(from, numeric, self.out),
        }
    }
}

/// Scratch of a decoder, beside a decompressor.
#[derive(Debug)]
pub(super) struct Work<'a> {
    /// Aligned to 8 bytes, at least as long as [`TiledImage::work`] says.
    pub(super) bytes: &'a mut [u8],
    pub(super) inflater: Option<&'a mut Inflater>,
}

impl TiledImage {
    /// Whether decoders may need a decompressor.
    pub(super) fn inflates(&self) -> bool {
        let mask = self.mask.map(|(_, algorithm)| algorithm);
        let gzip = |algorithm| matches!(algorithm, Algorithm::Gzip1 | Algorithm::Gzip2);
        gzip(self.algorithm) || self.gzipped.is_some() || mask.is_some_and(gzip)
    }

    /// Bytes of scratch for a tile of these extents; `None` where no tile can be so large.
    pub(super) fn work(&self, tile: &[u64]) -> Option<u64> {
        let pixels = tile.iter().try_fold(1u64, |n, &extent| n.checked_mul(extent))?;
        // inflated bytes, and behind them those put together again
        let inflated = pixels.checked_mul(8)?.checked_mul(2)?;
        let own = match self.algorithm {
            Algorithm::Rice { .. } | Algorithm::Plio => pixels.checked_mul(4)?,
            Algorithm::Gzip1 | Algorithm::Gzip2 => inflated,
            Algorithm::Hcompress { .. } => {
                let (rows, columns) = plane(tile);
                let scratch = hcompress::scratch(rows, columns)?;
                pixels.checked_mul(8)?.checked_add(scratch)?
            }
            Algorithm::None => pixels.checked_mul(8)?,
        };
        let fallback = if self.inflates() { inflated } else { 0 };
        let mask = if self.mask.is_some() { pixels.checked_mul(4)? } else { 0 };
        own.max(fallback).max(mask).checked_add(8)
    }

    /// Decodes the mask of a tile: a byte a pixel, not zero where it is missing.
    pub(super) fn decode_mask(
        &self,
        bytes: &[u8],
        kind: Kind,
        tile: &[u64],
        out: &mut [u8],
        work: &mut Work<'_>,
    ) -> Result<(), TileDefect> {
        let image = crate::Image { numeric: Numeric::U8, ..self.image.clone() };
        let of_bytes = Self { image, ..self.clone() };
        of_bytes.decode(bytes, kind, None, tile, out, work)
    }

    /// Decodes the tile of these extents into `out`, stored pixels in the machine's order, of exactly that many.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
        kind: Kind,
        quantum: Option<Quantum>,
        tile: &[u64],
        out: &mut [u8],
        work: &mut Work<'_>,
    ) -> Result<(), TileDefect> {
        let numeric = self.image.numeric;
        let size = usize::try_from(numeric.size()).unwrap_or(1);
        let pixels = out.len().checked_div(size).unwrap_or(0);
        let long = TileDefect::Length { expected: out.len(), found: usize::MAX };
        let (algorithm, quantum) = match kind {
            Kind::Compressed => (self.algorithm, quantum),
            Kind::Gzipped => (Algorithm::Gzip1, None),
            Kind::Plain => (Algorithm::None, None),
            Kind::Mask(algorithm) => (algorithm, None),
        };
        match algorithm {
            Algorithm::Rice { bytes: width, block } => {
                let block = usize::try_from(block).unwrap_or(1);
                match (width, numeric) {
                    // straight into their place
                    (1, Numeric::U8) => return rice::decode(bytes, block, out),
                    (2, Numeric::I16) => {
                        return rice::decode(bytes, block, i16::cast_mut(out).ok_or(long)?);
                    }
                    (4, Numeric::I32) => {
                        return rice::decode(bytes, block, i32::cast_mut(out).ok_or(long)?);
                    }
                    _ => {}
                }
                let target = Target { numeric, quantum, out };
                match width {
                    1 => {
                        let values = typed::<u8>(work.bytes, pixels).ok_or(long)?;
                        rice::decode(bytes, block, values)?;
                        target.fill(values);
                    }
                    2 => {
                        let values = typed::<i16>(work.bytes, pixels).ok_or(long)?;
                        rice::decode(bytes, block, values)?;
                        target.fill(values);
                    }
                    _ => {
                        let values = typed::<i32>(work.bytes, pixels).ok_or(long)?;
                        rice::decode(bytes, block, values)?;
                        target.fill(values);
                    }
                }
            }
            Algorithm::Plio => {
                let values = typed::<i32>(work.bytes, pixels).ok_or(long)?;
                plio::decode(bytes, values)?;
                Target { numeric, quantum, out }.fill(values);
            }
            Algorithm::Hcompress { .. } => {
                let (rows, columns) = plane(tile);
                let extents = (usize::try_from(rows), usize::try_from(columns));
                let (Ok(rows), Ok(columns)) = extents else { return Err(long) };
                let (values, scratch) =
                    work.bytes.split_at_mut_checked(pixels.saturating_mul(8)).ok_or(long)?;
                let values = i64::cast_mut(values).ok_or(long)?;
                let smooth = self.algorithm.smooth();
                hcompress::decode(bytes, (rows, columns), smooth, values, scratch)?;
                Target { numeric, quantum, out }.fill(values);
            }
            Algorithm::Gzip1 | Algorithm::Gzip2 => {
                let inflater = work.inflater.as_mut().ok_or(TileDefect::Gzip)?;
                let most = pixels.saturating_mul(8);
                let (first, second) = work.bytes.split_at_mut_checked(most).ok_or(long)?;
                let length = inflater.inflate(bytes, first)?;
                let width = length.checked_div(pixels).unwrap_or(0);
                let mut inflated = first.get_mut(..length).unwrap_or_default();
                if algorithm == Algorithm::Gzip2 {
                    let whole = second.get_mut(..length).ok_or(long)?;
                    match width {
                        2 => gzip::unshuffle::<2>(inflated, whole),
                        4 => gzip::unshuffle::<4>(inflated, whole),
                        8 => gzip::unshuffle::<8>(inflated, whole),
                        _ => whole.copy_from_slice(inflated),
                    }
                    inflated = whole;
                }
                pixels_of(inflated, pixels, Target { numeric, quantum, out })?;
            }
            Algorithm::None => {
                let target = Target { numeric, quantum, out };
                if target.quantum.is_none() && bytes.len() == target.out.len() {
                    convert::native(bytes, size, target.out);
                } else {
                    let found =
                        TileDefect::Length { expected: target.out.len(), found: bytes.len() };
                    let copy = work.bytes.get_mut(..bytes.len()).ok_or(found)?;
                    copy.copy_from_slice(bytes);
                    pixels_of(copy, pixels, target)?;
                }
            }
        }
        Ok(())
    }
}

/// Big-endian pixels as stored, or, in scratch, of another width than the image has: writers widen integers, and make reals
/// integers.
fn pixels_of(from: &mut [u8], pixels: usize, target: Target<'_>) -> Result<(), TileDefect> {
    let stored = target.out.len();
    let wrong = TileDefect::Length { expected: stored, found: from.len() };
    let width = from.len().checked_div(pixels).unwrap_or(0);
    if width.checked_mul(pixels) != Some(from.len()) {
        return Err(wrong);
    }
    if target.quantum.is_none() {
        if from.len() == stored {
            convert::native(from, width, target.out);
            return Ok(());
        }
        if !target.numeric.is_integer() {
            return Err(wrong);
        }
    }
    convert::native_in_place(from, width);
    match width {
        1 => target.fill::<u8>(from),
        2 => target.fill(i16::cast(from).ok_or(wrong)?),
        4 => target.fill(i32::cast(from).ok_or(wrong)?),
        8 => target.fill(i64::cast(from).ok_or(wrong)?),
        _ => return Err(wrong),
    }
    Ok(())
}

/// The start of scratch as `count` numbers.
fn typed<T: Sample>(bytes: &mut [u8], count: usize) -> Option<&mut [T]> {
    let bytes = bytes.get_mut(..count.checked_mul(size_of::<T>())?)?;
    T::cast_mut(bytes)
}

/// The two axes that HCOMPRESS_1 knows: the fastest, and the others, all but one of which have one pixel (10.4.4).
fn plane(tile: &[u64]) -> (u64, u64) {
    match tile.split_last() {
        Some((&columns, others)) => (others.iter().copied().fold(1, u64::saturating_mul), columns),
        None => (1, 1),
    }
}
