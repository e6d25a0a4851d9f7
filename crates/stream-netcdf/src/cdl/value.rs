//! Values of attributes in CDL.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::{self, Write};

use stream_core::{ChargedString, Error, ErrorKind, Result};

use super::name::Name;
use super::number::General;
use super::text::quoted;
use crate::header::values::{Number, trimmed};
use crate::{Header, NcType, UserTypeKind, Values, Version};

/// The values of an attribute as CDL writes them.
pub(crate) struct ValueText<'a>(Values<'a>);

impl<'a> ValueText<'a> {
    pub(crate) fn new(values: Values<'a>) -> Self {
        Self(values)
    }

    /// Appends the text.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn write(&self, out: &mut ChargedString) -> Result<()> {
        if self.write_to(out).is_err() {
            // formatting cannot say why it stopped: asking for more room does
            out.room(out.len().saturating_add(1))?;
            return Err(Error::new(ErrorKind::OverBudget, "value as text").as_resumable());
        }
        Ok(())
    }

    pub(crate) fn write_to(&self, f: &mut dyn Write) -> fmt::Result {
        let values = self.0;
        if values.nc_type() == NcType::Char || values.is_empty() {
            // the classic model writes a line of its own for each line
            let breaks = values.header().version() != Version::Netcdf4;
            return quoted(f, trimmed(values.bytes()), breaks);
        }
        let mut rest = values.bytes();
        for at in 0..values.len() {
            if at > 0 {
                f.write_str(", ")?;
            }
            element(f, values.header(), values.nc_type(), &mut rest, Suffix::Written)?;
        }
        Ok(())
    }
}

/// Whether a number's type shows in a suffix: not inside of compounds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suffix {
    Written,
    Absent,
}

/// Writes the first element of `rest`, and passes it.
fn element(
    f: &mut dyn Write,
    header: &Header,
    ty: NcType,
    rest: &mut &[u8],
    suffix: Suffix,
) -> fmt::Result {
    match ty {
        NcType::Char => quoted(f, trimmed(take(rest, 1)?), false),
        NcType::String => {
            let len = count(rest)?;
            quoted(f, take(rest, len)?, false)
        }
        NcType::User(id) => user(f, header, id, rest),
        _ => {
            let size = ty.size().and_then(|n| usize::try_from(n).ok()).ok_or(fmt::Error)?;
            let number = Number::of(ty, take(rest, size)?).ok_or(fmt::Error)?;
            match number {
                Number::Int(n) => write!(f, "{n}")?,
                Number::Float(x) => write!(f, "{}", General { value: f64::from(x), digits: 7 })?,
                Number::Double(x) => write!(f, "{}", General { value: x, digits: 15 })?,
            }
            let written = if suffix == Suffix::Written { suffix_of(ty) } else { "" };
            f.write_str(written)
        }
    }
}

fn suffix_of(ty: NcType) -> &'static str {
    match ty {
        NcType::Byte => "b",
        NcType::Short => "s",
        NcType::Float => "f",
        NcType::Ubyte => "UB",
        NcType::Ushort => "US",
        NcType::Uint => "U",
        NcType::Int64 => "LL",
        NcType::Uint64 => "ULL",
        _ => "",
    }
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], fmt::Error> {
    let (taken, behind) = rest.split_at_checked(len).ok_or(fmt::Error)?;
    *rest = behind;
    Ok(taken)
}

/// The number before an element of variable size.
fn count(rest: &mut &[u8]) -> Result<usize, fmt::Error> {
    let bytes = take(rest, 4)?;
    let count = u32::from_ne_bytes(bytes.try_into().map_err(|_| fmt::Error)?);
    usize::try_from(count).map_err(|_| fmt::Error)
}

/// Types nest at most as deep as [`Header::dtype`] follows them, or no values were kept.
fn user(f: &mut dyn Write, header: &Header, id: u32, rest: &mut &[u8]) -> fmt::Result {
    let user = header.user_type(id).ok_or(fmt::Error)?;
    match user.kind() {
        UserTypeKind::Enum { base } => {
            let size = base.size().and_then(|n| usize::try_from(n).ok()).ok_or(fmt::Error)?;
            let Some(Number::Int(value)) = Number::of(base, take(rest, size)?) else {
                return Err(fmt::Error);
            };
            let name = user.members().find(|m| m.value() == value).map(|m| m.name());
            match name {
                Some(name) => write!(f, "{}", Name(name)),
                None => write!(f, "{value}"),
            }
        }
        UserTypeKind::Opaque { size } => {
            let size = usize::try_from(size).map_err(|_| fmt::Error)?;
            f.write_str("0X")?;
            take(rest, size)?.iter().try_for_each(|b| write!(f, "{b:02X}"))
        }
        UserTypeKind::Vlen { base } => {
            f.write_str("{")?;
            for at in 0..count(rest)? {
                f.write_str(if at == 0 { "" } else { ", " })?;
                element(f, header, base, rest, Suffix::Absent)?;
            }
            f.write_str("}")
        }
        UserTypeKind::Compound => {
            f.write_str("{")?;
            for (at, member) in user.members().enumerate() {
                f.write_str(if at == 0 { "" } else { ", " })?;
                let elements = member.dims().iter().try_fold(1u64, |n, &d| n.checked_mul(d));
                if member.dims().is_empty() {
                    element(f, header, member.nc_type(), rest, Suffix::Absent)?;
                    continue;
                }
                f.write_str("{")?;
                for i in 0..elements.ok_or(fmt::Error)? {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    element(f, header, member.nc_type(), rest, Suffix::Absent)?;
                }
                f.write_str("}")?;
            }
            f.write_str("}")
        }
    }
}
