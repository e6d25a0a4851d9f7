//! The traits and types that every Narrows reader shares.
//!
//! The model is tar's: a file is a stream of [`Entry`]s in file order; each has facts; each may have data, which comes in
//! [`Chunk`]s or is skipped. Everything is pulled, and everything sized by input is charged to a
//! [`Budget`](stream_memory::Budget) before it is allocated.
//!
//! A format implements [`Format`] and [`Reader`]; a caller also gets [`ReaderExt`]. [`Source`] is where bytes come
//! from, [`Context`] is everything a reader may use.
//!
//! ```
//! use std::sync::Arc;
//! use stream_core::{Context, FileSource, MemorySource, Source};
//! use stream_memory::Budget;
//!
//! let budget = Budget::new("example", 1 << 20);
//! let source: Arc<dyn Source> = Arc::new(MemorySource::new(&b"WEBVTT"[..]));
//! let cx = Context::new(source, &budget);
//! let mut head = [0; 3];
//! cx.read_exact_at(0, &mut head)?;
//! assert_eq!(&head, b"WEB");
//! # Ok::<(), stream_core::Error>(())
//! ```
#![deny(clippy::arithmetic_side_effects)]

mod ahead;
mod cancel;
mod charged;
mod chunk;
mod context;
mod counters;
mod diagnostic;
mod dims;
mod dtype;
mod elements;
mod entry;
mod error;
mod escape;
mod ext;
mod fields;
mod format;
mod ordered;
mod profiled;
mod progress;
mod reader;
mod region;
mod request;
mod sample;
mod source;
mod summary;
mod value;
mod window;

pub use ahead::ahead;
pub use cancel::Cancel;
pub use charged::{ChargedString, ChargedVec};
pub use chunk::Chunk;
pub use context::{Context, RELATED};
pub use counters::Counters;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use dims::Dims;
pub use dtype::{DType, Member};
pub use elements::{Element, Elements, Members};
pub use entry::{Array, Entry, Kind, Span};
pub use error::{Error, ErrorKind, Result};
pub use escape::push_name;
pub use ext::{Data, Entries, ReaderExt, no_such_entry};
pub use fields::{Fields, List, Map};
pub use format::{Confidence, Descriptor, Format, Needs, Setting};
pub use ordered::{Side, by_rows, copy_box, ordered, ordered_for_sending, pieces};
pub use profiled::open_reader;
pub use progress::Progress;
pub use reader::{ChunkPlan, Chunks, NoChunks, Place, Planned, Reader, Scratch};
pub use region::{Extent, Region, Slice, shape_of};
pub use request::{Form, Request};
pub use sample::Sample;
pub use source::{
    Access, Advice, FileSource, ForwardSource, GZIP_MAGIC, Identity, MemorySource, Source,
    SourceReader, gunzip,
};
pub use stream_memory as memory;
pub use summary::Summary;
pub use value::{Time, Value};
pub use window::Window;
