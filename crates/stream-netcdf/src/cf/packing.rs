//! Packed data and missing values (CF 2.5.1 and 8.1, NetCDF User's Guide, appendix A).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{DType, Result};

use super::unpack;
use crate::header::values::Number;
use crate::{NcType, Values, Variable};

/// How stored values become numbers: which are missing, what they are multiplied by, what is added.
///
/// A value is missing when it is `_FillValue`, a `missing_value`, outside of `valid_range` or of `valid_min` and `valid_max`, or, without
/// `_FillValue` and in a type of more than a byte, the format's own fill value. Missing values become NaN. The arithmetic
/// is done in doubles: `stored * scale_factor + add_offset`.
#[derive(Clone, Debug, PartialEq)]
pub struct Packing {
    pub(super) ty: NcType,
    pub(super) scale: Option<f64>,
    pub(super) offset: Option<f64>,
    /// In the stored type, after `_Unsigned`.
    pub(super) missing: Vec<Number>,
    pub(super) valid: Option<(f64, f64)>,
    /// Whether the valid range is one of unpacked values.
    pub(super) valid_unpacked: bool,
    pub(super) single: bool,
}

/// More values that are missing than a sound file names.
const MISSING_MAX: u64 = 64;

impl Packing {
    /// Of a variable; `None` for what is not numeric.
    pub fn of(variable: Variable<'_>) -> Option<Self> {
        let stored = variable.nc_type();
        if !stored.is_numeric() {
            return None;
        }
        let values = |name: &str| variable.attribute(name).and_then(|a| a.values());
        let numbers = |name: &str| values(name).filter(|v| v.nc_type().is_numeric());
        let one = |name: &str| numbers(name).filter(|v| v.len() == 1);
        let unsigned = values("_Unsigned").and_then(Values::text) == Some("true");
        let ty = if unsigned { to_unsigned(stored) } else { stored };
        let (scale, offset) = (one("scale_factor"), one("add_offset"));
        let mut missing = Vec::new();
        let fill = one("_FillValue");
        let default = default_fill(stored)
            .filter(|_| fill.is_none() && !variable.storage().is_some_and(|s| s.no_fill));
        let listed = [fill, numbers("missing_value")].into_iter().flatten();
        let listed =
            listed.flat_map(|v| (0..v.len().min(MISSING_MAX)).filter_map(move |i| v.get(i)));
        for number in listed.chain(default) {
            let number = as_stored(number, stored, ty);
            if !missing.contains(&number) {
                missing.push(number);
            }
        }
        let range = numbers("valid_range").filter(|v| v.len() == 2);
        let bounds = [range.map(|v| (v, 0)), one("valid_min").map(|v| (v, 0))];
        let low = bounds.into_iter().flatten().next();
        let high = range.map(|v| (v, 1)).or(one("valid_max").map(|v| (v, 0)));
        let packed = scale.is_some() || offset.is_some();
        let is_float = |v: Values<'_>| matches!(v.nc_type(), NcType::Float | NcType::Double);
        let stored_is_float = matches!(stored, NcType::Float | NcType::Double);
        let valid_unpacked =
            packed && !stored_is_float && low.or(high).is_some_and(|(v, _)| is_float(v));
        let bound = |b: Option<(Values<'_>, u64)>| {
            let number = b.and_then(|(v, at)| v.get(at))?;
            Some(to_f64(if valid_unpacked { number } else { as_stored(number, stored, ty) }))
        };
        let valid = (low.is_some() || high.is_some()).then(|| {
            (bound(low).unwrap_or(f64::NEG_INFINITY), bound(high).unwrap_or(f64::INFINITY))
        });
        let small = matches!(
            stored,
            NcType::Byte | NcType::Ubyte | NcType::Short | NcType::Ushort | NcType::Float
        );
        let singles = [scale, offset].into_iter().flatten().all(|v| v.nc_type() == NcType::Float);
        Some(Self {
            ty,
            scale: scale.and_then(|v| v.number(0)),
            offset: offset.and_then(|v| v.number(0)),
            missing,
            valid,
            valid_unpacked,
            single: small && singles,
        })
    }

    /// `scale_factor`, if there is one.
    pub fn scale_factor(&self) -> Option<f64> {
        self.scale
    }

    /// `add_offset`, if there is one.
    pub fn add_offset(&self) -> Option<f64> {
        self.offset
    }

