//! Streams FITS headers, images, tables and compressed tiles in bounded memory.
#![deny(clippy::arithmetic_side_effects)]

mod card;
mod checksum;
mod column;
mod data;
mod defect;
mod hdu;
mod header;
mod image;
mod reader;
mod table;

pub use card::{CARD, Card, Parts, Style, Text, Value};
pub use column::{AsciiForm, Column, ColumnWorld, Field, Heap, TForm, TType};
pub use defect::{Defect, Deviation, Word};
pub use hdu::{Hdu, HduKind};
pub use header::{BLOCK, Cards, Header};
pub use checksum::Sum;
pub use reader::{Hdus, Reader};
pub use image::{Image, Numeric, Scaling};
pub use table::{MAX_COLUMNS, Table};
