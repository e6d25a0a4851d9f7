//! Streams WebVTT and SubRip exactly as the W3C parser rules say, in bounded memory.
//!
//! Reads all of WebVTT 1 (section 6): header, styles, regions, comments, cues with all settings, cue text as a tree. It never fails
//! on what the rules accept; each departure from the syntax is a [`Diagnostic`] with its clause, line and byte. SubRip is
//! read as it is meant, and [`Recovery`] mends what real WebVTT files do wrong.
//!
//! ```
//! use std::sync::Arc;
//! use stream_core::{Context, MemorySource, memory::Budget};
//! use stream_vtt::{Cue, Reader, Tree};
//! let file = "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<v Fred>Tom &amp; Jerry</v>\n";
//! let cx = Context::new(Arc::new(MemorySource::new(file.as_bytes())), &Budget::new("example", 1 << 20));
//! let mut reader = Reader::open(cx)?;
//! let (mut cue, mut tree) = (Cue::default(), Tree::new());
//! while reader.read_cue(&mut cue)? {
//!     reader.read_tree(&cue, &mut tree)?;
//!     assert_eq!((tree.voice(), tree.plain().as_str()), (Some("Fred"), "Tom & Jerry"));
//! }
//! # Ok::<(), stream_core::Error>(())
//! ```
//! [`Reader`] reads any source, onwards only; [`Parser`] is the machine under it; [`TextChunks`] cuts text; [`Vtt`] is the format.
//! Bounded: a window of 128 KiB and its text, growing, charged, for a longer block; identifiers of regions (80 bytes and text);
//! a tree of 48 bytes for every two of a cue's text; the first thousand diagnostics.
//! It does not render, parse CSS, or look for repeated cue identifiers (memory for each cue); it refuses UTF-16 and 32.

mod adapter;
mod block;
mod cue;
mod defect;
mod diagnostic;
mod entity;
mod format;
mod header;
mod markup;
mod options;
mod parse;
mod reader;
mod region;
mod settings;
mod text;
mod text_chunks;
mod timestamp;
mod token;
mod tree;

pub use block::{Block, BlockRef, Note, NoteKind, NoteRef, Span, Style, StyleRef};
pub use cue::{Cue, CueRef};
pub use defect::Defect;
pub use diagnostic::{Diagnostic, Diagnostics, Excerpt};
pub use format::Vtt;
pub use header::{Header, TimestampMap};
pub use options::{Dialect, Options, Recovery};
pub use parse::{Parsed, Parser, Refusal};
pub use reader::Reader;
pub use region::{Region, Scroll};
pub use settings::{Align, Line, LineAlign, Position, PositionAlign, Settings, Size, Vertical};
pub use text_chunks::{Boundary, Overlap, TextChunk, TextChunks, TextWindow};
pub use timestamp::{Timestamp, TimestampFault};
pub use token::{StartTag, Token, Tokens};
pub use tree::{Children, Node, NodeKind, Tree};
