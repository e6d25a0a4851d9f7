//! The rules of section 10 that the bytes of a tile can break.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::Error;

/// A rule of FITS 4.0, section 10, that a compressed tile breaks. The tile cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileDefect {
    /// 10.4: a stream lasts until all pixels of its tile are restored.
    Short {
        /// Bytes of the stream that there are.
        at: usize,
    },
    /// 10.4.1: the parameter of a block is one of those that its type has.
    Parameter {
        /// The parameter.
        found: u32,
    },
    /// 10.4.2: the stream is a gzip member.
    Gzip,
    /// 10.4.2: checksum and length at the end of a gzip member are those of its content.
    GzipCheck,
    /// 10.4: a tile has as many pixels as its extents say.
    Length {
        /// Bytes of so many pixels.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// 10.4.3: a pixel list has a header, and instructions within its length.
    PixelList {
        /// The word, counted from 0.
        at: usize,
    },
    /// 10.4.4: the stream begins with the bytes DD 99.
    HcompressMagic,
    /// 10.4.4: the extents in the stream are those of the tile.
    HcompressShape {
        /// Rows in the stream.
        rows: i32,
        /// Columns in the stream.
        columns: i32,
    },
    /// 10.4.4: planes of bits are coded in one of two ways, at most 63 of them, and end with a zero.
    HcompressPlanes,
    /// 10.1.3: each tile has data in one of the columns.
    Missing,
}

impl TileDefect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        self.facts().0
    }

    /// The clause of the standard.
    pub fn clause(&self) -> &'static str {
        self.facts().1
    }

    fn facts(&self) -> (&'static str, &'static str) {
        match self {
            Self::Short { .. } => ("tile_short", "FITS 10.4"),
            Self::Parameter { .. } => ("rice_parameter", "FITS 10.4.1"),
            Self::Gzip => ("gzip", "FITS 10.4.2"),
            Self::GzipCheck => ("gzip_check", "FITS 10.4.2"),
            Self::Length { .. } => ("tile_length", "FITS 10.4"),
            Self::PixelList { .. } => ("pixel_list", "FITS 10.4.3"),
            Self::HcompressMagic => ("hcompress_magic", "FITS 10.4.4"),
            Self::HcompressShape { .. } => ("hcompress_shape", "FITS 10.4.4"),
            Self::HcompressPlanes => ("hcompress_planes", "FITS 10.4.4"),
            Self::Missing => ("tile_missing", "FITS 10.1.3"),
        }
    }

    /// The error for tile `tile`, counted from 1, whose stream starts at `offset` of the source.
    #[cold]
    pub(super) fn of(self, tile: u64, offset: u64) -> Error {
        Error::malformed(offset, format!("tile {tile}: {self} ({})", self.clause()))
    }
}

impl fmt::Display for TileDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { at } => write!(f, "stream of {at} bytes ends before the last pixel"),
            Self::Parameter { found } => write!(f, "no block has the parameter {found}"),
            Self::Gzip => f.write_str("stream is not gzip's"),
            Self::GzipCheck => f.write_str("checksum or length of the gzip stream is wrong"),
            Self::Length { expected, found } => {
                write!(f, "pixels: expected {expected} bytes, found {found}")
            }
            Self::PixelList { at } => write!(f, "pixel list breaks off at word {at}"),
            Self::HcompressMagic => f.write_str("stream is not hcompress's"),
            Self::HcompressShape { rows, columns } => {
                write!(f, "stream is of {rows} rows and {columns} columns, the tile is not")
            }
            Self::HcompressPlanes => f.write_str("planes of bits that hcompress does not write"),
            Self::Missing => f.write_str("no data"),
        }
    }
}
