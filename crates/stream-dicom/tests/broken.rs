//! Files that are cut short, lie, or break rules: what was readable is delivered, then a clear error, and nothing panics.

#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/read.rs"]
mod read;
#[path = "support/writer.rs"]
mod writer;

use read::{All, context_within, elements, elements_within};
use stream_core::ErrorKind;
use stream_dicom::{Defect, Options, Tag, VR};
use writer::{EXPLICIT, IMPLICIT, Length, Writer, file, meta, rich, sound};

/// The whole reading up to a cut: each element delivered, but perhaps the last one's value.
fn is_prefix(cut: &All, whole: &All) -> bool {
    let same = |(a, b): (&read::Line, &read::Line)| {
        (&a.path, &a.vr, a.length, a.offset) == (&b.path, &b.vr, b.length, b.offset)
    };
    cut.elements.len() <= whole.elements.len() && cut.elements.iter().zip(&whole.elements).all(same)
}

#[test]
fn every_truncation_is_noticed_after_all_that_was_readable() {
    for (name, bytes) in sound() {
        let whole = elements(&bytes);
        assert!(whole.error.is_none() && whole.complete, "{name}: {:?}", whole.error);
        let deflated = name == "deflated";
        // only where an element of the data set itself starts is a cut no cut
        let is_sound_end = |cut: usize| {
            whole
                .elements
                .iter()
                .any(|e| e.offset == cut as u64 && !e.path.contains('[') && e.tag > Tag(8, 5))
        };
        for cut in 0..bytes.len() {
            let all = elements(&bytes[..cut]);
            assert!(is_prefix(&all, &whole), "{name} cut at {cut}: {:?}", all.elements.last());
            let kind = all.error.as_ref().map(|e| e.kind());
            if kind.is_none() && !deflated {
                assert!(is_sound_end(cut), "{name} cut at {cut} reads as whole");
            } else if kind.is_none() {
                // the last byte pads the deflated bytes
                assert_eq!(cut, bytes.len() - 1, "{name} cut at {cut} reads as whole");
            } else {
                let e = all.error.as_ref().unwrap();
                let bare = cut < 132 && kind == Some(ErrorKind::Malformed);
                assert!(kind == Some(ErrorKind::Truncated) || bare, "{name} cut at {cut}: {e}");
                assert!(e.offset().is_some_and(|at| at <= cut as u64), "{name} cut at {cut}: {e}");
                assert_eq!(e.format(), Some("dicom"));
            }
            if !deflated && cut > 132 {
                // all headers before the cut that are whole are delivered
                let due = whole.elements.iter().filter(|e| e.offset + 12 <= cut as u64).count();
                assert!(all.elements.len() >= due, "{name} cut at {cut}");
            }
        }
    }
}

#[test]
fn no_flipped_byte_panics_or_takes_more_than_its_budget() {
    for (name, bytes) in sound() {
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut broken = bytes.clone();
                broken[at] ^= flip;
                let all = elements_within(context_within(&broken, 1 << 20), Options::default());
                let over = all.error.as_ref().is_some_and(|e| e.kind() == ErrorKind::OverBudget);
                assert!(!over, "{name} byte {at} ^ {flip:#x}: {:?}", all.error);
            }
        }
    }
}

fn nested(levels: usize, length: Length) -> Vec<u8> {
    let mut w = Writer::new(EXPLICIT);
    let mut left = levels as u32;
    for _ in 0..levels {
        // the lengths lie by no more than they must: each ends where the file does
        let (sequence, item) = match length {
            Length::Undefined => (u32::MAX, u32::MAX),
            Length::Defined => (left * 20 - 12, left * 20 - 20),
        };
        w.header((0x40, 0xa730), "SQ", sequence);
        w.header((0xfffe, 0xe000), "", item);
        left -= 1;
    }
    [meta(EXPLICIT), w.bytes].concat()
}

#[test]
fn two_hundred_thousand_levels_are_walked_or_refused() {
    let undefined = nested(200_000, Length::Undefined);
    let e = elements(&undefined).error.unwrap();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    assert!(e.message().contains("1024"), "{e}");
    let deep = Options::default().with_max_depth(1_000_000);
    let e = elements_counted(&undefined, 64 << 20, deep).1.unwrap();
    assert_eq!(e.kind(), ErrorKind::Truncated);
    let (count, e) = elements_counted(&nested(200_000, Length::Defined), 64 << 20, deep);
    assert_eq!((count, e.map(|e| e.to_string())), (400_006, None));
    // with a small budget it is the budget that says no, and it can be asked again
    let e = elements_counted(&undefined, 1 << 20, deep).1.unwrap();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
}

fn elements_counted(
    bytes: &[u8],
    limit: u64,
    options: Options,
) -> (usize, Option<stream_core::Error>) {
    let cx = context_within(bytes, limit);
    let mut reader = stream_dicom::Reader::with_options(cx.clone(), options).unwrap();
    let mut element = stream_dicom::Element::new(&cx);
    let mut count = 0;
    loop {
        match reader.read_element(&mut element) {
            Ok(true) => count += 1,
            Ok(false) => return (count, None),
            Err(e) => return (count, Some(e)),
        }
    }
}

