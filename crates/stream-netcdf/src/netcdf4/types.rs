//! Types: HDF5's as netCDF's, and those that the file names.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Reservation;
use stream_core::{Dims, Result};
use stream_hdf5::{Class, Datatype};

use super::{Builder, objects};
use crate::defect::Defect;
use crate::header::build::{next_id, run_from};
use crate::header::user_type::{MemberRec, TypeRec};
use crate::{NcType, UserTypeKind};

/// Named types and their numbers, charged as if each had 32 members.
#[derive(Default)]
pub(super) struct Known {
    all: Vec<(Datatype, u32)>,
    charge: Option<Reservation>,
}

/// What a named type is taken to need.
const TYPE: u64 = 4096;

impl Known {
    /// The number of the named type that is the same.
    fn find(&self, datatype: &Datatype) -> Option<u32> {
        self.all.iter().find(|(known, _)| known == datatype).map(|(_, id)| *id)
    }
}

impl Builder<'_> {
    /// What netCDF calls a type; `None` for one that it has no name for.
    pub(super) fn nc_type(&self, datatype: &Datatype) -> Option<NcType> {
        Some(match (&datatype.class, datatype.size) {
            (Class::Integer(i), 1) => {
                if i.signed {
                    NcType::Byte
                } else {
                    NcType::Ubyte
                }
            }
            (Class::Integer(i), 2) => {
                if i.signed {
                    NcType::Short
                } else {
                    NcType::Ushort
                }
            }
            (Class::Integer(i), 4) => {
                if i.signed {
                    NcType::Int
                } else {
                    NcType::Uint
                }
            }
            (Class::Integer(i), 8) => {
                if i.signed {
                    NcType::Int64
                } else {
                    NcType::Uint64
                }
            }
            (Class::Float(_), 4) => NcType::Float,
            (Class::Float(_), 8) => NcType::Double,
            (Class::String(text), _) if text.length == Some(1) => NcType::Char,
            (Class::String(_), _) => NcType::String,
            _ => NcType::User(self.known.find(datatype)?),
        })
    }
}

pub(super) fn collect(b: &mut Builder<'_>) -> Result<()> {
    let count = u64::try_from(b.types.len()).unwrap_or(u64::MAX);
    b.known.charge = Some(b.file.context().budget().reserve(count.saturating_mul(TYPE))?);
    for at in 0..b.types.len() {
        let Some(&item) = b.types.get(at) else { break };
        let path = b.header.text(item.path).to_owned();
        let described = b.file.object(&path).and_then(|object| object.named_type());
        let datatype = match described {
            Ok(datatype) => datatype,
            Err(error) => {
                b.broken(&path, error)?;
                continue;
            }
        };
        let name = objects::name(b, item.path)?;
        let start = next_id(&b.header.members)?;
        let Some(kind) = members(b, &datatype)? else {
            let found = format!("{:?}", datatype.to_dtype());
            let at = path.trim_start_matches('/').to_owned();
            b.findings.push(Defect::TypeForeign { found }, None, Some(at))?;
            continue;
        };
        let id = next_id(&b.header.types)?;
        let members = run_from(&b.header.members, start);
        b.header.types.push(TypeRec { name, group: item.group, kind, members })?;
        b.known.all.push((datatype, id));
        // those of a group stand together
        let group = b.header.group_mut(item.group);
        if let Some(group) = group {
            if group.types.count == 0 {
                group.types.start = id;
            }
            group.types.count = group.types.count.saturating_add(1);
        }
    }
    Ok(())
}

/// Adds the members of a type, and says what kind it is; `None` for what netCDF has no name for.
fn members(b: &mut Builder<'_>, datatype: &Datatype) -> Result<Option<UserTypeKind>> {
    Ok(match &datatype.class {
        Class::Opaque { .. } => {
            u32::try_from(datatype.size).ok().map(|size| UserTypeKind::Opaque { size })
        }
        Class::Vlen(of) => b.nc_type(of).map(|base| UserTypeKind::Vlen { base }),
        Class::Enum(enumeration) => {
            let Some(base) = b.nc_type(&enumeration.base) else { return Ok(None) };
            for (name, value) in &enumeration.members {
                let (name, _) = b.header.keep_name(name.as_bytes())?;
                let rec = MemberRec { name, ty: base, value: *value, dims: Dims::new() };
                b.header.members.push(rec)?;
            }
            Some(UserTypeKind::Enum { base })
        }
        Class::Compound(members) => {
            for member in members {
                let (of, dims) = match &member.datatype.class {
                    Class::Array { of, dims } => (&**of, dims.clone()),
                    _ => (&member.datatype, Dims::new()),
                };
                let Some(ty) = b.nc_type(of) else { return Ok(None) };
                let (name, _) = b.header.keep_name(member.name.as_bytes())?;
                b.header.members.push(MemberRec { name, ty, value: 0, dims })?;
            }
            Some(UserTypeKind::Compound)
        }
        _ => None,
    })
}
