//! The value of elements that were never written.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{DType, Error, ErrorKind, Result};
use stream_hdf5::{Dataset, Fill};

use crate::cf::default_fill;
use crate::header::values::Number;
use crate::{NcType, UserTypeKind, Variable};

/// More bytes of one element than a sound file has.
const ELEMENT_MAX: usize = 1 << 20;

/// One element as it is encoded in a chunk: what the dataset says, else the format's own fill value.
///
/// # Errors
/// `Unsupported` for elements that are longer than 1 MiB, and what the HDF5 reader says.
pub(super) fn element(variable: Variable<'_>, dataset: &Dataset) -> Result<Box<[u8]>> {
    if let Fill::Value(values) = dataset.fill()? {
        return Ok(values.bytes().into());
    }
    let header = variable.header();
    let ty = match variable.nc_type() {
        NcType::User(id) => match header.types().find(|t| t.id() == id).map(|t| t.kind()) {
            Some(UserTypeKind::Enum { base }) => base,
            _ => NcType::User(id),
        },
        ty => ty,
    };
    let dtype = dataset.dtype();
    let number = match ty {
        NcType::Byte => Some(Number::Int(-127)),
        NcType::Ubyte => Some(Number::Int(255)),
        ty => default_fill(ty),
    };
    let found = number.and_then(|number| bytes(ty, number));
    if let Some(found) = found.filter(|bytes| dtype.size() == Some(bytes.len())) {
        return Ok(found);
    }
    let mut empty = Vec::new();
    zeros(&dtype, &mut empty)?;
    Ok(empty.into())
}

fn bytes(ty: NcType, number: Number) -> Option<Box<[u8]>> {
    macro_rules! int {
        ($n:expr, $t:ty) => {
            <$t>::try_from($n).ok()?.to_ne_bytes().into()
        };
    }
    Some(match (number, ty) {
        (Number::Float(x), _) => x.to_ne_bytes().into(),
        (Number::Double(x), _) => x.to_ne_bytes().into(),
        (Number::Int(n), NcType::Byte) => int!(n, i8),
        (Number::Int(n), NcType::Short) => int!(n, i16),
        (Number::Int(n), NcType::Int) => int!(n, i32),
        (Number::Int(n), NcType::Int64) => int!(n, i64),
        (Number::Int(n), NcType::Ubyte) => int!(n, u8),
        (Number::Int(n), NcType::Ushort) => int!(n, u16),
        (Number::Int(n), NcType::Uint) => int!(n, u32),
        (Number::Int(n), NcType::Uint64) => int!(n, u64),
        _ => return None,
    })
}

/// Appends zeros, and texts and sequences of no length.
fn zeros(dtype: &DType, out: &mut Vec<u8>) -> Result<()> {
    let more = match dtype {
        DType::Str | DType::Ref | DType::Vlen(_) => 4,
        DType::Struct(members) if dtype.size().is_none() => {
            return members.iter().try_for_each(|member| zeros(&member.dtype, out));
        }
        DType::Array(of, dims) if dtype.size().is_none() => {
            let mut one = Vec::new();
            zeros(of, &mut one)?;
            let count = dims.elements().and_then(|n| usize::try_from(n).ok());
            let size = count.and_then(|n| n.checked_mul(one.len())).unwrap_or(usize::MAX);
            check(out.len().saturating_add(size))?;
            out.extend(one.iter().cycle().take(size));
            return Ok(());
        }
        _ => dtype.size().unwrap_or(usize::MAX),
    };
    let end = out.len().saturating_add(more);
    check(end)?;
    out.resize(end, 0);
    Ok(())
}

fn check(size: usize) -> Result<()> {
    if size <= ELEMENT_MAX {
        return Ok(());
    }
    let message = format!("element of {size} bytes or more: expected {ELEMENT_MAX} at most");
    Err(Error::new(ErrorKind::Unsupported, message))
}