    /// The least and the greatest valid value, packed or not as the attributes are.
    pub fn valid_range(&self) -> Option<(f64, f64)> {
        self.valid
    }

    /// What an unpacked value is: a single where the stored type has at most 16 bits or is one, and the attributes are
    /// singles or absent; else a double.
    pub fn dtype(&self) -> DType {
        if self.single { DType::F32 } else { DType::F64 }
    }

    /// Bytes of an unpacked value.
    pub(crate) fn size(&self) -> u64 {
        if self.single { 4 } else { 8 }
    }

    /// Whether unpacked values take the place of stored ones of the same type.
    pub(crate) fn is_in_place(&self) -> bool {
        matches!((self.ty, self.single), (NcType::Float, true) | (NcType::Double, false))
    }

    /// Unpacks stored values in the machine's byte order; `out` has as many elements of [`Packing::dtype`].
    pub fn apply(&self, stored: &[u8], out: &mut [u8]) {
        unpack::apply(self, stored, out);
    }

    /// Unpacks values whose type does not change.
    pub(crate) fn apply_in_place(&self, values: &mut [u8]) {
        unpack::apply_in_place(self, values);
    }
}

fn to_unsigned(ty: NcType) -> NcType {
    match ty {
        NcType::Byte => NcType::Ubyte,
        NcType::Short => NcType::Ushort,
        NcType::Int => NcType::Uint,
        NcType::Int64 => NcType::Uint64,
        other => other,
    }
}

/// A number of an attribute as the variable's type has it: `-1` is 255 in a byte that is `_Unsigned`.
fn as_stored(number: Number, stored: NcType, ty: NcType) -> Number {
    if let (Number::Double(x), NcType::Float) = (number, stored) {
        // a single that is compared with a double would differ in the digits that it does not have
        #[allow(clippy::cast_possible_truncation)]
        return Number::Float(x as f32);
    }
    let Number::Int(n) = number else { return number };
    let bits = match stored {
        _ if stored == ty || n >= 0 => return number,
        NcType::Byte => 8,
        NcType::Short => 16,
        NcType::Int => 32,
        _ => 64,
    };
    // n is at least -2^63, so that the sum is exact
    Number::Int(n.saturating_add(1i128 << bits))
}

#[allow(clippy::cast_precision_loss)] // bounds beyond 2^53 are rounded as values are
pub(super) fn to_f64(number: Number) -> f64 {
    match number {
        Number::Int(n) => n as f64,
        Number::Float(x) => f64::from(x),
        Number::Double(x) => x,
    }
}

/// `NC_FILL_…` of the format; a byte has none that counts, since all of its values are in use.
pub(crate) fn default_fill(ty: NcType) -> Option<Number> {
    Some(match ty {
        NcType::Short => Number::Int(-32767),
        NcType::Int => Number::Int(-2_147_483_647),
        NcType::Ushort => Number::Int(65535),
        NcType::Uint => Number::Int(4_294_967_295),
        NcType::Int64 => Number::Int(-9_223_372_036_854_775_806),
        NcType::Uint64 => Number::Int(18_446_744_073_709_551_614),
        NcType::Float => Number::Float(f32::from_bits(0x7cf0_0000)),
        NcType::Double => Number::Double(f64::from_bits(0x479e_0000_0000_0000)),
        _ => return None,
    })
}

/// Says which attributes do not have the type and length that the conventions give them.
pub(super) fn check(
    variable: Variable<'_>,
    mut found: impl FnMut(&'static str, &'static str) -> Result<()>,
) -> Result<()> {
    if !variable.nc_type().is_numeric() {
        return Ok(());
    }
    const ONE: &str = "one number";
    for (name, count, expected) in [
        ("scale_factor", Some(1), ONE),
        ("add_offset", Some(1), ONE),
        ("_FillValue", Some(1), ONE),
        ("valid_min", Some(1), ONE),
        ("valid_max", Some(1), ONE),
        ("valid_range", Some(2), "two numbers"),
        ("missing_value", None, "numbers"),
    ] {
        let Some(attribute) = variable.attribute(name) else { continue };
        let sound = attribute.nc_type().is_numeric()
            && count.is_none_or(|count| attribute.length() == count);
        if !sound {
            found(name, expected)?;
        }
    }
    Ok(())
}
