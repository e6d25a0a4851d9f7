//! Streams any file as bytes: media type, holes, digests, entropy, in bounded memory.
//!
//! [`Reader`] tells what a file is ([`Magic`]), what of it is stored ([`Extents`]), and computes facts block by block on
//! several threads ([`Blocks`]): digests, entropy, runs of printable bytes, of each block and of the whole. [`Windows`] overlap.
//! [`Binary`] is the same behind the traits of `stream-core`: one entry, `bytes`, whose data comes in chunks.
//!
//! ```
//! use std::sync::Arc;
//! use stream_binary::{Digests, Options, Reader};
//! use stream_core::memory::Budget;
//! use stream_core::{Context, MemorySource};
//!
//! let budget = Budget::new("example", 1 << 20);
//! let source = Arc::new(MemorySource::new(&b"abababab"[..]));
//! let reader = Reader::open(Context::new(source, &budget))?;
//! assert_eq!(reader.magic().media_type, "text/plain");
//! let options = Options::new().with_block_size(4).with_digests(Digests::XXH3).with_entropy();
//! let mut blocks = reader.blocks(&options)?;
//! for block in &mut blocks {
//!     let block = block?;
//!     assert_eq!((block.length, block.entropy), (4, Some(1.0)));
//! }
//! assert_eq!(blocks.totals().length(), 8);
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! What it holds: one block for each thread (or one chunk for each that the caller keeps), and some 30 KiB that no input
//! decides. Holes of sparse files are neither read nor kept.
//!
//! What it does not do: look into containers, or decompress; the other formats' crates do. A media type is told by at most
//! 4 KiB at the start, so formats that are marked elsewhere (ISO 9660, ID3v1) are `data`.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod block;
mod blocks;
mod bytes;
mod digest;
mod extents;
mod format;
mod histogram;
mod holes;
mod magic;
mod options;
mod reader;
mod runs;
mod windows;

pub use block::{Block, Totals};
pub use blocks::Blocks;
pub use bytes::Bytes;
pub use digest::{Digest, Digests};
pub use extents::{Extents, TOLD};
pub use format::Binary;
pub use histogram::Histogram;
pub use magic::Magic;
pub use options::Options;
pub use reader::Reader;
pub use runs::{Run, Runs, SHORTEST};
pub use windows::{Window, Windows};
