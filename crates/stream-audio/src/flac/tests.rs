mod encoder;

use std::sync::Arc;

use stream_core::{Context, Diagnostics, ErrorKind, ForwardSource, MemorySource};
use stream_memory::Budget;

use super::*;
use crate::container::Container;
use crate::findings::Findings;
use encoder::{Coding, Encoder};

struct Opened {
    cx: Context,
    findings: Findings,
    file: Arc<dyn Container>,
}

fn opened_in(cx: Context) -> Opened {
    let findings = Findings::new(cx.budget());
    let file = open(&cx, &findings).unwrap();
    Opened { cx, findings, file }
}

fn context(bytes: &[u8]) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 8 << 20))
}

fn opened(bytes: &[u8]) -> Opened {
    opened_in(context(bytes))
}

impl Opened {
    /// Runs of samples from `frame` on, `step` frames at once.
    fn runs(&self, frame: u64, step: usize) -> Vec<(u64, Vec<f32>)> {
        let channels = self.file.header().streams[0].channels as usize;
        let mut samples = self.file.samples(0).unwrap().unwrap();
        if frame > 0 {
            samples.seek(frame).unwrap();
        }
        let mut runs: Vec<(u64, Vec<f32>)> = Vec::new();
        let mut part = vec![0.0; step * channels];
        loop {
            let run = samples.read(&mut part).unwrap();
            if run.frames == 0 {
                return runs;
            }
            let new = &part[..run.frames * channels];
            match runs.last_mut() {
                Some((at, all)) if *at + (all.len() / channels) as u64 == run.origin => {
                    all.extend_from_slice(new);
                }
                _ => runs.push((run.origin, new.to_vec())),
            }
        }
    }

    fn rules(&self) -> Vec<String> {
        let mut all = Diagnostics::new(self.cx.budget());
        self.findings.copy_into(&mut all).unwrap();
        all.kept().iter().map(|d| d.to_string()).collect()
    }
}

/// A tone with noise, different in each channel, within `bits`.
fn tone(frames: usize, channels: usize, bits: u32) -> Vec<i64> {
    let top = (1i64 << (bits - 1)) - 1;
    let mut noise = 12_345u64;
    (0..frames * channels)
        .map(|i| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let wave = ((i / channels) as f64 * 0.05 + (i % channels) as f64).sin();
            let jitter = (noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
            ((wave * 0.9 + jitter * 0.05) * top as f64) as i64
        })
        .collect()
}

fn floats(samples: &[i64], bits: u32) -> Vec<f32> {
    samples.iter().map(|&s| s as f32 / 2f32.powi(bits as i32 - 1)).collect()
}

const BLOCK: usize = 192;

fn file(samples: &[i64], channels: usize, bits: u32, codings: &[Coding]) -> (Vec<u8>, Vec<usize>) {
    Encoder { channels, bits, block: BLOCK }.file(samples, codings)
}

#[test]
fn every_coding_gives_the_samples_that_went_in() {
    for bits in [8, 12, 16, 20, 24, 32] {
        for channels in [1, 2, 5] {
            let samples = tone(BLOCK * 3 + 50, channels, bits);
            let mut codings = vec![
                Coding::Verbatim,
                Coding::Fixed(0),
                Coding::Fixed(1),
                Coding::Fixed(2),
                Coding::Fixed(4),
                Coding::Linear(2),
                Coding::Linear(9),
                Coding::Linear(32),
                Coding::Escaped,
            ];
            if channels == 2 {
                codings.extend([Coding::LeftSide, Coding::SideRight, Coding::MidSide]);
            }
            for coding in codings {
                if coding == Coding::Escaped && bits == 32 {
                    // an escape says at most 31 bits
                    continue;
                }
                let (bytes, _) = file(&samples, channels, bits, &[coding]);
                let all = opened(&bytes).runs(0, 77);
                assert_eq!(all.len(), 1, "{coding:?}");
                assert!(all[0].1 == floats(&samples, bits), "{bits} {channels} {coding:?}");
            }
        }
    }
}

