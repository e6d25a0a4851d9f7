//! Turning stored elements into packed native ones.

use super::{ByteOrder, Convert, Element, FloatLayout, IntLayout, Norm};

impl Element {
    /// Whether stored and packed elements are of one size, so that they are converted where they stand.
    pub fn in_place(&self) -> bool {
        matches!(self.convert, Convert::Copy(n) | Convert::Swap(n) if n == self.stored)
    }

    /// Converts elements where they stand; does nothing unless [`Element::in_place`] holds.
    pub fn convert_in_place(&self, bytes: &mut [u8]) {
        if let (Convert::Swap(size), true) = (&self.convert, self.in_place()) {
            swap(*size, bytes);
        }
    }

    /// Converts the stored elements of `from` into packed ones in `to`, as many as both hold whole.
    pub fn convert(&self, from: &[u8], to: &mut [u8]) {
        let packed = self.packed().unwrap_or(0);
        if self.in_place() {
            let n = from.len().min(to.len());
            if let (Some(from), Some(to)) = (from.get(..n), to.get_mut(..n)) {
                to.copy_from_slice(from);
                self.convert_in_place(to);
            }
            return;
        }
        column(&self.convert, (from, self.stored), (to, packed));
    }
}

/// Reverses the bytes of every number.
pub(super) fn swap(size: usize, bytes: &mut [u8]) {
    // loops over arrays become vector code
    match size {
        2 => reverse::<2>(bytes),
        4 => reverse::<4>(bytes),
        8 => reverse::<8>(bytes),
        0 | 1 => {}
        _ => bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse),
    }
}

fn reverse<const N: usize>(bytes: &mut [u8]) {
    bytes.as_chunks_mut::<N>().0.iter_mut().for_each(|number| number.reverse());
}

/// Converts what starts each stretch of `every` bytes of `from` into the start of each stretch of `to`.
fn column(convert: &Convert, (from, every): (&[u8], usize), (to, each): (&mut [u8], usize)) {
    if every == 0 || each == 0 {
        return;
    }
    if let Convert::Compound(members) = convert {
        // one member of all elements after the other: the inner loops are simple
        let mut at = 0usize;
        for member in members {
            let (from, to) = (from.get(member.offset..), to.get_mut(at..));
            if let (Some(from), Some(to)) = (from, to) {
                column(&member.convert, (from, every), (to, each));
            }
            at = at.saturating_add(member.convert.packed().unwrap_or(0));
        }
        return;
    }
    // the last stretch may end early: what stands behind a member is not always there
    for (from, to) in from.chunks(every).zip(to.chunks_mut(each)) {
        one(convert, from, to);
    }
}

/// Converts one value; does nothing where either side is too short.
fn one(convert: &Convert, from: &[u8], to: &mut [u8]) {
    match convert {
        Convert::Copy(size) => {
            if let (Some(from), Some(to)) = (from.get(..*size), to.get_mut(..*size)) {
                to.copy_from_slice(from);
            }
        }
        Convert::Swap(size) => {
            if let (Some(from), Some(to)) = (from.get(..*size), to.get_mut(..*size)) {
                to.iter_mut().zip(from.iter().rev()).for_each(|(to, &from)| *to = from);
            }
        }
        Convert::Int(layout) => put(to, layout.native, layout.value(from)),
        Convert::Float(layout) => match layout.native {
            // the nearest: one rounding, from the exact value or the nearest f64
            4 => put(to, 4, u64::from(single(layout.value(from)).to_bits())),
            _ => put(to, 8, layout.value(from).to_bits()),
        },
        Convert::Repeat { count, stored, of } => {
            let packed = of.packed().unwrap_or(0);
            let (from_end, to_end) = (stored.saturating_mul(*count), packed.saturating_mul(*count));
            let from = from.get(..from_end.min(from.len())).unwrap_or_default();
            if let Some(to) = to.get_mut(..to_end) {
                column(of, (from, *stored), (to, packed));
            }
        }
        Convert::Compound(members) => {
            let mut at = 0usize;
            for member in members {
                let (from, to) = (from.get(member.offset..), to.get_mut(at..));
                if let (Some(from), Some(to)) = (from, to) {
                    one(&member.convert, from, to);
                }
                at = at.saturating_add(member.convert.packed().unwrap_or(0));
            }
        }
    }
}

/// Writes the low `size` bytes of a number.
fn put(to: &mut [u8], size: usize, value: u64) {
    if let Some(to) = to.get_mut(..size) {
        let bytes = value.to_le_bytes();
        to.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        if cfg!(target_endian = "big") {
            to.reverse();
        }
    }
}

