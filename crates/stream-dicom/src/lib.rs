//! Streams DICOM elements and frames in bounded memory: files (PS3.10) and bare data sets, in every transfer syntax of PS3.5.
//!
//! [`Reader`] walks over all elements in file order, nested ones behind their item; [`PixelData`] leads to native or encapsulated
//! [`Frames`]; [`Defect`] names each rule that a file breaks, and reading goes on behind it. [`Dicom`] is the same as a
//! [`stream_core::Format`].
//!
//! ```
//! # let bytes = b"\x08\0\x60\0CS\x02\0MR\x10\0\x10\0PN\x04\0A^B ";
//! # let source = std::sync::Arc::new(stream_core::MemorySource::new(&bytes[..]));
//! # let cx = stream_core::Context::new(source, &stream_memory::Budget::new("doc", 1 << 20));
//! let mut reader = stream_dicom::Reader::open(cx.clone())?;
//! let mut element = stream_dicom::Element::new(&cx);
//! while reader.read_element(&mut element)? {
//!     println!("{} {} {:?}", element.path(), element.vr(), element.value());
//! }
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Bounds: 16 KiB of read-ahead, values up to 1 KiB ([`Options`]), 80 bytes for each open item and each private block (twice that
//! while either stack grows), 24 bytes for each encapsulated frame once frames are asked for (8 more with a basic offset table),
//! 144 KiB for a deflated data set. Lengths are never believed.
//! Not done: writing; JPIP, whose pixels are elsewhere; video codecs, whose stream is one frame of bytes.

mod adapter;
mod code;
#[cfg(feature = "pixeldata")]
mod decode;
mod defect;
mod dictionary;
mod element;
mod format;
mod frames;
mod header;
mod image;
mod input;
mod meta;
mod options;
mod path;
mod pixel_data;
mod reader;
mod value;
mod vr;

pub use code::Code;
#[cfg(feature = "pixeldata")]
pub use decode::Decoder;
pub use defect::{Defect, Deviation};
pub use dicom_core::{Tag, VR};
pub use dictionary::{keyword, tag};
pub use element::{Element, ElementKind};
pub use format::Dicom;
pub use frames::{FrameIndex, FrameSpan, Frames};
pub use header::{ByteOrder, Encoding};
pub use image::{ImageFacts, Layout, Sample, Shape};
pub use meta::{FileMeta, TransferSyntax};
pub use options::{Checks, Options};
pub use path::{ItemPath, ParsePathError, Step};
pub use pixel_data::PixelData;
pub use reader::Reader;
pub use value::{CharacterSet, Numbers, Text, Value};