#[test]
fn constants_and_wasted_bits_are_restored() {
    let flat = vec![-77i64; BLOCK * 2];
    let (bytes, _) = file(&flat, 2, 16, &[Coding::Constant]);
    assert_eq!(opened(&bytes).runs(0, 100)[0].1, floats(&flat, 16));
    let coarse: Vec<i64> = tone(BLOCK, 1, 16).iter().map(|s| s & !7).collect();
    let (bytes, _) = file(&coarse, 1, 16, &[Coding::Wasted(3)]);
    assert_eq!(opened(&bytes).runs(0, 100)[0].1, floats(&coarse, 16));
}

#[test]
fn a_seek_goes_to_the_sample_wherever_it_lies() {
    let frames = BLOCK * 400 + 17;
    let samples = tone(frames, 2, 16);
    let (bytes, _) = file(&samples, 2, 16, &[Coding::MidSide]);
    let file = opened(&bytes);
    let expected = floats(&samples, 16);
    for frame in [1, 191, 192, 193, 5000, 40_000, 76_799, 76_800, frames - 1] {
        let runs = file.runs(frame as u64, 1000);
        assert_eq!((runs.len(), runs[0].0), (1, frame as u64));
        assert!(runs[0].1 == expected[frame * 2..], "{frame}");
    }
    assert!(file.runs(frames as u64, 10).is_empty() && file.runs(u64::MAX, 10).is_empty());
    // backwards and forwards with one that was used before
    let mut samples = file.file.samples(0).unwrap().unwrap();
    let mut part = [0.0; 6];
    for frame in [50_000usize, 10, 12, 76_000, 75_990] {
        samples.seek(frame as u64).unwrap();
        assert_eq!(samples.read(&mut part).unwrap().origin, frame as u64);
        assert_eq!(part, expected[frame * 2..frame * 2 + 6]);
    }
}

#[test]
fn a_flipped_bit_costs_its_frame_and_is_told() {
    let samples = tone(BLOCK * 5, 2, 16);
    let (bytes, offsets) = file(&samples, 2, 16, &[Coding::Fixed(2)]);
    let expected = floats(&samples, 16);
    let third = BLOCK * 2 * 2;
    for at in offsets[2]..offsets[3] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x10;
        let file = opened(&bytes);
        let runs = file.runs(0, 1000);
        assert_eq!(runs.len(), 2, "byte {at}");
        assert!(runs[0].1 == expected[..third] && runs[0].0 == 0);
        assert_eq!(runs[1].0, BLOCK as u64 * 3);
        assert!(runs[1].1 == expected[third + BLOCK * 2..]);
        assert_eq!(file.findings.frames_lost(), BLOCK as u64);
        let rules = file.rules();
        assert_eq!(rules.len(), 1);
        let place = format!("(192 frames lost) (entry stream/0, offset {})", offsets[2]);
        assert!(
            rules[0].starts_with("error: packet at 0.008707 s: ") && rules[0].ends_with(&place)
        );
        // the same is found from behind, and counted once
        assert!(file.runs(BLOCK as u64 * 2 + 5, 10)[0].0 == BLOCK as u64 * 3);
        assert_eq!(file.rules().len(), 1);
    }
}

#[test]
fn a_file_that_is_cut_delivers_what_is_whole() {
    let samples = tone(BLOCK * 4, 1, 16);
    let (bytes, offsets) = file(&samples, 1, 16, &[Coding::Fixed(1)]);
    let file = opened(&bytes[..offsets[3] - 5]);
    assert_eq!(file.runs(0, 1000)[0].1, floats(&samples[..BLOCK * 2], 16));
    assert_eq!(
        file.rules(),
        [format!(
            "error: packet at 0.008707 s: the file ends within the frame (RFC 9639, 9.2) (384 frames lost) \
             (entry stream/0, offset {})",
            offsets[2]
        )
        .replace(" (RFC 9639, 9.2)", "")]
    );
    let file = opened(&bytes[..offsets[3]]);
    assert_eq!(file.runs(0, 1000)[0].1.len(), BLOCK * 3);
    let rules = file.rules();
    assert_eq!(
        rules,
        [format!("error: frames: the header claims 768 (found 576) (offset {})", offsets[3])]
    );
}

