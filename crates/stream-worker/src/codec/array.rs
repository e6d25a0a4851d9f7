//! Shapes, element types, arrays.

use std::sync::Arc;

use stream_core::{Array, DType, Dims, Member};
use stream_memory::{Budget, OverBudget};

use super::take::Result;
use super::{DEPTH, FILTERS, Flaw, NODES, Put, RANK, Take};

pub(crate) fn put_dims(put: &mut Put, dims: &[u64]) -> Result<(), OverBudget> {
    put.usize(dims.len())?;
    dims.iter().try_for_each(|&n| put.u64(n))
}

pub(crate) fn take_dims(take: &mut Take<'_>) -> Result<Dims> {
    let rank = take.count(RANK)?;
    (0..rank).map(|_| take.u64()).collect::<Result<Vec<_>>>().map(|all| all.into_iter().collect())
}

/// The types without anything inside, by their number.
const PLAIN: [DType; 16] = [
    DType::I8,
    DType::I16,
    DType::I32,
    DType::I64,
    DType::U8,
    DType::U16,
    DType::U32,
    DType::U64,
    DType::F16,
    DType::F32,
    DType::F64,
    DType::C64,
    DType::C128,
    DType::Bool,
    DType::Str,
    DType::Ref,
];
const STR_N: u8 = 32;
const BYTES: u8 = 33;
const ENUM: u8 = 34;
const VLEN: u8 = 35;
const ARRAY: u8 = 36;
const STRUCT: u8 = 37;

pub(crate) fn put_dtype(put: &mut Put, dtype: &DType) -> Result<(), OverBudget> {
    match dtype {
        DType::StrN(n) => {
            put.u8(STR_N)?;
            put.u64(u64::from(*n))
        }
        DType::Bytes(n) => {
            put.u8(BYTES)?;
            put.u64(u64::from(*n))
        }
        DType::Enum(of) => {
            put.u8(ENUM)?;
            put_dtype(put, of)
        }
        DType::Vlen(of) => {
            put.u8(VLEN)?;
            put_dtype(put, of)
        }
        DType::Array(of, shape) => {
            put.u8(ARRAY)?;
            put_dims(put, shape)?;
            put_dtype(put, of)
        }
        DType::Struct(members) => {
            put.u8(STRUCT)?;
            put.usize(members.len())?;
            members.iter().try_for_each(|member| {
                put.str(&member.name)?;
                put_dtype(put, &member.dtype)
            })
        }
        plain => {
            let at = PLAIN.iter().position(|p| p == plain).unwrap_or(usize::MAX);
            // a type that is not known here is refused there
            put.u8(u8::try_from(at).unwrap_or(u8::MAX))
        }
    }
}

pub(crate) fn take_dtype(take: &mut Take<'_>, budget: &Budget) -> Result<DType> {
    let mut nodes = NODES;
    dtype(take, budget, &mut nodes, DEPTH)
}

fn dtype(take: &mut Take<'_>, budget: &Budget, nodes: &mut usize, depth: usize) -> Result<DType> {
    *nodes = nodes.checked_sub(1).ok_or(Flaw::Wrong("a type of too many parts"))?;
    let depth = depth.checked_sub(1).ok_or(Flaw::Wrong("a type nested too deep"))?;
    let tag = take.u8()?;
    if let Some(plain) = PLAIN.get(usize::from(tag)) {
        return Ok(plain.clone());
    }
    Ok(match tag {
        STR_N => DType::StrN(take.u32()?),
        BYTES => DType::Bytes(take.u32()?),
        ENUM => DType::Enum(Arc::new(dtype(take, budget, nodes, depth)?)),
        VLEN => DType::Vlen(Arc::new(dtype(take, budget, nodes, depth)?)),
        ARRAY => {
            let shape = take_dims(take)?;
            DType::Array(Arc::new(dtype(take, budget, nodes, depth)?), shape)
        }
        STRUCT => {
            let count = take.count(*nodes)?;
            // twice: as a vector first, then where it stays
            let bytes = count.saturating_mul(size_of::<Member>()).saturating_mul(2);
            let room = budget.reserve(u64::try_from(bytes).unwrap_or(u64::MAX))?;
            let mut members = Vec::with_capacity(count);
            for _ in 0..count {
                let name = take.str()?.to_owned();
                members.push(Member { name, dtype: dtype(take, budget, nodes, depth)? });
            }
            drop(room);
            DType::Struct(members.into())
        }
        _ => return Err(Flaw::Wrong("an unknown element type")),
    })
}

pub(crate) fn put_array(put: &mut Put, array: &Array) -> Result<(), OverBudget> {
    put_dtype(put, &array.dtype)?;
    put_dims(put, &array.shape)?;
    put.option(array.chunk.as_ref(), |put, chunk| put_dims(put, chunk))?;
    put.usize(array.filters.len())?;
    array.filters.iter().try_for_each(|name| put.str(name))
}

pub(crate) fn take_array(take: &mut Take<'_>, budget: &Budget) -> Result<Array> {
    let mut array = Array::new(take_dtype(take, budget)?, take_dims(take)?);
    array.chunk = take.option(take_dims)?;
    let filters = take.count(FILTERS)?;
    for _ in 0..filters {
        array.filters.push(take.str()?.to_owned());
    }
    Ok(array)
}