/// All bits of a number of up to 16 bytes.
fn bits(from: &[u8], size: usize, order: ByteOrder) -> u128 {
    let mut bytes = [0u8; 16];
    let from = from.get(..size).unwrap_or_default();
    match order {
        ByteOrder::Little => bytes.iter_mut().zip(from).for_each(|(to, &from)| *to = from),
        ByteOrder::Big => {
            bytes.iter_mut().zip(from.iter().rev()).for_each(|(to, &from)| *to = from)
        }
        ByteOrder::Vax => {
            let pairs = from.chunks(2).rev().flatten();
            bytes.iter_mut().zip(pairs).for_each(|(to, &from)| *to = from);
        }
    }
    u128::from_le_bytes(bytes)
}

/// Bits `from..from + count`.
fn field(all: u128, from: u32, count: u32) -> u128 {
    let mask = 1u128.checked_shl(count).map_or(u128::MAX, |n| n.wrapping_sub(1));
    all.checked_shr(from).unwrap_or(0) & mask
}

impl IntLayout {
    /// The number in two's complement.
    fn value(&self, from: &[u8]) -> u64 {
        let value = field(bits(from, self.size, self.order), self.offset, self.precision);
        let value = u64::try_from(value).unwrap_or(u64::MAX);
        let above = u64::MAX.checked_shl(self.precision).unwrap_or(0);
        let sign = self.precision.checked_sub(1).and_then(|n| value.checked_shr(n)).unwrap_or(0);
        if self.signed && sign & 1 == 1 { value | above } else { value }
    }
}

impl FloatLayout {
    /// The nearest `f64`, towards even where two are as near.
    fn value(&self, from: &[u8]) -> f64 {
        let all = bits(from, self.size, self.order);
        let negative = field(all, self.sign, 1) == 1;
        let (at, width) = self.exponent;
        let exponent = field(all, at, width);
        let highest = field(u128::MAX, 0, width);
        let (at, width) = self.mantissa;
        let mantissa = field(all, at, width);
        let sign = if negative { -1.0 } else { 1.0 };
        // VAX has no infinities
        if exponent == highest && self.order != ByteOrder::Vax {
            let implied = self.norm == Norm::Implied;
            let top = width.saturating_sub(1);
            let fraction = if implied { mantissa } else { field(mantissa, 0, top) };
            return if fraction == 0 { sign * f64::INFINITY } else { f64::NAN };
        }
        let (mut digits, mut power) = (mantissa, i64::try_from(exponent).unwrap_or(i64::MAX));
        if self.norm == Norm::Implied {
            if exponent == 0 {
                power = 1;
            } else {
                digits |= 1u128.checked_shl(width).unwrap_or(0);
            }
        }
        if self.order == ByteOrder::Vax && exponent == 0 {
            return 0.0;
        }
        // the mantissa's point stands before its written bits when the highest is implied, else behind the highest
        let point = match self.norm {
            Norm::Implied => i64::from(width),
            Norm::None | Norm::MsbSet => i64::from(width).saturating_sub(1),
        };
        let bias = i64::try_from(self.bias).unwrap_or(i64::MAX);
        sign * scale(digits, power.saturating_sub(bias).saturating_sub(point))
    }
}

/// `digits * 2^power`, rounded once to the nearest `f64`, ties to even.
fn scale(digits: u128, power: i64) -> f64 {
    if digits == 0 {
        return 0.0;
    }
    let length = i64::from(digits.checked_ilog2().unwrap_or(0)).saturating_add(1);
    // the exponent of the leading digit
    let top = power.saturating_add(length).saturating_sub(1);
    if top > 1023 {
        return f64::INFINITY;
    }
    // the place of the last digit an f64 of this size keeps
    let last = top.saturating_sub(52).max(-1074);
    let drop = last.saturating_sub(power);
    let kept = match u32::try_from(drop) {
        Ok(0) | Err(_) => digits,
        Ok(drop) => {
            let rest = field(digits, 0, drop.min(128));
            let half = 1u128.checked_shl(drop.saturating_sub(1)).unwrap_or(0);
            let kept = digits.checked_shr(drop).unwrap_or(0);
            let up = half != 0 && (rest > half || (rest == half && kept & 1 == 1));
            kept.saturating_add(u128::from(up))
        }
    };
    let power = if drop > 0 { last } else { power };
    // at most 54 significant digits here, or so few that the product is exact
    let kept = u64::try_from(kept).unwrap_or(u64::MAX);
    #[allow(clippy::cast_precision_loss)]
    let value = kept as f64;
    two_to(power, value)
}

