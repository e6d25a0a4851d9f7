//! Where a dataset's data stands: the data layout message (clause IV.A.2.i) and the filter pipeline.

use stream_core::{Dims, Result};

use crate::ffi::{Charge, Id, RawFilter, RawLayout, Selection, VirtualSource};
use crate::file::File;
use crate::storage::{External, IndexKind};

/// Where data stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layout {
    /// In the object's header.
    Compact,
    /// In one piece.
    Contiguous {
        /// Its first byte in the file, user block included; `None` while nothing was written.
        address: Option<u64>,
    },
    /// In chunks.
    Chunked {
        /// Their extents.
        chunk: Dims,
        /// How they are found, where the library says it.
        index: Option<IndexKind>,
    },
    /// In other files, one after the other.
    External(Vec<External>),
    /// In other datasets.
    Virtual(Vec<Mapping>),
}

/// Elements of a virtual dataset that are those of another.
#[derive(Clone, Debug)]
pub struct Mapping(pub(crate) VirtualSource);

impl Mapping {
    /// The source's file as stored; `.` is the virtual dataset's own.
    pub fn file(&self) -> String {
        String::from_utf8_lossy(&self.0.file).into_owned()
    }

    /// Which elements of the virtual dataset it gives: starts, strides, counts and blocks; `None` for all.
    pub fn place(&self) -> Option<String> {
        described(&self.0.place)
    }

    /// Which elements of the source those are; `None` for all.
    pub fn source(&self) -> Option<String> {
        described(&self.0.source)
    }

    /// The source's extents as they were when the mapping was made.
    pub fn source_shape(&self) -> &Dims {
        &self.0.source_shape
    }

    /// The source's path as stored.
    pub fn dataset(&self) -> String {
        String::from_utf8_lossy(&self.0.dataset).into_owned()
    }
}

/// A selection in a line; `None` for everything.
fn described(selection: &Selection) -> Option<String> {
    match selection {
        Selection::All => None,
        Selection::None => Some("none".to_owned()),
        Selection::Blocks(blocks) => Some(blocks.to_string()),
        Selection::Irregular => Some("irregular".to_owned()),
    }
}

/// A filter of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Its registered number.
    pub id: u16,
    /// Bit 0 is set for a filter that may be left out of chunks it does not help.
    pub flags: u16,
    /// Its client data.
    pub values: Vec<u32>,
    /// Its name as the file or the library gives it; may be empty.
    pub name: String,
}

impl Filter {
    /// A short name: the usual one of a known filter, else that of the file, else its number.
    pub fn label(&self) -> String {
        let known = match self.id {
            1 => "deflate",
            2 => "shuffle",
            3 => "fletcher32",
            4 => "szip",
            5 => "nbit",
            6 => "scaleoffset",
            307 => "bzip2",
            32000 => "lzf",
            32001 => "blosc",
            32004 => "lz4",
            32008 => "bitshuffle",
            32013 => "zfp",
            32015 => "zstd",
            32026 => "blosc2",
            _ if self.name.is_empty() => return format!("filter:{}", self.id),
            _ => return self.name.clone(),
        };
        known.to_owned()
    }
}

impl From<RawFilter> for Filter {
    fn from(RawFilter { id, flags, values, name }: RawFilter) -> Self {
        Self { id, flags, values, name }
    }
}

/// What a mapping of a virtual dataset costs: names and selections.
const MAPPING: u64 = 2 << 10;

impl Layout {
    pub(super) fn new(
        file: &File,
        creation: &Id,
        raw: RawLayout,
        charge: &mut Charge<'_>,
    ) -> Result<Self> {
        Ok(match raw {
            RawLayout::Compact => Self::Compact,
            RawLayout::Contiguous { address } => Self::Contiguous { address },
            RawLayout::Chunked { chunk, index } => {
                Self::Chunked { chunk, index: index.and_then(kind) }
            }
            RawLayout::External(files) => Self::External(
                files
                    .into_iter()
                    .map(|(name, offset, size)| {
                        let name = String::from_utf8_lossy(&name).into_owned();
                        External { name, offset, size }
                    })
                    .collect(),
            ),
            RawLayout::Virtual => {
                let count = file.call(|library, _| library.virtual_count(creation))?;
                charge.add(MAPPING.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX)))?;
                let one = |index| {
                    file.call(|library, _| library.virtual_source(creation, index)).map(Mapping)
                };
                Self::Virtual((0..count).map(one).collect::<Result<_>>()?)
            }
        })
    }

    /// Whether the data is in the dataset's own file.
    pub(crate) fn is_own(&self) -> bool {
        !matches!(self, Self::External(_) | Self::Virtual(_))
    }

    /// Its class, as listed.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Contiguous { .. } => "contiguous",
            Self::Chunked { .. } => "chunked",
            Self::External(_) => "external",
            Self::Virtual(_) => "virtual",
        }
    }
}

/// The library's number of a chunk index.
fn kind(number: u32) -> Option<IndexKind> {
    Some(match number {
        0 => IndexKind::BTree1,
        1 => IndexKind::Single,
        2 => IndexKind::Implicit,
        3 => IndexKind::FixedArray,
        4 => IndexKind::ExtensibleArray,
        5 => IndexKind::BTree2,
        _ => return None,
    })
}
