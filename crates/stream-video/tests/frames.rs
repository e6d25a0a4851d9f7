//! Decoded frames: those of the ffmpeg command, and the same by index as in a row.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource, Form, Format, Region, Request};
use stream_video::Video;

const FILES: [&str; 10] = [
    "b-frames.mp4",
    "fragments.mp4",
    "edit-list.mp4",
    "vp9.mkv",
    "mpeg4.avi",
    "mpeg2.ts",
    "mpeg1.mpg",
    "flv1.flv",
    "theora.ogv",
    "variable.mkv",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

/// The chunks' first places, and all their bytes.
type Pictures = (Vec<u64>, Vec<Vec<u8>>);

fn decoded(name: &str, settings: &[(&str, &str)], region: &str) -> stream_core::Result<Pictures> {
    let budget = Budget::new("test", 64 << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(path(name))?), &budget);
    for (name, value) in settings {
        cx = cx.with_setting(*name, *value);
    }
    let mut reader = Video.open(cx)?;
    let request = Request::entry("stream/0").with_form(Form::Decoded);
    let request = request.with_region(region.parse::<Region>()?);
    let mut chunks = reader.chunks(&request)?;
    let shape = chunks.array().unwrap().shape;
    let (mut places, mut pictures) = (Vec::new(), Vec::new());
    while let Some(chunk) = chunks.next_chunk()? {
        assert_eq!(chunk.shape()[1..], shape[1..]);
        places.push(chunk.origin()[0]);
        pictures.push(chunk.bytes().to_vec());
    }
    let findings = reader.finish()?.diagnostics;
    assert_eq!(shape[0], pictures.len() as u64, "{name} {settings:?} {region}: {findings:?}");
    Ok((places, pictures))
}

/// What the ffmpeg command decodes; `None` where it is not installed.
fn ffmpeg(name: &str, format: &str, more: &[&str]) -> Option<Vec<u8>> {
    let said = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-noautorotate", "-i"])
        .arg(path(name))
        .args(["-map", "0:v:0", "-vsync", "passthrough", "-pix_fmt", format])
        .args(more)
        .args(["-f", "rawvideo", "-"])
        .output()
        .ok()?;
    Some(said.stdout)
}

#[test]
fn frames_are_those_of_the_ffmpeg_command() {
    for name in FILES {
        for (setting, format) in [("rgb", "rgb24"), ("gray", "gray")] {
            let (_, found) = decoded(name, &[("video.pixels", setting)], "").unwrap();
            let Some(expected) = ffmpeg(name, format, &[]) else {
                println!("skipped: no ffmpeg");
                return;
            };
            let found = found.concat();
            assert_eq!(found.len(), expected.len(), "{name} {setting}");
            let differ = found.iter().zip(&expected).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 0, "{name} {setting}: {differ} of {} bytes differ", found.len());
        }
    }
}

#[test]
fn a_frame_by_its_index_is_the_same_as_in_a_row() {
    for name in FILES {
        let (places, all) = decoded(name, &[], "").unwrap();
        assert_eq!(places, (0..all.len() as u64).collect::<Vec<_>>(), "{name}");
        for (at, expected) in all.iter().enumerate() {
            let (places, found) = decoded(name, &[], &at.to_string()).unwrap();
            assert_eq!((places, found.len()), (vec![at as u64], 1), "{name} {at}");
            assert!(found[0] == *expected, "{name} {at}");
        }
        // from the last key frames on
        let (_, last) = decoded(name, &[], "-3:").unwrap();
        assert!(last[..] == all[all.len() - 3..], "{name}");
    }
}

#[test]
fn every_n_th_frame_and_key_frames_are_taken_from_all() {
    let (_, all) = decoded("b-frames.mp4", &[], "").unwrap();
    let (places, some) = decoded("b-frames.mp4", &[("video.every", "7")], "").unwrap();
    assert_eq!(places, [0, 1, 2]);
    assert!(some == [all[0].clone(), all[7].clone(), all[14].clone()]);
    let (_, keys) = decoded("b-frames.mp4", &[("video.keys", "on")], "").unwrap();
    assert!(keys == [0, 6, 12, 18].map(|at: usize| all[at].clone()));
}

#[test]
fn the_frame_at_a_time_is_the_one_that_is_shown_then() {
    let (_, all) = decoded("b-frames.mp4", &[], "").unwrap();
    for (seconds, at) in [("0", 0), ("0.04", 1), ("0.05", 1), ("0.5", 12), ("9", 19)] {
        let (_, found) = decoded("b-frames.mp4", &[("video.at", seconds)], "").unwrap();
        assert!(found == [all[at].clone()], "{seconds}");
    }
}

