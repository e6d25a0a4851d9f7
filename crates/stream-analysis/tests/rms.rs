//! Levels of frames: the same bits however the samples come, and the right ones.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;
use stream_analysis::{Edges, Framing, Level, Part, Rms};
use stream_core::memory::Budget;

fn budget() -> Budget {
    Budget::new("test", 64 << 20)
}

fn signal(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Frames(Vec<(u64, Vec<u32>)>);

impl Frames {
    fn push(&mut self, level: &Level<'_>) {
        let numbers = level.rms.iter().chain(level.peak).chain([&level.mix_rms, &level.mix_peak]);
        self.0.push((level.frame, numbers.map(|x| x.to_bits()).collect()));
    }

    fn value(&self, frame: usize, line: usize) -> f32 {
        f32::from_bits(self.0[frame].1[line])
    }
}

/// How a piece of samples is added.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Added,
    Joined,
}

/// Levels of `samples` in pieces that end at `cuts`.
fn split(
    framing: &Framing,
    channels: usize,
    samples: &[f32],
    cuts: &[usize],
    how: &[How],
) -> Frames {
    let n = samples.len() / channels;
    let mut ends: Vec<usize> = cuts.iter().map(|c| c % (n + 1)).chain([0, n]).collect();
    ends.sort_unstable();
    let mut rms = Rms::new(framing, channels, &budget()).unwrap();
    let mut frames = Frames::default();
    for (i, ends) in ends.windows(2).enumerate() {
        let piece = &samples[ends[0] * channels..ends[1] * channels];
        let push = |level: &Level<'_>| {
            frames.push(level);
            Ok(())
        };
        if how.get(i) == Some(&How::Joined) {
            let mut part = Part::new(framing, channels, &budget());
            // a part may itself come in two
            let (first, second) = piece.split_at(piece.len() / channels / 3 * channels);
            part.add(ends[0] as u64, first).unwrap();
            part.add((ends[0] + first.len() / channels) as u64, second).unwrap();
            rms.join(part, push).unwrap();
        } else {
            rms.add(piece, push).unwrap();
        }
    }
    rms.end(|level| {
        frames.push(level);
        Ok(())
    })
    .unwrap();
    frames
}

/// The definition: pad, cut, square, average.
fn by_definition(framing: &Framing, channels: usize, samples: &[f32]) -> Vec<Vec<(f64, f32)>> {
    let (length, hop) = (framing.length() as usize, framing.hop() as usize);
    let n = samples.len() / channels;
    let line = |c: usize| -> Vec<f32> {
        let of = |frame: &[f32]| match frame.get(c) {
            Some(x) => *x,
            None => frame.iter().sum::<f32>() / channels as f32,
        };
        samples.chunks_exact(channels).map(of).collect()
    };
    let lines = (0..channels).map(line).chain([line(if channels == 1 { 0 } else { channels })]);
    let frames = |line: Vec<f32>| {
        let pad = if framing.edges() == Edges::Centered { length / 2 } else { 0 };
        let padded = [vec![0.0; pad], line, vec![0.0; pad]].concat();
        let mut out = Vec::new();
        let mut i = 0;
        while i * hop + length <= padded.len() {
            out.push(&padded[i * hop..i * hop + length]);
            i += 1;
        }
        let covered = out.len().checked_sub(1).map_or(0, |last| last * hop + length);
        if framing.edges() == Edges::Partial && n > covered && n > i * hop {
            out.push(&padded[i * hop..]);
        }
        let level = |frame: &[f32]| {
            let power: f64 = frame.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            let peak = frame.iter().fold(0f32, |most, x| most.max(x.abs()));
            ((power / frame.len() as f64).sqrt(), peak)
        };
        out.into_iter().map(level).collect()
    };
    lines.map(frames).collect()
}

