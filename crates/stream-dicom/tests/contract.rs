//! The contract that all readers pass, over files of every encoding.

#[path = "support/writer.rs"]
mod writer;

use stream_core::Request;
use stream_dicom::Dicom;
use stream_testkit::{Contract, Difference, Variation, contract_tests};
use writer::{EXPLICIT, JPEG, Length, RLE, file, jpeg_like, rich, sound};

/// A data set may end behind any of its elements: nothing tells that one is missing. The element at the cut is delivered with
/// its header and without the value that is not there.
fn may_differ(d: &Difference) -> bool {
    let cut = d.variation == Variation::Cut;
    cut && (d.fact == "complete" || d.last && d.fact == "value")
}

/// Files of every encoding, and long ones.
fn contract() -> Contract {
    let mut contract = Contract::new(&Dicom).may_differ(may_differ);
    for (at, (name, _)) in sound().into_iter().enumerate() {
        contract = contract.good(name, move || sound().swap_remove(at).1);
    }
    contract
        .long("many frames", |n| {
            file(EXPLICIT, |w| {
                let frames = 70 * n;
                w.image(frames as u32, 16, 32, 1, 16);
                w.raw((0x7fe0, 0x10), "OW", &vec![7; frames * 1024]);
            })
        })
        .long("many items", |n| {
            file(EXPLICIT, |w| {
                w.sequence((8, 0x1140), Length::Undefined, |s| {
                    for i in 0..1500 * n {
                        s.item(Length::Undefined, |i_| {
                            i_.text((8, 0x1155), "UI", format!("1.2.{}", i % 1000));
                        });
                    }
                });
            })
        })
        // 24 bytes a frame, twice that while the index grows, and what it grows from
        .long_with_index("many fragments", 72 * 700, |n| {
            file(RLE, |w| {
                let frames = 700 * n;
                w.image(frames as u32, 8, 8, 1, 8);
                let fragment = [1; 100];
                let mut fragments: Vec<&[u8]> = vec![&[]];
                fragments.extend((0..frames).map(|_| &fragment[..]));
                w.fragments(&fragments);
            })
        })
}

contract_tests!(contract);

/// Files that something is wrong with. Their data is asked whole: the first half of what is cut short may be there.
fn broken() -> Contract {
    Contract::new(&Dicom)
        .may_differ(may_differ)
        .request(|entry| entry.has_data().then(|| Request::entry(entry.path())))
        .good("explicit little", || file(EXPLICIT, rich))
        .bad("a value that is cut short", || {
            let mut bytes = file(EXPLICIT, rich);
            bytes.truncate(bytes.len() - 3);
            bytes
        })
        .bad("a claimed length of 4 GB", || {
            file(EXPLICIT, |w| {
                w.text((8, 0x60), "CS", "OT").header((8, 0x1190), "UT", 0xffff_fffe);
            })
        })
        .bad("a sequence without its end", || {
            file(EXPLICIT, |w| {
                w.header((8, 0x1140), "SQ", u32::MAX);
            })
        })
        .bad("fragments without their end", || {
            file(JPEG, |w| {
                w.image(2, 8, 8, 1, 8).header((0x7fe0, 0x10), "OB", u32::MAX);
                w.raw((0xfffe, 0xe000), "", b"").raw((0xfffe, 0xe000), "", &jpeg_like(0, 20));
            })
        })
        .bad("elements out of order", || {
            file(EXPLICIT, |w| {
                w.text((0x10, 0x20), "LO", "P1").text((8, 0x60), "CS", "OT");
            })
        })
        .bad("no DICOM", || *b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0")
        .bad("nothing", Vec::new)
}

contract_tests! { broken;
    broken_files_stay_within_the_budget: Budget,
    broken_files_stream_alike: Streaming,
    broken_files_end_in_order: Survival,
    broken_files_say_what_is_wrong: Errors,
}
