//! The rules of the format that this crate itself finds broken; libhdf5 tells its own in its messages.

use std::fmt;

use stream_core::Error;

/// A way in which a file breaks the HDF5 File Format Specification.
///
/// Rules of the data's place, chunk indexes and filters are in [`storage::Defect`](crate::storage::Defect).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defect {
    /// II.A: no superblock stands at 0, 512, 1024, 2048 and so on.
    NoSignature,
    /// II.A: a superblock of an unknown version.
    SuperblockVersion {
        /// The version.
        found: u8,
    },
    /// II.A: a size of offsets or lengths that is none of 2, 4, 8 and 16 bytes.
    SuperblockSizes {
        /// The size.
        found: u8,
    },
    /// II.A: the file ends before the end that its superblock tells.
    EndsEarly {
        /// The end it tells.
        expected: u64,
        /// The end it has.
        found: u64,
    },
    /// IV.A: an object's header cannot be read.
    Object {
        /// What the library says.
        message: String,
    },
    /// III.A: a group's links cannot be read on.
    Links {
        /// What the library says.
        message: String,
    },
    /// IV.A.2.m: attributes cannot be read.
    Attribute {
        /// What the library says.
        message: String,
    },
    /// IV.A.2.g: a soft link leads nowhere.
    DanglingLink,
    /// A file that this one needs is not there or not opened.
    Missing {
        /// Which, and why.
        message: String,
    },
    /// II.A: the file is marked as being written: it may change, or was never closed.
    StillOpen,
}

impl Defect {
    /// The stable name of the rule.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NoSignature => "signature",
            Self::SuperblockVersion { .. } => "superblock_version",
            Self::SuperblockSizes { .. } => "superblock_sizes",
            Self::EndsEarly { .. } => "ends_early",
            Self::Object { .. } => "object",
            Self::Links { .. } => "links",
            Self::Attribute { .. } => "attribute",
            Self::DanglingLink => "dangling_link",
            Self::Missing { .. } => "missing_file",
            Self::StillOpen => "still_open",
        }
    }

    /// The clause of the HDF5 File Format Specification 3.0.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Object { .. } => "IV.A",
            Self::Links { .. } => "III.A",
            Self::Attribute { .. } => "IV.A.2.m",
            Self::DanglingLink => "IV.A.2.g",
            Self::Missing { .. } => "IV.A.2.h",
            _ => "II.A",
        }
    }

    /// As the error that ends reading.
    pub(crate) fn at(&self, offset: u64) -> Error {
        Error::malformed(offset, self.to_string())
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSignature => f.write_str("signature: not found at 0, 512, 1024 or further")?,
            Self::SuperblockVersion { found } => {
                write!(f, "superblock: unknown version (expected 0 to 3, found {found})")?;
            }
            Self::SuperblockSizes { found } => {
                write!(
                    f,
                    "superblock: sizes of offsets and lengths (expected 2, 4, 8 or 16, found {found})"
                )?;
            }
            Self::EndsEarly { expected, found } => {
                write!(f, "file ends early (expected {expected} bytes, found {found})")?;
            }
            Self::Object { message }
            | Self::Links { message }
            | Self::Attribute { message }
            | Self::Missing { message } => f.write_str(message)?,
            Self::DanglingLink => f.write_str("soft link leads nowhere")?,
            Self::StillOpen => f.write_str("file is marked as being written")?,
        }
        write!(f, " ({})", self.clause())
    }
}
