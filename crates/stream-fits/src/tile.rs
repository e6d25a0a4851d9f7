//! Images in compressed tiles: FITS 4.0, 10.1.
#![deny(clippy::arithmetic_side_effects)]

mod bits;
mod convert;
mod decode;
mod defect;
mod feed;
mod grid;
mod gzip;
mod hcompress;
mod keywords;
mod plan;
mod plio;
mod quantize;
mod rice;

use std::fmt;
use std::sync::Arc;

pub use defect::TileDefect;

use stream_core::{ChunkPlan, Context, Dims, Request, Result, Span};

use crate::{Hdu, Image};
use hcompress::Smooth;
use quantize::Dither;

/// How tiles are compressed: `ZCMPTYPE` and its parameters (10.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// `RICE_1`: differences in blocks.
    Rice {
        /// `BYTEPIX`: bytes of the integers that were compressed: 1, 2 or 4.
        bytes: u8,
        /// `BLOCKSIZE`: pixels of a block.
        block: u32,
    },
    /// `GZIP_1`: gzip of the pixels.
    Gzip1,
    /// `GZIP_2`: gzip of the pixels' bytes by significance.
    Gzip2,
    /// `PLIO_1`: pixel lists, for masks.
    Plio,
    /// `HCOMPRESS_1`: the H-transform of tiles of two axes.
    Hcompress {
        /// `SMOOTH`: whether what was lost to the scale is smoothed over.
        smooth: bool,
    },
    /// `NOCOMPRESS`: the pixels as they are.
    None,
}

impl Algorithm {
    /// Its name in listings.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Rice { .. } => "rice_1",
            Self::Gzip1 => "gzip_1",
            Self::Gzip2 => "gzip_2",
            Self::Plio => "plio_1",
            Self::Hcompress { .. } => "hcompress_1",
            Self::None => "nocompress",
        }
    }

    fn smooth(self) -> Smooth {
        if self == (Self::Hcompress { smooth: true }) { Smooth::On } else { Smooth::Off }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A number of each tile: in a column of the table, or the same for all in a keyword (10.2).
#[derive(Clone, Copy, Debug, PartialEq)]
enum PerTile {
    Absent,
    Keyword(f64),
    Column { offset: u64, numeric: crate::Numeric },
}

/// A column whose cells are arrays in the heap.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cells {
    /// Where the descriptor stands in a row, and whether it has twice 64 bits.
    offset: u64,
    wide: bool,
    /// Bytes of an element.
    size: u64,
}

/// An image in compressed tiles, as the header of its table describes it. Reads nothing by itself.
#[derive(Clone, Debug)]
pub struct TiledImage {
    image: Image,
    tile: Dims,
    algorithm: Algorithm,
    /// Whether real numbers were made integers.
    quantized: bool,
    dither: Dither,
    /// `ZDITHER0 - 1`.
    seed: u64,
    scale: PerTile,
    zero: PerTile,
    blank: PerTile,
    compressed: Option<Cells>,
    gzipped: Option<Cells>,
    plain: Option<Cells>,
    mask: Option<(Cells, Algorithm)>,
    rows: u64,
    row_bytes: u64,
    offset: u64,
    heap: Span,
    data: Span,
}

impl TiledImage {
    /// Takes the description from the header and table of an HDU whose kind is
    /// [`CompressedImage`](crate::HduKind::CompressedImage).
    ///
    /// # Errors
    /// `Malformed` where a keyword or column that is needed is missing or makes no sense, `Unsupported` for an algorithm that
    /// the standard does not have.
    pub fn new(hdu: &Hdu) -> Result<Self> {
        keywords::describe(hdu)
    }

    /// The image that is restored: `ZBITPIX`, `ZNAXISn`, `BSCALE`, `BZERO`, `BLANK`.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The extents of a tile, slowest axis first: `ZTILEn` reversed.
    pub fn tile(&self) -> &Dims {
        &self.tile
    }

    /// How tiles are compressed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether real numbers were made integers before they were compressed, which loses some of their precision (10.2).
    pub fn is_quantized(&self) -> bool {
        self.quantized
    }

    /// The pixels of a region in chunks of whole tiles, of about `chunk` bytes each: a tile, or as many consecutive ones as
    /// that allows. `entry` is the number that the chunks carry.
    ///
    /// A chunk costs its own memory, that of a tile with the decoder's scratch, and up to 1 MiB of compressed bytes. Over a
    /// source that only goes forward, the table and its heap are read whole and held, since tiles lie in the heap behind the
    /// table that says where.
    ///
    /// # Errors
    /// `Request` for a region that does not fit, or the form `Bytes`; `Malformed` for a table with fewer rows than tiles;
    /// `Unsupported` where a source that only goes forward holds more than the budget.
    pub fn plan(
        &self,
        cx: &Context,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Arc<dyn ChunkPlan>> {
        plan::TilePlan::new(self, cx, entry, request, chunk).map(|plan| Arc::new(plan) as Arc<_>)
    }
}
