//! Few elements of fixed size, converted one by one.

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use crate::storage::{ByteOrder, Convert, Element, FloatLayout, IntLayout, Norm};

/// Appends the packed native elements of the stored ones.
pub(super) fn elements(element: &Element, stored: &[u8], out: &mut ChargedVec<u8>) -> Result<()> {
    out.room(stored.len())?;
    stored
        .chunks_exact(element.stored.max(1))
        .try_for_each(|one| convert(&element.convert, one, out))
}

fn convert(how: &Convert, stored: &[u8], out: &mut ChargedVec<u8>) -> Result<()> {
    let part = |from: usize, length: usize| {
        let bytes = stored.get(from..from.saturating_add(length));
        bytes.ok_or_else(|| Error::new(ErrorKind::Malformed, "element: shorter than its type"))
    };
    match how {
        Convert::Copy(n) => Ok(out.extend(part(0, *n)?)?),
        Convert::Swap(n) => {
            for byte in part(0, *n)?.iter().rev() {
                out.push(*byte)?;
            }
            Ok(())
        }
        Convert::Int(layout) => native(int(layout, part(0, layout.size)?), layout.native, out),
        Convert::Float(layout) => {
            let value = float(layout, part(0, layout.size)?);
            match layout.native {
                4 => Ok(out.extend(&(value as f32).to_ne_bytes())?),
                _ => Ok(out.extend(&value.to_ne_bytes())?),
            }
        }
        Convert::Repeat { count, stored: step, of } => {
            let whole = part(0, count.saturating_mul(*step))?;
            whole.chunks_exact((*step).max(1)).try_for_each(|one| convert(of, one, out))
        }
        Convert::Compound(members) => members.iter().try_for_each(|member| {
            let rest = stored.get(member.offset..).unwrap_or_default();
            convert(&member.convert, rest, out)
        }),
    }
}

/// The low bytes of a number in the machine's order.
fn native(value: u128, size: usize, out: &mut ChargedVec<u8>) -> Result<()> {
    let little = value.to_le_bytes();
    let mut bytes = [0u8; 8];
    let bytes = bytes.get_mut(..size.min(8)).unwrap_or_default();
    bytes.copy_from_slice(little.get(..bytes.len()).unwrap_or_default());
    if cfg!(target_endian = "big") {
        bytes.reverse();
    }
    Ok(out.extend(bytes)?)
}

/// All bits of a stored number, the least significant byte lowest.
fn bits(order: ByteOrder, stored: &[u8]) -> u128 {
    let shift = |n: u128, byte: &u8| n.wrapping_shl(8) | u128::from(*byte);
    match order {
        ByteOrder::Little => stored.iter().rev().fold(0, shift),
        ByteOrder::Big => stored.iter().fold(0, shift),
        // pairs of bytes little-endian, the most significant pair first
        ByteOrder::Vax => stored.chunks(2).fold(0, |n, pair| pair.iter().rev().fold(n, shift)),
    }
}

fn field(all: u128, at: u32, count: u32) -> u128 {
    let low = all.checked_shr(at).unwrap_or(0);
    match 1u128.checked_shl(count) {
        Some(over) => low & over.wrapping_sub(1),
        None => low,
    }
}

fn int(layout: &IntLayout, stored: &[u8]) -> u128 {
    let value = field(bits(layout.order, stored), layout.offset, layout.precision);
    let top = layout.precision.saturating_sub(1);
    if layout.signed && field(value, top, 1) == 1 {
        // the sign fills what lies above
        return value | u128::MAX.checked_shl(layout.precision).unwrap_or(0);
    }
    value
}

/// The nearest double.
fn float(layout: &FloatLayout, stored: &[u8]) -> f64 {
    let all = bits(layout.order, stored);
    let negative = field(all, layout.sign, 1) == 1;
    let exponent = field(all, layout.exponent.0, layout.exponent.1);
    let mantissa = field(all, layout.mantissa.0, layout.mantissa.1);
    let most = field(u128::MAX, 0, layout.exponent.1);
    let vax = layout.order == ByteOrder::Vax;
    let size = if exponent == most && !vax {
        // without the explicit highest bit of x87
        let fraction = match layout.norm {
            Norm::MsbSet => field(mantissa, 0, layout.mantissa.1.saturating_sub(1)),
            _ => mantissa,
        };
        if fraction == 0 { f64::INFINITY } else { f64::NAN }
    } else {
        let hidden = layout.norm == Norm::Implied && exponent != 0;
        let whole =
            if hidden { mantissa | 1u128.wrapping_shl(layout.mantissa.1) } else { mantissa };
        // mantissas stand for 1.f or 0.f of this many bits
        let fraction = match layout.norm {
            Norm::Implied => layout.mantissa.1,
            _ => layout.mantissa.1.saturating_sub(1),
        };
        let exponent = i128::try_from(exponent).unwrap_or(0).max(i128::from(!vax));
        let power =
            exponent.saturating_sub(i128::from(layout.bias)).saturating_sub(i128::from(fraction));
        scale(whole, i32::try_from(power).unwrap_or(i32::MAX))
    };
    if negative { -size } else { size }
}

/// `whole` times two to the `power`, rounded once where the result is a normal number.
fn scale(whole: u128, power: i32) -> f64 {
    // 100 bits of a quadruple mantissa round to 53 here
    let value = whole as f64;
    // two steps, so that neither factor leaves the range of doubles before the product does
    let half = power / 2;
    let step = |by: i32| 2f64.powi(by.clamp(-1074, 1023));
    value * step(half) * step(power.saturating_sub(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IEEE32: FloatLayout = FloatLayout {
        size: 4,
        order: ByteOrder::Little,
        sign: 31,
        exponent: (23, 8),
        mantissa: (0, 23),
        bias: 127,
        norm: Norm::Implied,
        native: 4,
    };

    #[test]
    fn floats_of_any_layout_agree_with_the_machine() {
        for value in [0.0f32, -0.0, 1.0, -2.5, 1e-40, f32::MAX, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(float(&IEEE32, &value.to_le_bytes()), f64::from(value));
        }
        assert!(float(&IEEE32, &f32::NAN.to_le_bytes()).is_nan());
    }

    #[test]
    fn brain_floats_are_the_upper_half_of_singles() {
        let brain = FloatLayout { size: 2, sign: 15, exponent: (7, 8), mantissa: (0, 7), ..IEEE32 };
        assert_eq!(float(&brain, &[0xc0, 0x3f]), 1.5);
    }

    #[test]
    fn integers_of_few_bits_keep_their_sign() {
        let layout = IntLayout {
            size: 2,
            order: ByteOrder::Big,
            offset: 2,
            precision: 5,
            signed: true,
            native: 2,
        };
        assert_eq!(int(&layout, &[0, 0b111_1111]) as i16, -1);
        assert_eq!(int(&layout, &[0, 0b011_1111]) as i16, 15);
    }
}
