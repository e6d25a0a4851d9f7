//! Levels, loudness and samples of sound through the command.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;
#[path = "support/wav.rs"]
mod wav;

use run::{narrows, narrows_fed, tempdir};
use serde_json::Value;
use wav::stereo;

const RATE: u32 = 8000;

/// A tone of 1 kHz, the right channel half as loud.
fn wav(frames: u32) -> Vec<u8> {
    let left = |i: u32| {
        let turn = std::f64::consts::TAU * f64::from(i) / 8.0 + 0.3;
        (turn.sin() * 16384.0) as i16
    };
    let all: Vec<i16> = (0..frames).map(left).collect();
    stereo(RATE, all.into_iter())
}

fn saved(dir: &tempfile::TempDir, bytes: &[u8]) -> String {
    let path = dir.path().join("a.wav");
    std::fs::write(&path, bytes).unwrap();
    path.into_os_string().into_string().unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn levels_are_those_of_the_frames_of_a_tone() {
    let dir = tempdir();
    let path = saved(&dir, &wav(RATE));
    let run = narrows(["analyze", "rms", "--frame", "800", "--hop", "400", "--no-center", &path]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let frames = lines(&run.out);
    assert_eq!(frames.len(), 19);
    let near = |x: &Value, expected: f64| assert!((x.as_f64().unwrap() - expected).abs() < 1e-4);
    for (i, frame) in frames.iter().enumerate() {
        assert_eq!(frame["frame"], i);
        near(&frame["time"], i as f64 * 0.05);
        near(&frame["rms"][0], 0.5 / 2f64.sqrt());
        near(&frame["rms"][1], 0.25 / 2f64.sqrt());
        near(&frame["rms_mix"], 0.375 / 2f64.sqrt());
    }
    // centred: one more at each end, whose halves are zeros
    let run = narrows(["analyze", "rms", "--frame", "800", "--hop", "400", &path]);
    let frames = lines(&run.out);
    assert_eq!(frames.len(), 21);
    near(&frames[0]["rms"][0], 0.25);
    near(&frames[20]["rms"][0], 0.25);
}

#[test]
fn a_pipe_chunks_and_threads_change_nothing() {
    let dir = tempdir();
    let bytes = wav(3 * RATE + 123);
    let path = saved(&dir, &bytes);
    for analysis in [&["analyze", "rms", "--hop", "77"][..], &["analyze", "rms", "--to", "csv"]] {
        let whole = narrows(analysis.iter().copied().chain([path.as_str()]));
        assert_eq!(whole.code, 0, "{}", whole.err);
        let pipe = narrows_fed(&bytes, analysis.iter().copied().chain(["-"]));
        assert_eq!(pipe.out, whole.out);
        for split in [["--chunk", "3KiB"], ["--threads", "1"]] {
            let run = narrows(analysis.iter().copied().chain(split).chain([path.as_str()]));
            assert_eq!(run.out, whole.out, "{split:?}");
        }
    }
}

#[test]
fn loudness_is_told_as_it_goes_and_at_the_end() {
    let dir = tempdir();
    let path = saved(&dir, &wav(5 * RATE));
    let run = narrows(["analyze", "loudness", "--every", "1", &path]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines = lines(&run.out);
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[2]["running"]["time"], 3.0);
    let result = &lines[5];
    // -9.03 and -15.05 dB of power, and the filter's 0.7 dB at 1 kHz less the definition's 0.691
    let integrated = result["integrated"].as_f64().unwrap();
    assert!((integrated - -8.06).abs() < 0.1, "{integrated}");
    assert!(result["range"].as_f64().unwrap() < 0.01);
    assert_eq!(result["complete"], true);
    let true_peak = result["true_peak"].as_f64().unwrap();
    assert!((true_peak - -6.02).abs() < 0.3, "{true_peak}");
}

#[test]
fn samples_come_back_from_a_wav_file_that_was_written() {
    let dir = tempdir();
    let path = saved(&dir, &wav(1000));
    let written = narrows(["cat", "--to", "wav", &path]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert_eq!(&written.bytes[..4], b"RIFF");
    assert_eq!(written.bytes.len(), 58 + 8000);
    let samples = narrows(["cat", "--to", "f32le", &path]).bytes;
    assert_eq!(written.bytes[58..], samples);
    let again = saved(&dir, &written.bytes);
    assert_eq!(narrows(["cat", "--to", "f32le", &again]).bytes, samples);
}

#[test]
fn what_was_there_of_a_cut_file_is_measured_before_the_error() {
    let dir = tempdir();
    let mut bytes = wav(2 * RATE);
    bytes.truncate(44 + 4 * RATE as usize);
    let path = saved(&dir, &bytes);
    let run = narrows(["analyze", "loudness", "--json", &path]);
    assert_eq!(run.code, 1);
    let result = &lines(&run.out)[0];
    assert_eq!(result["time"], 1.0);
    assert!(result["integrated"].is_number());
    assert!(run.err.contains("a.wav"), "{}", run.err);
    let run = narrows(["analyze", "rms", &path]);
    assert_eq!(run.code, 1);
    assert!(lines(&run.out).len() > 10);
}

#[test]
fn what_holds_no_sound_is_refused_with_what_was_expected() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, run::cues(2)).unwrap();
    let run = narrows([std::ffi::OsStr::new("analyze"), "rms".as_ref(), path.as_os_str()]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("no entry holds a sound"), "{}", run.err);
}
