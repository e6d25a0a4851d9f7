//! The standard's registry of elements (PS3.6), through `dicom-dictionary-std`.

use crate::{Tag, VR};
use dicom_core::dictionary::{
    DataDictionary, DataDictionaryEntry, DataDictionaryEntryRef, VirtualVr,
};
use dicom_dictionary_std::StandardDataDictionary;

static REGISTRY: StandardDataDictionary = StandardDataDictionary;

/// The keyword of PS3.6, for example `PatientName`; `None` for private and unknown elements.
///
/// The first call builds the registry's index (about 5,000 entries); a listing that prints no keyword never does.
pub fn keyword(tag: Tag) -> Option<&'static str> {
    match tag {
        Tag(0xfffe, 0xe000) => return Some("Item"),
        Tag(0xfffe, 0xe00d) => return Some("ItemDelimitationItem"),
        Tag(0xfffe, 0xe0dd) => return Some("SequenceDelimitationItem"),
        _ => {}
    }
    entry(tag).map(|e| e.alias)
}

/// The tag of a keyword of PS3.6.
pub fn tag(keyword: &str) -> Option<Tag> {
    REGISTRY.by_name(keyword).map(|e| e.tag())
}

fn entry(tag: Tag) -> Option<&'static DataDictionaryEntryRef<'static>> {
    let private = tag.group() & 1 == 1;
    // no standard entry is private; asking would search four tables in vain
    if private || tag.element() == 0 {
        return None;
    }
    REGISTRY.by_tag(tag)
}

/// The VR of PS3.6; where several are allowed, the one that Pixel Representation (`signed`) and the encoding choose.
///
/// Implicit VR Little Endian (PS3.5 A.1): Pixel Data and Overlay Data are OW, LUT Data is OW, `US or SS` follows Pixel
/// Representation. Private creators are LO, group lengths UL, all else that is unknown is UN.
pub(crate) fn implicit_vr(tag: Tag, signed: Option<bool>) -> VR {
    if tag.element() == 0 {
        return VR::UL;
    }
    if tag.group() & 1 == 1 {
        let creator = (0x10..=0xff).contains(&tag.element());
        return if creator { VR::LO } else { VR::UN };
    }
    match entry(tag).map(|e| e.vr()) {
        Some(VirtualVr::Exact(vr)) => vr,
        Some(VirtualVr::Xs) if signed == Some(true) => VR::SS,
        Some(VirtualVr::Xs) => VR::US,
        Some(VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt) => VR::OW,
        _ => VR::UN,
    }
}

/// Whether `vr` is a VR that PS3.6 gives `tag`; true where it says nothing.
pub(crate) fn allows(tag: Tag, vr: VR) -> bool {
    match entry(tag).map(|e| e.vr()) {
        // UN stands for any VR that the writer did not know (PS3.5 6.2.2)
        _ if vr == VR::UN => true,
        Some(VirtualVr::Exact(exact)) => exact == vr,
        Some(VirtualVr::Xs) => matches!(vr, VR::US | VR::SS | VR::OW),
        Some(VirtualVr::Ox | VirtualVr::Px) => matches!(vr, VR::OB | VR::OW),
        Some(VirtualVr::Lt) => matches!(vr, VR::US | VR::SS | VR::OW),
        _ => true,
    }
}
