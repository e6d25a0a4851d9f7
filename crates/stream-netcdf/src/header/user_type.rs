//! Types that a netCDF-4 file defines: enumerations, compounds, variable-length arrays, opaque bytes.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedString, DType, Dims, Member, Result, push_name};

use super::{Group, Header, Piece, Run};
use crate::NcType;

/// What kind of type a file defines (NetCDF User's Guide, 2.1: the enhanced data model).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserTypeKind {
    /// Named values of an integer type.
    Enum {
        /// The integer type.
        base: NcType,
    },
    /// Named fields.
    Compound,
    /// Any number of elements of a type.
    Vlen {
        /// The type.
        base: NcType,
    },
    /// Bytes without a meaning.
    Opaque {
        /// How many.
        size: u32,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeRec {
    pub(crate) name: Piece,
    pub(crate) group: u32,
    pub(crate) kind: UserTypeKind,
    pub(crate) members: Run,
}

#[derive(Clone, Debug)]
pub(crate) struct MemberRec {
    pub(crate) name: Piece,
    pub(crate) ty: NcType,
    pub(crate) value: i128,
    pub(crate) dims: Dims,
}

/// A type that a file defines.
#[derive(Clone, Copy)]
pub struct UserType<'a> {
    pub(crate) header: &'a Header,
    pub(crate) id: u32,
}

/// A member of an enumeration, or a field of a compound.
#[derive(Clone, Copy)]
pub struct MemberView<'a> {
    header: &'a Header,
    rec: &'a MemberRec,
}

impl<'a> MemberView<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        self.header.text(self.rec.name)
    }

    /// The value that an enumeration gives it.
    pub fn value(self) -> i128 {
        self.rec.value
    }

    /// The type of a compound's field.
    pub fn nc_type(self) -> NcType {
        self.rec.ty
    }

    /// The extents of a compound's field that is an array.
    pub fn dims(self) -> &'a [u64] {
        &self.rec.dims
    }
}

/// How deep types may nest: no sound file comes near, and a cycle ends here.
const DEPTH: u32 = 32;

impl<'a> UserType<'a> {
    fn rec(self) -> Option<&'a TypeRec> {
        self.header.types.get(usize::try_from(self.id).ok()?)
    }

    /// Its number among all types of the file.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.rec().map_or("", |t| self.header.text(t.name))
    }

    /// The group that defines it.
    pub fn group(self) -> Group<'a> {
        Group { header: self.header, id: self.rec().map_or(0, |t| t.group) }
    }

    /// What kind of type it is.
    pub fn kind(self) -> UserTypeKind {
        self.rec().map_or(UserTypeKind::Opaque { size: 0 }, |t| t.kind)
    }

    /// The members of an enumeration or the fields of a compound.
    pub fn members(self) -> impl Iterator<Item = MemberView<'a>> {
        let run = self.rec().map(|t| t.members).unwrap_or_default();
        run.ids().filter_map(move |at| {
            let rec = self.header.members.get(usize::try_from(at).ok()?)?;
            Some(MemberView { header: self.header, rec })
        })
    }

    /// Appends its path: `/g@type/name`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_path(self, path: &mut ChargedString) -> Result<()> {
        self.group().push_path(path)?;
        path.push_str("@type/")?;
        Ok(push_name(path, self.name().as_bytes())?)
    }
}

impl Header {
    /// The type with this number.
    pub fn user_type(&self, id: u32) -> Option<UserType<'_>> {
        let at = usize::try_from(id).ok()?;
        self.types.get(at).map(|_| UserType { header: self, id })
    }

    /// What an element of `ty` is once read; `None` for a type that the file does not define.
    pub fn dtype(&self, ty: NcType) -> Option<DType> {
        self.dtype_within(ty, DEPTH)
    }

    fn dtype_within(&self, ty: NcType, depth: u32) -> Option<DType> {
        let NcType::User(id) = ty else { return ty.dtype() };
        let depth = depth.checked_sub(1)?;
        let user = self.user_type(id)?;
        Some(match user.kind() {
            UserTypeKind::Enum { base } => DType::Enum(Arc::new(base.dtype()?)),
            UserTypeKind::Vlen { base } => DType::Vlen(Arc::new(self.dtype_within(base, depth)?)),
            UserTypeKind::Opaque { size } => DType::Bytes(size),
            UserTypeKind::Compound => {
                let members = user.members().map(|m| {
                    let of = self.dtype_within(m.nc_type(), depth)?;
                    let dtype = match m.dims() {
                        [] => of,
                        dims => DType::Array(Arc::new(of), Dims::from(dims)),
                    };
                    Some(Member { name: m.name().to_owned(), dtype })
                });
                let members = members.collect::<Option<Vec<_>>>()?;
                match &*members {
                    [re, im] if (re.name.as_str(), im.name.as_str()) == ("r", "i") => {
                        match (&re.dtype, &im.dtype) {
                            (DType::F32, DType::F32) => DType::C64,
                            (DType::F64, DType::F64) => DType::C128,
                            _ => DType::Struct(members.into()),
                        }
                    }
                    _ => DType::Struct(members.into()),
                }
            }
        })
    }

    /// The name of a type in listings: that of CDL, or the type's own.
    pub fn type_name(&self, ty: NcType) -> &str {
        match ty {
            NcType::User(id) => self.user_type(id).map_or("", UserType::name),
            atomic => atomic.cdl().unwrap_or_default(),
        }
    }
}
