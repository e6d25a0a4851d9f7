//! Which numbers and texts an element holds, and where.

use stream_core::{DType, Error, ErrorKind, Result};

/// Lanes of one entry; a struct with more is refused.
const MOST: usize = 4096;
/// Types nested deeper are refused.
const DEEPEST: usize = 32;

/// One column of an entry's elements: a member, a part of a complex number, or the whole element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lane {
    /// The member's name, `a.b` when nested; empty where the element is the number.
    pub(crate) name: String,
    /// What its values are.
    pub(crate) of: Content,
    /// The listed name of its type.
    pub(crate) dtype: String,
    /// Whether it has names or truth for values: each is then counted.
    pub(crate) named: bool,
    /// Bytes before its first value in an element.
    pub(crate) offset: usize,
    /// Values side by side in an element.
    pub(crate) repeat: usize,
    /// Bytes from one value to the next.
    pub(crate) step: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
    /// Text in a field of this size.
    Field(usize),
    /// Text of any length.
    Text,
}

/// The lanes of a type.
///
/// # Errors
/// `Unsupported` for types without numbers or texts, with a hint.
pub(crate) fn of(dtype: &DType) -> Result<Vec<Lane>> {
    if matches!(dtype, DType::Str) {
        return Ok(vec![lane(String::new(), Content::Text, dtype)]);
    }
    if dtype.size().is_none() {
        return Err(refused(
            dtype,
            "elements of variable size: choose a column or member of fixed size",
        ));
    }
    let mut lanes = Vec::new();
    collect(dtype, "", 0, 0, &mut lanes)?;
    if lanes.is_empty() {
        return Err(refused(dtype, "there are no numbers in it"));
    }
    Ok(lanes)
}

fn refused(dtype: &DType, why: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("statistics of {dtype}: {why}"))
}

fn lane(name: String, of: Content, dtype: &DType) -> Lane {
    let named = matches!(dtype, DType::Bool | DType::Enum(_));
    let step = dtype.size().unwrap_or(0);
    Lane { name, of, dtype: dtype.to_string(), named, offset: 0, repeat: 1, step }
}

fn number(dtype: &DType) -> Option<Content> {
    Some(match dtype {
        DType::I8 => Content::I8,
        DType::I16 => Content::I16,
        DType::I32 => Content::I32,
        DType::I64 => Content::I64,
        DType::U8 | DType::Bool => Content::U8,
        DType::U16 => Content::U16,
        DType::U32 => Content::U32,
        DType::U64 => Content::U64,
        DType::F16 => Content::F16,
        DType::F32 => Content::F32,
        DType::F64 => Content::F64,
        DType::StrN(n) | DType::Bytes(n) => Content::Field(usize::try_from(*n).ok()?),
        DType::Enum(of) => return number(of),
        _ => return None,
    })
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// Appends the lanes of one element at `offset`.
fn collect(
    dtype: &DType,
    name: &str,
    offset: usize,
    depth: usize,
    lanes: &mut Vec<Lane>,
) -> Result<()> {
    if depth > DEEPEST || lanes.len() >= MOST {
        return Err(refused(dtype, "too many members; choose one"));
    }
    let deeper = depth.saturating_add(1);
    match dtype {
        DType::C64 | DType::C128 => {
            let part = if matches!(dtype, DType::C64) { DType::F32 } else { DType::F64 };
            let size = part.size().unwrap_or(0);
            collect(&part, &joined(name, "re"), offset, deeper, lanes)?;
            collect(&part, &joined(name, "im"), offset.saturating_add(size), deeper, lanes)
        }
        DType::Struct(members) => {
            let mut at = offset;
            for member in members.iter() {
                collect(&member.dtype, &joined(name, &member.name), at, deeper, lanes)?;
                at = at.saturating_add(member.dtype.size().unwrap_or(0));
            }
            Ok(())
        }
        DType::Array(of, dims) => {
            let repeat = dims.elements().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            let before = lanes.len();
            collect(of, name, offset, deeper, lanes)?;
            let step = of.size().unwrap_or(0);
            let added = lanes.get_mut(before..).unwrap_or_default();
            if added.iter().any(|lane| lane.repeat != 1) {
                return Err(refused(dtype, "arrays of arrays"));
            }
            for lane in added {
                (lane.repeat, lane.step) = (repeat, step);
            }
            Ok(())
        }
        other => {
            if let Some(of) = number(other) {
                lanes.push(Lane { offset, ..lane(name.to_owned(), of, other) });
            }
            Ok(())
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::{Dims, Member};

    fn member(name: &str, dtype: DType) -> Member {
        Member { name: name.into(), dtype }
    }

    #[test]
    fn members_parts_and_small_arrays_are_found_where_they_lie() {
        let inner = DType::Struct([member("z", DType::C64)].into());
        let dtype = DType::Struct(
            [
                member("a", DType::I16),
                member("v", DType::Array(Arc::new(DType::F32), Dims::from([2, 3]))),
                member("s", inner),
                member("t", DType::StrN(5)),
            ]
            .into(),
        );
        let lanes = of(&dtype).unwrap();
        let found: Vec<_> =
            lanes.iter().map(|l| (l.name.as_str(), l.of, l.offset, l.repeat, l.step)).collect();
        let expected = [
            ("a", Content::I16, 0, 1, 2),
            ("v", Content::F32, 2, 6, 4),
            ("s.z.re", Content::F32, 26, 1, 4),
            ("s.z.im", Content::F32, 30, 1, 4),
            ("t", Content::Field(5), 34, 1, 5),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_has_no_numbers_is_refused_with_the_type() {
        let e = of(&DType::Vlen(Arc::new(DType::F32))).unwrap_err();
        assert!(e.to_string().contains("vlen<f32>"), "{e}");
        assert!(of(&DType::Ref).is_err());
    }
}
