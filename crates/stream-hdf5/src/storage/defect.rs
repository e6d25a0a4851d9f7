//! Every rule of the file format that the way to a dataset's values can break.

use std::fmt;

use stream_core::{Error, ErrorKind};

/// A rule of the HDF5 File Format Specification that a file breaks, found between a dataset's object header and its values.
///
/// Clauses are those of version 3.0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// Any structure: a signature that is not the one due.
    Signature {
        /// The four letters due.
        expected: [u8; 4],
        /// What stands there.
        found: [u8; 4],
    },
    /// Any structure: a version that the specification does not know.
    Version {
        /// Of what.
        of: &'static str,
        /// What stands there.
        found: u8,
    },
    /// Any structure of version 2 and later: its checksum (Jenkins' lookup3) does not fit its bytes.
    Checksum {
        /// Of what.
        of: &'static str,
        /// The stored sum.
        expected: u32,
        /// The sum of the bytes.
        found: u32,
    },
    /// Any structure: bytes that would lie beyond the end of the file.
    BeyondEnd {
        /// What lies there.
        of: &'static str,
        /// Bytes it needs.
        length: u64,
        /// Bytes of the file.
        file: u64,
    },
    /// Any structure: a field runs over the end of what holds it.
    Short {
        /// What is too short.
        of: &'static str,
    },
    /// Any structure: a field whose value cannot be.
    Value {
        /// Which.
        of: &'static str,
        /// What stands there.
        found: u64,
    },
    /// IV.A.1: more continuation blocks or messages than a header can have.
    HeaderTooLong,
    /// IV.A.2.i: an object header without a data layout message.
    NoLayout,
    /// IV.A.2.i: the chunk's rank is not the dataspace's.
    ChunkRank {
        /// The dataspace's.
        expected: usize,
        /// The layout message's.
        found: usize,
    },
    /// IV.A.2.i: the layout's element size is not the datatype's.
    ElementSize {
        /// The datatype's, in bytes.
        expected: u64,
        /// The layout message's.
        found: u64,
    },
    /// IV.A.2.i: the storage is smaller than the array.
    StorageSize {
        /// Bytes that the array needs.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// III.A, VII: chunks of an index that do not follow one another in order: a chunk named twice, or a cycle.
    ChunkOrder,
    /// III.A, VII: a node does not stand on the level that its parent says.
    NodeLevel {
        /// The level due.
        expected: u64,
        /// What stands there.
        found: u64,
    },
    /// IV.A.2.l: a filter's data or its client data break the filter's own rules.
    Filter {
        /// The filter's registered number.
        id: u16,
        /// Which rule.
        rule: &'static str,
    },
    /// IV.A.2.l: what the filters give is not as long as the chunk.
    ChunkSize {
        /// Bytes of the chunk.
        expected: u64,
        /// Bytes decoded.
        found: u64,
    },
    /// IV.A.2.l: a chunk's Fletcher-32 checksum does not fit its bytes.
    Fletcher32 {
        /// The stored sum.
        expected: u32,
        /// The sum of the bytes.
        found: u32,
    },
}

impl Defect {
    /// The clause that is broken.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Signature { .. } | Self::Version { .. } | Self::Checksum { .. } => "III, IV, VII",
            Self::BeyondEnd { .. } | Self::Short { .. } | Self::Value { .. } => "III, IV, VII",
            Self::HeaderTooLong => "IV.A.1",
            Self::NoLayout | Self::ChunkRank { .. } => "IV.A.2.i",
            Self::ElementSize { .. } | Self::StorageSize { .. } => "IV.A.2.i",
            Self::ChunkOrder | Self::NodeLevel { .. } => "III.A, VII",
            Self::Filter { .. } | Self::ChunkSize { .. } | Self::Fletcher32 { .. } => "IV.A.2.l",
        }
    }

    /// A stable name, for machines.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Signature { .. } => "signature",
            Self::Version { .. } => "version",
            Self::Checksum { .. } => "checksum",
            Self::BeyondEnd { .. } => "beyond_end",
            Self::Short { .. } => "short",
            Self::Value { .. } => "value",
            Self::HeaderTooLong => "header_too_long",
            Self::NoLayout => "no_layout",
            Self::ChunkRank { .. } => "chunk_rank",
            Self::ElementSize { .. } => "element_size",
            Self::StorageSize { .. } => "storage_size",
            Self::ChunkOrder => "chunk_order",
            Self::NodeLevel { .. } => "node_level",
            Self::Filter { .. } => "filter",
            Self::ChunkSize { .. } => "chunk_size",
            Self::Fletcher32 { .. } => "fletcher32",
        }
    }

    /// The error that says so, with the place in the file.
    #[cold]
    pub fn at(self, offset: u64) -> Error {
        let (kind, offset) = match self {
            Self::BeyondEnd { file, .. } => (ErrorKind::Truncated, offset.min(file)),
            _ => (ErrorKind::Malformed, offset),
        };
        Error::new(kind, format!("{self} [{}]", self.clause())).at(offset)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature { expected, found } => write!(
                f,
                "signature (expected {}, found {})",
                expected.escape_ascii(),
                found.escape_ascii()
            ),
            Self::Version { of, found } => write!(f, "{of}: unknown version {found}"),
            Self::Checksum { of, expected, found } => {
                write!(f, "{of}: checksum (expected {expected:08x}, found {found:08x})")
            }
            Self::BeyondEnd { of, length, file } => {
                write!(f, "{of} of {length} bytes lies beyond the end of the file ({file} bytes)")
            }
            Self::Short { of } => write!(f, "{of} ends early"),
            Self::Value { of, found } => write!(f, "{of} cannot be {found}"),
            Self::HeaderTooLong => f.write_str("object header: too many continuation blocks"),
            Self::NoLayout => f.write_str("object header: no data layout message"),
            Self::ChunkRank { expected, found } => {
                write!(f, "chunk rank (expected {expected}, found {found})")
            }
            Self::ElementSize { expected, found } => {
                write!(f, "element size in the layout (expected {expected}, found {found})")
            }
            Self::StorageSize { expected, found } => {
                write!(f, "storage size (expected {expected} bytes, found {found})")
            }
            Self::ChunkOrder => f.write_str("chunk index: chunks are not in increasing order"),
            Self::NodeLevel { expected, found } => {
                write!(f, "chunk index: node level (expected {expected}, found {found})")
            }
            Self::Filter { id, rule } => write!(f, "filter {id}: {rule}"),
            Self::ChunkSize { expected, found } => {
                write!(f, "decoded chunk (expected {expected} bytes, found {found})")
            }
            Self::Fletcher32 { expected, found } => {
                write!(f, "fletcher32 of a chunk (expected {expected:08x}, found {found:08x})")
            }
        }
    }
}
