//! The contract that all readers pass, over WebVTT and SubRip.

#[path = "support/samples.rs"]
mod samples;

use samples::{BROKEN, RAW, RICH, SUBRIP};
use stream_testkit::{Contract, Difference, Variation, contract_tests};
use stream_vtt::Vtt;

/// A text may end anywhere: the block at the cut ends there, and nothing tells that more is missing.
fn may_differ(d: &Difference) -> bool {
    d.variation == Variation::Cut && (d.last || d.fact == "complete")
}

fn contract() -> Contract {
    Contract::new(&Vtt)
        .good("everything", || RICH)
        .good("terminators and encodings", || RAW)
        .good("subrip", || SUBRIP)
        .good("a header alone", || "WEBVTT\n")
        .bad("losses everywhere", || BROKEN)
        .bad("no signature", || "hello\n")
        .bad("nothing", || "")
        .bad("sixteen bits", || "WEBVTT\n".bytes().flat_map(|b| [b, 0]).collect::<Vec<u8>>())
        .bad("one line without an end", || {
            let mut file = b"WEBVTT\n\n00:01.000 --> 00:02.000\n".to_vec();
            file.resize(300_000, b'x');
            file
        })
        .bad("tags without an end", || {
            format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}", "<b><v &amp".repeat(20_000))
        })
        .bad("a defect in every cue", || {
            format!("WEBVTT\n\n{}", "00:02.000 --> 00:01.000 a:b\n\0\n\n".repeat(3000))
        })
        .long("cues", |n| {
            let cue = "id\n00:01.000 --> 00:02.000 line:1\n<v Fred>hello</v>\nthere &amp; here\n\n";
            format!("WEBVTT\n\n{}", cue.repeat(2000 * n))
        })
        .long("notes", |n| format!("WEBVTT\n\n{}", "NOTE\nhello\r\nthere\n\n".repeat(2000 * n)))
        .long("subrip", |n| "7\n00:00:01,000 --> 00:00:02,000\nhello\n\n".repeat(2000 * n))
        .may_differ(may_differ)
}

contract_tests!(contract);
