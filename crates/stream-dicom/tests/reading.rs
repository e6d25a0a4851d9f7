//! What sound files say, encoding by encoding.

#[path = "support/read.rs"]
mod read;
#[path = "support/writer.rs"]
mod writer;

use read::{elements, frames, open};
use stream_dicom::{Defect, Element, ElementKind, Options, Reader, Tag, VR, Value};
use writer::{BIG, DEFLATED, EXPLICIT, IMPLICIT, Length, Writer, file, meta, rich};

/// Paths, VRs and lengths of the rich data set, as every encoding must give them.
const RICH: &[(&str, &str, Option<u32>)] = &[
    ("(0008,0005)", "CS", Some(10)),
    ("(0008,0016)", "UI", Some(26)),
    ("(0008,0018)", "UI", Some(8)),
    ("(0008,0060)", "CS", Some(2)),
    ("(0008,1115)", "SQ", None),
    ("(0008,1115)[0]", "UN", Some(0)),
    ("(0008,1115)[0]/(0008,1150)", "UI", Some(4)),
    ("(0008,1115)[0]/(0008,1155)", "UI", Some(6)),
    ("(0008,1115)[0]/(0040,A170)", "SQ", None),
    ("(0008,1115)[0]/(0040,A170)[0]", "UN", Some(0)),
    ("(0008,1115)[0]/(0040,A170)[0]/(0008,0100)", "SH", Some(6)),
    ("(0008,1115)[1]", "UN", None),
];

#[test]
fn every_encoding_gives_the_same_elements() {
    for syntax in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let all = elements(&file(syntax, rich));
        assert!(all.error.is_none(), "{syntax} {:?}", all.error);
        let data_set: Vec<_> =
            all.elements.iter().filter(|e| !e.path.starts_with("(0002")).collect();
        for (found, &(path, vr, length)) in data_set.iter().zip(RICH) {
            assert_eq!((found.path.as_str(), found.vr.as_str()), (path, vr), "{syntax}");
            // an item's length depends on the form of its headers
            if length != Some(0) {
                assert_eq!(found.length, length, "{syntax} {path}");
            }
        }
        assert_eq!(data_set.len(), 53, "{syntax}");
        assert_eq!(data_set.last().map(|e| e.path.as_str()), Some("(7FE0,0010)"));
    }
}

#[test]
fn values_are_read_in_their_types_and_character_set() {
    for syntax in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let all = elements(&file(syntax, rich));
        let text = |path: &str| all.get(path).text.clone();
        assert_eq!(text("(0010,0010)"), "Müller^Anna", "{syntax}");
        assert_eq!(text("(0028,0010)"), "[3]", "{syntax}");
        assert_eq!(text("(0020,0032)"), "-1\\2.5\\3");
        assert_eq!(text("(0010,0030)"), "");
        assert_eq!(all.get("(0009,1001)").creator.as_deref(), Some("NARROWS TEST"));
    }
}

#[test]
fn meta_information_is_told() {
    let (cx, mut reader) = open(&file(EXPLICIT, rich));
    let mut element = Element::new(&cx);
    while reader.read_element(&mut element).unwrap() {}
    let meta = reader.meta();
    assert!(meta.preamble);
    assert_eq!(meta.transfer_syntax.unwrap().as_str(), EXPLICIT);
    assert_eq!(meta.sop_instance.unwrap().as_str(), "1.2.3.4");
    assert_eq!(reader.syntax().unwrap().name(), "Explicit VR Little Endian");
    assert_eq!(reader.deviations(), []);
}

#[test]
fn offsets_and_lengths_are_the_files() {
    let bytes = file(EXPLICIT, rich);
    for e in &elements(&bytes).elements {
        let at = e.offset as usize;
        let header = [bytes[at + 1], bytes[at], bytes[at + 3], bytes[at + 2]];
        let tag: Tag = e.tag;
        let expected = [tag.group().to_be_bytes(), tag.element().to_be_bytes()].concat();
        assert_eq!(header.as_slice(), expected, "{}", e.path);
    }
}