#[test]
fn a_length_that_lies_is_not_believed() {
    for claimed in [100, 0x7fff_fffe, 0xffff_fffe] {
        for (vr, tag) in
            [("UT", (8, 0x1190)), ("OB", (0x7fe0, 0x10)), ("SQ", (8, 0x1140)), ("UN", (9, 0x1001))]
        {
            let bytes = file(EXPLICIT, |w| {
                w.text((8, 0x60), "CS", "OT");
                w.header(tag, vr, claimed);
            });
            let cx = context_within(&bytes, 64 * 1024);
            let budget = cx.budget().clone();
            let all = elements_within(cx, Options::default());
            assert_eq!(all.error.map(|e| e.kind()), Some(ErrorKind::Truncated), "{vr} {claimed}");
            assert_eq!(all.elements.len(), 8, "{vr} {claimed}");
            assert!(budget.peak() < 64 * 1024);
        }
    }
}

#[test]
fn a_refused_call_can_be_made_again() {
    let bytes = file(EXPLICIT, rich);
    let whole = elements(&bytes);
    let cx = context_within(&bytes, 20 * 1024);
    let budget = cx.budget().clone();
    let mut reader = stream_dicom::Reader::open(cx.clone()).unwrap();
    let mut element = stream_dicom::Element::new(&cx);
    budget.set_limit(budget.used());
    let mut paths = Vec::new();
    loop {
        match reader.read_element(&mut element) {
            Ok(true) => paths.push(element.path().to_string()),
            Ok(false) => break,
            Err(e) => {
                assert!(e.resumable(), "{e}");
                budget.set_limit(budget.limit() + 64);
            }
        }
    }
    assert_eq!(paths, whole.elements.iter().map(|e| e.path.clone()).collect::<Vec<_>>());
}

#[track_caller]
fn one_defect(bytes: &[u8], defect: Defect) {
    let all = elements(bytes);
    assert!(all.error.is_none(), "{:?}", all.error);
    assert_eq!(all.defects, [defect]);
}

#[test]
fn each_broken_rule_is_named() {
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((8, 0x60), "CS", "OT").text((8, 0x16), "UI", "1.2");
        }),
        Defect::OutOfOrder { previous: Tag(8, 0x60) },
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((8, 0x60), "CS", "OT").text((8, 0x60), "CS", "CT");
        }),
        Defect::Duplicate,
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.raw((8, 0x60), "CS", b"ABC").text((0x10, 0x20), "LO", "P");
        }),
        Defect::LengthOdd { found: 3 },
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((8, 0x60), "LO", "OT");
        }),
        Defect::VrMismatch { found: VR::LO },
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.raw((0x28, 0x10), "US", &[1, 0, 0]).text((0x28, 0x30), "DS", "1");
        }),
        Defect::LengthOdd { found: 3 },
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((9, 0x1001), "LO", "x");
        }),
        Defect::CreatorMissing,
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((8, 0x60), "CS", "OT");
            w.bytes.extend([0; 100]);
        }),
        Defect::TrailingZeros,
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.text((8, 5), "CS", "ISO_IR 999");
        }),
        Defect::CharacterSetUnknown,
    );
    one_defect(
        &file(EXPLICIT, |w| {
            w.fragments(&[&[], &[1, 2]]);
        }),
        Defect::Encapsulation { expected: "native", found: "encapsulated" },
    );
}

#[test]
fn an_element_in_implicit_form_within_an_explicit_file_is_read_and_named() {
    let bytes = file(EXPLICIT, |w| {
        w.text((8, 0x60), "CS", "OT");
        w.bytes.extend(b"\x10\0\x10\0\x04\0\0\0A^B ");
        w.text((0x10, 0x20), "LO", "P1");
    });
    let all = elements(&bytes);
    assert_eq!(all.defects, [Defect::VrAbsent]);
    assert_eq!(
        (all.get("(0010,0010)").text.as_str(), all.get("(0010,0010)").vr.as_str()),
        ("A^B", "PN")
    );
    assert_eq!(all.get("(0010,0020)").text, "P1");
}

#[test]
fn a_broken_vr_is_kept_as_unknown_and_named() {
    let bytes = file(EXPLICIT, |w| {
        w.text((8, 0x60), "CS", "OT").text((8, 0x70), "??", "maker").text((0x10, 0x20), "LO", "P1");
    });
    let all = elements(&bytes);
    assert_eq!(all.defects, [Defect::VrUnknown { found: *b"??" }]);
    assert_eq!(
        (all.get("(0008,0070)").length, all.get("(0010,0020)").text.as_str()),
        (Some(6), "P1")
    );
}

