//! Streams FITS headers, images, tables and compressed tiles in bounded memory, by the FITS Standard 4.0, in pure Rust.
//!
//! [`Reader`] walks over the HDUs of a file and reads headers only; [`Hdu`] has the cards ([`Header`], [`Card`], [`Value`]), what
//! they say of the data ([`Image`], [`Table`], [`Column`], [`TiledImage`], [`Wcs`]), and gives the data in chunks;
//! [`Defect`] names each rule that a file breaks, and reading goes on behind it. [`Fits`] is the same as a
//! [`stream_core::Format`].
//!
//! ```
//! # let mut bytes = Vec::new();
//! # for card in ["SIMPLE  =                    T", "BITPIX  =                   16", "NAXIS   =                    1",
//! #     "NAXIS1  =                    2", "OBJECT  = 'M 31'", "END"] {
//! #     bytes.extend(format!("{card:80}").bytes());
//! # }
//! # bytes.resize(2880, b' ');
//! # bytes.extend([0, 1, 0, 2]);
//! # bytes.resize(5760, 0);
//! # let source = std::sync::Arc::new(stream_core::MemorySource::new(bytes));
//! # let cx = stream_core::Context::new(source, &stream_core::memory::Budget::new("doc", 1 << 20));
//! let (mut reader, mut hdu) = (stream_fits::Reader::open(cx.clone())?, stream_fits::Hdu::new(&cx));
//! while reader.read_hdu(&mut hdu)? {
//!     println!("{:?} {:?}", hdu.shape(), hdu.header().text("OBJECT"));
//!     let chunk = hdu.chunks(&cx, &Default::default())?.read(0, &mut Default::default())?;
//!     assert_eq!(chunk.as_slice::<i16>()?, [1, 2]);
//! }
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Bounds: 64 KiB of read-ahead, 80 bytes a card of the header at hand (at most 16 MiB), some 1.5 KiB a column of its table, one
//! chunk and a piece of up to 1 MiB for each thread that reads. Lengths are never believed.
//! Not done: writing; compressed tables are read as they are stored; of coordinates facts are told, not the transformation.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod card;
mod checksum;
mod column;
mod data;
mod defect;
mod format;
mod hdu;
mod header;
mod image;
mod reader;
mod table;
mod tile;
mod wcs;

pub use card::{CARD, Card, Parts, Style, Text, Value};
pub use checksum::Sum;
pub use column::{AsciiForm, Column, ColumnWorld, Field, Heap, TForm, TType};
pub use defect::{Defect, Deviation, Word};
pub use format::Fits;
pub use hdu::{Hdu, HduKind, Presented};
pub use header::{BLOCK, Cards, Header};
pub use image::{Image, Numeric, Scaling};
pub use reader::{Hdus, Reader};
pub use table::{MAX_COLUMNS, Table};
pub use tile::{Algorithm, TileDefect, TiledImage};
pub use wcs::{Wcs, WcsAxis};
