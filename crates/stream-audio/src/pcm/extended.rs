//! The 80-bit numbers of AIFF.
#![deny(clippy::arithmetic_side_effects)]

/// The value of an IEEE 754 extended number (SANE), big endian: sign, 15 bits of exponent, 64 bits of mantissa with its
/// leading one. What no `f64` holds becomes infinite or zero.
pub(super) fn f80(bytes: &[u8]) -> Option<f64> {
    let head = u16::from_be_bytes(*bytes.first_chunk()?);
    let mantissa = u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
    let exponent = i32::from(head & 0x7fff);
    // 63 bits stand behind the point; a u64 becomes the nearest f64, as hardware rounds
    let power = exponent.wrapping_sub(16383).wrapping_sub(63);
    let half = power / 2;
    let rest = power.wrapping_sub(half);
    let size = mantissa as f64 * 2f64.powi(half) * 2f64.powi(rest);
    Some(if head & 0x8000 == 0 { size } else { -size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_every_day_come_out_exactly() {
        let rate = |hex: [u8; 10]| f80(&hex).unwrap();
        assert_eq!(rate([0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]), 44_100.0);
        assert_eq!(rate([0x40, 0x0e, 0xbb, 0x80, 0, 0, 0, 0, 0, 0]), 48_000.0);
        assert_eq!(rate([0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]), 8_000.0);
        assert_eq!(rate([0; 10]), 0.0);
        assert_eq!(rate([0xff; 10]), f64::NEG_INFINITY);
        assert_eq!(f80(&[0; 9]), None);
    }
}
