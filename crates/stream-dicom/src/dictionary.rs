//! The standard's registry of elements (PS3.6), through `dicom-dictionary-std`.

use std::sync::OnceLock;

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

type Entry = DataDictionaryEntryRef<'static>;

/// What was looked up before, by a hash of the tag; whoever comes first keeps the slot. The registry hashes with `SipHash`, which
/// a listing of many small files would feel: it asks for each element's VR and keyword.
static KNOWN: [OnceLock<(Tag, Option<&'static Entry>)>; SLOTS] = [const { OnceLock::new() }; SLOTS];
const SLOTS: usize = 2048;

fn entry(tag: Tag) -> Option<&'static Entry> {
    let private = tag.group() & 1 == 1;
    // no standard entry is private; asking would search four tables in vain
    if private || tag.element() == 0 {
        return None;
    }
    let number = u32::from(tag.group()).wrapping_mul(0x9e37).wrapping_add(u32::from(tag.element()));
    let hash = number.wrapping_mul(0x9e37_79b1) >> 21;
    let slot = usize::try_from(hash).ok().and_then(|at| KNOWN.get(at));
    let Some(slot) = slot else { return REGISTRY.by_tag(tag) };
    match slot.get_or_init(|| (tag, REGISTRY.by_tag(tag))) {
        (known, entry) if *known == tag => *entry,
        _ => REGISTRY.by_tag(tag),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lookup_is_the_registrys_whoever_holds_the_slot() {
        for group in [0x0008, 0x0028, 0x5400, 0x60ee] {
            for element in 1..0x4000 {
                let tag = Tag(group, element);
                let registered = REGISTRY.by_tag(tag).map(|e| e.alias);
                assert_eq!((keyword(tag), keyword(tag)), (registered, registered), "{tag}");
            }
        }
    }
}
