//! Attributes: those that netCDF shows, and those that it keeps to itself.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, DType, Result, no_such_entry};
use stream_hdf5::{Attribute, Class, Leaf, Object, Step, Values};

use super::Builder;
use crate::defect::Defect;
use crate::header::build::{next_id, run_from};
use crate::header::{AttRec, Piece, Run};
use crate::{NcType, Version};

/// What dimension scales and the netCDF library itself leave in a file, which is not listed.
const HIDDEN: [&str; 8] = [
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_NCProperties",
    "_nc3_strict",
];

/// Adds the attributes of an object that are shown; the others go to `hidden`.
pub(super) fn of_object(
    b: &mut Builder<'_>,
    object: &Object,
    hidden: &mut dyn FnMut(&mut Builder<'_>, &Attribute) -> Result<()>,
) -> Result<Run> {
    let start = next_id(&b.header.atts)?;
    let mut attributes = object.attributes()?;
    loop {
        let attribute = match attributes.next_attribute() {
            Ok(Some(attribute)) => attribute,
            Ok(None) => break,
            Err(error) => {
                b.broken(object.path(), error)?;
                break;
            }
        };
        let added = if HIDDEN.contains(&attribute.name()) {
            hidden(b, &attribute)
        } else {
            add(b, object, &attribute)
        };
        if let Err(error) = added {
            b.broken(object.path(), error)?;
        }
    }
    Ok(run_from(&b.header.atts, start))
}

fn add(b: &mut Builder<'_>, object: &Object, attribute: &Attribute) -> Result<()> {
    let datatype = attribute.datatype();
    let shape = attribute.shape();
    let elements = shape.as_ref().map_or(Some(0), |s| s.elements()).unwrap_or(u64::MAX);
    let fixed = match &datatype.class {
        Class::String(text) => text.length,
        _ => None,
    };
    // netCDF writes characters as one text of fixed length
    let is_row = shape.as_ref().is_some_and(|s| !s.is_empty());
    let ty = match fixed {
        Some(len) if !is_row || len == 1 => Some(NcType::Char),
        _ => b.nc_type(datatype),
    };
    let Some(ty) = ty else {
        let found = format!("{:?} of attribute {}", datatype.to_dtype(), attribute.name());
        let at = object.path().trim_start_matches('/').to_owned();
        return b.findings.push(Defect::TypeForeign { found }, None, Some(at));
    };
    let (name, _) = b.header.keep_name(attribute.name().as_bytes())?;
    let long = attribute.size().is_none_or(|size| size > b.limit);
    let value = if long {
        None
    } else {
        let start = b.header.arena.len();
        let arena = &mut b.header.arena;
        pack(ty, &attribute.value()?, &mut |bytes| Ok(arena.extend(bytes)?))?;
        Some(Piece { start, len: b.header.arena.len().saturating_sub(start) })
    };
    let count = match (ty, fixed, elements) {
        // a text without a value has no characters
        (NcType::Char, Some(len), 1) => {
            value.map_or(u64::try_from(len).ok(), |v| u64::try_from(v.len).ok())
        }
        _ => Some(elements),
    };
    let count = count.unwrap_or(u64::MAX);
    b.header.atts.push(AttRec { name, ty, count, value, offset: None, nth: 0 })?;
    Ok(())
}

/// Gives values piece by piece: packed as they are, texts of fixed length in a row as texts of any length.
fn pack(ty: NcType, values: &Values, out: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    if ty != NcType::String || !matches!(values.dtype(), DType::StrN(_)) {
        return out(values.bytes());
    }
    values.visit(&mut |step| {
        if let Step::Leaf(Leaf::Text(text)) = step {
            out(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_ne_bytes())?;
            out(text)?;
        }
        Ok(())
    })
}

/// The values of an attribute that were too long to be kept.
pub(super) fn values(object: &Object, attribute: crate::Attribute<'_>) -> Result<ChargedVec<u8>> {
    let path = || no_such_entry(attribute.name());
    let values = object.attribute(attribute.name())?.ok_or_else(path)?.value()?;
    let mut bytes = ChargedVec::new(object.file().context().budget());
    pack(attribute.nc_type(), &values, &mut |piece| Ok(bytes.extend(piece)?))?;
    Ok(bytes)
}

/// The attributes of all groups; `_nc3_strict` of the root says that the file keeps to the classic model.
pub(super) fn of_groups(b: &mut Builder<'_>) -> Result<()> {
    for at in 0..b.groups.len() {
        let Some(&piece) = b.groups.get(at) else { break };
        let path = b.header.text(piece).to_owned();
        let object = match b.file.object(&path) {
            Ok(object) => object,
            Err(error) => {
                b.broken(&path, error)?;
                continue;
            }
        };
        let run = of_object(b, &object, &mut |b, attribute| {
            if at == 0 && attribute.name() == "_nc3_strict" {
                b.header.version = Version::Netcdf4Classic;
            }
            Ok(())
        })?;
        let group = u32::try_from(at).ok().and_then(|id| b.header.group_mut(id));
        if let Some(group) = group {
            group.atts = run;
        }
    }
    Ok(())
}
