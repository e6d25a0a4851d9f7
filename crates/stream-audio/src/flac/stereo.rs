//! Two channels from what they were coded as: RFC 9639, 4.2.
#![deny(clippy::arithmetic_side_effects)]

use super::frame::Stereo;

/// Makes left and right of two channels, in place.
pub(super) fn narrow(stereo: Stereo, first: &mut [i32], second: &mut [i32]) {
    let pairs = first.iter_mut().zip(second);
    match stereo {
        Stereo::Independent => {}
        Stereo::LeftSide => pairs.for_each(|(left, side)| *side = left.wrapping_sub(*side)),
        Stereo::SideRight => pairs.for_each(|(side, right)| *side = side.wrapping_add(*right)),
        Stereo::MidSide => pairs.for_each(|(mid, side)| {
            // the bit that the mean lost is the difference's lowest
            let double = (*mid << 1) | (*side & 1);
            let (left, right) = (double.wrapping_add(*side) >> 1, double.wrapping_sub(*side) >> 1);
            (*mid, *side) = (left, right);
        }),
    }
}

/// The same where the difference has 33 bits.
pub(super) fn wide(stereo: Stereo, first: &mut [i32], second: &mut [i32], side: &[i64]) {
    // left and right of a valid stream have 32 bits again
    let low = |value: i64| value as i32;
    for ((first, second), &side) in first.iter_mut().zip(second).zip(side) {
        match stereo {
            Stereo::Independent => {}
            Stereo::LeftSide => *second = low(i64::from(*first).wrapping_sub(side)),
            Stereo::SideRight => *first = low(side.wrapping_add(i64::from(*second))),
            Stereo::MidSide => {
                let double = (i64::from(*first) << 1) | (side & 1);
                *first = low(double.wrapping_add(side) >> 1);
                *second = low(double.wrapping_sub(side) >> 1);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_coding_gives_left_and_right_back() {
        let extremes = [i32::MIN, i32::MAX, -1, 0, 1, 12_345, -54_321];
        for left in extremes {
            for right in extremes {
                let (l, r) = (i64::from(left), i64::from(right));
                let side = l - r;
                for (stereo, one, two) in [
                    (Stereo::LeftSide, l, 0),
                    (Stereo::SideRight, 0, r),
                    (Stereo::MidSide, (l + r) >> 1, 0),
                ] {
                    let (mut a, mut b) = ([one as i32], [two as i32]);
                    wide(stereo, &mut a, &mut b, &[side]);
                    assert_eq!((a, b), ([left], [right]), "{stereo:?}");
                }
                let (l, r) = (l >> 8, r >> 8);
                let side = (l - r) as i32;
                for (stereo, one, two) in [
                    (Stereo::LeftSide, l as i32, side),
                    (Stereo::SideRight, side, r as i32),
                    (Stereo::MidSide, ((l + r) >> 1) as i32, side),
                ] {
                    let (mut a, mut b) = ([one], [two]);
                    narrow(stereo, &mut a, &mut b);
                    assert_eq!((a, b), ([l as i32], [r as i32]), "{stereo:?}");
                }
            }
        }
    }
}
