//! The contract that all readers pass, over containers of every kind.
//!
//! The readings of three promises flip bytes: they run in a process of their own, as the command reads such files in a worker process.
//! A crash of FFmpeg is told; a broken promise fails.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use stream_core::Format;
use stream_testkit::{Contract, Difference, Variation, contract_tests};
use stream_video::Video;

/// What FFmpeg makes of a file depends on all that it probes, which is all of a small file: what is cut may be known otherwise. That a
/// stream is cut between two packets no container but ISO media tells.
fn may_differ(d: &Difference) -> bool {
    d.variation == Variation::Cut
}

fn contract() -> Contract {
    Contract::new(&Video)
        .may_differ(may_differ)
        .good("fragments.mp4", || include_bytes!("files/fragments.mp4"))
        .good("turned.mp4", || include_bytes!("files/turned.mp4"))
        .good("vp9.mkv", || include_bytes!("files/vp9.mkv"))
        .good("flv1.flv", || include_bytes!("files/flv1.flv"))
        .bad("a cut file", || include_bytes!("files/b-frames.mp4")[..6000].to_vec())
        .bad("no container", || "hello\n")
        .bad("nothing", || "")
        .bad("a signature alone", || b"\0\0\0\x10ftypisom\0\0\0\0".to_vec())
        // key frames are indexed, 40 bytes each
        .long_with_index("many frames", 40 * 4 * 30, |n| repeated(30 * n))
        .final_refusals()
        .deadline(Duration::from_secs(60))
}

/// The tags of a FLV file `n` times, each time 800 ms later (FLV 10.1, E.4.1).
fn repeated(n: usize) -> Vec<u8> {
    let file = include_bytes!("files/flv1.flv");
    let (head, mut rest) = file.split_at(13);
    let mut tags = Vec::new();
    while let Some((header, _)) = rest.split_first_chunk::<11>() {
        let size = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize + 15;
        tags.push(&rest[..size]);
        rest = &rest[size..];
    }
    let mut long = head.to_vec();
    for round in 0..n {
        // a script's facts once, and no end of the sequence before the end
        for tag in tags.iter().filter(|tag| round == 0 || tag[0] == 9 && tag.len() > 20) {
            let time = u32::from_be_bytes([tag[7], tag[4], tag[5], tag[6]]) + 800 * round as u32;
            let [high, bytes @ ..] = time.to_be_bytes();
            let start = long.len();
            long.extend_from_slice(tag);
            long[start + 4..start + 7].copy_from_slice(&bytes);
            long[start + 7] = high;
        }
    }
    long
}

/// The smallest file, of which thousands of damaged copies are read.
fn small() -> Contract {
    Contract::new(&Video)
        .may_differ(may_differ)
        .good("variable.mkv", || include_bytes!("files/variable.mkv"))
        .bad("a cut file", || include_bytes!("files/b-frames.mp4")[..6000].to_vec())
        .bad("no container", || "hello\n")
        .bad("nothing", || "")
        .bad("a signature alone", || b"\0\0\0\x10ftypisom\0\0\0\0".to_vec())
        .final_refusals()
        .deadline(Duration::from_secs(60))
}

contract_tests! { contract;
    the_heap_stays_within_the_budget: Budget,
    streaming_equals_batch: Streaming,
    cancelling_takes_effect_within_one_call: Cancel,
    memory_does_not_grow_with_input: Growth,
    reading_never_writes: ReadOnly,
}

/// What FFmpeg takes beside the budget is what the descriptor says, and not a fraction of it.
#[test]
fn the_overhead_is_what_is_said() {
    let (said, measured) = (Video.descriptor().overhead, contract().measured_overhead());
    println!("said: {said}, measured: {measured}");
    assert!(measured <= said && said <= 4 * measured.max(256 << 10));
}

contract_tests! { small, apart from "FFmpeg";
    no_input_makes_it_panic_or_hang: Survival,
    progress_only_grows: Progress,
    errors_say_where_and_what: Errors,
}