#[test]
fn a_data_set_that_is_not_as_its_transfer_syntax_says_is_read_and_named() {
    for (stated, written) in [(EXPLICIT, IMPLICIT), (IMPLICIT, EXPLICIT)] {
        let mut data = Writer::new(written);
        rich(&mut data);
        let all = elements(&[meta(stated), data.bytes].concat());
        assert!(all.error.is_none(), "{:?}", all.error);
        assert!(
            matches!(all.defects[..], [Defect::TransferSyntaxMismatch { .. }]),
            "{:?}",
            all.defects
        );
        assert_eq!(all.get("(0010,0010)").text, "Müller^Anna");
    }
}

#[test]
fn wrong_and_missing_meta_lengths_are_read_and_named() {
    let mut wrong = file(EXPLICIT, rich);
    wrong[140] ^= 2;
    let all = elements(&wrong);
    assert!(all.error.is_none());
    assert!(matches!(all.defects[..], [Defect::MetaLength { .. }]), "{:?}", all.defects);
    let mut missing = file(EXPLICIT, rich);
    missing.drain(132..144);
    assert_eq!(elements(&missing).defects, [Defect::MetaLengthMissing]);
}

#[test]
fn missing_delimiters_are_noticed_and_the_elements_behind_are_read() {
    let all = elements(&file(EXPLICIT, |w| {
        w.header((8, 0x1140), "SQ", u32::MAX);
        w.header((0xfffe, 0xe000), "", u32::MAX);
        w.text((8, 0x1150), "UI", "1.2");
        w.header((0xfffe, 0xe0dd), "", 0);
        w.text((0x10, 0x20), "LO", "P1");
    }));
    assert!(all.error.is_none());
    assert_eq!(all.defects, [Defect::ItemDelimiterMissing]);
    assert_eq!(all.get("(0010,0020)").text, "P1");
    let all = elements(&file(EXPLICIT, |w| {
        w.header((8, 0x1140), "SQ", u32::MAX);
        w.item(Length::Defined, |i| {
            i.text((8, 0x1150), "UI", "1.2");
        });
        w.text((0x10, 0x20), "LO", "P1");
    }));
    let found = Tag(0x10, 0x20);
    assert_eq!(all.defects, [Defect::NotAnItem { found }, Defect::SequenceDelimiterMissing]);
    assert_eq!(all.get("(0010,0020)").text, "P1");
}

#[test]
fn pixel_data_of_another_length_than_its_image_is_named() {
    let bytes = file(EXPLICIT, |w| {
        w.image(2, 2, 2, 1, 16).words((0x7fe0, 0x10), "OW", &[1, 2, 3, 4, 5]);
    });
    one_defect(&bytes, Defect::PixelDataLength { expected: 16, found: 10 });
    // the frame that is whole can be read
    assert_eq!(read::frames(&bytes).len(), 1);
}

#[test]
fn zeros_in_the_middle_are_no_end() {
    let all = elements(&file(EXPLICIT, |w| {
        w.text((8, 0x60), "CS", "OT");
        w.bytes.extend([0; 64]);
        w.text((0x10, 0x20), "LO", "P1");
    }));
    assert_eq!(all.error.map(|e| e.kind()), Some(ErrorKind::Malformed));
}

fn three_frames(table: &[u32]) -> Vec<u8> {
    file(writer::JPEG, |w| {
        w.image(3, 8, 8, 1, 8);
        let table: Vec<u8> = table.iter().flat_map(|n| n.to_le_bytes()).collect();
        let frames: Vec<Vec<u8>> = (0..3).map(|n| writer::jpeg_like(n, 20)).collect();
        w.fragments(&[&table, &frames[0], &frames[1], &frames[2]]);
    })
}

#[test]
fn an_offset_table_that_lies_is_named_and_not_followed() {
    let sound = [0, 32, 64];
    for (table, wrong) in [
        (&sound[..], None),
        (&[0, 32], Some(2)),
        (&[0, 64, 32], Some(2)),
        (&[8, 32, 64], Some(0)),
        (&[0, 30, 64], Some(2)),
        (&[0, 32, 0xffff_fff0], Some(2)),
    ] {
        let bytes = three_frames(table);
        let (cx, mut reader) = read::open(&bytes);
        let mut element = stream_dicom::Element::new(&cx);
        while reader.pixel_data().is_none() {
            assert!(reader.read_element(&mut element).unwrap());
        }
        let index = stream_dicom::FrameIndex::new(reader.pixel_data().unwrap()).unwrap();
        let lengths: Vec<u64> = index.spans().iter().map(|s| s.length()).collect();
        assert_eq!(lengths, [24, 24, 24], "{table:?}");
        assert_eq!(index.defect(), wrong.map(|frame| Defect::OffsetTable { frame }), "{table:?}");
    }
}

#[test]
fn fewer_fragments_than_frames_are_named() {
    let bytes = file(writer::RLE, |w| {
        w.image(3, 8, 8, 1, 8).fragments(&[&[], &[1; 70], &[2; 70]]);
    });
    one_defect(&bytes, Defect::FrameCount { expected: 3, found: 2 });
}