/// `value * 2^power` in steps that are exact.
#[allow(clippy::arithmetic_side_effects)] // floats, and powers within ±2200
fn two_to(power: i64, mut value: f64) -> f64 {
    let mut power = power.clamp(-2200, 2200);
    while power > 0 {
        let step = power.min(1000);
        value *= f64::from_bits(u64::try_from(step + 1023).unwrap_or(0) << 52);
        power -= step;
    }
    while power < 0 {
        let step = (-power).min(1000);
        value *= f64::from_bits(u64::try_from(1023 - step).unwrap_or(0) << 52);
        power += step;
    }
    value
}

/// The nearest `f32`.
#[allow(clippy::cast_possible_truncation)]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::super::Member;
    use super::*;

    fn convert(element: &Element, from: &[u8]) -> Vec<u8> {
        let n = from.len() / element.stored * element.packed().unwrap();
        let mut to = vec![0; n];
        element.convert(from, &mut to);
        to
    }

    fn float(
        size: usize,
        order: ByteOrder,
        sign: u32,
        exponent: (u32, u32),
        mantissa: (u32, u32),
        bias: u64,
    ) -> FloatLayout {
        FloatLayout { size, order, sign, exponent, mantissa, bias, norm: Norm::Implied, native: 8 }
    }

    #[test]
    fn numbers_in_the_other_order_are_turned() {
        let element = Element { stored: 4, convert: Convert::Swap(4) };
        let mut bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        element.convert_in_place(&mut bytes);
        assert_eq!(bytes, [4, 3, 2, 1, 8, 7, 6, 5]);
    }

    #[test]
    fn compounds_lose_their_padding() {
        let members = vec![
            Member { offset: 0, convert: Convert::Copy(1) },
            Member { offset: 4, convert: Convert::Swap(2) },
            Member {
                offset: 8,
                convert: Convert::Repeat { count: 2, stored: 2, of: Box::new(Convert::Swap(2)) },
            },
        ];
        let element = Element { stored: 12, convert: Convert::Compound(members) };
        let from = [1, 9, 9, 9, 2, 3, 9, 9, 4, 5, 6, 7, 11, 9, 9, 9, 12, 13, 9, 9, 14, 15, 16, 17];
        assert_eq!(convert(&element, &from), [1, 3, 2, 5, 4, 7, 6, 11, 13, 12, 15, 14, 17, 16]);
    }

    #[test]
    fn integers_of_odd_precision_keep_their_sign() {
        let layout = IntLayout {
            size: 3,
            order: ByteOrder::Big,
            offset: 4,
            precision: 12,
            signed: true,
            native: 2,
        };
        let element = Element { stored: 3, convert: Convert::Int(layout) };
        assert_eq!(convert(&element, &[0, 0xff, 0xe5, 0, 0x12, 0x34]), [0xfe, 0xff, 0x23, 0x01]);
    }

    #[test]
    fn floats_of_every_make_are_read() {
        let bfloat = float(2, ByteOrder::Little, 15, (7, 8), (0, 7), 127);
        assert_eq!(bfloat.value(&[0x80, 0xbf]), -1.0);
        assert_eq!(bfloat.value(&[0x80, 0x7f]), f64::INFINITY);
        assert!(bfloat.value(&[0xc0, 0x7f]).is_nan());
        let quad = float(16, ByteOrder::Big, 127, (112, 15), (0, 112), 16383);
        let mut one_third = [0x55; 16];
        one_third[..2].copy_from_slice(&[0x3f, 0xfd]);
        assert_eq!(quad.value(&one_third), 1.0 / 3.0);
        let extended = FloatLayout {
            norm: Norm::None,
            ..float(10, ByteOrder::Little, 79, (64, 15), (0, 64), 16383)
        };
        assert_eq!(extended.value(&[0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0xc0]), -3.0);
        // VAX F: 1.0 is 0x4080 with the low word first
        let vax = FloatLayout { native: 4, ..float(4, ByteOrder::Vax, 31, (23, 8), (0, 23), 129) };
        assert_eq!(vax.value(&[0x80, 0x40, 0, 0]), 1.0);
    }

    #[test]
    fn doubles_come_back_bit_by_bit() {
        let double = float(8, ByteOrder::Big, 63, (52, 11), (0, 52), 1023);
        for value in [1.5, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, 0.1, -2.5e-310] {
            assert_eq!(double.value(&value.to_be_bytes()).to_bits(), value.to_bits(), "{value}");
        }
    }
}