#[test]
fn native_frames_are_the_same_in_every_encoding() {
    let expected: Vec<Vec<u16>> =
        vec![(0..12).map(|n| n * 1000).collect(), (12..24).map(|n| n * 1000).collect()];
    for syntax in [EXPLICIT, IMPLICIT, BIG, DEFLATED] {
        let found: Vec<Vec<u16>> = frames(&file(syntax, rich))
            .iter()
            .map(|f| f.chunks(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect())
            .collect();
        assert_eq!(found, expected, "{syntax}");
    }
}

#[test]
fn encapsulated_frames_are_put_together_with_and_without_a_table() {
    for table in [true, false] {
        assert_eq!(frames(&writer::encapsulated(table)), writer::encapsulated_frames(), "{table}");
    }
    assert_eq!(frames(&writer::extended()), [vec![1; 10], vec![2; 20], vec![3; 30]]);
}

#[test]
fn packed_bits_run_on_over_frames() {
    let (_, bytes) = writer::sound().into_iter().find(|(name, _)| *name == "packed bits").unwrap();
    let all: Vec<u8> = frames(&bytes).concat();
    let expected: Vec<u8> = (0..45).map(|i| 0b1010_0101u8 >> (i % 8) & 1).collect();
    assert_eq!(all, expected);
}

#[test]
fn packed_bits_in_big_endian_words_are_turned_round() {
    let little = [0b1010_0101, 0b0000_1111, 0b0011_0011, 0b0101_0101, 0b1111_0000, 0];
    let mut big = little;
    big.chunks_exact_mut(2).for_each(|word| word.reverse());
    let bits = |syntax, bytes: &[u8]| {
        frames(&file(syntax, |w| {
            w.image(3, 5, 3, 1, 1).raw((0x7fe0, 0x10), "OW", bytes);
        }))
    };
    assert_eq!(bits(BIG, &big), bits(EXPLICIT, &little));
}

#[test]
fn eight_bit_pixels_in_big_endian_words_are_turned_round() {
    let bytes = file(BIG, |w| {
        w.image(2, 1, 3, 1, 8).raw((0x7fe0, 0x10), "OW", &[2, 1, 4, 3, 6, 5]);
    });
    assert_eq!(frames(&bytes), [[1, 2, 3], [4, 5, 6]]);
}

#[test]
fn a_un_of_undefined_length_is_a_sequence_in_implicit_vr() {
    let (_, bytes) = writer::sound().into_iter().find(|(name, _)| name.starts_with("UN")).unwrap();
    let all = elements(&bytes);
    assert!(all.error.is_none(), "{:?}", all.error);
    assert_eq!(all.get("(0009,1001)").vr, "SQ");
    assert_eq!(all.get("(0009,1001)[0]/(0008,0100)").text, "A");
    assert_eq!(all.get("(0010,0010)").text, "A^B");
}

#[test]
fn an_icons_pixels_are_read_beside_the_images() {
    let (_, bytes) = writer::sound().into_iter().find(|(name, _)| *name == "icon").unwrap();
    let (cx, mut reader) = open(&bytes);
    let mut element = Element::new(&cx);
    let mut found = Vec::new();
    while reader.read_element(&mut element).unwrap() {
        if let Some(pixels) = reader.pixel_data() {
            found.push((element.path().to_string(), pixels.is_encapsulated(), pixels.facts().rows));
        }
    }
    let icon = ("(0088,0200)[0]/(7FE0,0010)".to_owned(), false, Some(2));
    assert_eq!(found, [icon, ("(7FE0,0010)".to_owned(), true, None)]);
    assert_eq!(reader.deviations(), []);
}

#[test]
fn files_without_preamble_or_meta_information_are_read() {
    for syntax in [EXPLICIT, IMPLICIT, BIG] {
        let mut bare = Writer::new(syntax);
        rich(&mut bare);
        let all = elements(&bare.bytes);
        assert!(all.error.is_none(), "{syntax} {:?}", all.error);
        assert_eq!(all.elements.len(), 53, "{syntax}");
        assert_eq!(all.defects, [Defect::PreambleMissing, Defect::MetaMissing], "{syntax}");
    }
    let whole = file(EXPLICIT, rich);
    let without_preamble = elements(&whole[132..]);
    assert!(without_preamble.error.is_none());
    assert_eq!(without_preamble.defects, [Defect::PreambleMissing]);
}

#[test]
fn reading_ends_behind_the_last_tag_wanted() {
    let bytes = file(EXPLICIT, rich);
    let cx = read::context(&bytes);
    let options = Options::default().with_until(Tag(0x10, 0x20));
    let mut reader = Reader::with_options(cx.clone(), options).unwrap();
    let mut element = Element::new(&cx);
    while reader.read_element(&mut element).unwrap() {}
    assert_eq!(element.tag(), Tag(0x10, 0x20));
    assert!(reader.is_complete());
}

#[test]
fn long_values_are_not_loaded_and_short_ones_are() {
    let bytes = file(EXPLICIT, |w| {
        w.text((8, 0x60), "CS", "OT").raw((9, 0x1001), "UT", &[b'x'; 2000]);
    });
    let (cx, mut reader) = open(&bytes);
    let mut element = Element::new(&cx);
    while reader.read_element(&mut element).unwrap() {}
    assert!(matches!(element.value(), Value::NotLoaded));
    assert_eq!((element.vr(), element.kind()), (VR::UT, ElementKind::Value));
}

#[test]
fn sequences_within_items_keep_their_own_character_set() {
    let bytes = file(EXPLICIT, |w| {
        w.text((8, 5), "CS", "ISO_IR 100");
        w.sequence((8, 0x1140), Length::Undefined, |s| {
            s.item(Length::Undefined, |i| {
                i.text((8, 5), "CS", "ISO_IR 144").text((0x10, 0x10), "PN", b"\xbb\xee");
            });
            s.item(Length::Defined, |i| {
                i.text((0x10, 0x10), "PN", b"\xe9\xe8");
            });
        });
        w.text((0x10, 0x10), "PN", b"\xe9\xe8");
    });
    let all = elements(&bytes);
    assert_eq!(all.get("(0008,1140)[0]/(0010,0010)").text, "Лю");
    assert_eq!(all.get("(0008,1140)[1]/(0010,0010)").text, "éè");
    assert_eq!(all.get("(0010,0010)").text, "éè");
}

#[test]
fn a_meta_group_alone_has_no_data_set() {
    let all = elements(&meta(EXPLICIT));
    assert_eq!(all.elements.len(), 6);
    assert_eq!(all.error.map(|e| e.kind()), Some(stream_core::ErrorKind::Truncated));
}

#[test]
fn long_values_are_read_in_pieces() {
    let value: Vec<u8> = (0..5000u32).map(|n| (n % 251) as u8).collect();
    for syntax in [EXPLICIT, IMPLICIT, BIG] {
        let bytes = file(syntax, |w| {
            w.raw((8, 0x1190), "UT", &value);
        });
        let (cx, mut reader) = open(&bytes);
        let mut element = Element::new(&cx);
        while reader.read_element(&mut element).unwrap() {}
        let (mut found, mut piece) = (Vec::<u8>::new(), [0; 700]);
        loop {
            let n = reader.read_value(&element, found.len() as u64, &mut piece).unwrap();
            if n == 0 {
                break;
            }
            found.extend(&piece[..n]);
        }
        assert!(found == value, "{syntax}");
    }
}

#[test]
fn elements_come_as_an_iterator_too() {
    let (_, mut reader) = open(&file(EXPLICIT, rich));
    let last = reader.elements().last().unwrap().unwrap();
    assert_eq!((last.tag(), last.keyword()), (Tag(0x7fe0, 0x10), Some("PixelData")));
}

#[test]
fn a_bare_data_set_whose_first_value_is_long_is_probed() {
    use stream_core::{Confidence, Format};
    let mut bare = Writer::new(IMPLICIT);
    bare.raw((8, 1), "UN", &[0; 6000]);
    rich(&mut bare);
    let cx = read::context(&bare.bytes);
    let head = stream_dicom::Dicom.sniff(&bare.bytes[..4096]);
    assert_eq!(head, Confidence::No);
    assert_eq!(stream_dicom::Dicom.probe(&cx, head).unwrap(), Confidence::Likely);
    assert!(cx.counters().bytes_read() < 8192);
    for other in [vec![0u8; 9000], b"\x08\0\x05\0".repeat(2000)] {
        let head = stream_dicom::Dicom.sniff(&other[..4096]);
        assert_eq!(
            stream_dicom::Dicom.probe(&read::context(&other), head).unwrap(),
            Confidence::No
        );
    }
}
