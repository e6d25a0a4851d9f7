//! What a file says of itself: groups, dimensions, types, variables, attributes; never the values of variables.
//!
//! Everything lies in a few flat lists that are charged to the budget as they grow: 40 bytes for a group, a dimension or an
//! attribute, 120 for a variable, 8 for each of its dimensions, and the bytes of names and attribute values.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod build;
mod group;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod user_type;
pub(crate) mod values;

use stream_core::ChargedVec;
use stream_memory::Budget;

pub use group::Group;
pub use object::{Attribute, Dimension, Owner, Storage, Variable};
pub use user_type::{MemberView, UserType, UserTypeKind};
pub use values::Values;

use crate::NcType;

/// The format of a file in the words of the NetCDF User's Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// CDF-1: offsets of 32 bits.
    Classic,
    /// CDF-2: offsets of 64 bits.
    Offset64,
    /// CDF-5: offsets and counts of 64 bits, unsigned and 64-bit integers.
    Data64,
    /// An HDF5 file in the enhanced model.
    Netcdf4,
    /// An HDF5 file in the classic model.
    Netcdf4Classic,
}

impl Version {
    /// Its name, as field `netcdf` of the root group says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Offset64 => "64-bit offset",
            Self::Data64 => "cdf5",
            Self::Netcdf4 => "netCDF-4",
            Self::Netcdf4Classic => "netCDF-4 classic model",
        }
    }

    /// Whether it is one of the classic formats.
    pub fn is_classic(self) -> bool {
        matches!(self, Self::Classic | Self::Offset64 | Self::Data64)
    }
}

/// A piece of the arena of names and values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// Neighbours in a list.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) count: u32,
}

impl Run {
    pub(crate) fn end(self) -> u32 {
        self.start.saturating_add(self.count)
    }
    pub(crate) fn ids(self) -> std::ops::Range<u32> {
        self.start..self.end()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupRec {
    pub(crate) name: Piece,
    pub(crate) parent: Option<u32>,
    pub(crate) depth: u32,
    pub(crate) atts: Run,
    pub(crate) types: Run,
    pub(crate) dims: Run,
    pub(crate) vars: Run,
    /// The group after the last one inside; groups stand in the order of a walk, parents first.
    pub(crate) end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DimRec {
    pub(crate) name: Piece,
    pub(crate) group: u32,
    pub(crate) len: u64,
    pub(crate) unlimited: bool,
    /// How many of the same name stand before it in its group, which no sound file has.
    pub(crate) nth: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct VarRec {
    pub(crate) name: Piece,
    pub(crate) group: u32,
    pub(crate) ty: NcType,
    pub(crate) dims: Run,
    pub(crate) atts: Run,
    pub(crate) nth: u32,
    /// Classic: whether its first dimension is the unlimited one.
    pub(crate) record: bool,
    /// Classic: where its data begins.
    pub(crate) begin: u64,
    /// Classic: bytes of its data, or of one record of it, without padding.
    pub(crate) bytes: u64,
    /// netCDF-4: its place among the storages.
    pub(crate) storage: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AttRec {
    pub(crate) name: Piece,
    pub(crate) ty: NcType,
    pub(crate) count: u64,
    /// Its values in the machine's byte order, unless they are too long to be kept.
    pub(crate) value: Option<Piece>,
    /// Classic: where its values stand.
    pub(crate) offset: Option<u64>,
    pub(crate) nth: u32,
}

/// What a file says of itself, once read.
pub struct Header {
    pub(crate) version: Version,
    /// Records of the unlimited dimension of a classic file.
    pub(crate) records: u64,
    /// Classic: bytes from one record to the next; `None` where the list of variables was not read to its end.
    pub(crate) record_size: Option<u64>,
    /// Classic: bytes of the header.
    pub(crate) header_size: u64,
    pub(crate) arena: ChargedVec<u8>,
    pub(crate) groups: ChargedVec<GroupRec>,
    pub(crate) dims: ChargedVec<DimRec>,
    pub(crate) types: ChargedVec<user_type::TypeRec>,
    pub(crate) members: ChargedVec<user_type::MemberRec>,
    pub(crate) vars: ChargedVec<VarRec>,
    /// Numbers of dimensions, variable by variable.
    pub(crate) var_dims: ChargedVec<u32>,
    pub(crate) atts: ChargedVec<AttRec>,
    pub(crate) storages: ChargedVec<object::StorageRec>,
}

impl Header {
    pub(crate) fn new(budget: &Budget, version: Version) -> Self {
        Self {
            version,
            records: 0,
            record_size: None,
            header_size: 0,
            arena: ChargedVec::new(budget),
            groups: ChargedVec::new(budget),
            dims: ChargedVec::new(budget),
            types: ChargedVec::new(budget),
            members: ChargedVec::new(budget),
            vars: ChargedVec::new(budget),
            var_dims: ChargedVec::new(budget),
            atts: ChargedVec::new(budget),
            storages: ChargedVec::new(budget),
        }
    }

    /// The format of the file.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Bytes of a classic file's header; 0 for netCDF-4.
    pub fn header_size(&self) -> u64 {
        self.header_size
    }

    /// Bytes from one record of a classic file to the next: of all record variables, each padded to four bytes unless there
    /// is only one. `None` for netCDF-4, and where the header could not be read whole.
    pub fn record_size(&self) -> Option<u64> {
        self.record_size
    }

    /// Records that a classic file has.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The root group.
    pub fn root(&self) -> Group<'_> {
        Group { header: self, id: 0 }
    }

    /// All groups, parents first, in the order of the file.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        ids(self.groups.len()).map(|id| Group { header: self, id })
    }

    /// All dimensions of all groups.
    pub fn dimensions(&self) -> impl Iterator<Item = Dimension<'_>> {
        ids(self.dims.len()).map(|id| Dimension { header: self, id })
    }

    /// All variables of all groups.
    pub fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        ids(self.vars.len()).map(|id| Variable { header: self, id })
    }

    /// All types that the file defines.
    pub fn types(&self) -> impl Iterator<Item = UserType<'_>> {
        ids(self.types.len()).map(|id| UserType { header: self, id })
    }

    /// The variable with this path, as [`Variable::push_path`] gives it; the leading `/` may be left out.
    pub fn variable(&self, path: &str) -> Option<Variable<'_>> {
        match names::target(self, path)? {
            names::Target::Variable(v) => Some(v),
            _ => None,
        }
    }

    /// The attribute with this path: `/t2m@units`, `/@title`.
    pub fn attribute(&self, path: &str) -> Option<Attribute<'_>> {
        match names::target(self, path)? {
            names::Target::Attribute(a) => Some(a),
            _ => None,
        }
    }

    pub(crate) fn text(&self, piece: Piece) -> &str {
        // names are made valid when they are read
        std::str::from_utf8(self.bytes(piece)).unwrap_or_default()
    }

    pub(crate) fn bytes(&self, piece: Piece) -> &[u8] {
        self.arena.get(piece.start..piece.start.saturating_add(piece.len)).unwrap_or_default()
    }
}

fn ids(len: usize) -> std::ops::Range<u32> {
    0..u32::try_from(len).unwrap_or(u32::MAX)
}