fn framings() -> impl Strategy<Value = Framing> {
    let edges = prop_oneof![Just(Edges::Centered), Just(Edges::Whole), Just(Edges::Partial)];
    let lengths = prop_oneof![
        (1u64..300, 1u64..300),
        Just((256, 64)),
        Just((2048, 512)),
        Just((9000, 9000)),
        Just((100, 5000)),
        Just((10_000, 4500)),
    ];
    (lengths, edges).prop_map(|((l, h), edges)| Framing::new(l, h, edges).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn frames_are_the_same_bits_however_the_samples_come(
        framing in framings(),
        channels in 1usize..8,
        n in 0usize..20_000,
        cuts in prop::collection::vec(any::<usize>(), 0..12),
        how in prop::collection::vec(prop_oneof![Just(How::Added), Just(How::Joined)], 14),
        seed in any::<u64>(),
    ) {
        let samples = signal(n * channels, seed);
        let whole = split(&framing, channels, &samples, &[], &[]);
        let pieces = split(&framing, channels, &samples, &cuts, &how);
        prop_assert_eq!(&whole, &pieces);
        prop_assert_eq!(whole.0.len() as u64, framing.frames(n as u64));
        let expected = by_definition(&framing, channels, &samples);
        for (frame, (index, numbers)) in whole.0.iter().enumerate() {
            prop_assert_eq!(*index, frame as u64);
            prop_assert_eq!(numbers.len(), 2 * (channels + 1));
            for (line, expected) in expected.iter().enumerate() {
                let (rms, peak) = expected[frame];
                let (at, peak_at) = if line < channels { (line, channels + line) } else { (2 * channels, 2 * channels + 1) };
                let found = f64::from(whole.value(frame, at));
                prop_assert!((found - rms).abs() <= 1e-7 * rms.max(1e-9), "frame {} line {}: {} {}", frame, line, found, rms);
                prop_assert_eq!(whole.value(frame, peak_at), peak);
            }
        }
    }
}

#[test]
fn missing_samples_count_as_zeros_and_are_counted() {
    let framing = Framing::new(64, 16, Edges::Whole).unwrap();
    let samples = signal(1000, 7);
    let mut with_zeros = samples.clone();
    with_zeros[300..420].fill(0.0);
    let expected = split(&framing, 1, &with_zeros, &[], &[]);
    for joined in [false, true] {
        let mut rms = Rms::new(&framing, 1, &budget()).unwrap();
        let mut frames = Frames::default();
        let mut push = |level: &Level<'_>| {
            frames.push(level);
            Ok(())
        };
        rms.add(&samples[..300], &mut push).unwrap();
        if joined {
            let mut part = Part::new(&framing, 1, &budget());
            part.add(420, &samples[420..]).unwrap();
            rms.join(part, &mut push).unwrap();
        } else {
            rms.seek(420, &mut push).unwrap();
            rms.add(&samples[420..], &mut push).unwrap();
        }
        assert_eq!((rms.samples(), rms.missing()), (1000, 120));
        rms.end(&mut push).unwrap();
        assert_eq!(frames, expected);
    }
}

#[test]
fn samples_that_lie_behind_or_far_ahead_are_refused() {
    let framing = Framing::default();
    let mut rms = Rms::new(&framing, 2, &budget()).unwrap();
    rms.add(&[0.0; 200], |_| Ok(())).unwrap();
    assert!(rms.seek(99, |_| Ok(())).is_err());
    assert!(rms.seek(1 << 40, |_| Ok(())).is_err());
    assert!(rms.add(&[0.0; 3], |_| Ok(())).is_err());
    rms.seek(100, |_| Ok(())).unwrap();
}

#[test]
fn a_sample_that_is_no_number_spoils_the_frames_that_hold_it_and_no_other() {
    let framing = Framing::new(32, 8, Edges::Whole).unwrap();
    let mut samples = signal(400, 3);
    samples[200] = f32::NAN;
    let frames = split(&framing, 1, &samples, &[], &[]);
    for (i, _) in frames.0.iter().enumerate() {
        let holds = (i * 8..i * 8 + 32).contains(&200);
        assert_eq!(frames.value(i, 0).is_nan(), holds, "{i}");
        assert!(frames.value(i, 1).is_finite());
    }
}
