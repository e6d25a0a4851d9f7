//! The signals of EBU Tech 3341 and 3342, made here, and what a meter must show of them.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use stream_analysis::{Loudness, Meter, channel_weights};
use stream_core::memory::Budget;

const RATE: f64 = 48_000.0;

fn meter(channels: usize) -> Meter {
    let weights = channel_weights(None, channels);
    Meter::new(RATE, &weights, &Budget::new("test", 4 << 20)).unwrap()
}

/// A tone of 1 kHz: for each part its seconds and the peak level of each channel in dBFS.
fn tones(parts: &[(f64, &[f64])]) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut n = 0u32;
    for (seconds, levels) in parts {
        for _ in 0..(seconds * RATE).round() as usize {
            let x = (2.0 * std::f64::consts::PI * 1000.0 * f64::from(n) / RATE).sin();
            samples.extend(levels.iter().map(|db| (10f64.powf(db / 20.0) * x) as f32));
            n += 1;
        }
    }
    samples
}

fn stereo(parts: &[(f64, f64)]) -> Vec<f32> {
    let parts: Vec<(f64, [f64; 2])> = parts.iter().map(|(s, db)| (*s, [*db; 2])).collect();
    let parts: Vec<(f64, &[f64])> = parts.iter().map(|(s, db)| (*s, &db[..])).collect();
    tones(&parts)
}

fn measure(samples: &[f32], channels: usize) -> Loudness {
    let mut meter = meter(channels);
    meter.add(samples, |_| Ok(())).unwrap();
    meter.end()
}

#[track_caller]
fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= tolerance, "{found}, expected {expected}");
}

#[test]
fn tech_3341_case_1_and_2_a_steady_tone() {
    for level in [-23.0, -33.0] {
        let found = measure(&stereo(&[(20.0, level)]), 2);
        near(found.integrated, level, 0.1);
        near(found.momentary, level, 0.1);
        near(found.short_term, level, 0.1);
        assert_eq!(found.integrated_error, 0.0);
    }
}

#[test]
fn tech_3341_case_3_to_5_gates() {
    for parts in [
        &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)][..],
        &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)],
        &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)],
    ] {
        near(measure(&stereo(parts), 2).integrated, -23.0, 0.1);
    }
}

#[test]
fn tech_3341_case_6_five_channels() {
    let levels = [-28.0, -28.0, -24.0, -30.0, -30.0];
    let found = measure(&tones(&[(20.0, &levels)]), 5);
    near(found.integrated, -23.0, 0.1);
    // with low-frequency effects between, which do not count
    let levels = [-28.0, -28.0, -24.0, 0.0, -30.0, -30.0];
    near(measure(&tones(&[(20.0, &levels)]), 6).integrated, -23.0, 0.1);
}

#[test]
fn tech_3341_case_9_and_12_short_term_and_momentary_of_changing_tones() {
    let mut parts = Vec::new();
    (0..5).for_each(|_| parts.extend([(1.34, -20.0), (1.66, -30.0)]));
    let mut shown = Vec::new();
    let mut m = meter(2);
    m.add(&stereo(&parts), |m| {
        shown.extend(m.so_far().short_term);
        Ok(())
    })
    .unwrap();
    assert_eq!(shown.len(), 150 - 29);
    shown.into_iter().for_each(|s| near(Some(s), -23.0, 0.1));

    let mut parts = Vec::new();
    (0..25).for_each(|_| parts.extend([(0.18, -20.0), (0.22, -30.0)]));
    let mut shown = Vec::new();
    let mut m = meter(2);
    m.add(&stereo(&parts), |m| {
        shown.extend(m.so_far().momentary.filter(|_| m.steps() > 10));
        Ok(())
    })
    .unwrap();
    assert_eq!(shown.len(), 90);
    shown.into_iter().for_each(|s| near(Some(s), -23.0, 0.1));
}

#[test]
fn tech_3342_case_1_to_4_loudness_range() {
    for (parts, expected) in [
        (&[(20.0, -20.0), (20.0, -30.0)][..], 10.0),
        (&[(20.0, -20.0), (20.0, -15.0)], 5.0),
        (&[(20.0, -40.0), (20.0, -20.0)], 20.0),
        (&[(20.0, -50.0), (20.0, -35.0), (20.0, -20.0), (20.0, -35.0), (20.0, -50.0)], 15.0),
    ] {
        let found = measure(&stereo(parts), 2).range.map(|range| range.width());
        near(found, expected, 1.0);
    }
}

#[test]
fn everything_is_the_same_however_the_samples_come() {
    let mut samples = stereo(&[(1.3, -20.0), (2.45, -31.5), (0.77, -6.0)]);
    // no multiple of a step, and channels that differ
    samples.truncate(samples.len() - 246);
    samples.iter_mut().step_by(2).for_each(|x| *x *= 0.37);
    let whole = measure(&samples, 2);
    assert!(whole.integrated.is_some() && whole.range.is_some());
    for piece in [1, 17, 256, 257, 4799, 4800, 100_003] {
        let mut m = meter(2);
        samples.chunks(piece * 2).for_each(|some| m.add(some, |_| Ok(())).unwrap());
        assert_eq!(format!("{:?}", m.end()), format!("{whole:?}"), "{piece}");
    }
}

#[test]
fn silence_and_what_is_shorter_than_a_block_have_no_loudness() {
    let silence = measure(&vec![0.0; 2 * 48_000 * 5], 2);
    assert_eq!((silence.integrated, silence.range), (None, None));
    assert_eq!(silence.momentary, Some(f64::NEG_INFINITY));
    assert_eq!(silence.true_peak(), f64::NEG_INFINITY);
    let short = measure(&stereo(&[(0.39, -20.0)]), 2);
    assert_eq!((short.integrated, short.momentary), (None, None));
    assert!((short.sample_peak() - -20.0).abs() < 0.01);
}

#[test]
fn missing_samples_are_silence_and_what_is_no_number_is_zero() {
    let mut samples = stereo(&[(4.0, -20.0)]);
    let hole = 2 * 50_000..2 * 60_000;
    let mut m = meter(2);
    m.add(&samples[..hole.start], |_| Ok(())).unwrap();
    m.seek(60_000, |_| Ok(())).unwrap();
    m.add(&samples[hole.end..], |_| Ok(())).unwrap();
    let with_gap = m.end();
    assert_eq!((with_gap.missing, with_gap.not_finite), (10_000, 0));
    samples[hole.clone()].fill(0.0);
    let with_zeros = measure(&samples, 2);
    samples[hole].fill(f32::NAN);
    let with_nan = measure(&samples, 2);
    assert_eq!(with_nan.not_finite, 20_000);
    for found in [&with_gap, &with_nan] {
        assert_eq!(found.integrated, with_zeros.integrated);
        assert_eq!(found.true_peaks, with_zeros.true_peaks);
    }
}

#[test]
fn rates_that_the_filters_cannot_have_are_refused() {
    let budget = Budget::new("test", 4 << 20);
    assert!(Meter::new(2000.0, &[1.0], &budget).is_err());
    assert!(Meter::new(48_000.0, &[], &budget).is_err());
    assert!(Meter::new(48_000.0, &[1.0], &Budget::new("test", 1 << 20)).is_err());
}
