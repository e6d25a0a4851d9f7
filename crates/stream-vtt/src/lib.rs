//! Streams WebVTT and SubRip exactly as the W3C parser rules say, in bounded memory.

mod adapter;
mod block;
mod cue;
mod defect;
mod diagnostic;
mod entity;
mod format;
mod header;
mod options;
mod parse;
mod reader;
mod region;
mod settings;
mod text;
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
pub use timestamp::{Timestamp, TimestampFault};
pub use token::{StartTag, Token, Tokens};
pub use tree::{Children, Node, NodeKind, Tree};
