//! Streams DICOM elements and frames in bounded memory.

mod adapter;
mod charset;
mod code;
#[cfg(feature = "pixeldata")]
mod decode;
mod defect;
mod dictionary;
mod element;
mod format;
mod fragments;
mod frames;
mod header;
mod image;
mod inflate;
mod input;
mod meta;
mod options;
mod path;
mod pixel_data;
mod reader;
mod syntax;
mod value;
mod vr;

pub use charset::CharacterSet;
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
pub use meta::FileMeta;
pub use options::{Checks, Options};
pub use path::{ItemPath, ParsePathError, Step};
pub use pixel_data::PixelData;
pub use reader::Reader;
pub use syntax::TransferSyntax;
pub use value::{Numbers, Text, Value};
