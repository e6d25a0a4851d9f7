//! Transfer syntaxes: PS3.5 10 and annex A, PS3.6 annex A.
#![deny(clippy::arithmetic_side_effects)]

use dicom_encoding::TransferSyntaxIndex;
use dicom_encoding::transfer_syntax::{Codec, Endianness};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::{ByteOrder, Encoding, Tag, dictionary, vr};

/// A transfer syntax: how a data set and its pixel data are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferSyntax {
    uid: &'static str,
    name: &'static str,
    encoding: Encoding,
    deflated: bool,
    encapsulated: bool,
}

impl TransferSyntax {
    /// Implicit VR Little Endian (PS3.5 A.1), the default of DICOM.
    pub const IMPLICIT: Self = Self::plain(
        dicom_dictionary_std::uids::IMPLICIT_VR_LITTLE_ENDIAN,
        "Implicit VR Little Endian",
        Encoding::IMPLICIT_LITTLE,
    );

    const EXPLICIT: Self = Self::plain(
        dicom_dictionary_std::uids::EXPLICIT_VR_LITTLE_ENDIAN,
        "Explicit VR Little Endian",
        Encoding::EXPLICIT_LITTLE,
    );

    const fn plain(uid: &'static str, name: &'static str, encoding: Encoding) -> Self {
        Self { uid, name, encoding, deflated: false, encapsulated: false }
    }

    /// The transfer syntax of this UID; trailing padding is ignored. `None` when PS3.6 does not register it.
    pub fn from_uid(uid: &str) -> Option<Self> {
        let uid = uid.trim_matches(['\0', ' ']);
        // the two that nearly all native files have, without building the registry
        for known in [Self::EXPLICIT, Self::IMPLICIT] {
            if uid == known.uid {
                return Some(known);
            }
        }
        let ts = TransferSyntaxRegistry.get(uid)?;
        let order = match ts.endianness() {
            Endianness::Little => ByteOrder::Little,
            Endianness::Big => ByteOrder::Big,
        };
        Some(Self {
            uid: ts.uid(),
            name: ts.name(),
            encoding: Encoding { explicit: ts.uid() != Self::IMPLICIT.uid, order },
            deflated: is_deflated(ts.uid()),
            encapsulated: matches!(ts.codec(), Codec::EncapsulatedPixelData(..)),
        })
    }

    /// Its unique identifier.
    pub fn uid(&self) -> &'static str {
        self.uid
    }

    /// Its name in PS3.6.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How elements are written.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the data set is deflated as a whole (PS3.5 A.5).
    pub fn is_deflated(&self) -> bool {
        self.deflated
    }

    /// Whether pixel data is encapsulated (PS3.5 A.4).
    pub fn is_encapsulated(&self) -> bool {
        self.encapsulated
    }

    /// Whether encapsulated frames start with a JPEG or JPEG 2000 marker, by which they can be told apart.
    pub(crate) fn has_start_marker(&self) -> bool {
        // 1.2.840.10008.1.2.4.50 to .112 and .201 to .203, without the MPEG and HEVC streams from .100 to .108
        self.uid
            .strip_prefix("1.2.840.10008.1.2.4.")
            .and_then(|n| n.parse::<u32>().ok())
            .is_some_and(|n| matches!(n, 50..=93 | 201..=203))
    }

    /// Whether all fragments are one video stream (PS3.5 A.4.5 to A.4.7).
    pub(crate) fn is_video(&self) -> bool {
        self.uid
            .strip_prefix("1.2.840.10008.1.2.4.")
            .and_then(|n| n.split('.').next())
            .and_then(|n| n.parse::<u32>().ok())
            .is_some_and(|n| matches!(n, 100..=108))
    }
}

/// The registry marks these as needing an adapter only when it is built with one.
fn is_deflated(uid: &str) -> bool {
    matches!(uid, "1.2.840.10008.1.2.1.99" | "1.2.840.10008.1.2.4.95" | "1.2.840.10008.1.2.4.205")
}

/// The encoding that the first element of a data set looks like, as dcmtk decides it: explicit when its VR is one, and the
/// byte order in which the tag is registered, little endian when both or none are. Needs six bytes.
pub(crate) fn guess(head: &[u8]) -> Option<Encoding> {
    let two = *head.get(4..)?.first_chunk::<2>()?;
    let explicit = vr::from_bytes(two).is_some();
    let (little, big) = (ByteOrder::Little.tag(head)?, ByteOrder::Big.tag(head)?);
    let order = if is_registered(big) && !is_registered(little) {
        ByteOrder::Big
    } else {
        ByteOrder::Little
    };
    Some(Encoding { explicit, order })
}

fn is_registered(tag: Tag) -> bool {
    // group lengths are not in the registry; the low groups are where data sets start
    dictionary::keyword(tag).is_some() || (tag.element() == 0 && tag.group() < 0x100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes_are_found_by_uid_with_padding() {
        let big = TransferSyntax::from_uid("1.2.840.10008.1.2.2\0").unwrap();
        assert_eq!(big.encoding(), Encoding::EXPLICIT_BIG);
        let deflated = TransferSyntax::from_uid("1.2.840.10008.1.2.1.99").unwrap();
        assert!(deflated.is_deflated() && !deflated.is_encapsulated());
        let jpeg = TransferSyntax::from_uid("1.2.840.10008.1.2.4.50 ").unwrap();
        assert!(jpeg.is_encapsulated() && jpeg.has_start_marker() && !jpeg.is_video());
        assert_eq!(TransferSyntax::from_uid("1.2.3"), None);
        assert_eq!(TransferSyntax::from_uid("1.2.840.10008.1.2"), Some(TransferSyntax::IMPLICIT));
    }

    #[test]
    fn the_two_written_here_are_as_the_registry_has_them() {
        for ours in [TransferSyntax::IMPLICIT, TransferSyntax::EXPLICIT] {
            let theirs = TransferSyntaxRegistry.get(ours.uid).unwrap();
            assert_eq!((ours.name, ours.uid), (theirs.name(), theirs.uid()));
        }
    }

    #[test]
    fn the_first_element_tells_the_encoding() {
        assert_eq!(guess(b"\x08\0\x05\0CS"), Some(Encoding::EXPLICIT_LITTLE));
        assert_eq!(guess(b"\0\x08\0\x05CS"), Some(Encoding::EXPLICIT_BIG));
        assert_eq!(guess(b"\x08\0\x05\0\x0a\0"), Some(Encoding::IMPLICIT_LITTLE));
        assert_eq!(guess(b"\0\x08\0\x05\0\0"), Some(Encoding::IMPLICIT_BIG));
    }
}