#[test]
fn pictures_are_scaled_and_planes_are_split() {
    let (_, small) = decoded("vp9.mkv", &[("video.size", "32x-1")], "0").unwrap();
    assert_eq!(small[0].len(), 32 * 24 * 3);
    if let Some(expected) = ffmpeg("vp9.mkv", "rgb24", &["-vf", "scale=32:24", "-frames:v", "1"]) {
        assert!(small[0] == expected);
    }
    let (_, rgb) = decoded("vp9.mkv", &[], "0").unwrap();
    let (_, planar) = decoded("vp9.mkv", &[("video.pixels", "planar")], "0").unwrap();
    let split = |color: usize| rgb[0].iter().skip(color).step_by(3).copied();
    let expected: Vec<u8> = (0..3).flat_map(split).collect();
    assert!(planar[0] == expected);
}

#[test]
fn bands_of_a_picture_are_its_rows() {
    // from 64 x 48: slices of what is converted alone, of what is made larger, and of what is made smaller
    for size in ["-1x-1", "200x151", "37x29", "64x13"] {
        for pixels in ["rgb", "gray"] {
            let settings = [("video.size", size), ("video.pixels", pixels)];
            let (_, whole) = decoded("b-frames.mp4", &settings, ":2").unwrap();
            for bytes in [1, 300, 800] {
                let found = bands("b-frames.mp4", &settings, bytes);
                assert!(found == whole.concat(), "{size} {pixels} {bytes}");
            }
        }
    }
}

/// The first two pictures from chunks of about so many bytes, which lie one below the other.
fn bands(name: &str, settings: &[(&str, &str)], bytes: usize) -> Vec<u8> {
    let budget = Budget::new("test", 64 << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(path(name)).unwrap()), &budget);
    for (name, value) in settings {
        cx = cx.with_setting(*name, *value);
    }
    let request = Request::entry("stream/0").with_form(Form::Decoded).with_chunk_size(bytes);
    let request = request.with_region(":2".parse().unwrap());
    let mut reader = Video.open(cx).unwrap();
    let mut chunks = reader.chunks(&request).unwrap();
    let height = chunks.array().unwrap().shape[1];
    let (mut all, mut next, mut count) = (Vec::new(), (0, 0), 0);
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        let (origin, shape) = (chunk.origin(), chunk.shape());
        assert_eq!((origin[0], origin[1]), next);
        let row = chunk.bytes().len() / usize::try_from(shape[1]).unwrap();
        assert!(chunk.bytes().len() <= bytes.max(2 * row), "{} bytes", chunk.bytes().len());
        next = match origin[1] + shape[1] {
            end if end == height => (origin[0] + 1, 0),
            end => (origin[0], end),
        };
        all.extend_from_slice(chunk.bytes());
        count += 1;
    }
    assert_eq!(next, (2, 0));
    assert!(count > 2);
    all
}

#[test]
fn planes_are_split_from_slices() {
    let size = ("video.size", "1024x700");
    let (_, rgb) = decoded("vp9.mkv", &[size], "0").unwrap();
    let (_, planar) = decoded("vp9.mkv", &[size, ("video.pixels", "planar")], "0").unwrap();
    let split = |color: usize| rgb[0].iter().skip(color).step_by(3).copied();
    let expected: Vec<u8> = (0..3).flat_map(split).collect();
    assert!(planar[0] == expected);
}

#[test]
fn pictures_of_any_size_take_little_memory() {
    let peak = |settings: &[(&str, &str)], limit: u64| {
        let budget = Budget::new("test", limit);
        let mut cx = Context::new(Arc::new(FileSource::open(path("vp9.mkv")).unwrap()), &budget);
        for (name, value) in settings {
            cx = cx.with_setting(*name, *value);
        }
        let request = Request::entry("stream/0").with_form(Form::Decoded);
        let request = request.with_region("0".parse().unwrap());
        let mut reader = Video.open(cx).unwrap();
        let mut chunks = reader.chunks(&request).unwrap();
        let mut bytes = 0;
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            bytes += chunk.bytes().len() as u64;
        }
        (bytes, budget.peak())
    };
    let large = ("video.size", "1024x768");
    let (_, rgb) = peak(&[large], 64 << 20);
    let (_, planar) = peak(&[large, ("video.pixels", "planar")], 64 << 20);
    assert!(planar < rgb + (512 << 10), "{planar} against {rgb}");
    // 34 MiB of pixels
    let (bytes, peak) = peak(&[("video.size", "4000x3000")], 32 << 20);
    assert_eq!(bytes, 36_000_000);
    assert!(peak <= 32 << 20, "{peak}");
}

#[test]
fn what_cannot_be_decoded_is_refused() {
    let kind = |settings: &[(&str, &str)], region| {
        decoded("b-frames.mp4", settings, region).unwrap_err().kind()
    };
    assert_eq!(kind(&[("video.pixels", "cmyk")], ""), ErrorKind::Request);
    assert_eq!(kind(&[("video.size", "0x4")], ""), ErrorKind::Request);
    assert_eq!(kind(&[("video.every", "0")], ""), ErrorKind::Request);
    assert_eq!(kind(&[], "0:1,0:2"), ErrorKind::Request);
}
