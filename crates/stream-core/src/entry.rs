//! What a reader says about one thing in a file.

use std::fmt;

use stream_memory::{Budget, OverBudget};

use crate::charged::ChargedString;
use crate::{DType, Dims, Fields};

/// What an entry is, in the words of listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // the names are the documentation
pub enum Kind {
    File,
    Group,
    Array,
    Table,
    Column,
    Attribute,
    Element,
    Item,
    Tag,
    Stream,
    Packet,
    Frame,
    Cue,
    Text,
    Link,
    Type,
    Dimension,
    Bytes,
}

impl Kind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 18] = [
        Self::File,
        Self::Group,
        Self::Array,
        Self::Table,
        Self::Column,
        Self::Attribute,
        Self::Element,
        Self::Item,
        Self::Tag,
        Self::Stream,
        Self::Packet,
        Self::Frame,
        Self::Cue,
        Self::Text,
        Self::Link,
        Self::Type,
        Self::Dimension,
        Self::Bytes,
    ];

    /// The stable name used in listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Group => "group",
            Self::Array => "array",
            Self::Table => "table",
            Self::Column => "column",
            Self::Attribute => "attribute",
            Self::Element => "element",
            Self::Item => "item",
            Self::Tag => "tag",
            Self::Stream => "stream",
            Self::Packet => "packet",
            Self::Frame => "frame",
            Self::Cue => "cue",
            Self::Text => "text",
            Self::Link => "link",
            Self::Type => "type",
            Self::Dimension => "dimension",
            Self::Bytes => "bytes",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Bytes of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

impl Span {
    /// The byte after the last, capped at the largest offset.
    pub fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// Facts of an entry that is an n-dimensional array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// The type of its elements once read.
    pub dtype: DType,
    /// Extents, slowest axis first; empty for a scalar.
    pub shape: Dims,
    /// The extents in which it is stored, when it is stored in pieces.
    pub chunk: Option<Dims>,
    /// The filters its stored bytes went through, in the order of writing.
    pub filters: Vec<String>,
}

impl Array {
    /// A plain array.
    pub fn new(dtype: DType, shape: impl Into<Dims>) -> Self {
        Self { dtype, shape: shape.into(), chunk: None, filters: Vec::new() }
    }
}

/// Facts of one entry. A reader fills it again and again; its memory is charged and reused.
///
/// It never holds an entry's data: values in `fields` are short, and formats say how short.
#[derive(Debug)]
pub struct Entry {
    path: ChargedString,
    kind: Kind,
    depth: u32,
    array: Option<Array>,
    span: Option<Span>,
    has_data: bool,
    fields: Fields,
}

impl Entry {
    /// An empty entry whose memory is charged to `budget`.
    pub fn new(budget: &Budget) -> Self {
        Self {
            path: ChargedString::new(budget),
            kind: Kind::File,
            depth: 0,
            array: None,
            span: None,
            has_data: false,
            fields: Fields::new(budget),
        }
    }

    /// Empties the entry and makes it `kind`, keeping its memory.
    pub fn reset(&mut self, kind: Kind) {
        self.path.clear();
        self.kind = kind;
        self.depth = 0;
        self.array = None;
        self.span = None;
        self.has_data = false;
        self.fields.clear();
    }

    /// Its path: unique within the file, and accepted wherever an entry is asked for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path, to be filled.
    pub fn path_mut(&mut self) -> &mut ChargedString {
        &mut self.path
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How deep it is nested; 0 at the top.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Sets the nesting.
    pub fn set_depth(&mut self, depth: u32) {
        self.depth = depth;
    }

    /// Its facts as an array, if it is one.
    pub fn array(&self) -> Option<&Array> {
        self.array.as_ref()
    }

    /// Sets the facts as an array.
    pub fn set_array(&mut self, array: Array) {
        self.array = Some(array);
    }

    /// The bytes of the source that hold its data, when they are contiguous and known.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// Sets the bytes of its data.
    pub fn set_span(&mut self, span: Span) {
        self.span = Some(span);
    }

    /// Whether [`Reader::chunks`](crate::Reader::chunks) may be asked for its data.
    pub fn has_data(&self) -> bool {
        self.has_data
    }

    /// Says that it has data.
    pub fn set_has_data(&mut self) {
        self.has_data = true;
    }

    /// Its named facts.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The named facts, to be filled.
    pub fn fields_mut(&mut self) -> &mut Fields {
        &mut self.fields
    }

    /// Makes this entry a copy of `other`, charged to this entry's budget.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn copy_from(&mut self, other: &Entry) -> Result<(), OverBudget> {
        self.reset(other.kind);
        self.path.push_str(other.path())?;
        self.depth = other.depth;
        self.array.clone_from(&other.array);
        self.span = other.span;
        self.has_data = other.has_data;
        self.fields.extend(&other.fields)
    }
}