#[test]
fn the_digest_is_verified() {
    for bits in [8, 16, 24] {
        let samples = tone(BLOCK * 3 + 7, 2, bits);
        let (mut bytes, _) = file(&samples, 2, bits, &[Coding::LeftSide]);
        let verified = |bytes: &[u8]| {
            let file = opened_in(context(bytes).with_setting("verify", "on"));
            file.file.verify().unwrap();
            file.rules()
        };
        assert_eq!(verified(&bytes), [""; 0], "{bits}");
        bytes[30] ^= 1;
        assert_eq!(verified(&bytes), ["error: md5: the sum does not fit the bytes (offset 42)"]);
    }
}

#[test]
fn packets_are_the_frames() {
    let samples = tone(BLOCK * 4 + 9, 2, 16);
    let (bytes, offsets) = file(&samples, 2, 16, &[Coding::Fixed(2)]);
    let file = opened(&bytes);
    let mut packets = file.file.packets().unwrap();
    let mut packet = crate::Packet::default();
    let mut all = Vec::new();
    while packets.next(&mut packet).unwrap() {
        all.push((packet.pts as usize, packet.frames as usize, packet.at.offset as usize));
    }
    let expected: Vec<_> =
        (0..5).map(|i| (i * BLOCK, if i < 4 { BLOCK } else { 9 }, offsets[i])).collect();
    assert_eq!(all, expected);
    assert_eq!(packet.at.offset + packet.at.length, bytes.len() as u64);
    packets.seek(0, 500).unwrap();
    assert!(packets.next(&mut packet).unwrap());
    assert_eq!((packet.index, packet.pts), (2, 384));
}

#[test]
fn a_pipe_is_read_onwards() {
    let samples = tone(BLOCK * 200, 2, 16);
    let (bytes, _) = file(&samples, 2, 16, &[Coding::MidSide]);
    let cx = context(b"");
    let source = ForwardSource::within(&cx, std::io::Cursor::new(bytes), 64 << 10).unwrap();
    let file = opened_in(cx.with_source(Arc::new(source)));
    assert!(!file.file.is_direct(0).unwrap());
    assert_eq!(file.runs(0, 500)[0].1, floats(&samples, 16));
    let mut samples = file.file.samples(0).unwrap().unwrap();
    samples.seek(100).unwrap();
    assert_eq!(samples.seek(99).unwrap_err().kind(), ErrorKind::Passed);
}

#[test]
fn metadata_are_told() {
    let samples = tone(BLOCK, 1, 16);
    let (bytes, _) = file(&samples, 1, 16, &[Coding::Verbatim]);
    let mut comments = b"\x03\0\0\0abc\x01\0\0\0\x0a\0\0\0TITLE=song".to_vec();
    let mut picture = [3u32, 9].iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>();
    picture.extend(b"image/png\0\0\0\0");
    picture.extend([16u32, 8, 24, 0, 4].iter().flat_map(|n| n.to_be_bytes()));
    picture.extend(b"\x89PNG");
    let mut sheet = vec![0; 396];
    sheet[395] = 1;
    let mut track = vec![0; 36];
    track[6..9].copy_from_slice(&[1, 0, 7]);
    track[35] = 0;
    sheet.extend(track);
    let block = |kind: u8, body: &[u8]| {
        let mut block = vec![kind, 0, (body.len() >> 8) as u8, body.len() as u8];
        block.extend(body);
        block
    };
    let mut all = bytes[..42].to_vec();
    all[4] = 0;
    all.extend(block(4, &comments));
    let at = all.len() + 4 + 41;
    all.extend(block(6, &picture));
    all.extend(block(5 | 0x80, &sheet));
    all.extend(&bytes[42..]);
    comments.clear();
    let file = opened(&all);
    let header = file.file.header();
    assert_eq!(
        (header.tags.value("title"), header.texts.get(header.encoder)),
        (Some("song"), "abc")
    );
    let picture = header.pictures[0];
    assert_eq!(
        (picture.kind_name(), header.texts.get(picture.media_type)),
        ("cover_front", "image/png")
    );
    assert_eq!((picture.width, picture.height), (Some(16), Some(8)));
    assert_eq!((picture.span.offset as usize, picture.span.length), (at, 4));
    assert_eq!((header.cues[0].frame, header.texts.get(header.cues[0].label)), (256, "track 7"));
    assert_eq!(file.runs(0, 99)[0].1, floats(&samples, 16));
    assert_eq!(file.rules(), [""; 0]);
}
