//! The contract over native FLAC, with files made here.

use std::sync::Arc;

use stream_audio::Audio;
use stream_core::memory::Budget;
use stream_core::{Context, Format, MemorySource, ReaderExt, Request};
use stream_testkit::{Contract, Difference, Variation, contract_tests};

const BLOCK: usize = 192;

/// Bits from the most significant one on.
#[derive(Default)]
struct Bits(Vec<u8>, usize);

impl Bits {
    fn put(&mut self, value: i64, width: u32) {
        for bit in (0..width).rev() {
            if self.1.is_multiple_of(8) {
                self.0.push(0);
            }
            let last = self.0.len() - 1;
            self.0[last] |= ((value >> bit & 1) as u8) << (7 - self.1 % 8);
            self.1 += 1;
        }
    }
}

/// The sum of `bytes` by a polynomial of `width` bits, taken bit by bit.
fn crc(bytes: &[u8], width: u32, polynomial: u32) -> i64 {
    let top = 1u32 << (width - 1);
    let mask = u32::MAX >> (32 - width);
    let sum = bytes.iter().fold(0u32, |mut sum, &byte| {
        sum ^= u32::from(byte) << (width - 8);
        for _ in 0..8 {
            sum = if sum & top == 0 { sum << 1 } else { (sum << 1) ^ polynomial } & mask;
        }
        sum
    });
    i64::from(sum)
}

/// One channel of 16 bits, each sample told by its difference to the one before.
fn flac(frames: usize) -> Vec<u8> {
    let samples: Vec<i64> = (0..frames as i64).map(|i| (i * i * 7 / 50) % 251 - 125).collect();
    let mut head = Bits::default();
    for (value, width) in [(BLOCK as i64, 16), (BLOCK as i64, 16), (0, 48), (8000, 20), (0, 3)] {
        head.put(value, width);
    }
    head.put(15, 5);
    head.put(frames as i64, 36);
    let mut out = b"fLaC\x80\0\0\x22".to_vec();
    out.extend(head.0);
    out.extend([0; 16]);
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        let mut frame = Bits::default();
        // block size behind the number, 8 kHz, one channel, 16 bits
        for (value, width) in [(0xfff8, 16), (7, 4), (4, 4), (0, 4), (4, 3), (0, 1)] {
            frame.put(value, width);
        }
        match number {
            0..0x80 => frame.put(number as i64, 8),
            0x80..0x800 => {
                frame.put(0xc0 | (number >> 6) as i64, 8);
                frame.put(0x80 | (number & 0x3f) as i64, 8);
            }
            _ => {
                frame.put(0xe0 | (number >> 12) as i64, 8);
                frame.put(0x80 | (number >> 6 & 0x3f) as i64, 8);
                frame.put(0x80 | (number & 0x3f) as i64, 8);
            }
        }
        frame.put(block.len() as i64 - 1, 16);
        let sum = crc(&frame.0, 8, 0x07);
        frame.put(sum, 8);
        // the fixed predictor of order 1, one partition, a parameter of 3
        frame.put(9 << 1, 8);
        frame.put(block[0], 16);
        frame.put(0, 6);
        frame.put(3, 4);
        for pair in block.windows(2) {
            let rest = pair[1] - pair[0];
            let folded = (rest << 1) ^ (rest >> 63);
            frame.put(0, (folded >> 3) as u32);
            frame.put(8 | (folded & 7), 4);
        }
        let sum = crc(&frame.0, 16, 0x8005);
        frame.0.extend((sum as u16).to_be_bytes());
        out.extend(frame.0);
    }
    out
}

fn damaged() -> Vec<u8> {
    let mut bytes = flac(BLOCK * 6);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    bytes
}

/// Without the third frame.
fn missing() -> Vec<u8> {
    let [two, three] = [2, 3].map(|frames| flac(BLOCK * frames).len());
    let mut bytes = flac(BLOCK * 6);
    bytes.drain(two..three);
    bytes
}

/// What the end of a file decides: whether frames are missing, and how many.
fn may_differ(d: &Difference) -> bool {
    let end = matches!(d.variation, Variation::Cut | Variation::Forward);
    let header = d.variation == Variation::Cut && (d.entry == "container" || d.entry == "stream/0");
    let facts = ["size", "bit_rate", "complete", "streams", "data", "array", "packets"];
    header || end && (d.entry.is_empty() || facts.contains(&d.fact.as_str()))
}

fn files() -> Contract {
    Contract::new(&Audio)
        .may_differ(may_differ)
        .good("flac", || flac(BLOCK * 5 + 40))
        .bad("a flipped byte in a frame", damaged)
        .bad("a file cut within a frame", || flac(BLOCK * 6)[..BLOCK * 5].to_vec())
        .bad("a frame that is missing", missing)
        .long("long flac", |n| flac(10_000 * n))
}

contract_tests!(files);

/// In chunks whose places are fixed a lost frame is silence; it is told, and the file is not complete.
#[test]
fn a_damaged_frame_is_silence_in_its_place_and_told() {
    let samples = |bytes: Vec<u8>| {
        let budget = Budget::new("b", 8 << 20);
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &budget).with_chunk_size(1000);
        let mut reader = Audio.open(cx.clone()).unwrap();
        let mut entry = cx.entry();
        while reader.read_entry(&mut entry).unwrap() {}
        let mut all = Vec::new();
        reader.copy(&Request::entry("stream/0"), &mut all).unwrap();
        let summary = reader.finish().unwrap();
        let told: Vec<String> = summary.diagnostics.kept().iter().map(|d| d.to_string()).collect();
        (all, summary.complete, told)
    };
    let (whole, complete, told) = samples(flac(BLOCK * 6));
    assert_eq!((whole.len(), complete, told.len()), (BLOCK * 6 * 4, true, 0));
    let (found, complete, told) = samples(damaged());
    assert_eq!((found.len(), complete, told.len()), (whole.len(), false, 1));
    assert!(told[0].contains("(192 frames lost) (entry stream/0, offset "), "{}", told[0]);
    let differ =
        |at: &usize| found[at * BLOCK * 4..][..BLOCK * 4] != whole[at * BLOCK * 4..][..BLOCK * 4];
    let lost: Vec<usize> = (0..6).filter(differ).collect();
    assert_eq!(lost.len(), 1);
    assert!(found[lost[0] * BLOCK * 4..][..BLOCK * 4].iter().all(|byte| *byte == 0));
}
