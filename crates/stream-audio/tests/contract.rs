//! The contract that all readers pass, over every container and codec.

use std::time::Duration;

use stream_audio::Audio;
use stream_testkit::{Contract, Difference, Variation, contract_tests};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/", $name)).to_vec()
    };
}

/// A WAV file of 16 bits.
fn wav(channels: u16, frames: usize) -> Vec<u8> {
    let samples =
        (0..frames * usize::from(channels)).flat_map(|i| (i as i16).wrapping_mul(37).to_le_bytes());
    let data: Vec<u8> = samples.collect();
    let align = channels * 2;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(8000u32.to_le_bytes());
    bytes.extend((8000 * u32::from(align)).to_le_bytes());
    bytes.extend(align.to_le_bytes());
    bytes.extend(16u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// What the end of a file decides, and so a cut or a pipe does: lengths, and whether something is missing.
const LENGTHS: [&str; 14] = [
    "size",
    "bit_rate",
    "duration",
    "duration_time",
    "duration_is_estimated",
    "frames",
    "trailing_padding",
    "array",
    "streams",
    "complete",
    "format",
    "data",
    "packets",
    "initial_padding",
];

fn may_differ(d: &Difference) -> bool {
    let end = matches!(d.variation, Variation::Cut | Variation::Forward);
    // a header that is cut tells less of the whole and of its streams
    let cut = d.variation == Variation::Cut;
    let header = cut && (d.entry == "container" || d.entry == "stream/0");
    // a tag behind which all is cut off looks like a tag alone
    let alone = cut && d.size < 80;
    header || alone || end && (LENGTHS.contains(&d.fact.as_str()) || d.entry.is_empty())
}

/// Frames of MPEG audio without the first, which tells how many there are.
fn frames(n: usize) -> Vec<u8> {
    let whole = fixture!("tone.mp2");
    let start = whole.windows(2).position(|w| w == [0xff, 0xf5]).unwrap_or(0);
    whole[start..].repeat(n)
}

fn streaming() -> Contract {
    Contract::new(&Audio)
        .may_differ(may_differ)
        .good("wav", || wav(2, 300))
        .good("mp3", || fixture!("tone.mp3"))
        .good("aac", || fixture!("tone.aac"))
        .long("long wav", |n| wav(2, 20_000 * n))
        .long("long mp2", |n| frames(50 * n))
}

contract_tests!(streaming);

/// Three links of Vorbis, whose pages have other serial numbers.
fn chained() -> Vec<u8> {
    let link = |serial: u8| {
        let mut file = fixture!("tone.ogg");
        let pages = file.windows(4).enumerate().filter(|(_, w)| w == b"OggS");
        for at in pages.map(|(at, _)| at).collect::<Vec<_>>() {
            file[at + 14] = serial;
        }
        file
    };
    [link(1), link(2), link(3)].concat()
}

fn paged() -> Contract {
    Contract::new(&Audio)
        .may_differ(may_differ)
        .good("ogg", || fixture!("tone.ogg"))
        .good("m4a", || fixture!("tone.m4a"))
        .good("mka", || fixture!("tone.mka"))
}

contract_tests! { paged;
    files_in_pages_and_boxes_stay_within_the_budget: Budget,
    files_in_pages_and_boxes_stream_alike: Streaming,
    files_in_pages_and_boxes_end_in_order: Survival,
    files_in_pages_and_boxes_cancel: Cancel,
    files_in_pages_and_boxes_progress: Progress,
}

/// The end of a file tells which links there are.
fn links() -> Contract {
    let ends = |d: &Difference| matches!(d.variation, Variation::Cut | Variation::Forward);
    Contract::new(&Audio)
        .may_differ(ends)
        .good("chained ogg", chained)
        .deadline(Duration::from_secs(60))
}

contract_tests! { links;
    chained_files_stay_within_the_budget: Budget,
    chained_files_stream_alike: Streaming,
    chained_files_end_in_order: Survival,
}
