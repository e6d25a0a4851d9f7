//! What a value representation says about the bytes of a value: PS3.5 6.2.
#![deny(clippy::arithmetic_side_effects)]

use crate::VR;

/// The VR that two bytes name; a match on integers, since a listing asks this for every element.
pub(crate) fn from_bytes(bytes: [u8; 2]) -> Option<VR> {
    Some(match &bytes {
        b"AE" => VR::AE,
        b"AS" => VR::AS,
        b"AT" => VR::AT,
        b"CS" => VR::CS,
        b"DA" => VR::DA,
        b"DS" => VR::DS,
        b"DT" => VR::DT,
        b"FL" => VR::FL,
        b"FD" => VR::FD,
        b"IS" => VR::IS,
        b"LO" => VR::LO,
        b"LT" => VR::LT,
        b"OB" => VR::OB,
        b"OD" => VR::OD,
        b"OF" => VR::OF,
        b"OL" => VR::OL,
        b"OV" => VR::OV,
        b"OW" => VR::OW,
        b"PN" => VR::PN,
        b"SH" => VR::SH,
        b"SL" => VR::SL,
        b"SQ" => VR::SQ,
        b"SS" => VR::SS,
        b"ST" => VR::ST,
        b"SV" => VR::SV,
        b"TM" => VR::TM,
        b"UC" => VR::UC,
        b"UI" => VR::UI,
        b"UL" => VR::UL,
        b"UN" => VR::UN,
        b"UR" => VR::UR,
        b"US" => VR::US,
        b"UT" => VR::UT,
        b"UV" => VR::UV,
        _ => return None,
    })
}

/// Whether the explicit form has two reserved bytes and a 32-bit length: PS3.5 7.1.2, table 7.1-1.
pub(crate) fn is_long_form(vr: VR) -> bool {
    use VR::{OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV};
    matches!(vr, OB | OD | OF | OL | OV | OW | SQ | SV | UC | UN | UR | UT | UV)
}

/// Bytes of one number, for swapping and for checking the length; 1 for text and bytes. AT is two numbers.
pub(crate) fn unit(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OF | VR::OL => 4,
        VR::UV | VR::SV | VR::FD | VR::OD | VR::OV => 8,
        _ => 1,
    }
}

/// Whether Specific Character Set applies: PS3.5 6.1.2.3.
pub(crate) fn uses_character_set(vr: VR) -> bool {
    matches!(vr, VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT)
}

/// Whether a value is text.
pub(crate) fn is_text(vr: VR) -> bool {
    use VR::{AE, AS, CS, DA, DS, DT, IS, LO, LT, PN, SH, ST, TM, UC, UI, UR, UT};
    matches!(vr, AE | AS | CS | DA | DS | DT | IS | LO | LT | PN | SH | ST | TM | UC | UI | UR | UT)
}

/// Whether a backslash separates values: all text but LT, ST, UT and UR (PS3.5 6.2).
pub(crate) fn is_multiple(vr: VR) -> bool {
    is_text(vr) && !matches!(vr, VR::LT | VR::ST | VR::UT | VR::UR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vr_is_found_by_its_bytes() {
        for first in b'A'..=b'Z' {
            for second in b'A'..=b'Z' {
                let bytes = [first, second];
                assert_eq!(from_bytes(bytes), VR::from_binary(bytes));
            }
        }
    }

    #[test]
    fn a_tag_is_two_words_and_text_has_no_unit() {
        assert_eq!((unit(VR::AT), unit(VR::LO), unit(VR::OD)), (2, 1, 8));
    }
}
