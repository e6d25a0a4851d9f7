//! Header and data units: FITS 4.0, 3.
#![deny(clippy::arithmetic_side_effects)]

mod data;
mod presented;
mod structure;

pub use presented::Presented;
pub(crate) use structure::interpret;

use stream_core::{Context, Dims, Span};

use crate::card::Text;
use crate::{Header, Image, Numeric, Table, TiledImage};

/// What an HDU holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HduKind {
    /// No data: NAXIS is 0, or an extent is.
    Empty,
    /// The primary array (4.4.1.1) or an image extension (7.1).
    Image,
    /// Random groups (6).
    Groups,
    /// An ASCII table (7.2).
    AsciiTable,
    /// A binary table (7.3).
    BinaryTable,
    /// A binary table that holds the tiles of an image (10.1).
    CompressedImage,
    /// A binary table that holds compressed columns of another (10.3).
    CompressedTable,
    /// An extension of another kind, conforming or not (3.4.1).
    Other,
}

impl HduKind {
    /// The stable name used in listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "none",
            Self::Image => "image",
            Self::Groups => "groups",
            Self::AsciiTable => "ascii_table",
            Self::BinaryTable => "table",
            Self::CompressedImage => "compressed_image",
            Self::CompressedTable => "compressed_table",
            Self::Other => "other",
        }
    }
}

/// One header and data unit. A [`Reader`](crate::Reader) fills it again and again, reusing its memory.
#[derive(Debug)]
pub struct Hdu {
    pub(crate) number: u64,
    pub(crate) header: Header,
    pub(crate) kind: HduKind,
    pub(crate) numeric: Numeric,
    pub(crate) shape: Dims,
    pub(crate) data: Span,
    pub(crate) image: Option<Image>,
    pub(crate) table: Option<Table>,
    pub(crate) compressed: Option<TiledImage>,
}

impl Hdu {
    /// An empty unit, charged to `cx`.
    pub fn new(cx: &Context) -> Self {
        Self {
            number: 0,
            header: Header::new(cx.budget()),
            kind: HduKind::Empty,
            numeric: Numeric::U8,
            shape: Dims::new(),
            data: Span { offset: 0, length: 0 },
            image: None,
            table: None,
            compressed: None,
        }
    }

    /// Counted from 0, the primary HDU.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What it holds.
    pub fn kind(&self) -> HduKind {
        self.kind
    }

    /// Its cards.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// `EXTNAME`.
    pub fn name(&self) -> Option<Text<'_>> {
        self.header.text("EXTNAME")
    }

    /// `EXTVER`; 1 where it is not given (4.4.2.6).
    pub fn version(&self) -> i64 {
        self.header.integer("EXTVER").unwrap_or(1)
    }

    /// `EXTLEVEL`; 1 where it is not given (4.4.2.6).
    pub fn level(&self) -> i64 {
        self.header.integer("EXTLEVEL").unwrap_or(1)
    }

    /// The value of `XTENSION`; `None` for the primary HDU.
    pub fn extension(&self) -> Option<Text<'_>> {
        self.header.text("XTENSION")
    }

    /// Extents, slowest axis first: `NAXISn` reversed. Of a table: rows, bytes of a row.
    pub fn shape(&self) -> &Dims {
        &self.shape
    }

    /// The bytes of its data, heap included, padding not.
    pub fn data(&self) -> Span {
        self.data
    }

    /// Where the next HDU starts: data are padded to whole blocks (3.3.2).
    pub fn end(&self) -> u64 {
        structure::padded(self.data.end())
    }

    /// The array, of a primary HDU or image extension that has one.
    pub fn image(&self) -> Option<&Image> {
        self.image.as_ref()
    }

    /// The table: of tables of both kinds, of compressed images and tables as they are stored, and of random groups.
    pub fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    /// The image that the tiles of a compressed image make up; `None` where they are shown as they are stored, or where the
    /// header does not say enough.
    pub fn compressed(&self) -> Option<&TiledImage> {
        self.compressed.as_ref()
    }
}
